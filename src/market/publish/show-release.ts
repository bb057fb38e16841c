import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { mayReview } from "../../domain/release/authority.ts";
import { APPEAL_SECONDS } from "../../domain/release/blocks.ts";
import type { Finding } from "../../domain/release/checks.ts";
import { asPublisherSees } from "../../domain/release/findings/told.ts";
import { type Gate, openGates, type Wait } from "../../domain/release/gates.ts";
import type { ReleaseState } from "../../domain/release/states.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { isInSight } from "../catalogue/ports.ts";
import { sightOf } from "../catalogue/viewer.ts";
import type { World } from "../ports.ts";
import { acceptancesNeeded, acceptedChecks, needsTwoPeople } from "./judge-standing.ts";
import type { Appeal, Block, Standing } from "./pipeline-ports.ts";
import type { ReleaseFacts } from "./ports.ts";
import { waitsOf } from "./waits-of.ts";

/** One check as owners and the desk see it. */
export interface CheckView {
  readonly name: string;
  readonly result: "clean" | "dirty" | "unknown" | "waiting";
  /** How many people took a dirty result, and how many must; null: nobody can, or need. */
  readonly accepted: { readonly by: number; readonly of: number } | null;
}

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
  /** For whom it waits at each open gate, and why. */
  readonly waits: readonly Wait[];
  /** Unix seconds; null unless a gate closes by time. */
  readonly earliest: number | null;
  readonly checks: readonly CheckView[];
  readonly findings: readonly Finding[];
  readonly reason: string | null;
  readonly uploadedBy: string;
  readonly createdAt: number;
  /** How many people of the desk must approve, and how many have. */
  readonly approvals: { readonly by: number; readonly of: number };
  readonly appeal: Appeal | null;
  /** Until when a rejection can be appealed; null: it cannot. Unix seconds. */
  readonly appealUntil: number | null;
  readonly block: Block | null;
}

type Needs = Pick<World, "releases" | "catalogue" | "pipeline" | "clock">;

/** One release, for its owners and the desk; for all others it does not exist. */
export async function showRelease(
  world: Needs,
  principal: Principal,
  releaseId: string,
): Promise<Result<ReleaseView, Problem<"release_not_found">>> {
  const facts = await world.releases.show(releaseId);
  if (facts === null) return refuse({ reason: "release_not_found" });
  const isDesk = mayReview(principal);
  if (!isDesk) {
    const sight = await sightOf(world, principal);
    if (!isInSight(sight, facts.publisherId, facts.name)) return refuse({ reason: "release_not_found" });
  }
  const standing = (await world.pipeline.standings([releaseId])).get(releaseId);
  return ok(viewOf(facts, standing, unixSeconds(world.clock.now()), isDesk));
}

/** In review, longest waiting first. */
export async function listDeskQueue(
  world: Pick<World, "releases" | "pipeline" | "clock">,
  limit: number,
): Promise<readonly ReleaseView[]> {
  return viewReleases(world, await world.releases.deskQueue(limit), true);
}

/** Several at once, for whoever may see them already. */
export async function viewReleases(
  world: Pick<World, "pipeline" | "clock">,
  releases: readonly ReleaseFacts[],
  isDesk: boolean,
): Promise<readonly ReleaseView[]> {
  const now = unixSeconds(world.clock.now());
  const standings = await world.pipeline.standings(releases.map(({ releaseId }) => releaseId));
  return releases.map((facts) => viewOf(facts, standings.get(facts.releaseId), now, isDesk));
}

/** Gates are open only while nothing is decided; rules that would teach evasion are told in full to the desk alone. */
function viewOf(facts: ReleaseFacts, standing: Standing | undefined, now: number, isDesk: boolean): ReleaseView {
  const isOpen = facts.state === "staged" || facts.state === "scanning" || facts.state === "review";
  const accepted = standing === undefined ? [] : acceptedChecks(standing);
  const gates = isOpen ? openGates({ ...facts, expected: facts.expected.checks, accepted }, now) : [];
  const isTwo = standing !== undefined && needsTwoPeople(standing, now);
  const isAppealable =
    facts.state === "rejected" && standing?.appeal === null && standing.decidedAt !== null && !standing.isErased;
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
    waits: waitsOf(gates, facts, standing, now),
    earliest: gates.includes("velocity") ? facts.velocityUntil : null,
    checks: checksOf(facts, standing),
    findings: isDesk ? facts.findings : facts.findings.map(asPublisherSees),
    reason: facts.decisionReason,
    uploadedBy: facts.uploadedBy,
    createdAt: facts.createdAt,
    approvals: { by: standing?.approvedBy.length ?? 0, of: isTwo ? 2 : 1 },
    appeal: standing?.appeal ?? null,
    appealUntil: isAppealable ? (standing.decidedAt ?? 0) + APPEAL_SECONDS : null,
    block: standing?.block ?? null,
  };
}

function checksOf(facts: ReleaseFacts, standing: Standing | undefined): readonly CheckView[] {
  return facts.expected.checks.map((name) => {
    const known = standing?.checks.find((check) => check.name === name);
    const needed = known === undefined ? null : acceptancesNeeded(known);
    return {
      name,
      result: facts.results[name] ?? "waiting",
      accepted: known === undefined || needed === null ? null : { by: known.acceptedBy.length, of: needed },
    };
  });
}
