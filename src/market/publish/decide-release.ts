import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { mayReview } from "../../domain/release/authority.ts";
import { openGates } from "../../domain/release/gates.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { refuseWithoutProof } from "../account/step-up.ts";
import type { World } from "../ports.ts";
import { acceptedChecks, checksToAccept, needsTwoPeople } from "./judge-standing.ts";
import type { Standing } from "./pipeline-ports.ts";
import type { DecisionFacts } from "./ports.ts";
import { type PublicationNeeds, preparePublication } from "./prepare-publication.ts";

export interface Decision {
  readonly decision: "approve" | "reject";
  readonly reason: string;
  /** Digest of the bundle the decider looked at. */
  readonly sha256: string;
}

export interface Decided {
  readonly releaseId: string;
  /** `review`: this was the first of two approvals. */
  readonly state: "published" | "rejected" | "review";
}

type Needs = PublicationNeeds & Pick<World, "catalogue" | "pipeline">;

/** A rating or another release of the plugin may move its row meanwhile; then everything is read and signed anew. */
const ATTEMPTS = 5;

/**
 * The desk's word about one release in review: about these bytes, never about one's own, at most once. An approval takes
 * what checks asked people about as it is, with its reason; what is severe, a widely installed plugin, and one that changes
 * hands need a second person, whose approval publishes.
 */
export async function decideRelease(
  world: Needs,
  principal: Principal,
  releaseId: string,
  decision: Decision,
): Promise<Result<Decided, Problem<Reason>>> {
  if (!mayReview(principal)) return refuse({ reason: "PERMISSION_DENIED" });
  const unproven = refuseWithoutProof(world, principal);
  if (unproven !== null) return refuse(unproven);
  const deciderId = principal.accountId;
  const memberships = await world.catalogue.memberships(deciderId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const facts = await world.releases.forDecision(releaseId);
    if (facts === null) return refuse({ reason: "release_not_found" });
    if (memberships.some(({ publisherId }) => publisherId === facts.publisherId))
      return refuse({ reason: "own_plugin" });
    if (facts.sha256 !== decision.sha256 || facts.state !== "review")
      return refuse({ reason: "state_conflict", facts: { state: facts.state, sha256: facts.sha256 } });
    const done =
      decision.decision === "reject"
        ? await reject(world, facts, decision.reason, deciderId)
        : await approve(world, facts, decision.reason, deciderId);
    if (!done.ok) return done;
    if (done.value !== null) return ok(done.value);
  }
  return refuse({ reason: "state_conflict" });
}

type Attempt = Promise<Result<Decided | null, Problem<Reason>>>;

async function reject(world: Needs, facts: DecisionFacts, reason: string, deciderId: string): Attempt {
  const now = unixSeconds(world.clock.now());
  const isDone = await world.releases.reject(facts.releaseId, facts.sha256, reason, deciderId, now);
  return ok(isDone ? { releaseId: facts.releaseId, state: "rejected" } : null);
}

async function approve(world: Needs, facts: DecisionFacts, reason: string, deciderId: string): Attempt {
  const now = unixSeconds(world.clock.now());
  const before = await standingOf(world, facts);
  const others = openGates({ ...facts, expected: facts.expected.checks, accepted: checkNames(before) }, now).filter(
    (gate) => gate !== "desk",
  );
  if (others.length > 0 || facts.statement === null)
    return refuse({ reason: "state_conflict", detail: `Still open: ${others.join(", ")}.`, facts: { gates: others } });
  const toAccept = checksToAccept(before);
  if (toAccept.length > 0) await world.pipeline.acceptChecks(facts.releaseId, toAccept, deciderId, reason, now);
  const standing = toAccept.length > 0 ? await standingOf(world, facts) : before;
  const isTwo = needsTwoPeople(standing, now);
  const isFirst = isTwo && !standing.approvedBy.some((accountId) => accountId !== deciderId);
  if (isFirst || acceptedChecks(standing).length < checkNames(standing).length) {
    await world.pipeline.noteApproval(facts.releaseId, facts.sha256, deciderId, reason, now);
    return ok({ releaseId: facts.releaseId, state: "review" });
  }
  const review = isTwo || standing.checks.some(({ acceptedBy }) => acceptedBy.length > 1) ? "two_person" : "human";
  const publication = await preparePublication(world, facts, facts.statement, review, reason, deciderId, now);
  if (!publication.ok) return publication;
  const isDone = await world.releases.publish(facts, publication.value, now);
  return ok(isDone ? { releaseId: facts.releaseId, state: "published" } : null);
}

/** Dirty results that people may take. */
function checkNames(standing: Standing): readonly string[] {
  return standing.checks.filter(({ result, rejects }) => result === "dirty" && !rejects).map(({ name }) => name);
}

const NOTHING_KNOWN: Standing = {
  checks: [],
  deskReasons: [],
  reviewAt: null,
  approvedBy: [],
  installations: 0,
  holdUntil: null,
  decidedAt: null,
  decidedBy: null,
  isErased: false,
  appeal: null,
  block: null,
  provenance: null,
};

async function standingOf(world: Needs, { releaseId }: DecisionFacts): Promise<Standing> {
  return (await world.pipeline.standings([releaseId])).get(releaseId) ?? NOTHING_KNOWN;
}
