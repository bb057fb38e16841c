import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { PLAIN_TERMS } from "../../../src/domain/license/terms.ts";
import { termsOf } from "../../../src/domain/license/tiers.ts";
import type { GrantOrder, LicenseFacts } from "../../../src/market/license/ports.ts";
import { createLicenseStore } from "../../../src/storage/license/store.ts";
import { makeInstance, makePlugin, openShop } from "../../api/license/shop.worker.ts";
import { NOON } from "../../clock.ts";

const NOBODY = { hardwareId: null, jkt: null };
const store = createLicenseStore(env.DB, { now: () => Date.now() });
let instanceId: string;
let pluginId: string;
let publisherId: string;

beforeAll(async () => {
  instanceId = (await makeInstance()).id;
  pluginId = (await makePlugin()).id;
  publisherId = (await openShop()).publisherId;
});

async function issue(): Promise<LicenseFacts> {
  const uuid = crypto.randomUUID();
  const issued = await store.issue({
    uuid,
    instanceId,
    pluginId,
    publisherId,
    userId: uuid,
    type: "basic",
    isTest: false,
    terms: termsOf("basic", undefined, 0),
    sold: PLAIN_TERMS,
    orderId: null,
    state: "active",
    startsAt: NOON,
    expiresAt: null,
    hardwareId: null,
    key: { hash: uuid, kind: "live", hint: "ABCD", sealed: "sealed" },
    claims: [],
    actor: { kind: "instance", id: instanceId },
    op: `issue-${uuid}`,
    now: NOON,
    webhookNotBefore: NOON,
  });
  if (issued.kind !== "issued") throw new Error(issued.kind);
  return (await store.find({ licenseId: issued.licenseId }, NOBODY, NOON)) as LicenseFacts;
}

function order({ license }: LicenseFacts, device: number): GrantOrder {
  return {
    license,
    activationId: `act_${license.id}_${device}`,
    installationId: crypto.randomUUID(),
    deviceId: `hw:${license.id}:${device}`,
    deviceJkt: null,
    sealKey: null,
    hardwareId: `${license.id}-${device}`,
    environment: "production",
    origin: null,
    label: null,
    appVersion: null,
    version: "1.0.0",
    jti: crypto.randomUUID(),
    leaseUntil: NOON + 604_800,
    isEntitledByFallback: false,
    trialHardwareHash: null,
    consent: null,
    idempotency: null,
    components: null,
    seatUser: license.userId,
    proof: null,
    temporaryUntil: null,
    note: null,
    offline: null,
    reply: { code: "VALID", seat: null },
    actor: { kind: "instance", id: instanceId },
    op: `grant-${crypto.randomUUID()}`,
    now: NOON,
  };
}

interface Outcome {
  readonly granted: number;
  readonly live: number;
  readonly events: number;
  readonly isGapless: number;
}

/** 50 devices ask for the 3 seats of one license at the same time. */
async function race(): Promise<Outcome> {
  const facts = await issue();
  const answers = await Promise.all(Array.from({ length: 50 }, (_, device) => store.grant(order(facts, device))));
  const seen = await env.DB.prepare(
    `SELECT (SELECT COUNT(*) FROM activations a WHERE a.license_id = ?1 AND a.released_at IS NULL AND a.lease_until > ?2) AS live,
      (SELECT COUNT(*) FROM license_events e WHERE e.license_id = ?1 AND e.kind = 'activation.granted') AS events,
      (SELECT MAX(e.seq) = COUNT(*) FROM license_events e WHERE e.license_id = ?1) AS isGapless`,
  )
    .bind(Number(facts.license.id), NOON)
    .first<Omit<Outcome, "granted">>();
  if (seen === null) throw new Error("nothing was counted");
  return { granted: answers.filter((answer) => answer?.status === 201).length, ...seen };
}

// One test would outlast its time on a busy machine.
it.each([1, 2, 3, 4, 5])(
  "50 devices on 3 seats give exactly 3 grants, 3 live rows and 3 events in 20 of 20 rounds, of 100: part %i",
  async () => {
    const outcomes: Outcome[] = [];
    for (let chunk = 0; chunk < 4; chunk++)
      outcomes.push(...(await Promise.all(Array.from({ length: 5 }, () => race()))));
    expect(outcomes).toEqual(Array(20).fill({ granted: 3, live: 3, events: 3, isGapless: 1 }));
  },
);
