import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import {
  firstLookDue,
  QUARANTINE_REPORTS,
  QUARANTINE_WINDOW_SECONDS,
  REPORTS_PER_DAY,
  type ReportKind,
} from "../../domain/release/reports.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

export interface ReportWish {
  /** Name of the plugin. */
  readonly plugin: string;
  readonly version: string | null;
  readonly kind: ReportKind;
  readonly text: string;
  readonly email: string | null;
}

/**
 * Anybody may report a plugin; `address` is the network address the platform saw, and only a digest of it is kept, for a
 * week. Three malware reports by different people within an hour hold the plugin until somebody looked – they never block it.
 */
export async function reportPlugin(
  world: Pick<World, "catalogue" | "moderation" | "site" | "tuf" | "background" | "clock">,
  address: string,
  wish: ReportWish,
): Promise<
  Result<{ readonly reportId: string; readonly dueAt: number }, Problem<"plugin_not_found" | "quota_reports">>
> {
  const card = await world.catalogue.card({ name: wish.plugin }, { all: false, publisherIds: [], names: null });
  if (card === null) return refuse({ reason: "plugin_not_found" });
  const at = unixSeconds(world.clock.now());
  const reporter = await sha256Hex(`rbsm-reporter/1\n${world.site.marketplace}\n${Math.floor(at / DAY)}\n${address}`);
  const dueAt = firstLookDue(wish.kind, at);
  const { version, kind, text, email } = wish;
  const made = await world.moderation.report(
    { pluginId: card.id, version, kind, text, email, reporter, dueAt },
    REPORTS_PER_DAY,
    at,
  );
  if (made === null) return refuse({ reason: "quota_reports", facts: { max: REPORTS_PER_DAY, retryAfter: DAY } });
  if (kind === "malware") await holdIfMany(world, card.id, at);
  return ok({ reportId: made.reportId, dueAt });
}

async function holdIfMany(
  world: Pick<World, "moderation" | "tuf" | "background">,
  pluginId: string,
  at: number,
): Promise<void> {
  const reporters = await world.moderation.malwareReporters(pluginId, at - QUARANTINE_WINDOW_SECONDS);
  if (reporters < QUARANTINE_REPORTS) return;
  const reason = `${reporters} people reported malware within an hour.`;
  const isHeld = await world.moderation.quarantine(pluginId, reason, { kind: "system", id: "reports" }, at);
  if (isHeld) world.background.defer(world.tuf.write());
}
