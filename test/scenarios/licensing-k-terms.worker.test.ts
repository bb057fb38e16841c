import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { makeLegacyKey, makeLicenseKey } from "../../src/domain/license/key.ts";
import worker from "../../src/worker.ts";
import { call, instanceBearer, ORIGIN } from "../api/account/calls.worker.ts";
import { count, hardware, makePlugin, openShop, sellLicense } from "../api/license/shop.worker.ts";
import { NOON, passTime, setClock } from "../clock.ts";
import { makeStand, tally, times } from "./seats.worker.ts";

const randomKey = () => makeLicenseKey("live", crypto.getRandomValues(new Uint8Array(17))).text;
const from = (address: string) => ({ "cf-connecting-ip": address });

describe("K. Input and abuse", () => {
  it("57. A key with blanks, lower case, O for 0, l for 1 → the same license", async () => {
    const stand = await makeStand();
    const typed = stand.licenseKey
      .replace(/^rbsm_live_/, " RBSM-Live ")
      .replace(/.{4}(?=.)/g, (part, at) => (at < 11 ? part : `${part} `))
      .toLowerCase()
      .replace("rbsm-live ", "rbsm-live_")
      .replaceAll("0", "O")
      .replaceAll(/1/g, "l");
    const body = { pluginId: stand.plugin.id };
    const [exact, spelled] = await Promise.all(
      [stand.licenseKey, typed].map((licenseKey) =>
        call("POST", "/v1/licenses/validate", { body: { ...body, licenseKey } }),
      ),
    );
    expect(typed).not.toBe(stand.licenseKey);
    expect([exact?.body.code, spelled?.body.code]).toEqual(["VALID", "VALID"]);
  });

  it("58. No JSON, wrong content type, depth 9, duplicate member, 2 MB → 400, 415, 400, 400, 413, each problem+json with message", async () => {
    const send = async (body: string, type = "application/json") => {
      const response = await exports.default.fetch(`${ORIGIN}/v1/licenses/validate`, {
        method: "POST",
        headers: { "content-type": type },
        body,
      });
      const answer = (await response.json()) as { message: string; code: string };
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.message).toBeTruthy();
      return `${response.status} ${answer.code}`;
    };
    expect(await send("no json")).toBe("400 BODY_INVALID");
    expect(await send("{}", "text/plain")).toBe("415 MEDIA_TYPE_UNSUPPORTED");
    expect(await send(`{"pluginId":${"[".repeat(8)}${"]".repeat(8)}}`)).toBe("400 BODY_INVALID");
    expect(await send('{"pluginId":"1","pluginId":"2"}')).toBe("400 BODY_INVALID");
    expect(await send(`{"pluginId":"${"x".repeat(2_000_000)}"}`)).toBe("413 BODY_TOO_LARGE");
  });

  it("59. Key in the query string → 400 KEY_IN_URL, key in no log line", async () => {
    const stand = await makeStand();
    const lines: string[] = [];
    const spies = (["log", "info", "warn", "error", "debug"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...args) => void lines.push(args.map(String).join(" "))),
    );
    const asked = [
      await call("GET", `/v1/time?licenseKey=${stand.licenseKey}`),
      await call("POST", `/v1/licenses/validate?key=${stand.licenseKey}`, { body: {} }),
    ];
    await stand.instance.post(`/v1/licenses/${stand.licenseKey}/revoke`, { reason: "done" });
    for (const spy of spies) spy.mockRestore();
    expect(asked.map(({ status, body }) => `${status} ${body.code}`)).toEqual(["400 KEY_IN_URL", "400 KEY_IN_URL"]);
    for (const { body } of asked) expect(JSON.stringify(body)).not.toContain(stand.licenseKey);
    expect(lines.filter((line) => line.includes(stand.licenseKey))).toEqual([]);
  });

  it("60. 1 000 unknown well-formed keys from one address → 429 past the budget; a valid key from there still answers", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const ask = (licenseKey: string, address: string) =>
      call("POST", "/v1/licenses/validate", {
        body: { licenseKey, pluginId: stand.plugin.id },
        headers: from(address),
      });
    const counts = { unknown: 0, limited: 0 };
    let limited: Response | undefined;
    const miss = async () => {
      const response = await exports.default.fetch(`${ORIGIN}/v1/licenses/validate`, {
        method: "POST",
        headers: { "content-type": "application/json", ...from("203.0.113.7") },
        body: JSON.stringify({ licenseKey: randomKey(), pluginId: stand.plugin.id }),
      });
      counts[response.status === 200 ? "unknown" : "limited"] += 1;
      if (response.status === 429) limited = response;
      await response.text();
    };
    for (let sent = 0; sent < 1_000; sent += 100) await Promise.all(times(100).map(miss));
    expect(counts).toEqual({ unknown: 20, limited: 980 });
    expect(Number(limited?.headers.get("retry-after"))).toBeLessThanOrEqual(600);
    expect(limited?.headers.get("ratelimit-policy")).toBe('"misses";q=20;w=600');
    expect(limited?.headers.get("ratelimit")).toMatch(/^"misses";r=0;t=\d+$/);
    expect((await ask(stand.licenseKey, "203.0.113.7")).body.code).toBe("VALID");
    expect((await ask(randomKey(), "203.0.113.8")).body.code).toBe("NOT_FOUND");
    passTime(601);
    expect((await ask(randomKey(), "203.0.113.7")).body.code).toBe("NOT_FOUND");
  });

  it("one budget for the /64 of an address, a smaller one for the host's shape, one for an instance; every door counts", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const legacy = () => makeLegacyKey(crypto.getRandomValues(new Uint8Array(15))).text;
    const doors = [
      (key: string, headers: Record<string, string>) =>
        call("POST", "/v1/licenses/validate", { body: { licenseKey: key, pluginId: stand.plugin.id }, headers }),
      (key: string, headers: Record<string, string>) =>
        call("POST", "/v1/installations", { body: stand.wish(1, { licenseKey: key }), headers }),
    ];
    const shaped = await Promise.all(
      times(30).map((n) => doors[n % 2]?.(legacy(), from(`2001:db8:1:2::${n.toString(16)}`))),
    );
    expect(shaped.filter((answer) => answer?.status === 429)).toHaveLength(20);
    const verify = (licenseKey: string) =>
      stand.instance.post("/v1/licenses/verify", { licenseKey, pluginId: stand.plugin.id, hardwareId: hardware(1) });
    const verified = await Promise.all(times(24).map(() => verify(randomKey())));
    expect(tally(verified)).toEqual({ "200 NOT_FOUND": 20, "429 RATE_LIMITED": 4 });
    // A known device's key leads somewhere: nothing limits it.
    const known = await Promise.all(times(70).map(() => verify(stand.licenseKey)));
    expect(tally(known)).toEqual({ "200 VALID": 70 });
  });

  it("unknown, foreign and other products' keys are one answer", async () => {
    const stand = await makeStand();
    const other = await makePlugin();
    const ask = (licenseKey: string, pluginId: string) =>
      call("POST", "/v1/licenses/validate", { body: { licenseKey, pluginId } });
    const plain = ({ body }: { body: { serverTime: string; verdict: string } }) => ({
      ...body,
      serverTime: "",
      verdict: "",
    });
    const unknown = await ask(randomKey(), other.id);
    const wrongProduct = await ask(stand.licenseKey, other.id);
    expect([wrongProduct.status, plain(wrongProduct)]).toEqual([unknown.status, plain(unknown)]);
  });

  it("malformed keys are 300 a minute for an address, without a database", async () => {
    const ask = () =>
      call("POST", "/v1/licenses/validate", {
        body: {
          licenseKey: `rbsm_live_${crypto.randomUUID()}`,
          pluginId: "1",
          nonce: crypto.randomUUID().replaceAll("-", ""),
        },
        headers: from("198.51.100.9"),
      });
    const codes = new Set<string>();
    for (let sent = 0; sent < 700 && !codes.has("RATE_LIMITED"); sent += 50)
      for (const { body } of await Promise.all(times(50).map(ask))) codes.add(body.code);
    expect([...codes].sort()).toContain("RATE_LIMITED");
  });

  it("one license and device is validated 60 times a minute", async () => {
    const stand = await makeStand();
    const ask = () =>
      call("POST", "/v1/licenses/validate", { body: { licenseKey: stand.licenseKey, pluginId: stand.plugin.id } });
    let limited: Awaited<ReturnType<typeof ask>> | undefined;
    for (let sent = 0; sent < 180 && limited === undefined; sent += 20)
      limited = (await Promise.all(times(20).map(ask))).find(({ status }) => status === 429);
    expect(limited?.headers.get("retry-after")).toBe("60");
    const other = await call("POST", "/v1/licenses/validate", {
      body: { licenseKey: stand.licenseKey, pluginId: stand.plugin.id, hardwareId: hardware(5) },
    });
    expect(other.status).toBe(200);
  });

  it("61. Budget 20; the 21st grant within the hour → 429 ACTIVATION_BUDGET with Retry-After; pings unaffected", async () => {
    setClock(NOON);
    const stand = await makeStand("max_installs = -1, seat_cap = -1");
    const seats = [];
    for (const device of times(20)) seats.push(await stand.activate(device));
    expect(tally(seats)).toEqual({ "201 VALID": 20 });
    const refused = await stand.activate(21);
    expect([refused.status, refused.body.code, refused.body.class]).toEqual([429, "ACTIVATION_BUDGET", "retryable"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    const first = seats[0] as (typeof seats)[number];
    expect([(await stand.ping(first)).status, (await stand.refresh(first)).status]).toEqual([200, 200]);
    expect((await stand.activate(1)).status).toBe(200);
    passTime(3_601);
    expect((await stand.activate(21)).status).toBe(201);
  });

  it("five trials a day for an instance", async () => {
    const stand = await makeStand();
    const answers = [];
    for (const n of times(6)) {
      const plugin = await makePlugin();
      answers.push(await stand.instance.post(`/v1/plugins/${plugin.id}/trial`, { userId: String(n) }));
    }
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 429]);
    expect(answers.at(-1)?.headers.get("retry-after")).toBe("3600");
  });
});

describe("K. Without a database", () => {
  let instance: { id: string; apiKey: string; apiSecret: string };
  const gone = () => {
    throw new Error("D1_ERROR: Network connection lost.");
  };
  const statement = { bind: () => statement, first: gone, all: gone, run: gone, raw: gone };
  const away = { prepare: () => statement, batch: gone, exec: gone, withSession: () => away } as unknown as D1Database;

  beforeAll(async () => {
    const { operatorToken } = await openShop();
    const owner = await call("POST", "/v1/desk/accounts", {
      bearer: operatorToken,
      body: { name: "Away", email: "away@firm.at" },
    });
    const made = await call("POST", "/v1/instances/register", {
      bearer: owner.body.token,
      body: {
        name: "Away",
        url: "http://127.0.0.1:9999",
        appVersion: "0.1.0",
        webhookUrl: "http://127.0.0.1:9999/api/webhooks/marketplace",
        apiUrl: "http://127.0.0.1:9999/api",
      },
    });
    instance = { id: made.body.instanceId, ...made.body };
  });

  it("a host whose clock is up to an hour off is served with CLOCK_DRIFT, beyond it is told our time", async () => {
    const plugin = await makePlugin();
    const owner = {
      id: instance.id,
      ownerToken: "",
      send: async (method: string, path: string, body?: unknown) =>
        call(method, path, { bearer: await instanceBearer(instance.apiKey, instance.apiSecret), body }),
      post: async (path: string, body?: unknown) =>
        call("POST", path, { bearer: await instanceBearer(instance.apiKey, instance.apiSecret), body }),
    };
    const { licenseKey } = await sellLicense(owner, plugin);
    const ask = async (path: string, minutes: number) =>
      call("POST", path, {
        bearer: await instanceBearer(instance.apiKey, instance.apiSecret, Date.now() + minutes * 60_000),
        body: { licenseKey, pluginId: plugin.id, hardwareId: hardware(1), version: "1.0.0" },
      });
    const verify = (minutes: number) => ask("/v1/licenses/verify", minutes);
    expect((await verify(4)).body).not.toHaveProperty("warnings");
    for (const minutes of [-59, -6, 6, 59])
      expect((await verify(minutes)).body).toMatchObject({ valid: true, warnings: ["CLOCK_DRIFT"] });
    for (const answer of [await verify(-61), await verify(61), await ask("/v1/installations", 6)]) {
      expect([answer.status, answer.body.code, answer.body.class]).toEqual([401, "CLOCK_SKEW", "retryable"]);
      expect(answer.body.serverTime).toBeTruthy();
    }
  });

  /** The Worker as it is, except that its database cannot be reached. */
  async function askWithout(path: string, body: object, secret = instance.apiSecret) {
    const waiting: Promise<unknown>[] = [];
    const request = new Request(`${ORIGIN}${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${await instanceBearer(instance.apiKey, secret)}`,
      },
      body: JSON.stringify(body),
    });
    const context = { waitUntil: (work: Promise<unknown>) => void waiting.push(work), exports, props: {} };
    const response = await worker.fetch(request as never, { ...env, DB: away } as never, context as never);
    await Promise.allSettled(waiting);
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  }

  it("65. D1 down: activate → 503 retryable, no seat; leased devices unaffected; host verify repeats its last good answer with offline true", async () => {
    const plugin = await makePlugin();
    const owner = {
      id: instance.id,
      ownerToken: "",
      send: async (method: string, path: string, body?: unknown) =>
        call(method, path, { bearer: await instanceBearer(instance.apiKey, instance.apiSecret), body }),
      post: async (path: string, body?: unknown) =>
        call("POST", path, { bearer: await instanceBearer(instance.apiKey, instance.apiSecret), body }),
    };
    const { id, licenseKey } = await sellLicense(owner, plugin);
    const question = { licenseKey, pluginId: plugin.id, hardwareId: hardware(1) };
    const asked = { ...question, version: "1.0.0" };
    const first = await owner.post("/v1/licenses/verify", question);
    expect(first.body).toMatchObject({ valid: true, code: "VALID" });
    const silenced = vi.spyOn(console, "error").mockImplementation(() => undefined);

    const activated = await askWithout("/v1/installations", asked);
    expect([activated.status, activated.body.code, activated.body.class]).toEqual([
      503,
      "SERVICE_UNAVAILABLE",
      "retryable",
    ]);
    expect(activated.headers.get("retry-after")).toBe("60");
    expect(await count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(id))).toBe(1);

    const repeated = await vi.waitFor(async () => {
      const answer = await askWithout("/v1/licenses/verify", question);
      expect(answer.status).toBe(200);
      return answer;
    });
    const { lease: _, ...answered } = first.body;
    expect(repeated.body).toEqual({ ...answered, offline: true });
    // Another question, or a caller who cannot sign, hears nothing of the right.
    expect((await askWithout("/v1/licenses/verify", { ...question, hardwareId: hardware(2) })).status).toBe(503);
    const forged = await askWithout("/v1/licenses/verify", question, "ms_of_somebody_else");
    expect([forged.status, forged.body.code]).toEqual([401, "AUTHENTICATION_REQUIRED"]);

    // What was revoked is forgotten at once, and an answer that was still on its way does not bring it back.
    await owner.post(`/v1/licenses/${id}/revoke`, { reason: "gone" });
    expect((await askWithout("/v1/licenses/verify", question)).status).toBe(503);
    silenced.mockRestore();
  });
});
