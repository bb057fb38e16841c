import { beforeEach, describe, expect, it } from "vitest";
import { activationIdOf } from "../../src/domain/license/identity.ts";
import { refreshAfterOf } from "../../src/domain/license/lease.ts";
import { licenseOf } from "../domain/license/license.ts";
import {
  type Asked,
  type Bench,
  DAY,
  KEY,
  leaseFor,
  makeSigner,
  NO_LINE,
  NOON,
  openBench,
  playMarketplace,
  type Signer,
  verdictFor,
} from "./licensing-sdk.ts";

let signer: Signer;
let _files: Signer;
let _lists: Signer;
let _root: Signer;
let bench: Bench;

beforeEach(async () => {
  [signer, _files, _lists, _root] = (await Promise.all(["l-1", "o-1", "v-1", "r-1"].map(makeSigner))) as [
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

describe("C. Heartbeat, grace, revival", () => {
  it("17. Service unreachable for 2 h; a leased device → features on, at most a warning, no exception", async () => {
    const market = play();
    const guard = bench.guard(market.fetch);
    await guard.activate(KEY);
    market.now.answer = () => Promise.reject(new Error("no line"));
    for (let minutes = 0; minutes < 120; minutes += 10) {
      bench.pass(600);
      expect(await guard.refresh()).toMatchObject({ isLicensed: true, class: "retryable" });
    }
    expect(guard.status().warnings).toEqual([]);
  });

  it("18. Every refresh answers 5xx; exp passes → LEASE_EXPIRED, premium features off in order, the host runs on", async () => {
    const market = play();
    const seen: boolean[] = [];
    const guard = bench.guard(market.fetch, { onChange: ({ isLicensed }) => seen.push(isLicensed) });
    await guard.activate(KEY);
    market.now.answer = async () => ({ status: 503, body: { code: "SERVICE_UNAVAILABLE" } });
    for (let days = 0; days < 8; days++) {
      bench.pass(DAY);
      await guard.refresh();
    }
    expect(seen).toEqual([true, ...Array(6).fill(true), false, false]);
    expect(guard.status()).toMatchObject({ isLicensed: false, code: "LEASE_EXPIRED", class: "conclusive" });
  });
  it("19. 10 000 activations leased in one second; they refresh → spread over 2 h 24 min, no minute above twice the mean", async () => {
    const minutes = new Map<number, number>();
    let [earliest, latest] = [Number.POSITIVE_INFINITY, 0];
    for (let n = 0; n < 10_000; n++) {
      const due = refreshAfterOf(licenseOf(), await activationIdOf("42", `hw:${n}`), NOON);
      [earliest, latest] = [Math.min(earliest, due), Math.max(latest, due)];
      const minute = Math.floor(due / 60);
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
    }
    expect([earliest >= NOON + DAY - 8_640, latest <= NOON + DAY, latest - earliest > 8_500]).toEqual([
      true,
      true,
      true,
    ]);
    expect(Math.max(...minutes.values())).toBeLessThan(2 * (10_000 / 144));
  });
});

describe("D. Validation", () => {
  it("25. A reply with a code the SDK has never seen, once per class → it behaves by class", async () => {
    const market = play();
    const guard = bench.guard(market.fetch);
    const said =
      (status: number, body: object): Answer =>
      async () => ({ status, body: { code: "NEVER_SEEN", ...body } });
    await guard.activate(KEY);
    market.now.answer = said(200, { class: "ok" });
    expect(await guard.refresh()).toMatchObject({ isLicensed: true, class: "ok" });
    market.now.answer = said(409, { class: "action", message: "Do it." });
    expect(await guard.refresh()).toMatchObject({
      isLicensed: true,
      code: "NEVER_SEEN",
      class: "action",
      message: "Do it.",
    });
    market.now.answer = said(409, {});
    expect(await guard.refresh()).toMatchObject({ isLicensed: true, class: "action" });
    market.now.answer = said(500, {});
    expect(await guard.refresh()).toMatchObject({ isLicensed: true, class: "retryable" });
    market.now.answer = said(403, { class: "conclusive" });
    expect(await guard.refresh()).toMatchObject({ isLicensed: true, code: "SIGNATURE_INVALID", class: "retryable" });
    market.now.answer = (asked) => verdictFor(signer, asked, "NEVER_SEEN", "conclusive", bench.market);
    expect(await guard.refresh()).toMatchObject({ isLicensed: false, code: "NEVER_SEEN", class: "conclusive" });
  });
});

describe("E. Signature and replay", () => {
  it("26. A proxy turns 403 into 200 → the SDK obeys the signed status, stores no lease", async () => {
    const market = play();
    const guard = bench.guard(market.fetch);
    await guard.activate(KEY);
    const old = JSON.parse((await bench.storage.read()) as string).lease;
    market.now.answer = async (asked) => {
      const { body } = await verdictFor(signer, asked, "REVOKED", "conclusive", bench.market);
      return { status: 200, body: { ...body, code: "VALID", class: "ok" } };
    };
    expect(await guard.refresh()).toMatchObject({ isLicensed: false, code: "REVOKED", class: "conclusive" });
    expect(JSON.parse((await bench.storage.read()) as string).lease).toBeNull();
    market.now.answer = async () => ({ status: 200, body: { code: "VALID", class: "ok", lease: old } });
    expect(await guard.refresh()).toMatchObject({ isLicensed: false, code: "REPLAYED" });
  });

  it("a suspended license is asked about again with the seat it had, by a click or after a day", async () => {
    const waits: number[] = [];
    const market = play();
    const guard = bench.guard(market.fetch, { timers: { set: (_, wait) => waits.push(wait), clear: () => {} } });
    await guard.activate(KEY);
    await guard.start();
    market.now.answer = (asked) => verdictFor(signer, asked, "SUSPENDED", "conclusive", bench.market);
    expect(await guard.refresh()).toMatchObject({ isLicensed: false, code: "SUSPENDED" });
    expect(await guard.refresh()).toMatchObject({ isLicensed: false, code: "SUSPENDED" });
    bench.pass(60);
    market.now.answer = (asked) => leaseFor(signer, asked, bench.market);
    expect(await guard.refresh()).toMatchObject({ isLicensed: true, code: "VALID" });
    expect(market.asked.at(-1)).toMatchObject({ path: "/v1/installations/act_1/lease", body: { jti: `lse_${NOON}` } });
    guard.stop();
  });

  it("27. A reply for nonce N is delivered to a call with nonce M → REPLAYED, the old lease stays", async () => {
    const market = play();
    const guard = bench.guard(market.fetch);
    await guard.activate(KEY);
    let first: Awaited<ReturnType<Answer>> | undefined;
    market.now.answer = async (asked) =>
      (first ??= await leaseFor(signer, asked, bench.market, { jti: "lse_replayed" }));
    bench.pass(10);
    expect(await guard.refresh()).toMatchObject({ isLicensed: true, lease: { leaseId: "lse_replayed" } });
    bench.pass(10);
    const again = await guard.refresh();
    expect(again).toMatchObject({
      isLicensed: true,
      code: "REPLAYED",
      class: "retryable",
      lease: { leaseId: "lse_replayed" },
    });
    // A verdict is bound in the same way.
    let verdict: Awaited<ReturnType<Answer>> | undefined;
    market.now.answer = async (asked) => {
      verdict ??= await verdictFor(
        signer,
        { ...asked, bound: { ...asked.bound, nonce: "A".repeat(32) } },
        "REVOKED",
        "conclusive",
        bench.market,
      );
      return verdict;
    };
    expect(await guard.refresh()).toMatchObject({ isLicensed: true, code: "REPLAYED" });
  });

  it("28. Lease absent, empty, or with an empty signature part → refused, nothing stored", async () => {
    for (const lease of [undefined, "", "a.b.", null]) {
      const market = play(async (asked) => {
        const good = (await leaseFor(signer, asked, bench.market)).body.lease;
        const spoiled = lease === "a.b." ? `${good.split(".").slice(0, 2).join(".")}.` : lease;
        return {
          status: 200,
          body: { code: "VALID", class: "ok", ...(spoiled === undefined ? {} : { lease: spoiled }) },
        };
      });
      const guard = bench.guard(market.fetch);
      expect((await guard.activate(KEY)).isLicensed).toBe(false);
      expect(JSON.parse((await bench.storage.read()) as string).lease).toBeNull();
    }
  });

  it("29. A document dated 1 h ahead → refused when unsolicited; with matching nonce and rqh it sets the offset and is accepted", async () => {
    const { lease } = (await leaseFor(signer, { path: "", body: {}, bound: { nonce: "", rqh: "" } }, NOON + 3600)).body;
    await bench.storage.write(JSON.stringify({ lease }));
    expect(await bench.guard(NO_LINE).load()).toMatchObject({
      isLicensed: false,
      code: "CLOCK_ROLLBACK",
      class: "retryable",
    });
    bench.market = NOON + 3600;
    const guard = bench.guard(play().fetch);
    expect(await guard.activate(KEY)).toMatchObject({ isLicensed: true, code: "VALID", warnings: ["CLOCK_ROLLBACK"] });
    expect(JSON.parse((await bench.storage.read()) as string).time).toEqual({ trusted: NOON + 3600, offset: 3600 });
  });
});
