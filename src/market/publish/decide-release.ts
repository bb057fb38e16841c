import type { Principal } from "../../domain/account/principal.ts";
import { openBundle } from "../../domain/bundle/open.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { canonicalBytes } from "../../domain/json/canonical.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { mayReview } from "../../domain/release/authority.ts";
import { RULE_SET } from "../../domain/release/checks.ts";
import { openGates } from "../../domain/release/gates.ts";
import { listingOf } from "../../domain/release/listing.ts";
import { deliveryOf } from "../../domain/release/pricing.ts";
import { SERVER_MODULE } from "../../domain/release/server-module.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { signedTime, unixSeconds } from "../../domain/time.ts";
import { sealEnvelope } from "../../domain/trust/envelope.ts";
import { buildReceipt } from "../../domain/trust/receipt.ts";
import { refuseWithoutProof } from "../account/step-up.ts";
import type { World } from "../ports.ts";
import type { DecisionFacts, Listing, Publication } from "./ports.ts";
import { sealRelease } from "./seal-release.ts";
import { verifyStatement } from "./verify-statement.ts";

export interface Decision {
  readonly decision: "approve" | "reject";
  readonly reason: string;
  /** Digest of the bundle the decider looked at. */
  readonly sha256: string;
}

export interface Decided {
  readonly releaseId: string;
  readonly state: "published" | "rejected";
}

type Needs = Pick<
  World,
  "releases" | "catalogue" | "bundles" | "receiptSigner" | "site" | "clock" | "sealings" | "vault" | "chance"
>;

/** A rating or another release of the plugin may move its row meanwhile; then everything is read and signed anew. */
const ATTEMPTS = 5;

/** The desk's word about one release in review: about these bytes, never about one's own, at most once. */
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
  const gates = openGates({ ...facts, expected: facts.expected.checks }, now).filter((gate) => gate !== "desk");
  if (gates.length > 0 || facts.statement === null)
    return refuse({ reason: "state_conflict", detail: `Still open: ${gates.join(", ")}.`, facts: { gates } });
  const publication = await preparePublication(world, facts, facts.statement, reason, deciderId, now);
  if (!publication.ok) return publication;
  const isDone = await world.releases.publish(facts, publication.value, now);
  return ok(isDone ? { releaseId: facts.releaseId, state: "published" } : null);
}

/**
 * Reads the stored bytes once more, puts the module where the sandbox finds it, and signs the receipt. Bytes are written
 * before the row; a receipt that no row ever carries binds nobody.
 */
async function preparePublication(
  world: Needs,
  facts: DecisionFacts,
  statementText: string,
  reason: string,
  deciderId: string,
  now: number,
): Promise<Result<Publication, Problem<Reason>>> {
  const bytes = await readStored(world, facts.sha256);
  const opened = bytes === null ? null : await openBundle(bytes, { expectedSha256: facts.sha256 });
  if (opened === null || !opened.ok) return refuse({ reason: "blob_unavailable" });
  const bundle = opened.value;
  const statement = await verifyStatement(world, statementText, facts.publisherId, bundle);
  if (!statement.ok) return statement;
  if (!(await storeModule(world, facts.serverSha256, bundle.file(SERVER_MODULE))))
    return refuse({ reason: "blob_unavailable" });

  const listing = listingOf(bundle.manifest, bundle.sha256);
  const delivery = deliveryOf(listing.pricing);
  const sealed = delivery === "sealed" ? await seal(world, facts, statement.value.sha256, bundle.bytes) : null;
  if (delivery === "sealed" && sealed === null) return refuse({ reason: "blob_unavailable" });
  const publication = facts.publications + 1;
  const payload = buildReceipt(statement.value, {
    publication,
    previousReceipt: facts.lastReceiptSha256,
    publishedAt: signedTime(now),
    delivery,
    sealed,
    policy: RULE_SET,
    review: "human",
    keyId: await world.receiptSigner.keyId(),
  });
  const receipt = JSON.stringify(await sealEnvelope(payload, world.receiptSigner));
  const receiptSha256 = await sha256Hex(canonicalBytes(payload));
  return ok({ publication, receipt, receiptSha256, delivery, listing: keepPrices(listing, facts), deciderId, reason });
}

async function readStored(world: Needs, sha256: string): Promise<Uint8Array | null> {
  try {
    return await world.bundles.get("bundle", sha256);
  } catch {
    return null;
  }
}

async function seal(
  world: Needs,
  facts: DecisionFacts,
  statementSha256: string,
  plain: Uint8Array,
): Promise<{ size: number; sha256: string; commitment: string } | null> {
  try {
    return await sealRelease(world, facts, statementSha256, plain);
  } catch {
    return null;
  }
}

async function storeModule(world: Needs, sha256: string | null, module: Uint8Array | null): Promise<boolean> {
  if (sha256 === null || module === null) return sha256 === null && module === null;
  try {
    await world.bundles.putOnce("module", sha256, module);
    return true;
  } catch {
    return false;
  }
}

/** Prices the owner set stay for tiers that still exist; features and limits are always the release's. */
function keepPrices(listing: Listing, facts: DecisionFacts): Listing {
  if (!facts.edited.includes("pricing")) return listing;
  const tiers = listing.pricing.tiers.map((tier) => {
    const kept = facts.pricing.tiers.find((candidate) => candidate.id === tier.id);
    return kept === undefined ? tier : { ...tier, price: kept.price };
  });
  return { ...listing, pricing: { currency: "EUR", tiers } };
}
