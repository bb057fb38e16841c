import { beforeEach, describe, expect, it } from "vitest";
import type { Fetch } from "../../../src/sdk/http.ts";
import {
  createLicenseGuard,
  type LicenseGuardOptions,
  type LicenseStorage,
  memoryStorage,
  nextRefresh,
} from "../../../src/sdk/license/index.ts";
import {
  type Asked,
  HARDWARE,
  leaseAt,
  makeSigner,
  NOON,
  ORIGIN,
  playMarketplace,
  type Signer,
} from "./marketplace.ts";

const DAY = 86_400;
const KEY = { licenseKey: "rbsm_live_x", hardwareId: HARDWARE, version: "1.0.0" };
let signer: Signer;
let local: number;
let running: number;
let storage: LicenseStorage;

beforeEach(async () => {
  signer = await makeSigner("l-1");
  local = NOON;
  running = 0;
  storage = memoryStorage();
});

function guard(fetch: Fetch, over: Partial<LicenseGuardOptions> = {}) {
  return createLicenseGuard({
    marketplace: ORIGIN,
    pluginId: "7",
    keys: [signer.key],
    credentials: { apiKey: "mk_1", apiSecret: "ms_1" },
    storage,
    fetch,
    clock: { now: () => local * 1000, running: () => running * 1000 },
    chance: () => 0.5,
    hardwareId: HARDWARE,
    instanceId: "5",
    ...over,
  });
}

/** Marketplace and device move on together. */
function pass(seconds: number): void {
  local += seconds;
  running += seconds;
}

async function lease(asked: Asked, iat = NOON, over: Record<string, unknown> = {}) {
  const token = await signer.sign(leaseAt(iat, { ...asked.bound, ...over }));
  return { status: 200, body: { code: "VALID", class: "ok", lease: token } };
}

async function verdict(asked: Asked, code: string, codeClass: string, status = 403, bound = true) {
  const claims = { iss: ORIGIN, aud: "rbsm:verdict:7", tok: "verdict", code, class: codeClass, iat: local };
  const token = await signer.sign({ ...claims, ...(bound ? asked.bound : {}) });
  return { status, body: { code, class: codeClass, message: `It is ${code}.`, verdict: token } };
}

const offline: Fetch = () => Promise.reject(new Error("no line"));

describe("a license guard", () => {
  it("takes a seat, keeps the lease and knows it again without a network", async () => {
    const market = playMarketplace(lease);
    const taken = await guard(market.fetch).activate(KEY);
    expect(taken).toMatchObject({ isLicensed: true, code: "VALID", class: "ok", warnings: [] });
    expect(market.asked[0]).toMatchObject({ path: "/v1/installations", body: { ...KEY, pluginId: "7" } });
    expect(await storage.read()).not.toContain("rbsm_live_x");
    expect(await guard(offline).load()).toMatchObject({ isLicensed: true, lease: { tier: "basic" } });
  });

  it("presents the lease it holds and a fresh nonce with every refresh", async () => {
    const market = playMarketplace((asked) => lease(asked, local));
    const one = guard(market.fetch);
    await one.activate(KEY);
    pass(10);
    await one.refresh();
    pass(10);
    await one.refresh();
    expect(market.asked.map(({ path, body }) => [path, body.jti])).toEqual([
      ["/v1/installations", undefined],
      ["/v1/installations/act_1/lease", `lse_${NOON}`],
      ["/v1/installations/act_1/lease", `lse_${NOON + 10}`],
    ]);
    expect(new Set(market.asked.map(({ body }) => body.nonce)).size).toBe(3);
  });

  it("asks once however many ask at the same time", async () => {
    const market = playMarketplace(lease);
    const one = guard(market.fetch);
    await one.activate(KEY);
    await Promise.all([one.refresh(), one.refresh(), one.refresh()]);
    expect(market.asked.length).toBe(2);
  });

  it("takes a seat even when asked during a refresh", async () => {
    const market = playMarketplace(lease);
    const one = guard(market.fetch);
    await one.activate(KEY);
    await Promise.all([one.refresh(), one.activate(KEY)]);
    expect(market.asked.map(({ path }) => path)).toEqual([
      "/v1/installations",
      "/v1/installations/act_1/lease",
      "/v1/installations",
    ]);
  });

  it("keeps a lease through a week without a network, then stops at its last second and shows both times", async () => {
    const one = guard(playMarketplace(lease).fetch);
    await one.activate(KEY);
    pass(DAY);
    expect(one.status()).toMatchObject({ isLicensed: true, warnings: ["REFRESH_OVERDUE"] });
    pass(6 * DAY - 1);
    expect(one.status().isLicensed).toBe(true);
    pass(1);
    expect(one.status()).toMatchObject({ isLicensed: false, code: "LEASE_EXPIRED", class: "conclusive" });
    expect(one.status().message).toContain("2027-01-22T08:00:00.000Z");
    expect(await guard(offline).load()).toMatchObject({ isLicensed: false, code: "LEASE_EXPIRED" });
  });

  it("erases the lease on a proven conclusive answer and remembers it", async () => {
    let isRevoked = false;
    const market = playMarketplace((asked) => (isRevoked ? verdict(asked, "REVOKED", "conclusive") : lease(asked)));
    const one = guard(market.fetch);
    await one.activate(KEY);
    isRevoked = true;
    expect(await one.refresh()).toMatchObject({ isLicensed: false, code: "REVOKED", message: "It is REVOKED." });
    expect(await guard(offline).load()).toMatchObject({ isLicensed: false, code: "REVOKED", class: "conclusive" });
  });

  it.each<[string, (asked: Asked) => Promise<{ status: number; body: unknown }>]>([
    ["without a verdict", async () => ({ status: 403, body: { code: "REVOKED", class: "conclusive" } })],
    ["with the verdict of another request", (asked) => verdict(asked, "REVOKED", "conclusive", 403, false)],
    ["that is an HTML page", async () => ({ status: 502, body: "<html>" })],
    [
      "that is a lease of a stranger",
      async (asked) => {
        const stranger = await makeSigner("l-1");
        return {
          status: 200,
          body: { code: "VALID", class: "ok", lease: await stranger.sign(leaseAt(NOON, asked.bound)) },
        };
      },
    ],
    ["that is an older lease", (asked) => lease(asked, NOON - 10)],
    ["that is a lease of an earlier epoch", (asked) => lease(asked, NOON, { ep: 2 })],
    ["that is a lease for another request", (asked) => lease(asked, NOON, { nonce: "A".repeat(32) })],
  ])("keeps its lease after an answer %s", async (_, answer) => {
    let isHostile = false;
    const one = guard(playMarketplace((asked) => (isHostile ? answer(asked) : lease(asked))).fetch);
    await one.activate(KEY);
    isHostile = true;
    expect(await one.refresh()).toMatchObject({ isLicensed: true, class: "retryable" });
    expect(await guard(offline).load()).toMatchObject({ isLicensed: true });
  });

  it("obeys the signed word where the one around it says something else", async () => {
    let isHostile = false;
    const changed = async (asked: Asked) => {
      const { body } = await verdict(asked, "SEAT_LIMIT", "action");
      return { status: 403, body: { ...body, code: "REVOKED", class: "conclusive" } };
    };
    const one = guard(playMarketplace((asked) => (isHostile ? changed(asked) : lease(asked))).fetch);
    await one.activate(KEY);
    isHostile = true;
    expect(await one.refresh()).toMatchObject({ isLicensed: true, code: "SEAT_LIMIT", class: "action" });
  });

  it("keeps its lease when a step is asked for, and takes a lapsed seat again once", async () => {
    let answer: (asked: Asked) => Promise<{ status: number; body: unknown }> = lease;
    const market = playMarketplace((asked) => answer(asked));
    const one = guard(market.fetch, { activation: KEY });
    await one.activate(KEY);
    answer = (asked) => verdict(asked, "DEVICE_CLONED", "action", 409);
    expect(await one.refresh()).toMatchObject({ isLicensed: true, code: "DEVICE_CLONED", class: "action" });
    answer = (asked) => verdict(asked, "LEASE_LAPSED", "action", 409);
    await one.refresh();
    await one.refresh();
    expect(market.asked.map(({ path }) => path.split("/").at(-1))).toEqual([
      "installations",
      "lease",
      "lease",
      "installations",
      "lease",
    ]);
  });

  it("asks for newer keys once and then believes them", async () => {
    const next = await makeSigner("l-2");
    const answer = async (asked: Asked) => ({
      status: 200,
      body: { code: "VALID", class: "ok", lease: await next.sign(leaseAt(NOON, asked.bound)) },
    });
    let loads = 0;
    const loadKeys = async () => {
      loads++;
      return [signer.key, next.key];
    };
    expect(await guard(playMarketplace(answer).fetch, { loadKeys }).activate(KEY)).toMatchObject({ isLicensed: true });
    expect(loads).toBe(1);
    storage = memoryStorage();
    expect(await guard(playMarketplace(answer).fetch).activate(KEY)).toMatchObject({
      isLicensed: false,
      code: "KEYSET_STALE",
      class: "retryable",
    });
  });

  it("pings with its lease and the last signed mark, but not while commands are to be acknowledged", async () => {
    const marks: string[] = [];
    const { fetch, asked } = playMarketplace(async (one) => {
      if (!one.path.endsWith("/heartbeat")) return lease(one);
      const said = { iss: ORIGIN, aud: "rbsm:verdict:7", iat: NOON, exp: NOON + 300, tok: "verdict", code: "VALID" };
      const verdict = await signer.sign({ ...said, class: "ok", sub: "act_1", ep: 3, seen: NOON, ...one.bound });
      marks.push(verdict);
      return { status: 200, body: { code: "VALID", class: "ok", verdict, commands: [] } };
    });
    const device = guard(fetch);
    await device.load();
    await device.activate(KEY);
    for (let i = 0; i < 2; i++) expect(await device.ping()).toMatchObject({ isLicensed: true, code: "VALID" });
    const held = JSON.parse((await storage.read()) ?? "").lease;
    expect(asked[1]?.body).not.toHaveProperty("seen");
    expect(asked[2]?.body).toMatchObject({ lease: held, seen: marks[0] });
    await storage.write(JSON.stringify({ ...JSON.parse((await storage.read()) ?? ""), acks: [1] }));
    await device.load();
    await device.ping();
    expect(asked[3]?.body).toMatchObject({ acks: [1] });
    expect(asked[3]?.body).not.toHaveProperty("lease");
  });

  it("throws nothing when storage fails or holds nonsense", async () => {
    const broken: LicenseStorage = {
      read: () => Promise.reject(new Error("disk")),
      write: () => Promise.reject(new Error("disk")),
    };
    const one = guard(playMarketplace(lease).fetch, { storage: broken });
    expect(await one.load()).toMatchObject({ isLicensed: false, code: "ACTIVATION_REQUIRED" });
    expect(await one.activate(KEY)).toMatchObject({ isLicensed: true });
    await storage.write('{"lease":17,"time":[]}');
    expect(await guard(offline).load()).toMatchObject({ isLicensed: false, class: "action" });
  });
});

describe("the clock of a guard", () => {
  it("cannot be turned back to make a lease live longer", async () => {
    const one = guard(playMarketplace(lease).fetch);
    await one.activate(KEY);
    running += 7 * DAY;
    expect(one.status()).toMatchObject({ isLicensed: false, code: "LEASE_EXPIRED" });
    local = NOON - 30 * DAY;
    expect(one.status()).toMatchObject({ isLicensed: false, warnings: ["CLOCK_ROLLBACK"] });
  });

  it("keeps the time that passed, so that restarting with the clock turned back lengthens nothing", async () => {
    const planned: (() => void)[] = [];
    const timers = { set: (run: () => void) => planned.push(run), clear: () => {} };
    await guard(playMarketplace(lease).fetch).activate(KEY);
    for (let days = 0; days < 8; days++) {
      local = NOON;
      const one = guard(offline, { timers });
      await one.start();
      pass(DAY);
      await one.refresh();
      one.stop();
    }
    local = NOON;
    expect(await guard(offline).load()).toMatchObject({ isLicensed: false, code: "LEASE_EXPIRED" });
  });

  it("warns when turned back and locks nothing", async () => {
    const one = guard(playMarketplace(lease).fetch);
    await one.activate(KEY);
    local -= 3_600;
    expect(one.status()).toMatchObject({ isLicensed: true, warnings: ["CLOCK_ROLLBACK"] });
  });

  it("is set by an answer to its own request, in both directions", async () => {
    const market = playMarketplace((asked) => lease(asked, NOON + 5));
    local = NOON + 20 * DAY;
    const ahead = await guard(market.fetch).activate(KEY);
    expect(ahead).toMatchObject({ isLicensed: true, warnings: ["CLOCK_AHEAD"] });
    storage = memoryStorage();
    local = NOON - 20 * DAY;
    const behind = await guard(market.fetch).activate(KEY);
    expect(behind).toMatchObject({ isLicensed: true, warnings: ["CLOCK_ROLLBACK"] });
  });
});

describe("the next refresh", () => {
  const half = () => 0.5;
  it("comes when the lease asks for it, spread by jitter, at most a day ahead", () => {
    expect(nextRefresh({ kind: "ok" }, NOON + 3_600, NOON, 0, half)).toBe(3_602_500);
    expect(nextRefresh({ kind: "ok" }, NOON - 5, NOON, 0, () => 0)).toBe(1_000);
    expect(nextRefresh({ kind: "ok" }, NOON + 90 * DAY, NOON, 0, half)).toBe(DAY * 1000);
  });

  it("waits a day after a conclusive answer, for a person after an action, one to sixty minutes after a failure", () => {
    expect(nextRefresh({ kind: "conclusive" }, null, NOON, 0, half)).toBe(DAY * 1000);
    expect(nextRefresh({ kind: "action" }, NOON, NOON, 0, half)).toBeNull();
    for (let failures = 1; failures < 20; failures++)
      for (const chance of [0, 0.3, 0.999]) {
        const wait = nextRefresh({ kind: "retryable" }, NOON, NOON, failures, () => chance) as number;
        expect(wait).toBeGreaterThanOrEqual(60_000);
        expect(wait).toBeLessThanOrEqual(3_600_000);
      }
    expect(nextRefresh({ kind: "retryable", retryAfterSeconds: 120 }, NOON, NOON, 3, half)).toBe(150_000);
  });

  it("is planned by a started guard and forgotten by a stopped one", async () => {
    const planned: { run: () => void; wait: number }[] = [];
    let cleared = 0;
    const timers = {
      set: (run: () => void, wait: number) => planned.push({ run, wait }),
      clear: () => {
        cleared++;
      },
    };
    const market = playMarketplace((asked) => lease(asked, local));
    await guard(market.fetch).activate(KEY);
    const one = guard(market.fetch, { timers });
    await one.start();
    expect(planned.map(({ wait }) => wait)).toEqual([3_600_000]);
    pass(DAY);
    const refreshed = new Promise<void>((resolve) => {
      const wait = setInterval(() => {
        if (planned.length < 2) return;
        clearInterval(wait);
        resolve();
      }, 5);
    });
    planned[0]?.run();
    await refreshed;
    expect(market.asked.at(-1)?.path).toBe("/v1/installations/act_1/lease");
    one.stop();
    expect(cleared).toBeGreaterThan(0);
  });
});
