import { openBundle } from "../../domain/bundle/open.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { canonicalBytes } from "../../domain/json/canonical.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { RULE_SET } from "../../domain/release/checks.ts";
import { listingOf } from "../../domain/release/listing.ts";
import { deliveryOf } from "../../domain/release/pricing.ts";
import { SERVER_MODULE } from "../../domain/release/server-module.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { signedTime } from "../../domain/time.ts";
import { sealEnvelope } from "../../domain/trust/envelope.ts";
import { buildReceipt } from "../../domain/trust/receipt.ts";
import type { World } from "../ports.ts";
import type { DecisionFacts, Listing, Publication } from "./ports.ts";
import { sealRelease } from "./seal-release.ts";
import { verifyStatement } from "./verify-statement.ts";

export type PublicationNeeds = Pick<
  World,
  "releases" | "bundles" | "receiptSigner" | "site" | "clock" | "sealings" | "vault" | "chance"
>;

/**
 * Reads the stored bytes once more, puts the module where the sandbox finds it, and signs the receipt. Bytes are written
 * before the row; a receipt that no row ever carries binds nobody.
 */
export async function preparePublication(
  world: PublicationNeeds,
  facts: DecisionFacts,
  statementText: string,
  review: "automatic" | "human" | "two_person",
  reason: string,
  deciderId: string | null,
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
    review,
    keyId: await world.receiptSigner.keyId(),
  });
  const receipt = JSON.stringify(await sealEnvelope(payload, world.receiptSigner));
  const receiptSha256 = await sha256Hex(canonicalBytes(payload));
  return ok({ publication, receipt, receiptSha256, delivery, listing: keepPrices(listing, facts), deciderId, reason });
}

async function readStored(world: PublicationNeeds, sha256: string): Promise<Uint8Array | null> {
  try {
    return await world.bundles.get("bundle", sha256);
  } catch {
    return null;
  }
}

async function seal(
  world: PublicationNeeds,
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

async function storeModule(
  world: PublicationNeeds,
  sha256: string | null,
  module: Uint8Array | null,
): Promise<boolean> {
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
