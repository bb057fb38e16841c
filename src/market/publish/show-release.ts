import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { mayReview } from "../../domain/release/authority.ts";
import type { Finding } from "../../domain/release/checks.ts";
import { type Gate, openGates } from "../../domain/release/gates.ts";
import type { ReleaseState } from "../../domain/release/states.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { isInSight } from "../catalogue/ports.ts";
import { sightOf } from "../catalogue/viewer.ts";
import type { World } from "../ports.ts";
import type { ReleaseFacts } from "./ports.ts";

/** What owners and the desk see of a release on its way. */
export interface ReleaseView {
  readonly releaseId: string;
  readonly pluginId: string;
  readonly publisher: string;
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
  readonly state: ReleaseState;
  readonly gates: readonly Gate[];
  /** Unix seconds; null unless a gate closes by time. */
  readonly earliest: number | null;
  readonly findings: readonly Finding[];
  readonly reason: string | null;
  readonly uploadedBy: string;
  readonly createdAt: number;
}

/** One release, for its owners and the desk; for all others it does not exist. */
export async function showRelease(
  world: Pick<World, "releases" | "catalogue" | "clock">,
  principal: Principal,
  releaseId: string,
): Promise<Result<ReleaseView, Problem<"release_not_found">>> {
  const facts = await world.releases.show(releaseId);
  if (facts === null) return refuse({ reason: "release_not_found" });
  if (!mayReview(principal)) {
    const sight = await sightOf(world, principal);
    if (!isInSight(sight, facts.publisherId, facts.name)) return refuse({ reason: "release_not_found" });
  }
  return ok(viewOf(facts, unixSeconds(world.clock.now())));
}

/** In review, longest waiting first. */
export async function listDeskQueue(
  world: Pick<World, "releases" | "clock">,
  limit: number,
): Promise<readonly ReleaseView[]> {
  const now = unixSeconds(world.clock.now());
  return (await world.releases.deskQueue(limit)).map((facts) => viewOf(facts, now));
}

/** Gates are open only while nothing is decided. */
export function viewOf(facts: ReleaseFacts, now: number): ReleaseView {
  const isOpen = facts.state === "staged" || facts.state === "scanning" || facts.state === "review";
  const gates = isOpen ? openGates({ ...facts, expected: facts.expected.checks }, now) : [];
  return {
    releaseId: facts.releaseId,
    pluginId: facts.pluginId,
    publisher: facts.publisherHandle,
    name: facts.name,
    displayName: facts.displayName,
    version: facts.version,
    sha256: facts.sha256,
    size: facts.size,
    state: facts.state,
    gates,
    earliest: gates.includes("velocity") ? facts.velocityUntil : null,
    findings: facts.findings,
    reason: facts.decisionReason,
    uploadedBy: facts.uploadedBy,
    createdAt: facts.createdAt,
  };
}
