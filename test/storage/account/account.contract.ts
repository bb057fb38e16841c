import { beforeEach, describe, expect, it } from "vitest";
import type {
  AccountStore,
  InstanceStore,
  NewInstance,
  NewToken,
  WebhookStore,
} from "../../../src/market/account/ports.ts";
import type { AuditEntry } from "../../../src/market/ports.ts";

export interface AccountSetting {
  readonly accounts: AccountStore;
  readonly instances: InstanceStore;
  readonly webhooks: WebhookStore;
  /** Owes a webhook; answers its id. */
  owe(row: { instanceId: string; subjectId: string | null; notBefore: number; createdAt: number }): Promise<string>;
  stateOf(deliveryId: string): Promise<string>;
  auditActions(): Promise<readonly string[]>;
}

const NOON = 1_796_126_400;
const HASH = "a".repeat(64);

function token(hash: string): NewToken {
  return { kind: "pat", hash, hint: "abcd", name: "first", scopes: ["instance:manage"], expiresAt: NOON + 100 };
}

function newInstance(accountId: string, apiKey: string): NewInstance {
  return {
    accountId,
    publisherId: null,
    name: "Office",
    url: "https://erp.example.com",
    appVersion: "0.1.0",
    webhookUrl: "https://erp.example.com/hook",
    apiUrl: "https://erp.example.com/api",
    keyShape: "rbsm",
    apiKey,
    apiSecretSealed: "sealed-secret",
    webhookSecretSealed: "sealed-hook",
    hostApiKeySealed: null,
  };
}

/** What every implementation of the account ports must do. */
export function accountContract(name: string, open: () => Promise<AccountSetting>): void {
  describe(`accounts ${name}`, () => {
    let setting: AccountSetting;
    let serial = 0;
    let publisher: { accountId: string; publisherId: string; handle: string };
    let nonce = "";
    beforeEach(async () => {
      setting = await open();
      serial++;
      nonce = `nonce-${serial}`;
      const handle = `acme-${serial}`;
      const made = await setting.accounts.createAccount(
        {
          name: "Anna",
          email: `anna-${serial}@acme.example`,
          by: "1",
          token: token(`hash-${serial}`),
          publisher: { handle, displayName: "Acme", nonceHash: nonce, nonceExpiresAt: NOON + 600 },
        },
        NOON,
      );
      if (typeof made === "string" || made.publisherId === null) throw new Error(String(made));
      publisher = { accountId: made.accountId, publisherId: made.publisherId, handle };
    });
    const enroll = (keyId: string, change: { nonceHash?: string; accountId?: string } = {}, at = NOON) =>
      setting.accounts.enrollKey(
        {
          accountId: change.accountId ?? publisher.accountId,
          publisherId: publisher.publisherId,
          keyId,
          publicKey: "00",
          nonceHash: change.nonceHash ?? nonce,
        },
        at,
      );

    it("makes one first operator of many tries", async () => {
      const made = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          setting.accounts.createFirstOperator({ name: "Op" }, { ...token(`${serial}-op-${i}`), kind: "adm" }, NOON),
        ),
      );
      const winners = made.filter((id) => id !== null);
      expect(winners.length).toBeLessThanOrEqual(1);
      const again = await setting.accounts.createFirstOperator({ name: "Op" }, token(`${serial}-op-x`), NOON);
      expect(again).toBeNull();
    });

    it("finds a token with its account by the hash alone", async () => {
      expect(await setting.accounts.findToken(HASH)).toBeNull();
      expect(await setting.accounts.findToken(`hash-${serial}`)).toMatchObject({
        accountId: publisher.accountId,
        isOperator: false,
        isAccountActive: true,
        kind: "pat",
        scopes: ["instance:manage"],
        plugins: null,
        ipRanges: null,
        expiresAt: NOON + 100,
        revokedAt: null,
        hint: "abcd",
      });
    });

    it("revokes a token once, with one audit row", async () => {
      const before = (await setting.auditActions()).filter((action) => action === "token.revoked").length;
      const entry = { actorKind: "system", actorId: "x", action: "token.revoked", subjectKind: "token" } as const;
      await setting.accounts.revokeToken(`hash-${serial}`, NOON + 1, entry);
      await setting.accounts.revokeToken(`hash-${serial}`, NOON + 2, entry);
      await setting.accounts.revokeToken(HASH, NOON + 2, entry);
      expect(await setting.accounts.findToken(`hash-${serial}`)).toMatchObject({ revokedAt: NOON + 1 });
      const after = (await setting.auditActions()).filter((action) => action === "token.revoked").length;
      expect(after - before).toBe(1);
    });

    it("names which unique name was taken, and writes nothing then", async () => {
      const body = { name: "B", by: "1", token: token(`${serial}-b`) };
      const shop = { handle: publisher.handle, displayName: "B", nonceHash: `${serial}-n`, nonceExpiresAt: NOON };
      expect(await setting.accounts.createAccount({ ...body, email: `anna-${serial}@acme.example` }, NOON)).toBe(
        "email_taken",
      );
      expect(
        await setting.accounts.createAccount({ ...body, email: `b-${serial}@acme.example`, publisher: shop }, NOON),
      ).toBe("handle_taken");
      expect(await setting.accounts.findToken(`${serial}-b`)).toBeNull();
    });

    it("knows who owns what", async () => {
      expect(await setting.accounts.memberships(publisher.accountId)).toEqual([
        { id: publisher.publisherId, handle: publisher.handle, displayName: "Acme", role: "owner" },
      ]);
      expect(await setting.accounts.findPublisher(publisher.handle)).toMatchObject({ id: publisher.publisherId });
      expect(await setting.accounts.findPublisher("nobody")).toBeNull();
      expect(await setting.accounts.findAccount(publisher.accountId)).toMatchObject({ name: "Anna" });
      expect(await setting.accounts.findAccount("999999")).toBeNull();
    });

    it("spends a nonce on one key", async () => {
      const keyId = `key-${serial}`;
      expect(await enroll(keyId, { nonceHash: "unknown" })).toBe("key_proof_expired");
      expect(await enroll(keyId, { accountId: "999999" })).toBe("key_proof_expired");
      const race = await Promise.all([enroll(keyId), enroll(`${keyId}-2`), enroll(`${keyId}-3`)]);
      expect(race.filter((outcome) => outcome === "enrolled")).toHaveLength(1);
      expect(race.filter((outcome) => outcome === "key_proof_expired")).toHaveLength(2);
      expect(await setting.accounts.publisherKeys(publisher.publisherId)).toMatchObject([{ state: "active" }]);
    });

    it("takes no expired nonce, and no key twice", async () => {
      expect(await enroll(`key-${serial}`, {}, NOON + 600)).toBe("key_proof_expired");
      await setting.accounts.createAccount(
        {
          name: "C",
          email: `c-${serial}@acme.example`,
          by: "1",
          token: token(`${serial}-c`),
          publisher: {
            handle: `other-${serial}`,
            displayName: "O",
            nonceHash: `${nonce}-c`,
            nonceExpiresAt: NOON + 600,
          },
        },
        NOON,
      );
      const other = await setting.accounts.findPublisher(`other-${serial}`);
      const member = await setting.accounts.findToken(`${serial}-c`);
      const theirs = {
        accountId: member?.accountId ?? "",
        publisherId: other?.id ?? "",
        keyId: `shared-${serial}`,
        publicKey: "00",
        nonceHash: `${nonce}-c`,
      };
      expect(await setting.accounts.enrollKey(theirs, NOON)).toBe("enrolled");
      expect(await enroll(`shared-${serial}`)).toBe("key_reused");
      // The nonce was not spent on the refusal: the owner makes another key.
      expect(await enroll(`own-${serial}`)).toBe("enrolled");
    });

    describe("instances", () => {
      let instanceId = "";
      let apiKey = "";
      beforeEach(async () => {
        apiKey = `mk_${serial}`;
        instanceId = await setting.instances.create(newInstance(publisher.accountId, apiKey), NOON);
      });
      const rotation: AuditEntry = {
        actorKind: "instance",
        actorId: "1",
        action: "instance.rotated",
        subjectKind: "instance",
        subjectId: "1",
      };

      it("are found by key for a proof and by id for a view", async () => {
        expect(instanceId).toMatch(/^[1-9][0-9]*$/);
        expect(await setting.instances.findCredential("mk_nobody")).toBeNull();
        expect(await setting.instances.findCredential(apiKey)).toEqual({
          instanceId,
          accountId: publisher.accountId,
          publisherId: null,
          isSuspended: false,
          apiSecret: { purpose: "instance.api_secret", row: apiKey, sealed: "sealed-secret" },
        });
        expect(await setting.instances.find(instanceId)).toMatchObject({
          id: instanceId,
          name: "Office",
          publisherHandle: null,
          isSuspended: false,
          webhookPausedAt: null,
          webhookFailures: 0,
          createdAt: NOON,
        });
        expect(await setting.instances.find("999999")).toBeNull();
      });

      it("change only in the fields sent", async () => {
        await setting.instances.change(instanceId, {}, "1", NOON);
        await setting.instances.change(instanceId, { name: "New", publisherId: publisher.publisherId }, "1", NOON);
        expect(await setting.instances.find(instanceId)).toMatchObject({
          name: "New",
          url: "https://erp.example.com",
          publisherId: publisher.publisherId,
          publisherHandle: publisher.handle,
        });
        await setting.instances.change(instanceId, { publisherId: null, hostApiKeySealed: "sealed" }, "1", NOON);
        expect(await setting.instances.find(instanceId)).toMatchObject({
          publisherId: null,
          publisherHandle: null,
          hostApiKeySealed: "sealed",
        });
        expect(await setting.auditActions()).toContain("instance.changed");
      });

      it("get new secrets and a fresh hook by rotation", async () => {
        for (let i = 0; i < 5; i++) await setting.webhooks.countRefusal(instanceId, 5, NOON);
        expect(await setting.instances.find(instanceId)).toMatchObject({ webhookPausedAt: NOON, webhookFailures: 5 });
        const secrets = { apiSecretSealed: "new-secret", webhookSecretSealed: "new-hook" };
        await setting.instances.rotate(instanceId, secrets, rotation, NOON);
        expect(await setting.instances.find(instanceId)).toMatchObject({ webhookPausedAt: null, webhookFailures: 0 });
        expect(await setting.instances.findCredential(apiKey)).toMatchObject({ apiSecret: { sealed: "new-secret" } });
        expect(await setting.auditActions()).toContain("instance.rotated");
      });

      it("resume their hook when its address changes", async () => {
        for (let i = 0; i < 5; i++) await setting.webhooks.countRefusal(instanceId, 5, NOON + i);
        await setting.instances.change(instanceId, { webhookUrl: "https://erp.example.com/new" }, "1", NOON);
        expect(await setting.instances.find(instanceId)).toMatchObject({ webhookPausedAt: null, webhookFailures: 0 });
      });
    });

    describe("owed webhooks", () => {
      let instanceId = "";
      beforeEach(async () => {
        instanceId = await setting.instances.create(newInstance(publisher.accountId, `mk_hook_${serial}`), NOON);
      });
      const owe = (subjectId: string | null, notBefore = NOON, createdAt = NOON) =>
        setting.owe({ instanceId, subjectId, notBefore, createdAt });
      const claim = (id: string, now = NOON) => setting.webhooks.claim(id, now, now + 120);

      it("are claimed once of many tries, with where and how to send them", async () => {
        const id = await owe("1");
        const claims = await Promise.all(Array.from({ length: 10 }, () => claim(id)));
        const won = claims.filter((claimed) => claimed !== null);
        expect(won).toEqual([
          {
            id,
            event: "license.updated",
            subjectKind: "license",
            subjectId: "1",
            sequence: 3,
            data: { a: 1 },
            attempts: 1,
            createdAt: NOON,
            countedFrom: NOON,
            instanceId,
            url: "https://erp.example.com/hook",
            secret: { purpose: "instance.webhook_secret", row: `mk_hook_${serial}`, sealed: "sealed-hook" },
          },
        ]);
        expect(await claim("999999")).toBeNull();
      });

      it("wait for their time and for what is owed earlier about the same subject", async () => {
        const first = await owe("1", NOON + 60);
        const second = await owe("1");
        const elsewhere = await owe("2");
        expect(await claim(first)).toBeNull();
        expect(await claim(second)).toBeNull();
        expect(await claim(elsewhere)).not.toBeNull();
        expect(await setting.webhooks.earlierOwed(second)).toEqual({ id: first, notBefore: NOON + 60 });
        expect(await setting.webhooks.earlierOwed(first)).toBeNull();
        expect(await setting.webhooks.nextOwed(first)).toEqual({ id: second, notBefore: NOON });
        expect(await setting.webhooks.owedAbout("license", "1")).toEqual(
          expect.arrayContaining([
            { id: first, notBefore: NOON + 60 },
            { id: second, notBefore: NOON },
          ]),
        );
        await setting.webhooks.bury(first, 404);
        expect(await claim(second)).not.toBeNull();
      });

      it("without a subject do not wait for each other", async () => {
        await owe(null);
        expect(await claim(await owe(null))).not.toBeNull();
      });

      it("go from queued to delivered, back, or to their grave", async () => {
        const id = await owe("1");
        await claim(id);
        expect(await setting.stateOf(id)).toBe("sending");
        await setting.webhooks.postpone(id, 503, NOON + 60);
        expect(await setting.stateOf(id)).toBe("queued");
        expect(await claim(id)).toBeNull();
        expect(await claim(id, NOON + 60)).toMatchObject({ attempts: 2 });
        await setting.webhooks.countRefusal(instanceId, 5, NOON);
        await setting.webhooks.delivered(id, 200, NOON + 61);
        expect(await setting.stateOf(id)).toBe("delivered");
        expect(await setting.instances.find(instanceId)).toMatchObject({ webhookFailures: 0 });
        expect(await claim(id, NOON + 999)).toBeNull();
      });

      it("stay where they are while the hook is paused", async () => {
        const id = await owe("1");
        const answers: boolean[] = [];
        for (let i = 0; i < 5; i++) answers.push(await setting.webhooks.countRefusal(instanceId, 5, NOON));
        expect(answers).toEqual([false, false, false, false, true]);
        expect(await claim(id)).toBeNull();
        expect(await setting.webhooks.sweep(NOON, 0, 500)).not.toContain(id);
      });

      it("are swept: what is due, what a crash left, and not what is too old", async () => {
        const due = await owe("11");
        const behind = await owe("11");
        const later = await owe("12", NOON + 60);
        const left = await owe("13");
        await claim(left, NOON - 500 + 500);
        const old = await owe("14", NOON, NOON - 1_000);
        await claim(old);
        await setting.webhooks.postpone(old, 500, NOON);
        const swept = await setting.webhooks.sweep(NOON + 30, NOON - 500, 500);
        expect(swept).toContain(due);
        for (const id of [behind, later, left, old]) expect(swept).not.toContain(id);
        expect(await setting.stateOf(old)).toBe("dead");
        expect(await setting.webhooks.sweep(NOON + 120, 0, 500)).toEqual(expect.arrayContaining([left, later]));
        expect(await setting.webhooks.sweep(NOON + 120, 0, 1)).toHaveLength(1);
      });
    });
  });
}
