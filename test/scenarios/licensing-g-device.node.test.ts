import { beforeEach, describe, expect, it } from "vitest";
import { LIST_AUDIENCE, type RevocationItem, revocationId } from "../../src/domain/license/revocation.ts";
import {
  type Asked,
  answerFile,
  type Bench,
  DAY,
  KEY,
  leaseFor,
  makeDevice,
  makeSigner,
  NO_LINE,
  NOON,
  ORIGIN,
  openBench,
  playMarketplace,
  type Signer,
} from "./licensing-sdk.ts";

let signer: Signer;
let files: Signer;
let lists: Signer;
let _root: Signer;
let bench: Bench;

beforeEach(async () => {
  [signer, files, lists, _root] = (await Promise.all(["l-1", "o-1", "v-1", "r-1"].map(makeSigner))) as [
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
/** Keys of every purpose, pinned without a key set. */
const pinned = () => [
  { ...signer.key, purpose: "lease" as const },
  { ...files.key, purpose: "offline" as const },
  { ...lists.key, purpose: "list" as const },
];

describe("G. Offline, on the device", () => {
  async function airGapped(seed: number, over = {}) {
    const device = await makeDevice(seed);
    return bench.guard(NO_LINE, { device, keys: pinned(), ...over });
  }

  it("35. An air-gapped device's request is answered → the file verifies there; elsewhere DEVICE_KEY_MISMATCH", async () => {
    const guard = await airGapped(1);
    await guard.load();
    const request = (await guard.requestFile("1.0.0")) as string;
    expect(request.length).toBeLessThanOrEqual(1024);
    const file = await answerFile(files, request, NOON + 60);
    bench.pass(3600);
    expect(await guard.importFile(`${file}\n`)).toMatchObject({
      isLicensed: true,
      code: "VALID",
      lease: { isOffline: true },
    });
    bench.pass(29 * DAY);
    const later = await airGapped(1);
    expect(await later.load()).toMatchObject({ isLicensed: true });
    const elsewhere = openBench(signer);
    const other = elsewhere.guard(NO_LINE, { device: await makeDevice(2), keys: pinned() });
    await other.load();
    expect(await other.importFile(file)).toMatchObject({
      isLicensed: false,
      code: "DEVICE_KEY_MISMATCH",
      class: "conclusive",
    });
    bench.pass(DAY);
    expect(later.status()).toMatchObject({ isLicensed: false, code: "LEASE_EXPIRED" });
  });

  it("37. A foreign device's file, a damaged file → two distinct codes, no claim of either used", async () => {
    const guard = await airGapped(1);
    await guard.load();
    const request = (await guard.requestFile("1.0.0")) as string;
    const foreign = await airGapped(2, { storage: openBench(signer).storage });
    await foreign.load();
    const theirs = await answerFile(files, (await foreign.requestFile("1.0.0")) as string, NOON);
    const file = await answerFile(files, request, NOON);
    const damaged = file.replace(/\.(.)/, (_, first: string) => `.${first === "e" ? "f" : "e"}`);
    const before = await bench.storage.read();
    expect(await guard.importFile(theirs)).toMatchObject({
      isLicensed: false,
      lease: null,
      code: "DEVICE_KEY_MISMATCH",
    });
    expect(await guard.importFile(damaged)).toMatchObject({
      isLicensed: false,
      lease: null,
      code: "SIGNATURE_INVALID",
    });
    for (const [over, code] of [
      [{ aud: "rbsm:plugin:8" }, "AUDIENCE_MISMATCH"],
      [{ exp: NOON }, "LEASE_EXPIRED"],
      [{ off: false }, "SIGNATURE_INVALID"],
      [{ nonce: "A".repeat(32) }, "REPLAYED"],
    ] as const)
      expect((await guard.importFile(await answerFile(files, request, NOON, over))).code).toBe(code);
    expect(await bench.storage.read()).toBe(before);
    expect((await guard.importFile(file)).isLicensed).toBe(true);
  });

  it("a file older than the one stored is ignored; the release erases first and names the file", async () => {
    const guard = await airGapped(1);
    await guard.load();
    const first = await answerFile(files, (await guard.requestFile("1.0.0")) as string, NOON - 100, { jti: "lse_OLD" });
    const second = await answerFile(files, (await guard.requestFile("1.0.0")) as string, NOON, { jti: "lse_NEW" });
    await guard.importFile(second);
    expect(await guard.importFile(first)).toMatchObject({
      isLicensed: true,
      code: "REPLAYED",
      lease: { leaseId: "lse_NEW" },
    });
    const release = (await guard.releaseFile()) as string;
    expect(JSON.parse(Buffer.from(release.split(".")[1] as string, "base64url").toString())).toMatchObject({
      tok: "offline-release",
      jti: "lse_NEW",
    });
    expect(guard.status().isLicensed).toBe(false);
    expect(JSON.parse((await bench.storage.read()) as string).lease).toBeNull();
    expect(await guard.releaseFile()).toBeNull();
  });

  async function listOf(epoch: number, items: RevocationItem[], iat = NOON, over = {}) {
    return lists.sign({
      iss: ORIGIN,
      aud: LIST_AUDIENCE,
      tok: "revocations",
      v: 1,
      epoch,
      since: 0,
      full: true,
      iat,
      next: iat + DAY,
      exp: iat + 7 * DAY,
      items,
      ...over,
    });
  }

  it("39. List epoch 12 is stored; epoch 11 is supplied → ignored", async () => {
    const guard = bench.guard(play().fetch, { keys: pinned() });
    await guard.activate(KEY);
    const id = await revocationId("act", "act_1");
    expect(await guard.importList(await listOf(12, []))).toBe(true);
    expect(await guard.importList(await listOf(11, [["act", id, NOON, "evicted", ""]]))).toBe(false);
    expect(guard.status().isLicensed).toBe(true);
    // A delta that begins where ours ends is added; one that leaves a gap is not.
    expect(await guard.importList(await listOf(20, [], NOON, { since: 15, full: false }))).toBe(false);
    const delta = await listOf(13, [["act", id, NOON, "evicted", ""]], NOON, { since: 12, full: false });
    expect(await guard.importList(delta)).toBe(true);
    expect(guard.status()).toMatchObject({ isLicensed: false, code: "LEASE_LISTED", class: "conclusive" });
  });

  it("what was kept of a list counts after a restart for its signatures alone", async () => {
    const id = await revocationId("act", "act_1");
    const kept = async (change: (list: { documents: string[]; items: unknown; epoch: number }) => void) => {
      const own = openBench(signer);
      const market = playMarketplace((asked) => leaseFor(signer, asked, own.market));
      const guard = own.guard(market.fetch, { keys: pinned(), listPolicy: "require" });
      await guard.activate(KEY);
      await guard.importList(await listOf(12, []));
      const entry: RevocationItem = ["act", id, NOON, "evicted", ""];
      await guard.importList(await listOf(13, [entry], NOON, { since: 12, full: false }));
      const memory = JSON.parse((await own.storage.read()) as string);
      change(memory.list);
      await own.storage.write(JSON.stringify(memory));
      const again = own.guard(NO_LINE, { keys: pinned(), listPolicy: "require" });
      return again.load();
    };
    expect(await kept(() => {})).toMatchObject({ isLicensed: false, code: "LEASE_LISTED" });
    // Items of its own making, a text left out, another signature: none of it is a list.
    const forged = { isLicensed: false, code: "LIST_EXPIRED" };
    expect(
      await kept((list) => {
        list.items = [];
      }),
    ).toMatchObject({ code: "LEASE_LISTED" });
    expect(await kept((list) => list.documents.pop())).toMatchObject(forged);
    expect(
      await kept((list) => {
        list.documents[1] = `${list.documents[1]?.slice(0, -6)}AAAAAA`;
      }),
    ).toMatchObject(forged);
  });

  it("a build for production refuses leases for staging and development", async () => {
    const staging = (asked: Asked) => leaseFor(signer, asked, bench.market, { env: "development" });
    const production = bench.guard(play(staging).fetch, { keys: pinned() });
    expect(await production.activate(KEY)).toMatchObject({ isLicensed: false, code: "AUDIENCE_MISMATCH" });
    const own = openBench(signer);
    const activation = { ...KEY, env: "development" as const };
    const development = own.guard(play(staging).fetch, { keys: pinned(), activation });
    expect(await development.activate(activation)).toMatchObject({ isLicensed: true });
  });

  it("40. The stored list is past exp → listPolicy warn warns, require stops licensed features", async () => {
    const guard = bench.guard(
      play((asked) => leaseFor(signer, asked, bench.market, { exp: NOON + 90 * DAY, rfa: NOON + 80 * DAY })).fetch,
      { keys: pinned(), listPolicy: "warn" },
    );
    await guard.activate(KEY);
    await guard.importList(await listOf(1, []));
    expect(guard.status().warnings).toEqual([]);
    bench.pass(DAY);
    expect(guard.status()).toMatchObject({ isLicensed: true, warnings: ["LIST_OVERDUE"] });
    bench.pass(6 * DAY);
    expect(guard.status()).toMatchObject({ isLicensed: true, warnings: ["LIST_EXPIRED"] });
    const strict = bench.guard(NO_LINE, { keys: pinned(), listPolicy: "require" });
    expect(await strict.load()).toMatchObject({ isLicensed: false, code: "LIST_EXPIRED", warnings: ["LIST_EXPIRED"] });
    expect(await strict.importList(await listOf(1, [], bench.local))).toBe(true);
    expect(strict.status()).toMatchObject({ isLicensed: true, warnings: [] });
  });

  it("a suspension that was lifted, a lease from after the entry and a lease that knew the list stay", async () => {
    const ids = { lic: await revocationId("lic", "42"), jti: await revocationId("jti", `lse_${NOON}`) };
    const standing = async (items: RevocationItem[], over: Record<string, unknown> = {}) => {
      const one = openBench(signer);
      const market = playMarketplace((asked) => leaseFor(signer, asked, NOON, over));
      const guard = one.guard(market.fetch, { keys: pinned() });
      await guard.activate(KEY);
      await guard.importList(await listOf(5, items));
      return guard.status().code;
    };
    expect(await standing([["lic", ids.lic, NOON, "suspended", ""]])).toBe("LEASE_LISTED");
    expect(
      await standing([
        ["lic", ids.lic, NOON, "suspended", ""],
        ["lic", ids.lic, NOON + 1, "cleared", ""],
      ]),
    ).toBe("VALID");
    expect(
      await standing([
        ["lic", ids.lic, NOON, "revoked", ""],
        ["lic", ids.lic, NOON + 1, "cleared", ""],
      ]),
    ).toBe("LEASE_LISTED");
    expect(await standing([["lic", ids.lic, NOON, "changed", ""]])).toBe("VALID");
    expect(await standing([["lic", ids.lic, NOON - 1, "revoked", ""]])).toBe("VALID");
    expect(await standing([["jti", ids.jti, NOON, "released", ""]])).toBe("LEASE_LISTED");
    expect(await standing([["lic", ids.lic, NOON, "revoked", ""]], { rle: 5 })).toBe("VALID");
  });
});
