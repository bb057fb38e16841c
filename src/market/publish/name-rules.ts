import type { Problem } from "../../domain/problem.ts";
import { NEW_PLUGINS_PER_WEEK, PENDING_FIRST_RELEASES, UPLOADS_PER_DAY } from "../../domain/release/limits.ts";
import { isReservedName } from "../../domain/release/reserved-names.ts";
import type { IntakeFacts } from "./ports.ts";

type NameProblem = Problem<
  | "name_taken"
  | "name_reserved"
  | "state_conflict"
  | "PERMISSION_DENIED"
  | "quota_plugins"
  | "quota_uploads"
  | "quota_pending"
>;

/** May this publisher put a release under this name? Names are never given away again. */
export function judgeName(
  name: string,
  intake: IntakeFacts,
  publisherId: string,
  mayCreate: boolean,
): NameProblem | null {
  const { plugin, reserved } = intake;
  if (plugin !== null && plugin.publisherId !== publisherId) return { reason: "name_taken" };
  if (plugin !== null)
    return plugin.state === "active" || plugin.state === "deprecated"
      ? null
      : { reason: "state_conflict", detail: `This plugin is ${plugin.state} and takes no releases.` };
  if (reserved !== null && !(reserved.kind === "tombstone" && reserved.publisherId === publisherId))
    return { reason: "name_reserved" };
  if (isReservedName(name)) return { reason: "name_reserved" };
  return mayCreate ? null : { reason: "PERMISSION_DENIED", facts: { scope: "plugin:create" } };
}

/** Brakes on floods; per publisher and soft, the velocity gate behind them is exact. */
export function judgeQuota(intake: IntakeFacts): NameProblem | null {
  if (intake.uploadsToday >= UPLOADS_PER_DAY)
    return { reason: "quota_uploads", facts: { max: UPLOADS_PER_DAY, retryAfter: 3600 } };
  if (intake.plugin !== null) return null;
  if (intake.newPluginsThisWeek >= NEW_PLUGINS_PER_WEEK)
    return { reason: "quota_plugins", facts: { max: NEW_PLUGINS_PER_WEEK, retryAfter: 86_400 } };
  if (intake.pendingFirstReleases >= PENDING_FIRST_RELEASES)
    return { reason: "quota_pending", facts: { max: PENDING_FIRST_RELEASES } };
  return null;
}
