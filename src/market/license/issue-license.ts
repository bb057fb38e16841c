import type { Principal } from "../../domain/account/principal.ts";
import { coversPlugin, hasScope, manages } from "../../domain/account/rights.ts";
import type { Json } from "../../domain/json/json.ts";
import { keyHint, makeLegacyKey, makeLicenseKey } from "../../domain/license/key.ts";
import { type MarketplaceLicense, projectLicense } from "../../domain/license/projection.ts";
import { PLAIN_TERMS, type SoldTerms } from "../../domain/license/terms.ts";
import { lowerTerms, type TierTerms, termsOf, type WantedTerms } from "../../domain/license/tiers.ts";
import type { Tier } from "../../domain/manifest/permissions.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { HOUR, MINUTE, unixSeconds } from "../../domain/time.ts";
import { ringWebhooks } from "../account/ring-webhooks.ts";
import type { World } from "../ports.ts";
import { makeOp } from "./make-ids.ts";
import type { Actor, LicenseDraft, Offer } from "./ports.ts";
import { presentToInstance, presentWithoutKey, sealKey } from "./present-license.ts";

export interface IssueRequest {
  readonly pluginId: string;
  /** Named by publishers; an instance issues for itself. */
  readonly instanceId: string;
  readonly userId: string;
  readonly type: Tier;
  /** A license to try things out with; the plugin's publisher makes those alone. */
  readonly isTest?: boolean | undefined;
  readonly startsAt?: number | undefined;
  readonly expiresAt?: number | undefined;
  readonly hardwareId?: string | undefined;
  readonly wanted: WantedTerms;
  /** What the seller agreed beside the tier; taken from publishers and orders only. */
  readonly sold?: Partial<SoldTerms> | undefined;
}

/** The order a license is made of: pending until it is settled. */
export interface IssueOrder {
  readonly orderId: string;
  readonly isSettled: boolean;
}

/** The host stores its own key right after our answer; an earlier webhook would make that step fail. */
const WEBHOOK_DELAY = MINUTE;
const ATTEMPTS = 3;

type Needs = Pick<
  World,
  "licenses" | "keyHasher" | "vault" | "chance" | "clock" | "webhooks" | "webhookBell" | "background"
>;

/**
 * A new license (host contract, call 7). An instance and its owner get free and trial at once, paid tiers are 402; the
 * plugin's publisher, and the desk, issue any tier to any instance. One statement decides, so that two parallel calls give one license.
 */
export async function issueLicense(
  world: Needs,
  principal: Principal,
  request: IssueRequest,
): Promise<Result<MarketplaceLicense, Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const offer = await world.licenses.findOffer(request.pluginId, request.instanceId);
  if (offer === null || offer.plugin.state === "removed" || !offer.plugin.isPublished)
    return refuse({ reason: "NOT_FOUND", detail: "Plugin not found" });
  const actor = await mayIssue(world, principal, offer, request.type);
  if (!actor.ok) return actor;
  if (request.isTest === true && actor.value.kind !== "publisher")
    return refuse({ reason: "PERMISSION_DENIED", detail: "Only the plugin's publisher issues test licenses." });
  return insertLicense(world, offer, request, actor.value, null, now);
}

/** The license of an order: the guarded insert decides, whoever asked for it was judged before. */
export async function insertLicense(
  world: Needs,
  offer: Offer,
  request: IssueRequest,
  actor: Actor,
  order: IssueOrder | null,
  now: number,
): Promise<Result<MarketplaceLicense, Problem<Reason>>> {
  if (offer.plugin.state === "quarantined") return refuse({ reason: "PLUGIN_SUSPENDED" });
  const terms = offeredTerms(offer, request);
  if (!terms.ok) return terms;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { draft, key } = await draftLicense(world, offer, request, terms.value, actor, order, now);
    const issued = await world.licenses.issue(draft);
    if (issued.kind === "issued") {
      const facts = await world.licenses.find({ licenseId: issued.licenseId }, { hardwareId: null, jkt: null }, now);
      if (facts === null) throw new Error("an issued license cannot be found");
      ringWebhooks(world, "license", issued.licenseId);
      return ok(projectLicense(facts.license, key, facts.liveSeats, now));
    }
    if (issued.kind === "already_licensed") {
      const license =
        actor.kind === "instance"
          ? await presentToInstance(world, issued.facts, now)
          : presentWithoutKey(issued.facts, now);
      return refuse({ reason: "ALREADY_LICENSED", facts: { ...license } as unknown as { [member: string]: Json } });
    }
    if (issued.kind === "trial_used") return refuse({ reason: "TRIAL_ALREADY_USED" });
    if (issued.kind === "trial_budget") return refuse({ reason: "RATE_LIMITED", facts: { retryAfter: HOUR } });
  }
  return refuse({ reason: "STATE_CHANGED" });
}

async function mayIssue(
  world: Pick<World, "licenses">,
  principal: Principal,
  offer: Offer,
  type: Tier,
): Promise<Result<Actor, Problem<Reason>>> {
  const { plugin, instance } = offer;
  const isFreePlan = type === "trial" || (type === "free" && "free" in plugin.plans);
  if (principal.kind === "instance") {
    if (instance === null) return refuse({ reason: "NOT_FOUND" });
    if (!isFreePlan) return refuse({ reason: "PAYMENT_REQUIRED" });
    return ok({ kind: "instance", id: principal.instanceId });
  }
  if (principal.kind === "anonymous") return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  const isPublisher =
    hasScope(principal, "license:issue") &&
    coversPlugin(principal, plugin.name) &&
    (await world.licenses.isPublisherMember(plugin.publisherId, principal.accountId));
  if (isPublisher && instance !== null) return ok({ kind: "publisher", id: principal.accountId });
  if (isPublisher) return refuse({ reason: "NOT_FOUND", detail: "Instance not found" });
  if (manages(principal, instance) && hasScope(principal, "instance:manage") && isFreePlan)
    return ok({ kind: "owner", id: principal.accountId });
  if (principal.isOperator && hasScope(principal, "desk:accounts"))
    return instance === null
      ? refuse({ reason: "NOT_FOUND", detail: "Instance not found" })
      : ok({ kind: "operator", id: principal.accountId });
  return refuse({ reason: "PERMISSION_DENIED", detail: "Only the plugin's publisher issues licenses to instances." });
}

function offeredTerms({ plugin }: Offer, request: IssueRequest): Result<TierTerms, Problem<Reason>> {
  if (request.type === "trial" && plugin.trialDays === 0) return refuse({ reason: "TRIAL_NOT_OFFERED" });
  const terms = termsOf(request.type, plugin.plans[request.type], plugin.trialDays);
  return ok(lowerTerms(terms, request.wanted));
}

async function draftLicense(
  world: Pick<World, "keyHasher" | "vault" | "chance">,
  { plugin, instance }: Offer,
  request: IssueRequest,
  terms: TierTerms,
  actor: Actor,
  order: IssueOrder | null,
  now: number,
): Promise<{ draft: LicenseDraft; key: string }> {
  const identity = { uuid: world.chance.uuid(), instanceId: request.instanceId };
  const isTest = request.isTest === true;
  const key =
    instance?.keyShape === "legacy" && !isTest
      ? makeLegacyKey(world.chance.bytes(15))
      : makeLicenseKey(isTest ? "test" : "live", world.chance.bytes(17));
  const mayAgree = actor.kind === "publisher" || actor.kind === "operator" || order !== null;
  const sold = { ...PLAIN_TERMS, ...(mayAgree ? request.sold : undefined) };
  const startsAt = mayAgree ? (request.startsAt ?? now) : now;
  // Trying a trial out does not use it up.
  const claims = request.type === "trial" && !isTest ? await trialClaims(world, request) : [];
  const draft: LicenseDraft = {
    ...identity,
    pluginId: plugin.id,
    publisherId: plugin.publisherId,
    userId: request.userId,
    type: request.type,
    isTest,
    terms,
    sold,
    state: order === null || order.isSettled ? "active" : "pending",
    orderId: order?.orderId ?? null,
    startsAt,
    expiresAt: endOfTerm(terms.durationSeconds ?? sold.durationSeconds, sold, startsAt, request.expiresAt),
    hardwareId: request.hardwareId ?? null,
    key: {
      hash: await world.keyHasher.hash("rbsm-license-key", key.text),
      pepperV: world.keyHasher.version,
      kind: key.kind,
      hint: keyHint(key),
      sealed: await sealKey(world, identity, key.text),
    },
    claims,
    actor,
    op: makeOp(world),
    now,
    webhookNotBefore: actor.kind === "instance" ? now + WEBHOOK_DELAY : now,
  };
  return { draft, key: key.text };
}

/**
 * Once per plugin and instance, and once per plugin and device when it is known; while the pepper changes, under both, so
 * that no trial comes back.
 */
async function trialClaims(world: Pick<World, "keyHasher">, request: IssueRequest): Promise<LicenseDraft["claims"]> {
  const claim = async (kind: "instance" | "hardware", subject: string) => {
    const hashes = (await world.keyHasher.candidates("rbsm-trial", subject)).match(/.{64}/g) ?? [];
    return hashes.map((hash) => ({ kind, hash }));
  };
  const instance = await claim("instance", request.instanceId);
  return request.hardwareId === undefined ? instance : [...instance, ...(await claim("hardware", request.hardwareId))];
}

/** A date that was sent only shortens. A term that begins with the first seat has no end before. */
function endOfTerm(
  durationSeconds: number | null,
  sold: SoldTerms,
  startsAt: number,
  wanted: number | undefined,
): number | null {
  if (sold.expiryBasis === "first_activation" && durationSeconds !== null) return null;
  const end = durationSeconds === null ? null : startsAt + durationSeconds;
  if (wanted === undefined) return end;
  return end === null ? wanted : Math.min(end, wanted);
}
