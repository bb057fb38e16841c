import type { AccountPrincipal, Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { mayReview } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { refuseWithoutProof } from "../account/step-up.ts";
import type { World } from "../ports.ts";

type Needs = Pick<World, "moderation" | "transfers" | "catalogue" | "mail" | "clock" | "site" | "tuf" | "background">;
type Refusal = Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "own_plugin" | "proof_required" | "state_conflict">;

/** Somebody looks into it: open → triaged. */
export async function triageReport(
  world: Needs,
  principal: Principal,
  reportId: string,
): Promise<Result<{ readonly id: string; readonly state: "triaged" }, Refusal>> {
  const report = await world.moderation.findReport(reportId);
  const desk = await onDesk(world, principal, report?.publisherId ?? null);
  if (!desk.ok) return desk;
  const isDone = await world.moderation.triage(reportId, desk.value.accountId, unixSeconds(world.clock.now()));
  return isDone ? ok({ id: reportId, state: "triaged" }) : refuse({ reason: "state_conflict" });
}

/** The outcome of a report; whoever left an address hears of it, and the address is forgotten. */
export async function decideReport(
  world: Needs,
  principal: Principal,
  reportId: string,
  decision: { readonly state: "acted" | "dismissed"; readonly outcome: string },
): Promise<Result<{ readonly id: string; readonly state: "acted" | "dismissed" }, Refusal>> {
  const report = await world.moderation.findReport(reportId);
  const desk = await onDesk(world, principal, report?.publisherId ?? null);
  if (!desk.ok) return desk;
  const at = unixSeconds(world.clock.now());
  const decided = await world.moderation.decideReport(reportId, decision, desk.value.accountId, at);
  if (decided === null) return refuse({ reason: "state_conflict" });
  if (decided.email !== null && report !== null)
    await world.mail.send({
      to: decided.email,
      subject: `Your report about ${report.plugin}`,
      body: `You told us about ${report.plugin}. ${decision.state === "acted" ? "We acted on it." : "We looked at it and did not act."}\n\n${decision.outcome}`,
    });
  return ok({ id: reportId, state: decision.state });
}

/** A case ends, with a reason; reports in it that nobody decided end with it. */
export async function closeCase(
  world: Needs,
  principal: Principal,
  caseId: string,
  decision: { readonly state: "acted" | "dismissed"; readonly reason: string },
): Promise<Result<{ readonly id: string; readonly state: "acted" | "dismissed" }, Refusal>> {
  const found = await world.moderation.findCase(caseId);
  const desk = await onDesk(world, principal, found?.publisherId ?? null);
  if (!desk.ok) return desk;
  const at = unixSeconds(world.clock.now());
  const isDone = await world.moderation.closeCase(caseId, decision, desk.value.accountId, at);
  return isDone ? ok({ id: caseId, state: decision.state }) : refuse({ reason: "state_conflict" });
}

/** Holds a plugin back while it is looked into – no new installations, existing ones run – or lets it go again. */
export async function holdPlugin(
  world: Needs,
  principal: Principal,
  pluginId: string,
  act: "hold" | "release",
  reason: string,
): Promise<Result<{ readonly id: string; readonly isHeld: boolean }, Refusal>> {
  const plugin = await world.transfers.plugin(pluginId);
  const desk = await onDesk(world, principal, plugin?.publisherId ?? null);
  if (!desk.ok) return desk;
  const at = unixSeconds(world.clock.now());
  const actor = { kind: "account", id: desk.value.accountId } as const;
  const { moderation } = world;
  const isDone =
    act === "hold"
      ? await moderation.quarantine(pluginId, reason, actor, at)
      : await moderation.release(pluginId, reason, actor, at);
  if (!isDone) return refuse({ reason: "state_conflict" });
  world.background.defer(world.tuf.write());
  return ok({ id: pluginId, isHeld: act === "hold" });
}

/** Somebody of the desk, proven, and not about an own plugin; null: there is no such thing. */
async function onDesk(
  world: Needs,
  principal: Principal,
  publisherId: string | null,
): Promise<Result<AccountPrincipal, Refusal>> {
  if (!mayReview(principal)) return refuse({ reason: "PERMISSION_DENIED" });
  const unproven = refuseWithoutProof(world, principal);
  if (unproven !== null) return refuse(unproven);
  if (publisherId === null) return refuse({ reason: "NOT_FOUND" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  const isOwn = memberships.some((membership) => membership.publisherId === publisherId);
  return isOwn ? refuse({ reason: "own_plugin" }) : ok(principal);
}
