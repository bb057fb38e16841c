import { beforeEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../src/domain/digest.ts";
import type { BundleStore, NewRelease, NewStatement, Publication } from "../../../src/market/publish/ports.ts";
import { type StatesSetting, statesContract } from "./states.contract.ts";

export interface ReleaseSetting extends StatesSetting {
  readonly bundles: BundleStore;
  /** A publisher with one owner, and an account that belongs to nobody. */
  addPublisher(handle: string): Promise<{ publisherId: string; ownerId: string; strangerId: string }>;
  block(sha256: string): Promise<void>;
  /** Digest of the container a release was made of. */
  containerOf(releaseId: string): Promise<string | null>;
}

const NOON = 1_796_126_400;
const CLEAN = { result: "clean", findings: [] } as const;
const PRICING = {
  currency: "EUR",
  tiers: [
    {
      id: "free",
      price: 0,
      interval: "none",
      features: [],
      limits: { installs: null, apiCalls: null, storageMiB: null, users: null },
      popular: false,
    },
  ],
} as const;
const LISTING = {
  displayName: "One",
  description: "What it does, in one line.",
  category: "other",
  type: "automation",
  tags: ["one"],
  icon: null,
  screenshots: [],
  pricing: PRICING,
  trialDays: 0,
};
const ACTOR = { kind: "account", id: "1" } as const;

/** What every implementation of the release ports must do. */
export function releaseContract(title: string, open: () => Promise<ReleaseSetting>): void {
  describe(`releases ${title}`, () => {
    let setting: ReleaseSetting;
    let serial = 0;
    let house: { publisherId: string; ownerId: string; strangerId: string };
    let name = "";
    beforeEach(async () => {
      setting = await open();
      serial++;
      name = `plugin-${serial}`;
      house = await setting.addPublisher(`house-${serial}`);
    });

    const statement = (sequence: number, previous: string | null, over: Partial<NewStatement> = {}): NewStatement => ({
      envelope: "{}",
      sha256: `statement-${serial}-${sequence}`,
      keyId: "key",
      sequence,
      previous,
      needsApproval: false,
      ...over,
    });
    const release = (over: Partial<NewRelease> = {}): NewRelease => ({
      publisherId: house.publisherId,
      name,
      uuid: crypto.randomUUID(),
      version: "1.0.0",
      versionSort: "0000000001.0000000000.0000000000~",
      channel: "stable",
      sha256: "ab".repeat(32),
      sha512: "cd".repeat(64),
      size: 100,
      manifest: '{"permissions":[],"dependencies":{}}',
      manifestSha256: "m",
      capabilitiesSha256: "c",
      closureDigest: "d",
      serverSha256: null,
      changelog: "",
      readme: "",
      minAppVersion: "0.1.0",
      maxAppVersion: null,
      listing: LISTING,
      statement: statement(1, null),
      expected: { ruleSet: "r", checks: ["one", "two"] },
      actor: ACTOR,
      container: null,
      ...over,
    });
    const publication = (number: number, over: Partial<Publication> = {}): Publication => ({
      publication: number,
      receipt: '{"signatures":[{"keyId":"k"}]}',
      receiptSha256: `receipt-${serial}-${number}`,
      delivery: "public",
      listing: LISTING,
      deciderId: house.strangerId,
      reason: "Looked at it.",
      ...over,
    });
    const stage = async (over: Partial<NewRelease> = {}, at = NOON) => {
      const staged = await setting.releases.stage(release(over), at);
      if (staged === null) throw new Error("not staged");
      return staged;
    };
    const facts = async (releaseId: string) => {
      const found = await setting.releases.forDecision(releaseId);
      if (found === null) throw new Error("no such release");
      return found;
    };
    const check = async (releaseId: string, results: Record<string, "clean" | "dirty" | "unknown">, attempt = 1) => {
      await setting.releases.claimForChecks(releaseId, NOON);
      for (const [check, result] of Object.entries(results))
        await setting.releases.appendCheck(releaseId, check, attempt, { result, findings: [] }, NOON);
      await setting.releases.settleChecks(releaseId, null, NOON);
    };

    it("stages a version once, and only as the next link of the chain", async () => {
      const { releases } = setting;
      const all = await Promise.all(Array.from({ length: 5 }, () => releases.stage(release(), NOON)));
      expect(all.filter((one) => one !== null)).toHaveLength(1);
      const head = statement(1, null).sha256;
      const wrong = [statement(1, null), statement(3, head), statement(2, "other"), statement(2, null)];
      for (const link of wrong)
        expect(await releases.stage(release({ version: "1.1.0", statement: link }), NOON)).toBeNull();
      expect(await releases.stage(release({ version: "1.1.0", statement: statement(2, head) }), NOON)).not.toBeNull();
      const intake = await releases.intake(name, "1.1.0", house.publisherId, NOON);
      expect(intake.plugin).toMatchObject({ headSequence: 2, headStatementSha256: statement(2, head).sha256 });
      expect(intake.release).toMatchObject({ state: "staged", statementSha256: statement(2, head).sha256 });
      expect(intake).toMatchObject({ newPluginsThisWeek: 1, uploadsToday: 2, pendingFirstReleases: 1, reserved: null });
    });

    it("names the container of an older host in the act that stages its release, and in no other", async () => {
      const container = { sha256: `container-${serial}`, size: 7 };
      const { releaseId } = await stage({ container });
      expect(await setting.containerOf(releaseId)).toBe(container.sha256);
      expect(await setting.releases.stage(release({ container: { sha256: "other", size: 1 } }), NOON)).toBeNull();
      expect(await setting.containerOf(releaseId)).toBe(container.sha256);
      const bundle = await stage({ version: "1.0.1", statement: null });
      expect(await setting.containerOf(bundle.releaseId)).toBeNull();
    });

    it("gives a name to one publisher, and knows nothing of names nobody has", async () => {
      await stage();
      const other = await setting.addPublisher(`other-${serial}`);
      const theirs = release({ publisherId: other.publisherId, version: "2.0.0", statement: null });
      expect(await setting.releases.stage(theirs, NOON)).toBeNull();
      expect((await setting.releases.intake(`nobody-${serial}`, "1.0.0", null, NOON)).plugin).toBeNull();
    });

    it("puts the sixth release in ten minutes behind velocity", async () => {
      const ids: string[] = [];
      for (let number = 0; number < 6; number++)
        ids.push((await stage({ version: `1.0.${number}`, statement: null })).releaseId);
      const until = await Promise.all(ids.map(async (id) => (await facts(id)).velocityUntil));
      expect(until).toEqual([null, null, null, null, null, NOON + 600]);
      const later = await stage({ version: "1.1.0", statement: null }, NOON + 601);
      expect((await facts(later.releaseId)).velocityUntil).toBeNull();
    });

    it("takes a missing signature once", async () => {
      const { releaseId } = await stage({ statement: null });
      expect((await facts(releaseId)).hasStatement).toBe(false);
      const attach = (link: NewStatement) => setting.releases.attachStatement(releaseId, link, ACTOR, NOON);
      expect(await attach(statement(2, "x"))).toBe(false);
      const both = await Promise.all([
        attach(statement(1, null)),
        attach(statement(1, null, { sha256: `rival-${serial}` })),
      ]);
      expect(both.filter(Boolean)).toHaveLength(1);
      expect((await facts(releaseId)).hasStatement).toBe(true);
    });

    it("moves staged → scanning → review, keeps the newest result and drops a repeated attempt", async () => {
      const { releaseId } = await stage();
      const { releases } = setting;
      await releases.settleChecks(releaseId, null, NOON);
      expect((await facts(releaseId)).state).toBe("staged");
      expect(await releases.claimForChecks(releaseId, NOON)).toMatchObject({ name, version: "1.0.0", results: {} });
      await releases.appendCheck(releaseId, "one", 1, { result: "unknown", findings: [] }, NOON);
      await releases.appendCheck(releaseId, "one", 1, CLEAN, NOON);
      await releases.appendCheck(releaseId, "two", 1, CLEAN, NOON);
      await releases.settleChecks(releaseId, NOON + 60, NOON);
      expect(await facts(releaseId)).toMatchObject({ state: "review", results: { one: "unknown", two: "clean" } });
      expect(await releases.due(NOON + 59)).not.toContain(releaseId);
      expect(await releases.due(NOON + 60)).toContain(releaseId);
      const again = await releases.claimForChecks(releaseId, NOON + 60);
      expect(again?.results).toMatchObject({ one: { result: "unknown", attempt: 1 } });
      await releases.appendCheck(releaseId, "one", 2, CLEAN, NOON);
      await releases.settleChecks(releaseId, null, NOON);
      expect(await releases.claimForChecks(releaseId, NOON)).toBeNull();
      expect((await facts(releaseId)).results).toEqual({ one: "clean", two: "clean" });
      expect(await releases.deskQueue(100)).toEqual(expect.arrayContaining([expect.objectContaining({ releaseId })]));
    });

    it("rejects what is dirty, and frees its version number", async () => {
      const { releaseId } = await stage();
      await check(releaseId, { one: "clean", two: "dirty" });
      expect(await facts(releaseId)).toMatchObject({ state: "rejected" });
      const head = statement(1, null).sha256;
      expect(await setting.releases.stage(release({ statement: statement(2, head) }), NOON)).not.toBeNull();
    });

    it("finds what was forgotten", async () => {
      const { releaseId } = await stage();
      expect(await setting.releases.due(NOON + 60)).not.toContain(releaseId);
      expect(await setting.releases.due(NOON + 61)).toContain(releaseId);
      await setting.releases.claimForChecks(releaseId, NOON);
      expect(await setting.releases.due(NOON + 299)).not.toContain(releaseId);
      expect(await setting.releases.due(NOON + 300)).toContain(releaseId);
    });

    it("publishes only what is clean, signed, unbraked, unchanged and not the decider's own", async () => {
      const { releases } = setting;
      const { releaseId } = await stage();
      const before = await facts(releaseId);
      expect(await releases.publish(before, publication(1), NOON)).toBe(false);
      await check(releaseId, { one: "clean", two: "unknown" });
      expect(await releases.publish(await facts(releaseId), publication(1), NOON)).toBe(false);
      await check(releaseId, { two: "clean" }, 2);
      const seen = await facts(releaseId);
      const refused = [
        releases.publish({ ...seen, sha256: "ef".repeat(32) }, publication(1), NOON),
        releases.publish({ ...seen, statementSha256: "other" }, publication(1), NOON),
        releases.publish({ ...seen, pluginRev: seen.pluginRev + 1 }, publication(1), NOON),
        releases.publish({ ...seen, lastReceiptSha256: "other" }, publication(1), NOON),
        releases.publish(seen, publication(2), NOON),
        releases.publish(seen, publication(1, { deciderId: house.ownerId }), NOON),
        releases.reject(releaseId, seen.sha256, "Mine.", house.ownerId, NOON),
        releases.reject(releaseId, "ef".repeat(32), "Other bytes.", house.strangerId, NOON),
      ];
      expect(await Promise.all(refused)).toEqual(refused.map(() => false));
      const both = await Promise.all([
        releases.publish(seen, publication(1), NOON),
        releases.reject(releaseId, seen.sha256, "No.", house.strangerId, NOON),
        releases.publish(seen, publication(1, { receiptSha256: `rival-receipt-${serial}` }), NOON),
      ]);
      expect(both.filter(Boolean)).toHaveLength(1);
      expect(await facts(releaseId)).toMatchObject({
        state: "published",
        publications: 1,
        pluginRev: seen.pluginRev + 1,
      });
      expect(await releases.claimForChecks(releaseId, NOON)).toBeNull();
    });

    it.each([
      ["without a statement", { statement: null }],
      ["that needs approval", { needsApproval: true }],
      ["that expects nothing", { expected: { ruleSet: "r", checks: [] } }],
    ])("never publishes a release %s", async (_what, over) => {
      const { needsApproval = false, ...rest } = over as { needsApproval?: boolean } & Partial<NewRelease>;
      const { releaseId } = await stage({ statement: statement(1, null, { needsApproval }), ...rest });
      await check(releaseId, { one: "clean", two: "clean" });
      expect(await setting.releases.publish(await facts(releaseId), publication(1), NOON)).toBe(false);
    });

    const out = ({ pluginId, releaseId }: { readonly pluginId: string; readonly releaseId: string }) => ({
      pluginId,
      releaseId,
      ownerId: house.ownerId,
      strangerId: house.strangerId,
    });
    const review = async (over: Partial<NewRelease>) => {
      const staged = await stage(over.name === undefined ? over : { statement: null, ...over });
      await check(staged.releaseId, { one: "clean", two: "clean" });
      return out(staged);
    };
    statesContract(() => setting, {
      review,
      facts,
      async publish(over = {}, terms = {}) {
        const made = await review(over);
        expect(await setting.releases.publish(await facts(made.releaseId), publication(1, terms), NOON)).toBe(true);
        return made;
      },
    });

    it("knows blocked digests", async () => {
      await setting.block(`bad-${serial}`);
      expect(await setting.releases.blockedDigests([`good-${serial}`, `bad-${serial}`])).toEqual([`bad-${serial}`]);
      expect(await setting.releases.blockedDigests([])).toEqual([]);
    });

    it("keeps bytes once, by kind and digest, and reads them in parts", async () => {
      const bytes = new TextEncoder().encode(`content ${serial} ${title}`);
      const sha256 = await sha256Hex(bytes);
      const { bundles } = setting;
      expect(await bundles.get("bundle", sha256)).toBeNull();
      expect(await bundles.putOnce("bundle", sha256, bytes)).toBe("created");
      expect(await bundles.putOnce("bundle", sha256, bytes)).toBe("exists");
      expect(await bundles.get("module", sha256)).toBeNull();
      expect(await bundles.get("bundle", sha256)).toEqual(bytes);
      expect(await bundles.range(sha256, 2, 5)).toEqual(bytes.slice(2, 7));
      expect(await bundles.size(sha256)).toBe(bytes.length);
      expect(await bundles.size("00".repeat(32))).toBeNull();
    });
  });
}
