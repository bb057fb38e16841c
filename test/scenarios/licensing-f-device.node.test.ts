import { beforeEach, describe, expect, it } from "vitest";
import type { Fetch } from "../../src/sdk/license/index.ts";
import {
  type Asked,
  type Bench,
  DAY,
  documentBy,
  entryOf,
  KEY,
  leaseFor,
  makeSigner,
  NO_LINE,
  NOON,
  openBench,
  playMarketplace,
  rootOf,
  type Signer,
} from "./licensing-sdk.ts";

let signer: Signer;
let files: Signer;
let lists: Signer;
let root: Signer;
let bench: Bench;

beforeEach(async () => {
  [signer, files, lists, root] = (await Promise.all(["l-1", "o-1", "v-1", "r-1"].map(makeSigner))) as [
    Signer,
    Signer,
    Signer,
    Signer,
  ];
  bench = openBench(signer);
});

type Answer = (asked: Asked) => Promise<{ status: number; body: unknown }>;
/** A marketplace whose answer the test changes. */
function play(first: Answer = (asked) => leaseFor(signer, asked, bench.market)) {
  const now = { answer: first };
  const market = playMarketplace((asked) => now.answer(asked));
  return { ...market, now };
}
const keys = (over: Partial<Parameters<typeof entryOf>[3]> = {}) => [
  entryOf(signer, "lease", NOON - DAY, over),
  entryOf(files, "offline", NOON - DAY),
  entryOf(lists, "list", NOON - DAY),
];

describe("F. Key set, on the device", () => {
  /** A marketplace that also publishes key-set documents. */
  function publishing(answer: Answer, documents: Record<string, string>) {
    const market = playMarketplace(answer);
    const fetched: string[] = [];
    const fetch: Fetch = async (url, init) => {
      const kid = /license-keyset\/(.+)\.jws$/.exec(url)?.[1];
      if (kid === undefined) return market.fetch(url, init);
      fetched.push(kid);
      const document = documents[kid];
      return document === undefined ? new Response("", { status: 404 }) : new Response(document);
    };
    return { fetch, fetched };
  }

  it("31. kid absent from the cached set → KEYSET_STALE, one fetch, accepted; never SIGNATURE_INVALID", async () => {
    const next = await makeSigner("l-2");
    const roots = [rootOf(root)];
    const first = await documentBy(root, 1, keys(), NOON - DAY);
    const both = await documentBy(root, 2, [...keys(), entryOf(next, "lease", NOON)], NOON);
    const answer: Answer = (asked) => leaseFor(next, asked, bench.market);
    const nowhere = publishing(answer, {});
    const stale = await bench.guard(nowhere.fetch, { roots, keySet: first }).start();
    expect(stale.isLicensed).toBe(false);
    const guard = bench.guard(nowhere.fetch, { roots, keySet: first });
    await guard.load();
    expect(await guard.activate(KEY)).toMatchObject({ isLicensed: false, code: "KEYSET_STALE", class: "retryable" });
    expect(nowhere.fetched).toEqual(["r-1"]);
    const there = publishing(answer, { "r-1": both });
    const fresh = bench.guard(there.fetch, { roots, keySet: first });
    await fresh.load();
    expect(await fresh.activate(KEY)).toMatchObject({ isLicensed: true, code: "VALID" });
    await fresh.refresh();
    expect(there.fetched).toEqual(["r-1"]);
    expect(await bench.guard(NO_LINE, { roots, keys: [] }).load()).toMatchObject({ isLicensed: true });
  });

  it("32. Key-set document of lower version, expired, or with a bad root signature → ignored, last good kept", async () => {
    const stranger = await makeSigner("r-1");
    const roots = [rootOf(root)];
    const good = await documentBy(root, 5, keys(), NOON);
    const guard = bench.guard(play().fetch, { roots });
    await guard.load();
    expect(await guard.importKeySet(good)).toBe(true);
    const nothing = [entryOf(await makeSigner("l-9"), "lease", NOON)];
    for (const bad of [
      await documentBy(root, 4, nothing, NOON),
      await documentBy(root, 6, nothing, NOON - 31 * DAY),
      await documentBy(root, 6, nothing, NOON + 3600),
      await documentBy(stranger, 6, nothing, NOON),
      await documentBy(root, 6, nothing, NOON, "https://other.example"),
      "hello",
    ])
      expect(await guard.importKeySet(bad)).toBe(false);
    expect(await guard.activate(KEY)).toMatchObject({ isLicensed: true });
    // The last good one stays in use, however old.
    bench.pass(6 * DAY);
    bench.local += 0;
    const later = bench.guard(NO_LINE, { roots, keys: [] });
    expect(await later.load()).toMatchObject({ isLicensed: true });
    expect(await later.importKeySet(await documentBy(root, 5, keys(), NOON))).toBe(true);
  });

  it("33. Root change with old and new pinned → documents under either verify during the overlap", async () => {
    const next = await makeSigner("r-2");
    const byOld = await documentBy(root, 3, keys(), NOON);
    const byNew = await documentBy(next, 3, keys(), NOON);
    const both = bench.guard(NO_LINE, { roots: [rootOf(root), rootOf(next)] });
    await both.load();
    expect([await both.importKeySet(byOld), await both.importKeySet(byNew)]).toEqual([true, true]);
    const onlyNew = bench.guard(NO_LINE, { roots: [rootOf(next)] });
    expect([await onlyNew.importKeySet(byOld), await onlyNew.importKeySet(byNew)]).toEqual([false, true]);
    const there = publishing((asked) => leaseFor(signer, asked, bench.market), { "r-2": byNew });
    const guard = bench.guard(there.fetch, { roots: [rootOf(root), rootOf(next)], keys: [] });
    expect(await guard.activate(KEY)).toMatchObject({ isLicensed: true });
    expect(there.fetched).toEqual(["r-1", "r-2"]);
  });

  it("a retired kid is SIGNER_RETIRED, a stolen one SIGNER_REVOKED: wholly, or from an instant on", async () => {
    const roots = [rootOf(root)];
    const guard = bench.guard(play().fetch, { roots });
    await guard.load();
    await guard.importKeySet(await documentBy(root, 1, keys(), NOON));
    await guard.activate(KEY);
    const judgedBy = async (version: number, over: object) => {
      const judge = bench.guard(NO_LINE, { roots });
      await judge.load();
      expect(await judge.importKeySet(await documentBy(root, version, keys(over), NOON))).toBe(true);
      return (await bench.guard(NO_LINE, { roots }).load()).code;
    };
    expect(await judgedBy(2, { revokedFrom: NOON + 1, revokeMode: "after" })).toBe("VALID");
    expect(await judgedBy(3, { revokedFrom: NOON, revokeMode: "after" })).toBe("SIGNER_REVOKED");
    expect(await judgedBy(4, { revokedFrom: NOON + DAY, revokeMode: "all" })).toBe("SIGNER_REVOKED");
    expect(await judgedBy(5, { signUntil: NOON - 9 * DAY, verifyUntil: NOON - 1 })).toBe("SIGNER_RETIRED");
  });

  it("a key of one purpose makes nothing of another", async () => {
    const roots = [rootOf(root)];
    const guard = bench.guard(play((asked) => leaseFor(files, asked, bench.market)).fetch, { roots });
    await guard.load();
    await guard.importKeySet(await documentBy(root, 1, keys(), NOON));
    expect(await guard.activate(KEY)).toMatchObject({ isLicensed: false, code: "SIGNATURE_INVALID" });
  });
});
