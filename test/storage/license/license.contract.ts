import { beforeAll, describe, expect, it } from "vitest";
import { PLAIN_TERMS } from "../../../src/domain/license/terms.ts";
import { termsOf } from "../../../src/domain/license/tiers.ts";
import * as transitions from "../../../src/domain/license/transitions.ts";
import type { GrantOrder, LicenseDraft, LicenseFacts, LicenseStore } from "../../../src/market/license/ports.ts";

export interface LicenseStoreUnderTest {
  readonly store: LicenseStore;
  readonly pluginId: string;
  readonly publisherId: string;
  readonly instanceId: string;
  /** Kinds of a license's events and `sequence event` of its webhooks, in order. */
  readonly trail: (licenseId: string) => Promise<{ events: string[]; webhooks: string[] }>;
}

const NOW = 1_795_348_800;
const NOBODY = { hardwareId: null, jkt: null };
const ACTOR = { kind: "instance", id: "1" } as const;

/** What every store of licenses does, whatever it remembers with. */
export function describeLicenseStore(name: string, make: () => Promise<LicenseStoreUnderTest>): void {
  describe(name, () => {
    let under: LicenseStoreUnderTest;
    let made = 0;
    beforeAll(async () => {
      under = await make();
    });

    const draft = (over: Partial<LicenseDraft> = {}): LicenseDraft => {
      const n = ++made;
      return {
        uuid: crypto.randomUUID(),
        instanceId: under.instanceId,
        pluginId: under.pluginId,
        publisherId: under.publisherId,
        userId: `user-${n}`,
        type: "basic",
        isTest: false,
        terms: termsOf("basic", undefined, 0),
        sold: PLAIN_TERMS,
        state: "active",
        orderId: null,
        startsAt: NOW,
        expiresAt: null,
        hardwareId: null,
        key: { hash: `hash-${crypto.randomUUID()}`, kind: "live", hint: "ABCD", sealed: "sealed" },
        claims: [],
        actor: ACTOR,
        op: `issue-${crypto.randomUUID()}`,
        now: NOW,
        webhookNotBefore: NOW,
        ...over,
      };
    };
    const issue = async (over: Partial<LicenseDraft> = {}): Promise<LicenseFacts> => {
      const issued = await under.store.issue(draft(over));
      if (issued.kind !== "issued") throw new Error(issued.kind);
      return (await under.store.find({ licenseId: issued.licenseId }, NOBODY, NOW)) as LicenseFacts;
    };
    const order = ({ license }: LicenseFacts, device: number, over: Partial<GrantOrder> = {}): GrantOrder => ({
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
      leaseUntil: NOW + 604_800,
      isEntitledByFallback: false,
      trialHardwareHash: null,
      consent: null,
      idempotency: null,
      components: null,
      seatUser: license.userId,
      proof: null,
      temporaryUntil: null,
      note: null,
      reply: { code: "VALID", seat: null },
      actor: ACTOR,
      op: `grant-${crypto.randomUUID()}`,
      now: NOW,
      ...over,
    });

    it("finds a license by key and by id with what it was given", async () => {
      const wish = draft();
      const issued = await under.store.issue(wish);
      const byKey = await under.store.find({ keyHash: wish.key.hash }, NOBODY, NOW);
      expect(byKey).toMatchObject({
        license: { userId: wish.userId, type: "basic", state: "active", maxInstalls: 3, devSeats: 1, rev: 1, epoch: 1 },
        key: { state: "current", hint: "ABCD", sealed: "sealed" },
        liveSeats: 0,
        activation: null,
      });
      expect(issued).toEqual({ kind: "issued", licenseId: byKey?.license.id });
      expect(await under.store.rightsOf(byKey?.license.id as string)).toEqual({
        entitlements: ["advanced", "basic"],
        limits: { apiCalls: 10_000, storage: 100, users: -1 },
      });
      expect(await under.store.find({ keyHash: "nothing" }, NOBODY, NOW)).toBeNull();
    });

    it("issues one standing license per instance, user and plugin", async () => {
      const first = await issue();
      const again = await under.store.issue(draft({ userId: first.license.userId }));
      expect(again).toMatchObject({ kind: "already_licensed", facts: { license: { id: first.license.id } } });
      const over = await issue({ expiresAt: NOW });
      expect((await under.store.issue(draft({ userId: over.license.userId }))).kind).toBe("issued");
    });

    it("knows trials that were claimed", async () => {
      const claims = [{ kind: "instance", hash: crypto.randomUUID() }] as const;
      expect((await under.store.issue(draft({ claims }))).kind).toBe("issued");
      expect(await under.store.issue(draft({ claims }))).toEqual({ kind: "trial_used" });
    });

    it("seats devices up to the cap and says why not", async () => {
      const facts = await issue();
      for (const device of [1, 2, 3]) expect((await under.store.grant(order(facts, device)))?.status).toBe(201);
      const fourth = order(facts, 4);
      expect(await under.store.grant(fourth)).toBeNull();
      expect(await under.store.explainRefusal(fourth)).toBe("SEAT_LIMIT");
      const after = await under.store.find({ licenseId: facts.license.id }, NOBODY, NOW);
      expect(after?.liveSeats).toBe(3);
      expect((await under.store.find({ licenseId: facts.license.id }, NOBODY, NOW + 604_800))?.liveSeats).toBe(0);
    });

    it("gives a device its row back, and fills in seat and code of the reply", async () => {
      const facts = await issue();
      const first = order(facts, 1);
      const granted = await under.store.grant(first);
      expect(JSON.parse(granted?.body ?? "")).toEqual({
        code: "VALID",
        seat: { class: "paid", overage: false, generation: 1 },
      });
      const again = order(facts, 1, { installationId: first.installationId, now: NOW + 5 });
      expect((await under.store.grant(again))?.status).toBe(200);
      expect(await under.trail(facts.license.id)).toEqual({
        events: ["license.created", "activation.granted"],
        webhooks: ["1 license.created", "2 license.updated"],
      });
      const other = order(facts, 1);
      expect(await under.store.grant(other)).toBeNull();
      expect(await under.store.explainRefusal(other)).toBe("STATE_CHANGED");
    });

    it("grants nothing against a license that moved", async () => {
      const facts = await issue();
      const patch = transitions.suspend(facts.license, "chargeback", NOW);
      if (!patch.ok || patch.value === "unchanged") throw new Error("not suspended");
      const change = {
        license: facts.license,
        patch: patch.value,
        kind: "license.suspended",
        data: {},
        actor: ACTOR,
        now: NOW,
      };
      expect(await under.store.change({ ...change, op: crypto.randomUUID() })).toBe(true);
      expect(await under.store.change({ ...change, op: crypto.randomUUID() })).toBe(false);
      const late = order(facts, 1);
      expect(await under.store.grant(late)).toBeNull();
      expect(await under.store.explainRefusal(late)).toBe("STATE_CHANGED");
      const after = await under.store.find({ licenseId: facts.license.id }, NOBODY, NOW);
      expect(after?.license).toMatchObject({ state: "suspended", stateReason: "chargeback", rev: 2, epoch: 2 });
    });

    it("keeps a reply under its idempotency key and refuses to run again", async () => {
      const facts = await issue();
      const idempotency = { scope: crypto.randomUUID(), key: "first-try", requestHash: "h" };
      const first = order(facts, 1, { idempotency });
      const granted = await under.store.grant(first);
      const asked = { version: null, bundleSha256: null, installationId: null };
      const ref = { licenseId: facts.license.id };
      const read = await under.store.findForActivation(ref, NOBODY, asked, idempotency, NOW);
      expect(read?.stored).toMatchObject({ requestHash: "h", status: 201, body: granted?.body });
      const again = order(facts, 2, { idempotency });
      expect(await under.store.grant(again)).toBeNull();
      expect(await under.store.explainRefusal(again)).toBe("IDEMPOTENT");
    });

    it("renews the lease that is presented, and revives a lapsed one while a seat is free", async () => {
      const facts = await issue();
      const granted = order(facts, 1);
      await under.store.grant(granted);
      const refresh = (presentedJti: string, now: number, jti: string) =>
        under.store.refresh({
          license: facts.license,
          activationId: granted.activationId,
          presentedJti,
          jti,
          leaseUntil: now + 604_800,
          isEntitledByFallback: false,
          isRunning: now < NOW + 604_800,
          actor: ACTOR,
          op: crypto.randomUUID(),
          now,
        });
      expect(await refresh("another", NOW + 1, "b")).toBe(false);
      expect(await refresh(granted.jti, NOW + 1, "b")).toBe(true);
      const lapsed = NOW + 1 + 604_800 + 60;
      expect(await refresh("b", lapsed, "c")).toBe(true);
      const seen = await under.store.installation({ activationId: granted.activationId });
      expect(seen?.activation).toMatchObject({
        generation: 2,
        jti: "c",
        previousJti: "b",
        leaseUntil: lapsed + 604_800,
      });
      expect(await refresh("c", lapsed + 2 * 604_800 + 60, "d")).toBe(false);
      expect((await under.trail(facts.license.id)).events.at(-1)).toBe("activation.revived");
    });

    it("releases once, pauses and resumes once each, and finds by both names", async () => {
      const facts = await issue();
      const granted = order(facts, 1);
      await under.store.grant(granted);
      const { activationId, installationId } = granted;
      for (const pausedAt of [NOW, NOW, null, null])
        await under.store.pause(activationId, pausedAt, ACTOR, crypto.randomUUID(), NOW);
      const release = () => under.store.release(activationId, "released", ACTOR, crypto.randomUUID(), NOW + 9);
      expect([await release(), await release()]).toEqual([true, false]);
      const found = await under.store.installation({ instanceId: under.instanceId, installationId });
      expect(found?.activation).toMatchObject({ id: activationId, releasedAt: NOW + 9, pausedAt: null });
      expect((await under.trail(facts.license.id)).events).toEqual([
        "license.created",
        "activation.granted",
        "activation.paused",
        "activation.resumed",
        "activation.released",
      ]);
    });
  });
}
