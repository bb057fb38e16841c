import { env, exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openApiDocument } from "../../../src/api/openapi.ts";
import { SIMULATED_CODES } from "../../../src/domain/license/simulation.ts";
import { statusOf } from "../../../src/domain/license/status.ts";
import { verifyLease, verifyVerdict } from "../../../src/sdk/license/index.ts";
import { NOON, nowSeconds, passTime, setClock } from "../../clock.ts";
import { bindingTo, makeStand, type Stand } from "../../scenarios/seats.worker.ts";
import { call, ORIGIN } from "../account/calls.worker.ts";
import { airGapped } from "./air-gapped.worker.ts";
import { claimsOf, freshNonce, makeDevice } from "./device.worker.ts";
import { alter, count, hardware, makeInstance, makePlugin, openShop, sellLicense } from "./shop.worker.ts";

const NOBODYS_KEY = "rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ";
const rowsOf = (stand: Stand) =>
  count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(stand.licenseId));
const keys = async () => (await call("GET", "/v1/keys")).body.keys;

beforeAll(() => setClock(NOON));
beforeEach(() => setClock(NOON));

describe("a test license", () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await makeStand(undefined, { sold: { env: "test" } });
  });
  const simulate = (code: string, path: string, body: object) =>
    stand.instance.post(path, body, { "simulate-license": code });

  it("has a key of its own kind, and every lease of it says that it is one", async () => {
    expect(stand.licenseKey).toMatch(/^rbsm_test_/);
    const seat = await stand.activate(1);
    expect(claimsOf(seat.body.lease).sim).toBe(true);
    expect(await stand.verify(seat.body.lease)).toMatchObject({ ok: false, problem: "AUDIENCE_MISMATCH" });
    expect(await stand.verify(seat.body.lease, { allowsSimulated: true })).toMatchObject({ ok: true });
    const live = await makeStand();
    expect(claimsOf((await live.activate(1)).body.lease).sim).toBeUndefined();
  });

  it("plays every state of a license, signed and bound to the request, and writes nothing", async () => {
    const before = await rowsOf(stand);
    for (const code of SIMULATED_CODES) {
      const body = stand.wish(7, { nonce: freshNonce() });
      const answer = await simulate(code, "/v1/installations", body);
      const isOk = ["VALID", "TRIAL_ACTIVE", "PAST_DUE_GRACE", "OVERAGE", "FALLBACK"].includes(code);
      expect([answer.status, answer.body.code], code).toEqual([isOk ? 200 : statusOf(code), code]);
      if (isOk) expect(claimsOf(answer.body.lease).sim, code).toBe(true);
      else if (answer.body.class !== "retryable") {
        const expected = { issuer: ORIGIN, pluginId: stand.plugin.id, keys: await keys(), now: nowSeconds() };
        const bound = { ...expected, binding: await bindingTo(body as never) };
        expect(await verifyVerdict(answer.body.verdict, { ...bound, allowsSimulated: true }), code).toMatchObject({
          ok: true,
          value: { code },
        });
        expect(await verifyVerdict(answer.body.verdict, bound), code).toMatchObject({ ok: false });
      }
    }
    expect(await rowsOf(stand)).toBe(before);
  });

  it("plays them in validations, refreshes and pings as well", async () => {
    const seat = await stand.activate(1);
    const path = `/v1/installations/${seat.body.installationId}`;
    const asked = { licenseKey: stand.licenseKey, pluginId: stand.plugin.id };
    expect((await simulate("EXPIRED", "/v1/licenses/validate", asked)).body).toMatchObject({
      code: "EXPIRED",
      class: "conclusive",
      sim: true,
      actions: [{ type: "renew" }, { type: "buy" }],
    });
    expect((await simulate("REVOKED", `${path}/lease`, {})).status).toBe(403);
    const grace = await simulate("PAST_DUE_GRACE", `${path}/lease`, {});
    expect([grace.status, grace.body.code, claimsOf(grace.body.lease).st]).toEqual([200, "PAST_DUE_GRACE", "past_due"]);
    const ping = await simulate("SEAT_EVICTED", `${path}/heartbeat`, { nonce: freshNonce() });
    expect([ping.status, ping.body.code, claimsOf(ping.body.verdict).sim]).toEqual([200, "SEAT_EVICTED", true]);
    const jti = claimsOf(grace.body.lease).jti;
    expect(claimsOf((await stand.refresh(seat, { jti })).body.lease).jti).not.toBe(jti);
  });

  it("is the only kind that plays, and only its publisher makes one", async () => {
    const live = await makeStand();
    const refused = await live.instance.post("/v1/installations", live.wish(1), { "simulate-license": "VALID" });
    expect([refused.status, refused.body.code, refused.body.class]).toEqual([403, "SIMULATION_REFUSED", "action"]);
    expect(await rowsOf(live)).toBe(0);
    const unknown = await simulate("NONSENSE", "/v1/installations", stand.wish(1));
    expect([unknown.status, unknown.body.code]).toEqual([422, "VALIDATION_ERROR"]);
    const own = { pluginId: stand.plugin.id, userId: "555", type: "free", env: "test" };
    expect((await stand.instance.post("/v1/licenses", own)).status).toBe(403);
  });
});

describe("a refusal", () => {
  it("says what can be done about it, when it was said, and when to come back", async () => {
    const stand = await makeStand("max_installs = 1, seat_cap = 1, dev_seats = 0");
    await stand.activate(1);
    const full = await stand.activate(2);
    expect(full.body).toMatchObject({
      code: "SEAT_LIMIT",
      class: "action",
      actions: [{ type: "release_seat" }, { type: "upgrade" }],
      serverTime: new Date(nowSeconds() * 1000).toISOString(),
      success: false,
      error: { code: "SEAT_LIMIT" },
    });
    expect(full.body.message).toBe(full.body.detail);
    const busy = await makeStand("activation_budget = 0");
    const budget = await busy.activate(1);
    expect([budget.status, budget.body.code, budget.headers.get("retry-after")]).toEqual([
      429,
      "ACTIVATION_BUDGET",
      "3600",
    ]);
  });

  it("names the client's age where the host is older than the build asks for", async () => {
    const stand = await makeStand();
    expect((await stand.activate(1, { appVersion: "0.0.9" })).body.warnings).toEqual(["CLIENT_OUTDATED"]);
    const seat = await stand.activate(1, { appVersion: "0.1.0" });
    expect(seat.body.warnings).toEqual([]);
    expect((await stand.ping(seat, { appVersion: "0.0.9" })).body.warnings).toEqual(["CLIENT_OUTDATED"]);
  });

  it("says of a build that was taken back what became of it", async () => {
    const stand = await makeStand(undefined, { plugin: await makePlugin() });
    await alter(
      "UPDATE releases SET state = 'yanked' WHERE plugin_id = ? AND version = '1.0.0'",
      Number(stand.plugin.id),
    );
    const yanked = await stand.activate(1);
    expect([yanked.status, yanked.body.code, yanked.body.why]).toEqual([403, "BUILD_MISMATCH", "yanked"]);
    const never = await stand.activate(1, { version: "9.9.9" });
    expect([never.body.code, never.body.why]).toEqual(["BUILD_MISMATCH", "not a published version"]);
    expect((await stand.activate(1, { version: "1.1.0" })).status).toBe(201);
  });

  it("is byte for byte the same for what never was, what is gone and what is another's, headers included", async () => {
    const [mine, theirs] = [await makeStand(), await makeInstance()];
    const foreign = await sellLicense(theirs, mine.plugin);
    const gone = await sellLicense(mine.instance, mine.plugin);
    await alter("UPDATE license_keys SET key_hash = 'gone' WHERE license_id = ?", Number(gone.id));
    const bearer = (await mine.instance.bearer?.()) as string;
    const nonce = freshNonce();
    const answers = [];
    for (const licenseKey of [NOBODYS_KEY, foreign.licenseKey, gone.licenseKey]) {
      const response = await exports.default.fetch(`${ORIGIN}/v1/installations`, {
        method: "POST",
        headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
        body: JSON.stringify({ ...mine.wish(1, { nonce }), licenseKey }),
      });
      const headers = [...response.headers].filter(([name]) => name !== "x-request-id");
      const text = await response.text();
      const { verdict, traceId } = JSON.parse(text) as { verdict: string; traceId: string };
      const { rqh: _, ...said } = claimsOf(verdict);
      // The request's own name and the hash of its own bytes are all that may differ.
      answers.push(
        JSON.stringify([response.status, headers, text.replaceAll(verdict, "").replaceAll(traceId, ""), said]),
      );
      expect(verdict.length).toBe((JSON.parse(text) as { verdict: string }).verdict.length);
    }
    expect(new Set(answers).size).toBe(1);
  });
});

describe("a device with a key", () => {
  it("reports and reads usage with its proof alone, each proof once, and another device's finds nothing", async () => {
    const stand = await makeStand();
    const [device, other] = [await makeDevice(), await makeDevice()];
    const body = { ...stand.wish(1), deviceKey: device.deviceKey };
    expect((await device.send("POST", "/v1/installations", body)).status).toBe(201);
    const path = `/v1/licenses/${stand.licenseId}/usage`;
    const items = { items: [{ metric: "apiCalls", units: 3 }] };
    const proof = { "device-proof": await device.prove("POST", path, items) };
    const used = (answer: { body: { usage: { metric: string; used: number }[] } }) =>
      answer.body.usage.find(({ metric }) => metric === "apiCalls")?.used;
    const first = await call("POST", path, { body: items, headers: proof });
    expect([first.status, used(first), first.body.isReplayed]).toEqual([200, 3, false]);
    const again = await call("POST", path, { body: items, headers: proof });
    expect([again.status, used(again), again.body.isReplayed]).toEqual([200, 3, true]);
    expect(used(await device.send("GET", path))).toBe(3);
    expect((await other.send("POST", path, items)).status).toBe(404);
    expect((await call("POST", path, { body: items })).status).toBe(401);
    const changed = { items: [{ metric: "apiCalls", units: 4 }] };
    expect((await call("POST", path, { body: changed, headers: proof })).body.code).toBe("DEVICE_PROOF_INVALID");
  });

  it("gains nothing from a proof that is shown twice: no second lease, no write", async () => {
    const stand = await makeStand();
    const device = await makeDevice();
    const seat = await device.send("POST", "/v1/installations", { ...stand.wish(1), deviceKey: device.deviceKey });
    const path = `/v1/installations/${seat.body.activationId}`;
    const body = { jti: claimsOf(seat.body.lease).jti, nonce: freshNonce() };
    const headers = { "device-proof": await device.prove("POST", `${path}/lease`, body) };
    const first = await call("POST", `${path}/lease`, { body, headers });
    const stamp = () => env.DB.prepare("SELECT * FROM activations WHERE id = ?").bind(seat.body.activationId).first();
    const written = await stamp();
    const again = await call("POST", `${path}/lease`, { body, headers });
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(claimsOf(again.body.lease)).toEqual(claimsOf(first.body.lease));
    expect(await stamp()).toEqual(written);
    const beat = { nonce: freshNonce() };
    const proven = { "device-proof": await device.prove("POST", `${path}/heartbeat`, beat) };
    expect((await call("POST", `${path}/heartbeat`, { body: beat, headers: proven })).status).toBe(200);
    expect((await call("POST", `${path}/heartbeat`, { body: beat, headers: proven })).status).toBe(200);
    expect(await stamp()).toEqual(written);
    passTime(301);
    expect((await call("POST", `${path}/lease`, { body, headers })).body.code).toBe("DEVICE_PROOF_INVALID");
  });

  it("keeps its online lease beside a file for the time without a network, and comes back with either", async () => {
    const stand = await makeStand();
    const device = airGapped("7b");
    const x = btoa(String.fromCharCode(...(await device.publicKey())))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "");
    const request = await device.request(stand.plugin.id);
    const answered = await stand.instance.post(`/v1/licenses/${stand.licenseId}/offline`, { request });
    expect([answered.status, answered.body.code]).toEqual([200, "VALID"]);
    const row = () =>
      env.DB.prepare("SELECT jti, prev_jti, device_jkt FROM activations WHERE license_id = ?")
        .bind(Number(stand.licenseId))
        .first<{ jti: string; prev_jti: string | null; device_jkt: string }>();
    expect((await row())?.jti).toBe(answered.body.jti);
    expect(x).toHaveLength(43);
    // As if it had gone online meanwhile: a lease of another name is in force, then another file is made.
    await alter(
      "UPDATE activations SET jti = 'lse_online', prev_jti = NULL WHERE license_id = ?",
      Number(stand.licenseId),
    );
    const second = await device.request(stand.plugin.id);
    const file = await stand.instance.post(`/v1/licenses/${stand.licenseId}/offline`, { request: second });
    expect([file.status, (await row())?.jti]).toEqual([200, "lse_online"]);
    passTime(660);
    // The key of the row is the machine's; what is asked here is only whose lease counts.
    await alter("UPDATE activations SET device_jkt = NULL WHERE license_id = ?", Number(stand.licenseId));
    const path = `/v1/installations/${file.body.installationId}/lease`;
    const online = await stand.instance.post(path, { jti: "lse_online", nonce: freshNonce() });
    expect([online.status, online.body.code]).toEqual([200, "VALID"]);
  });
});

describe("a copy that gets a row of its own", () => {
  async function copied() {
    const stand = await makeStand("max_installs = 2, seat_cap = 2, dev_seats = 0");
    const [holder, copy] = [await makeDevice(), await makeDevice()];
    const body = { ...stand.wish(1), deviceKey: holder.deviceKey };
    const seat = await holder.send("POST", "/v1/installations", body, stand.instance);
    const path = `/v1/installations/${seat.body.installationId}/resolve`;
    return { stand, copy, path };
  }

  it("takes a seat as `separate`, under the consent of its instance, and meets the limit like everybody", async () => {
    const { stand, copy, path } = await copied();
    const consent = { grantedPermissions: ["requests.read"], closureDigest: stand.plugin.closureDigest };
    const stale = { choice: "separate", deviceKey: copy.deviceKey, ...consent, closureDigest: "0".repeat(64) };
    expect((await copy.send("POST", path, stale, stand.instance)).body.code).toBe("consent_stale");
    const wish = { choice: "separate", deviceKey: copy.deviceKey, ...consent };
    const separate = await copy.send("POST", path, wish, stand.instance);
    expect([separate.status, separate.body.seat.class]).toEqual([200, "paid"]);
    expect(await count("SELECT COUNT(*) AS n FROM grants WHERE activation_id = ?", separate.body.activationId)).toBe(1);
    expect(await stand.live()).toBe(2);
    const third = await makeDevice();
    const full = await third.send("POST", path, { choice: "separate", deviceKey: third.deviceKey }, stand.instance);
    expect([full.status, full.body.code]).toEqual([409, "SEAT_LIMIT"]);
  });

  it("takes none as `temporary`, for two weeks, once, and without consent nothing runs there", async () => {
    const { stand, copy, path } = await copied();
    const wish = { choice: "temporary", deviceKey: copy.deviceKey };
    const guest = await copy.send("POST", path, wish, stand.instance);
    expect([guest.status, guest.body.seat.class]).toEqual([200, "dev"]);
    expect(await count("SELECT COUNT(*) AS n FROM grants WHERE activation_id = ?", guest.body.activationId)).toBe(0);
    const paid = "SELECT COUNT(*) AS n FROM activations WHERE license_id = ? AND seat_class = 'paid'";
    expect(await count(paid, Number(stand.licenseId))).toBe(1);
    const until = "SELECT temporary_until AS n FROM activations WHERE id = ?";
    expect(await count(until, guest.body.activationId)).toBe(nowSeconds() + 14 * 86_400);
    const third = await makeDevice();
    const again = await third.send("POST", path, { choice: "temporary", deviceKey: third.deviceKey }, stand.instance);
    expect([again.body.code, again.body.choices]).toEqual(["DEVICE_CLONED", ["move", "separate"]]);
  });
});

describe("the audit of a license", () => {
  it("keeps the network a call came from, never the address, and exports one event a line", async () => {
    const stand = await makeStand();
    const headers = { "cf-connecting-ip": "203.0.113.77" };
    const seat = await stand.instance.post("/v1/installations", stand.wish(1), headers);
    await stand.instance.send("DELETE", `/v1/installations/${seat.body.installationId}`, undefined, {
      "cf-connecting-ip": "2001:db8:1:2::77",
    });
    const bearer = (await stand.instance.bearer?.()) as string;
    const response = await exports.default.fetch(`${ORIGIN}/v1/licenses/${stand.licenseId}/events?format=jsonl`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    const text = await response.text();
    expect(text).not.toMatch(/203\.0\.113\.77|1:2::77/);
    expect(text.endsWith("\n")).toBe(true);
    const events = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const from = (kind: string) => events.find((event) => event.kind === kind)?.data.from;
    expect([from("activation.granted"), from("activation.released")]).toEqual(["203.0.113.0/24", "2001:db8:1::/48"]);
    const { paths } = openApiDocument(ORIGIN) as { paths: Record<string, Record<string, never>> };
    expect(JSON.stringify(paths["/v1/licenses/{id}/events"]?.get)).toContain("application/x-ndjson");
  });
});

describe("the desk", () => {
  it("stops an instance, whose licenses hear of it at once, and lets it go on with its seats", async () => {
    const { operatorToken } = await openShop();
    const theirs = await makeInstance();
    const stand = await makeStand();
    const { id: licenseId, licenseKey } = await sellLicense(theirs, stand.plugin);
    const wish = { licenseId, pluginId: stand.plugin.id, hardwareId: hardware(1), version: "1.0.0" };
    const seat = await theirs.post("/v1/installations", wish);
    const desk = (path: string, body: unknown) => call("POST", `/v1/desk/${path}`, { bearer: operatorToken, body });
    const verify = () =>
      theirs.post("/v1/licenses/verify", { licenseKey, pluginId: stand.plugin.id, hardwareId: hardware(1) });
    expect((await verify()).body.valid).toBe(true);
    const stopped = await desk(`instances/${theirs.id}/suspend`, { reason: "Unpaid bills" });
    expect([stopped.status, stopped.body]).toEqual([200, { id: theirs.id, state: "suspended" }]);
    expect((await desk(`instances/${theirs.id}/suspend`, { reason: "Again" })).status).toBe(200);
    expect((await verify()).body).toMatchObject({ valid: false, code: "INSTANCE_SUSPENDED" });
    expect((await theirs.post("/v1/installations", { ...wish, hardwareId: hardware(2) })).body.code).toBe(
      "INSTANCE_SUSPENDED",
    );
    const path = `/v1/installations/${seat.body.installationId}`;
    expect((await theirs.post(`${path}/heartbeat`, {})).body.code).toBe("INSTANCE_SUSPENDED");
    expect((await desk(`instances/${theirs.id}/resume`, {})).body.state).toBe("active");
    expect((await verify()).body.valid).toBe(true);
    expect((await theirs.post(`${path}/lease`, {})).status).toBe(200);
    const acts =
      "SELECT COUNT(*) AS n FROM audit WHERE subject_kind = 'instance' AND subject_id = ? AND action IN ('instance.suspended', 'instance.resumed')";
    expect(await count(acts, theirs.id)).toBe(2);
  });

  it("stops an account with its tokens and its instances; operators lock nobody of theirs out", async () => {
    const { operatorToken } = await openShop();
    const theirs = await makeInstance();
    const stand = await makeStand();
    const { licenseKey } = await sellLicense(theirs, stand.plugin);
    const account = await count("SELECT account_id AS n FROM instances WHERE id = ?", Number(theirs.id));
    const desk = (path: string, body: unknown) =>
      call("POST", `/v1/desk/accounts/${path}`, { bearer: operatorToken, body });
    expect((await desk(`${account}/suspend`, { reason: "Fraud" })).body.state).toBe("suspended");
    const verified = await theirs.post("/v1/licenses/verify", {
      licenseKey,
      pluginId: stand.plugin.id,
      hardwareId: hardware(1),
    });
    expect(verified.body).toMatchObject({ valid: false, code: "INSTANCE_SUSPENDED" });
    const byKey = { licenseKey, pluginId: stand.plugin.id, hardwareId: hardware(2), version: "1.0.0" };
    expect((await call("POST", "/v1/installations", { body: byKey })).body.code).toBe("INSTANCE_SUSPENDED");
    expect((await call("GET", "/v1/whoami", { bearer: theirs.ownerToken })).status).toBe(401);
    expect((await desk(`${account}/resume`, {})).body.state).toBe("active");
    expect((await call("GET", "/v1/whoami", { bearer: theirs.ownerToken })).status).toBe(200);
    const operator = await count("SELECT id AS n FROM accounts WHERE is_operator = 1 LIMIT 1");
    expect((await desk(`${operator}/suspend`, { reason: "Me" })).status).toBe(404);
  });

  it("takes nothing for a secret that was rotated away a moment ago, whatever an isolate remembers", async () => {
    const theirs = await makeInstance();
    const stand = await makeStand();
    const { id: licenseId } = await sellLicense(theirs, stand.plugin);
    const wish = { licenseId, pluginId: stand.plugin.id, hardwareId: hardware(1), version: "1.0.0" };
    expect((await theirs.post("/v1/installations", wish)).status).toBe(201);
    await alter("UPDATE instances SET api_secret_sealed = 'v1.rotated' WHERE id = ?", Number(theirs.id));
    expect((await theirs.post("/v1/installations", { ...wish, hardwareId: hardware(2) })).status).toBe(401);
    expect((await theirs.post("/v1/installations", { ...wish, licenseId: "999999" })).status).toBe(401);
    expect(await count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(licenseId))).toBe(1);
  });
});

it("verifies what it signs with the SDK's own rules", async () => {
  const stand = await makeStand();
  const body = stand.wish(1, { nonce: freshNonce() });
  const seat = await stand.instance.post("/v1/installations", body);
  const expected = { issuer: ORIGIN, pluginId: stand.plugin.id, keys: await keys(), now: nowSeconds() };
  const verified = await verifyLease(seat.body.lease, { ...expected, binding: await bindingTo(body as never) });
  expect(verified).toMatchObject({ ok: true });
});
