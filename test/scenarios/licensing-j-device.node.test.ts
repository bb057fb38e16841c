import { beforeEach, describe, expect, it } from "vitest";
import {
  type Asked,
  type Bench,
  DAY,
  documentBy,
  entryOf,
  KEY,
  leaseAt,
  leaseFor,
  makeDevice,
  makeSigner,
  NO_LINE,
  NOON,
  ORIGIN,
  openBench,
  playMarketplace,
  rootOf,
  type Signer,
  verdictFor,
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

describe("J. Clock", () => {
  it("54. Device clock one day back → judged by T: lease usable, CLOCK_ROLLBACK, refresh asked", async () => {
    const planned: number[] = [];
    const timers = { set: (_: () => void, wait: number) => planned.push(wait), clear: () => {} };
    const guard = bench.guard(play().fetch, { timers });
    await guard.activate(KEY);
    bench.local -= DAY;
    expect(guard.status()).toMatchObject({ isLicensed: true, warnings: ["CLOCK_ROLLBACK"] });
    bench.pass(7 * DAY);
    expect(guard.status()).toMatchObject({ isLicensed: false, code: "LEASE_EXPIRED" });
    expect(guard.status().message).toContain(new Date((NOON + 6 * DAY) * 1000).toISOString());
    bench.market = NOON + 7 * DAY;
    expect(await guard.refresh()).toMatchObject({ isLicensed: true, warnings: ["CLOCK_ROLLBACK"] });
  });

  it("a clock far ahead makes the lease look ended; a refresh repairs it, and no key retires by it", async () => {
    const roots = [rootOf(root)];
    const guard = bench.guard(play().fetch, { roots });
    await guard.load();
    await guard.importKeySet(await documentBy(root, 1, keys(), NOON));
    await guard.activate(KEY);
    bench.local += 400 * DAY;
    expect(guard.status()).toMatchObject({ isLicensed: false, code: "LEASE_EXPIRED" });
    expect(await guard.refresh()).toMatchObject({ isLicensed: true, code: "VALID", warnings: ["CLOCK_AHEAD"] });
    expect(await bench.guard(NO_LINE, { roots }).load()).toMatchObject({ isLicensed: true });
  });

  it("55. Leap second, daylight-saving and zone change → no decision changes", async () => {
    const zone = process.env.TZ;
    const market = play();
    const guard = bench.guard(market.fetch);
    await guard.activate(KEY);
    const told: string[] = [];
    // Summer time begins and ends, the date line is crossed, a second is repeated: UTC seconds know none of it.
    for (const name of ["Europe/Vienna", "Pacific/Kiritimati", "America/Los_Angeles", "UTC"]) {
      process.env.TZ = name;
      bench.local -= 1;
      bench.pass(1);
      told.push(JSON.stringify(guard.status()));
      told.push(JSON.stringify(await bench.guard(NO_LINE).load()));
    }
    process.env.TZ = zone ?? "UTC";
    if (zone === undefined) delete process.env.TZ;
    expect(new Set(told).size).toBe(1);
  });
});

describe("commands", () => {
  async function command(n: number, over: Record<string, unknown> = {}) {
    const claims = {
      iss: ORIGIN,
      aud: "rbsm:activation:act_1",
      tok: "command",
      v: 1,
      jti: `cmd_${n}`,
      n,
      iat: NOON,
      exp: NOON + DAY,
      type: "message",
      args: { text: `${n}` },
    };
    return signer.sign({ ...claims, ...over });
  }

  it("run once each, in order, are acknowledged by the next ping, and a forged, foreign or ended one never runs", async () => {
    const ran: number[] = [];
    const market = play();
    const guard = bench.guard(market.fetch, { onCommand: ({ n }) => void ran.push(n) });
    await guard.activate(KEY);
    const stranger = await makeSigner("l-1");
    const sent = [
      await command(2),
      await command(1),
      await command(3, { aud: "rbsm:activation:act_2" }),
      await command(4, { exp: NOON }),
      await stranger.sign({
        iss: ORIGIN,
        aud: "rbsm:activation:act_1",
        tok: "command",
        v: 1,
        n: 5,
        iat: NOON,
        exp: NOON + DAY,
        type: "message",
        args: {},
      }),
    ];
    const pong = async (asked: Asked) => ({
      status: 200,
      body: { ...(await verdictFor(signer, asked, "VALID", "ok", bench.market)).body, commands: sent },
    });
    market.now.answer = pong;
    expect(await guard.ping()).toMatchObject({ isLicensed: true, code: "VALID" });
    expect(ran).toEqual([1, 2]);
    await guard.ping();
    expect(market.asked.at(-1)).toMatchObject({
      path: "/v1/installations/act_1/heartbeat",
      body: { acks: [1, 2], jti: `lse_${NOON}` },
    });
    const restarted = bench.guard(market.fetch, { onCommand: ({ n }) => void ran.push(n) });
    await restarted.load();
    await restarted.ping();
    expect(ran).toEqual([1, 2]);
  });

  it("a refresh that is asked for is made, and a ping that says REVOKED ends the license", async () => {
    const market = play();
    const guard = bench.guard(market.fetch);
    await guard.activate(KEY);
    bench.pass(60);
    const refresh = await command(1, { type: "refresh", args: {} });
    market.now.answer = async (asked) =>
      asked.path.endsWith("/heartbeat")
        ? { status: 200, body: { code: "VALID", class: "ok", commands: [refresh] } }
        : leaseFor(signer, asked, bench.market);
    expect((await guard.ping()).lease?.issuedAt).toBe(NOON + 60);
    market.now.answer = (asked) => verdictFor(signer, asked, "REVOKED", "conclusive", bench.market, 200);
    expect(await guard.ping()).toMatchObject({ isLicensed: false, code: "REVOKED" });
    market.now.answer = () => Promise.reject(new Error("no line"));
    expect((await guard.ping()).isLicensed).toBe(false);
  });

  it("a device with a key proves it with every request", async () => {
    const device = await makeDevice(5);
    const proofs: (string | undefined)[] = [];
    const market = play((asked) => leaseFor(signer, asked, bench.market));
    const guard = bench.guard(
      (url, init) => {
        proofs.push(init.headers["device-proof"]);
        return market.fetch(url, init);
      },
      { device },
    );
    await guard.activate(KEY);
    expect(market.asked[0]?.body.deviceKey).toEqual({ kty: "OKP", crv: "Ed25519", x: device.publicKey });
    const claims = JSON.parse(Buffer.from(proofs[0]?.split(".")[1] ?? "", "base64url").toString());
    expect(claims).toEqual({
      htm: "POST",
      htu: `${ORIGIN}/v1/installations`,
      iat: NOON,
      nonce: market.asked[0]?.bound.nonce,
      rqh: market.asked[0]?.bound.rqh,
    });
  });

  it("pings come every five minutes while the guard runs, and never two at a time", async () => {
    const timers: { run: () => void; wait: number }[] = [];
    const market = play();
    const guard = bench.guard(market.fetch, {
      pings: true,
      timers: { set: (run, wait) => timers.push({ run, wait }), clear: () => {} },
    });
    await guard.activate(KEY);
    await guard.start();
    const ping = timers.find(({ wait }) => wait === 285_000);
    ping?.run();
    await guard.ping();
    expect(market.asked.filter(({ path }) => path.endsWith("/heartbeat")).length).toBe(2);
    expect(leaseAt(NOON).tok).toBe("lease");
    guard.stop();
  });
});
