import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { coversPlugin, mayReview, publishAuthority } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { refuseWithoutProof } from "../account/step-up.ts";
import type { World } from "../ports.ts";
import type { PluginMove } from "./plugin-state-ports.ts";

/** What somebody wants to become of a whole plugin (README, Plugins). */
export type PluginWish =
  | { readonly kind: "deprecate"; readonly message: string; readonly replacement: string | null }
  | { readonly kind: "archive" }
  | { readonly kind: "activate" }
  | { readonly kind: "remove"; readonly reason: string };

type Needs = Pick<World, "pluginStates" | "catalogue" | "clock" | "site" | "tuf" | "background">;
type Refusal = Problem<
  "plugin_not_found" | "PERMISSION_DENIED" | "state_conflict" | "VALIDATION_ERROR" | "proof_required" | "own_plugin"
>;

/**
 * active ⇄ deprecated ⇄ archived, by owners and maintainers; → removed by the desk, once every release is blocked or none was
 * ever public: the name becomes a tombstone. What the desk looks into moves only by the desk.
 */
export async function movePlugin(
  world: Needs,
  principal: Principal,
  pluginId: string,
  wish: PluginWish,
): Promise<Result<{ readonly id: string; readonly state: PluginMove["to"] }, Refusal>> {
  const plugin = await world.pluginStates.find(pluginId);
  if (plugin === null || principal.kind !== "account") return refuse({ reason: "plugin_not_found" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  const own = memberships.find(({ publisherId }) => publisherId === plugin.publisherId);
  if (wish.kind === "remove") {
    if (!mayReview(principal)) return refuse({ reason: own ? "PERMISSION_DENIED" : "plugin_not_found" });
    if (own !== undefined) return refuse({ reason: "own_plugin" });
    const unproven = refuseWithoutProof(world, principal);
    if (unproven !== null) return refuse(unproven);
  } else {
    if (own === undefined) return refuse({ reason: "plugin_not_found" });
    const authority = publishAuthority(principal);
    const isAllowed = own.role === "owner" || own.role === "maintainer";
    if (!isAllowed || !authority?.mayEdit || !coversPlugin(authority, plugin.name))
      return refuse({ reason: "PERMISSION_DENIED" });
  }
  if (wish.kind === "deprecate" && wish.replacement !== null) {
    const fault = await world.pluginStates.judgeReplacement(pluginId, wish.replacement);
    if (fault !== null)
      return refuse({
        reason: "VALIDATION_ERROR",
        facts: { errors: [{ pointer: "/replacement", detail: FAULTS[fault] }] },
      });
  }
  const to = TARGETS[wish.kind];
  const notice = wish.kind === "deprecate" ? { message: wish.message, replacement: wish.replacement } : null;
  const reason = wish.kind === "remove" ? wish.reason : null;
  const at = unixSeconds(world.clock.now());
  const isDone = await world.pluginStates.move({ pluginId, to, notice, reason, accountId: principal.accountId }, at);
  if (!isDone) return refuse({ reason: "state_conflict", facts: { state: plugin.state } });
  world.background.defer(world.tuf.write());
  return ok({ id: pluginId, state: to });
}

const TARGETS = {
  deprecate: "deprecated",
  archive: "archived",
  activate: "active",
  remove: "removed",
} as const satisfies Record<PluginWish["kind"], PluginMove["to"]>;

const FAULTS = {
  absent: "This is not the name of another published plugin.",
  cycle: "That plugin names this one as its replacement, directly or through others.",
} as const;
