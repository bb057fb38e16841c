import { beforeEach, describe, expect, it } from "vitest";
import type { DeliveryStore } from "../../../src/market/catalogue/delivery-ports.ts";

export interface NewDelivery {
  readonly version: string;
  readonly versionSort: string;
  readonly state: "published" | "yanked" | "blocked" | "review";
  readonly delivery: "public" | "gated";
  readonly publishedAt: number;
  readonly bytes: Uint8Array;
}

export interface DeliverySetting {
  readonly deliveries: DeliveryStore;
  /** One plugin with these releases, the newest published one as latest; ids and digests in the same order. */
  addPlugin(
    name: string,
    releases: readonly NewDelivery[],
  ): Promise<{ pluginId: string; releases: { id: string; sha256: string }[] }>;
  /** Two instances. */
  readonly instances: readonly [string, string];
  countOf(releaseId: string): Promise<number>;
}

const NOON = 1_796_126_400;
const HASH = (text: string) => text.padEnd(64, "0");

/** What every implementation of delivery must do. */
export function deliveryContract(title: string, open: () => Promise<DeliverySetting>): void {
  describe(`delivery ${title}`, () => {
    let setting: DeliverySetting;
    let serial = 0;
    let plugin: Awaited<ReturnType<DeliverySetting["addPlugin"]>>;
    const bytes = (text: string) => new TextEncoder().encode(`${title} ${serial} ${text}`);
    const digest = (at: number) => plugin.releases[at]?.sha256 ?? "";

    beforeEach(async () => {
      setting = await open();
      serial++;
      const release = { state: "published", delivery: "public", publishedAt: NOON } as const;
      plugin = await setting.addPlugin(`delivered-${serial}`, [
        { ...release, version: "1.0.0", versionSort: "1", bytes: bytes("one") },
        { ...release, version: "2.0.0", versionSort: "2", bytes: bytes("two"), publishedAt: NOON + 100 },
        { ...release, version: "3.0.0", versionSort: "3", bytes: bytes("three"), state: "yanked" },
        { ...release, version: "4.0.0", versionSort: "4", bytes: bytes("four"), state: "blocked" },
        { ...release, version: "5.0.0", versionSort: "5", bytes: bytes("five"), state: "review" },
        { ...release, version: "0.1.0", versionSort: "0", bytes: bytes("zero"), delivery: "gated" },
      ]);
    });

    it("knows what is public, blocked and nobody's business", async () => {
      const { deliveries } = setting;
      expect(await deliveries.publicBundle(digest(0))).toMatchObject({
        version: "1.0.0",
        block: null,
        publishedAt: NOON,
      });
      expect(await deliveries.publicBundle(digest(2))).toMatchObject({ block: null });
      expect(await deliveries.publicBundle(digest(3))).toMatchObject({ block: { isByLaw: false } });
      for (const hidden of [digest(4), digest(5), "00".repeat(32)])
        expect(await deliveries.publicBundle(hidden)).toBeNull();
      expect(await deliveries.publishedManifest(digest(5))).toBe("{}");
      expect(await deliveries.publishedContents(digest(0))).toMatchObject({ isPublic: true, publishedAt: NOON });
      expect(await deliveries.publishedContents(digest(5))).toMatchObject({ isPublic: false });
      for (const hidden of [digest(3), digest(4)]) {
        expect(await deliveries.publishedManifest(hidden)).toBeNull();
        expect(await deliveries.publishedContents(hidden)).toBeNull();
      }
    });

    it("finds the newest release, one by its version, and the newest of a time", async () => {
      const version = async (wanted: string | null, by: number | null) =>
        (await setting.deliveries.releaseFor(plugin.pluginId, wanted, by))?.version ?? null;
      expect(await version(null, null)).toBe("2.0.0");
      expect(await version(null, NOON)).toBe("1.0.0");
      expect(await version(null, 1)).toBeNull();
      expect(await version("3.0.0", null)).toBe("3.0.0");
      for (const none of ["4.0.0", "5.0.0", "9.9.9"]) expect(await version(none, null)).toBeNull();
    });

    it("consumes a token once, in time, for its own instance", async () => {
      const { deliveries, instances } = setting;
      const [mine, other] = instances;
      const token = {
        releaseId: plugin.releases[0]?.id ?? "",
        licenseId: null,
        activationId: null,
        instanceId: mine,
        expiresAt: NOON + 300,
      };
      const hash = HASH(`a${serial}`);
      await deliveries.addToken({ ...token, hash });
      expect(await deliveries.readToken(hash, mine)).toMatchObject({ usedAt: null, expiresAt: NOON + 300 });
      expect(await deliveries.readToken(hash, other)).toBeNull();
      expect(await deliveries.consumeToken(hash, other, NOON)).toBeNull();
      expect(await deliveries.consumeToken(hash, null, NOON + 300)).toBeNull();
      const all = await Promise.all(Array.from({ length: 10 }, () => deliveries.consumeToken(hash, null, NOON + 299)));
      expect(all.filter((release) => release !== null)).toMatchObject([{ version: "1.0.0", sha256: digest(0) }]);
      expect(await deliveries.readToken(hash, null)).toMatchObject({ usedAt: NOON + 299 });
      expect(await deliveries.consumeToken(HASH("f"), null, NOON)).toBeNull();
      await deliveries.forget(NOON + 300 + 3601);
      expect(await deliveries.readToken(hash, null)).toBeNull();
    });

    it("counts a client once a day and release", async () => {
      const releaseId = plugin.releases[0]?.id ?? "";
      const one = { releaseId, day: "2026-12-01", purpose: "install", client: `${serial} a` } as const;
      for (const download of [one, one, { ...one, purpose: "update" as const }, { ...one, client: `${serial} b` }])
        await setting.deliveries.count(download);
      expect(await setting.countOf(releaseId)).toBe(2);
    });

    it("streams parts", async () => {
      const stream = await setting.deliveries.streamRange(digest(0), 2, 4);
      const read = stream === null ? null : new Uint8Array(await new Response(stream as never).arrayBuffer());
      expect(read).toEqual(bytes("one").slice(2, 6));
      expect(await setting.deliveries.streamRange("00".repeat(32), 0, 1)).toBeNull();
    });
  });
}
