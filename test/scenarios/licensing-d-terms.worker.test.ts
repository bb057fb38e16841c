import { describe, expect, it } from "vitest";
import {
  alter,
  count,
  eventsOf,
  hardware,
  insert,
  makePlugin,
  openShop,
  webhooksOf,
} from "../api/license/shop.worker.ts";
import { NOON, passTime, setClock } from "../clock.ts";
import { makeStand, type Stand, tally, times } from "./seats.worker.ts";

const DAY = 86_400;
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const validate = (stand: Stand, over: object = {}) =>
  stand.instance.post("/v1/licenses/validate", { licenseKey: stand.licenseKey, pluginId: stand.plugin.id, ...over });
const report = (stand: Stand, units: number, over: object = {}) =>
  stand.instance.post(`/v1/licenses/${stand.licenseId}/usage`, { items: [{ metric: "apiCalls", units }], ...over });
const cap = (stand: Stand, metric: string, limit: number) =>
  alter(
    "UPDATE license_limits SET cap = ? WHERE license_id = ? AND metric = ?",
    limit,
    Number(stand.licenseId),
    metric,
  );
const used = (stand: Stand) =>
  count(
    "SELECT SUM(used) AS n FROM usage_counters WHERE license_id = ? AND metric = 'apiCalls'",
    Number(stand.licenseId),
  );

describe("A. Activation, of requests that come again", () => {
  it("3. A used Idempotency-Key comes with another body → 422 IDEMPOTENCY_MISMATCH, nothing changed", async () => {
    const stand = await makeStand();
    const headers = { "idempotency-key": "once-and-only" };
    const first = await stand.instance.post("/v1/installations", stand.wish(1), headers);
    const other = await stand.instance.post("/v1/installations", stand.wish(2), headers);
    expect([first.status, other.status, other.body.code]).toEqual([201, 422, "IDEMPOTENCY_MISMATCH"]);
    expect([await stand.live(), await eventsOf(stand.licenseId)]).toEqual([
      1,
      ["license.created", "activation.granted"],
    ]);
    const again = await stand.instance.post("/v1/installations", stand.wish(1), headers);
    expect([again.status, again.body, again.headers.get("idempotency-replayed")]).toEqual([201, first.body, "true"]);
  });
});

describe("B. Seats and quotas", () => {
  it("12. apiCalls at 99 of 100; 20 parallel increments → one accepted, 19 QUOTA_EXHAUSTED, counter 100, lease untouched", async () => {
    setClock(NOON);
    const stand = await makeStand();
    await cap(stand, "apiCalls", 100);
    const seat = await stand.activate(1);
    expect((await report(stand, 99)).body).toMatchObject({
      usage: [
        {
          metric: "apiCalls",
          kind: "counter",
          used: 99,
          cap: 100,
          period: "2026-12",
          resetsAt: "2027-01-01T00:00:00.000Z",
        },
      ],
      warnings: ["QUOTA_LOW"],
      isReplayed: false,
    });
    const answers = await Promise.all(times(20).map(() => report(stand, 1)));
    expect(tally(answers)).toEqual({ "200 undefined": 1, "409 QUOTA_EXHAUSTED": 19 });
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      metric: "apiCalls",
      used: 100,
      cap: 100,
      resetsAt: "2027-01-01T00:00:00.000Z",
    });
    expect(await used(stand)).toBe(100);
    expect((await validate(stand, { hardwareId: hardware(1) })).body).toMatchObject({
      code: "VALID",
      warnings: ["QUOTA_LOW"],
    });
    expect((await stand.refresh(seat)).status).toBe(200);
    // 80 and 100 per cent are told once each, with the act that passed them.
    const events = (await eventsOf(stand.licenseId)).filter((kind) => kind === "quota.threshold");
    expect(events).toHaveLength(2);
    expect(await webhooksOf(stand.licenseId)).toEqual([
      "1 license.created",
      "2 license.updated",
      "3 license.updated",
      "4 license.updated",
    ]);
    passTime(27 * DAY);
    expect((await report(stand, 1)).body.usage[0]).toMatchObject({ used: 1, period: "2027-01" });
  });

  it("one step over both thresholds tells both; -1 never blocks", async () => {
    const stand = await makeStand();
    await cap(stand, "apiCalls", 10);
    await report(stand, 10);
    expect((await eventsOf(stand.licenseId)).filter((kind) => kind === "quota.threshold")).toHaveLength(2);
    expect(await webhooksOf(stand.licenseId)).toEqual(["1 license.created", "2 license.updated", "3 license.updated"]);
    await cap(stand, "apiCalls", -1);
    expect((await report(stand, 1_000_000_000)).status).toBe(200);
  });

  it("all items or none; a gauge stands at what was said last and may always fall", async () => {
    const stand = await makeStand();
    const items = (calls: number, storage: number) => ({
      items: [
        { metric: "apiCalls", units: calls },
        { metric: "storage", units: storage },
      ],
    });
    const send = (body: object) => stand.instance.post(`/v1/licenses/${stand.licenseId}/usage`, body);
    await cap(stand, "storage", 10);
    expect((await send(items(5, 8))).status).toBe(200);
    const refused = await send(items(5, 11));
    expect([refused.status, refused.body.metric, refused.body.resetsAt]).toEqual([409, "storage", undefined]);
    expect(await used(stand)).toBe(5);
    await cap(stand, "storage", 4);
    expect((await send({ items: [{ metric: "storage", units: 6 }] })).status).toBe(200);
    expect((await send({ items: [{ metric: "storage", units: 7 }] })).status).toBe(409);
    const shown = await stand.instance.send("GET", `/v1/licenses/${stand.licenseId}/usage`);
    expect(shown.body.usage.map(({ metric, used: n }: { metric: string; used: number }) => [metric, n])).toEqual([
      ["apiCalls", 5],
      ["storage", 6],
      ["users", 0],
    ]);
    const bad = await send({ items: [{ metric: "apiCalls", units: 0 }] });
    expect([bad.status, bad.body.code]).toEqual([422, "VALIDATION_ERROR"]);
    expect((await send({ items: [{ metric: "unheardOf", units: 1 }] })).status).toBe(422);
  });

  it("the same batch counts once in seven days, also when it comes twice at once", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const batch = { batchId: "batch-0001" };
    const answers = await Promise.all(times(6).map(() => report(stand, 7, batch)));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(answers.filter(({ body }) => body.isReplayed === false)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.usage[0].used))).toEqual(new Set([7]));
    expect(await used(stand)).toBe(7);
    passTime(7 * DAY + 1);
    expect((await report(stand, 7, batch)).body.isReplayed).toBe(false);
    expect(await used(stand)).toBe(14);
  });
});

describe("D. Validation", () => {
  it("21. Fallback license past E; a build older, then newer than fallbackUntil → FALLBACK; VERSION_NOT_ENTITLED with newestEntitled", async () => {
    setClock(NOON);
    const plugin = await makePlugin();
    const stand = await makeStand(undefined, { plugin, sold: { terms: { days: 30, fallback: true } } });
    passTime(30 * DAY + 1);
    await insert("releases", {
      plugin_id: Number(plugin.id),
      version: "2.0.0",
      version_sort: "9",
      channel: "stable",
      state: "published",
      sha256: crypto.randomUUID().replaceAll("-", "").padEnd(64, "0"),
      sha512: "0",
      size: 1,
      manifest: "{}",
      manifest_sha256: "0",
      capabilities_sha256: "0",
      closure_digest: "0".repeat(64),
      min_app_version: "0.1.0",
      expected_checks: "{}",
      uploaded_by: "account:1",
      created_at: NOON + 30 * DAY + 1,
      published_at: NOON + 30 * DAY + 1,
    });
    expect((await validate(stand, { version: "1.1.0" })).body).toMatchObject({
      code: "FALLBACK",
      class: "ok",
      status: 200,
    });
    expect((await validate(stand, { version: "2.0.0" })).body).toMatchObject({
      code: "VERSION_NOT_ENTITLED",
      class: "conclusive",
      status: 403,
      newestEntitled: "1.1.0",
    });
    const refused = await stand.activate(1, { version: "2.0.0" });
    expect([refused.status, refused.body.code, refused.body.newestEntitled]).toEqual([
      403,
      "VERSION_NOT_ENTITLED",
      "1.1.0",
    ]);
    expect((await stand.activate(1, { version: "1.1.0" })).body.code).toBe("FALLBACK");
  });

  it('22. Entitlements [a, a, b]; all held, then b missing → VALID; ENTITLEMENT_MISSING with missing ["b"]', async () => {
    setClock(NOON);
    const stand = await makeStand();
    const { sell } = await openShop();
    const grant = (code: string, body: object) =>
      sell("PUT", `/v1/licenses/${stand.licenseId}/entitlements/${code}`, body);
    expect((await grant("a", {})).status).toBe(200);
    expect((await grant("b", { source: "override", endsAt: iso(NOON + DAY) })).status).toBe(200);
    const asked = { entitlements: ["a", "a", "b"] };
    expect((await validate(stand, asked)).body.code).toBe("VALID");
    passTime(DAY);
    expect((await validate(stand, asked)).body).toMatchObject({
      code: "ENTITLEMENT_MISSING",
      class: "action",
      status: 403,
      missing: ["b"],
    });
    // What was added on survives a change of plan.
    await sell("POST", `/v1/licenses/${stand.licenseId}/upgrade`, { type: "premium" });
    expect((await validate(stand, { entitlements: ["a", "premium"] })).body.code).toBe("VALID");
    const seat = await stand.activate(1);
    const claims = seat.body.lease.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    expect(JSON.parse(atob(claims)).ent).toEqual(["a", "advanced", "basic", "premium"]);
    await sell("DELETE", `/v1/licenses/${stand.licenseId}/entitlements/a`);
    // What the tier gives is not taken back by hand.
    await sell("DELETE", `/v1/licenses/${stand.licenseId}/entitlements/premium`);
    expect((await validate(stand, { entitlements: ["a", "premium"] })).body.missing).toEqual(["a"]);
  });

  it("a plugin says what it asks for, and a license may have a limit of the plugin's own", async () => {
    const { sell } = await openShop();
    const stand = await makeStand();
    const path = `/v1/plugins/${stand.plugin.id}/entitlements`;
    const entitlements = [
      { code: "export.pdf", kind: "flag", title: "Export as PDF" },
      { code: "exports", kind: "limit", title: "Exports a month" },
    ];
    expect((await sell("PUT", path, { entitlements })).body).toEqual({ entitlements });
    expect((await sell("PUT", path, { entitlements: [entitlements[0], entitlements[0]] })).status).toBe(422);
    expect((await stand.instance.send("GET", path)).body).toEqual({ entitlements });
    expect((await sell("PUT", `/v1/licenses/${stand.licenseId}/limits/exports`, { cap: 2 })).status).toBe(200);
    const exported = () =>
      stand.instance.post(`/v1/licenses/${stand.licenseId}/usage`, { items: [{ metric: "exports", units: 1 }] });
    expect([(await exported()).status, (await exported()).status, (await exported()).body.code]).toEqual([
      200,
      200,
      "QUOTA_EXHAUSTED",
    ]);
  });

  it("an end that comes near is warned of", async () => {
    setClock(NOON);
    const stand = await makeStand(undefined, { sold: { terms: { days: 8 } } });
    expect((await validate(stand)).body.warnings).toBeUndefined();
    passTime(DAY);
    expect((await validate(stand)).body).toMatchObject({ endsAt: iso(NOON + 8 * DAY), warnings: ["EXPIRING_SOON"] });
    expect((await stand.activate(1)).body.warnings).toEqual(["EXPIRING_SOON"]);
  });
});
