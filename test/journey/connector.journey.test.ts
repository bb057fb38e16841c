import { createHash, createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, inject, it } from "vitest";
import { RECEIVED_PATH } from "../../src/local/emulator-server.ts";
import { ownPlugin } from "../bundles.ts";
import { ageInstallations } from "./age-installations.ts";
import { type Answer, bearer, Connector, send } from "./connector.ts";

const { url, data, demo } = inject("marketplace");
const V1 = `${url}/v1`;
const host = new Connector(V1, demo.instance);
const publisher = bearer(demo.publisher.token)(V1);
const operator = bearer(demo.operator.token)(V1);
const license = demo.licenses[0];
if (license === undefined) throw new Error("the demo has a license");
const freePlugin = (await host.call("GET", "/plugins/by-name/pipeline-board")).body;

function expectProblem(answer: Answer, status: number, message: string | RegExp): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.body).toMatchObject({ success: false, status });
  expect(answer.body.message).toMatch(message instanceof RegExp ? message : new RegExp(`^${message}$`));
  expect(answer.body.error.code).toBe(answer.body.code);
  expect(JSON.stringify(answer.body)).not.toMatch(/select |insert |at \w+ \(|D1_ERROR/i);
}

function expectPlugin(plugin: Record<string, unknown>): void {
  for (const key of ["id", "name", "displayName", "description", "version", "author", "authorId", "category", "status"])
    expect(plugin[key], key).toEqual(expect.any(String));
  expect(plugin.id).toMatch(/^[1-9]\d*$/);
  expect(plugin.authorId).toMatch(/^[1-9]\d*$/);
  expect(plugin.tags).toEqual(expect.any(Array));
  expect(plugin.screenshots).toEqual(expect.any(Array));
  for (const price of Object.values(plugin.pricing as object)) expect(price).toEqual(expect.any(Number));
  expect([plugin.downloads, plugin.rating]).toEqual([expect.any(Number), expect.any(Number)]);
  expect(Object.values(plugin)).not.toContain(null);
}

function expectLicense(row: Record<string, unknown>): void {
  for (const key of ["id", "licenseKey", "pluginId", "userId", "type", "status"])
    expect(row[key], key).toEqual(expect.any(String));
  for (const key of ["id", "pluginId"]) expect(row[key]).toMatch(/^[1-9]\d*$/);
  expect([row.maxInstalls, row.currentInstalls]).toEqual([expect.any(Number), expect.any(Number)]);
  expect(Object.values(row)).not.toContain(null);
}

/** A license of a user of our own, so that tests do not meet. */
let users = 1000;
async function paidLicense(type = "basic"): Promise<Record<string, string>> {
  const answer = await publisher("POST", "/licenses", {
    instanceId: demo.instance.id,
    pluginId: license?.pluginId,
    userId: String(users++),
    type,
  });
  expect(answer.status).toBe(201);
  return answer.body;
}

describe("authentication", () => {
  it("accepts the connector's HMAC bearer and refuses everything near it with 401", async () => {
    expect((await host.call("GET", "/users/1/licenses")).status).toBe(200);
    const now = Date.now();
    const { apiKey, apiSecret } = demo.instance;
    const signed = (key: string, secret: string, at: string): string =>
      `Bearer ${key}:${createHmac("sha256", secret).update(`${key}:${at}`).digest("hex")}:${at}`;
    const wrong: Record<string, string> = {
      "another secret": signed(apiKey, "ms_wrong", String(now)),
      "an unknown key": signed("mk_0000000000000000000000", apiSecret, String(now)),
      "a swapped key": signed(apiSecret, apiKey, String(now)),
      "an old timestamp": signed(apiKey, apiSecret, String(now - 6 * 60_000)),
      "a future timestamp": signed(apiKey, apiSecret, String(now + 6 * 60_000)),
      "another timestamp": signed(apiKey, apiSecret, String(now)).replace(String(now), String(now + 1)),
      "a timestamp that is no number": signed(apiKey, apiSecret, "soon"),
      "an upper-case signature": signed(apiKey, apiSecret, String(now)).replace(/:[0-9a-f]{64}:/, (text) =>
        text.toUpperCase(),
      ),
      "no signature": `Bearer ${apiKey}::${now}`,
      "the key alone": `Bearer ${apiKey}`,
      "another scheme": signed(apiKey, apiSecret, String(now)).replace("Bearer", "Basic"),
    };
    for (const [name, authorization] of Object.entries(wrong)) {
      const answer = await send(`${V1}/users/1/licenses`, { headers: { authorization } });
      expect(answer.status, name).toBe(401);
      expect(answer.body.message, name).toEqual(expect.any(String));
    }
    expectProblem(await send(`${V1}/users/1/licenses`), 401, /./);
    expectProblem(
      await send(`${V1}/users/1/licenses`, { headers: { authorization: wrong["another secret"] as string } }),
      401,
      "Invalid signature",
    );
    // A wrong credential is 401 on public routes too.
    expect(
      (await send(`${V1}/plugins`, { headers: { authorization: wrong["an unknown key"] as string } })).status,
    ).toBe(401);
  });
});

describe("1 GET /health", () => {
  it("answers exactly {status: ok}", async () => {
    const answer = await host.call("GET", "/health");
    expect([answer.status, answer.body]).toEqual([200, { status: "ok" }]);
  });
});

describe("2 GET /plugins", () => {
  it("lists approved plugins, downloads descending, 20 a page", async () => {
    const { status, body } = await host.call("GET", "/plugins");
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(expect.arrayContaining(["data", "total"]));
    expect(body.total).toBeGreaterThanOrEqual(4);
    for (const plugin of body.data) {
      expectPlugin(plugin);
      expect(plugin.status).toBe("approved");
    }
    const downloads = body.data.map((plugin: { downloads: number }) => plugin.downloads);
    expect(downloads).toEqual([...downloads].sort((a, b) => b - a));
  });

  it("searches name, display name and description, filters, sorts and pages", async () => {
    const names = async (query: string): Promise<string[]> =>
      (await host.call("GET", `/plugins?${query}`)).body.data.map((plugin: { name: string }) => plugin.name);
    expect(await names("query=LEAD-SC")).toContain("lead-scorer");
    expect(await names("query=zzz-nothing")).toEqual([]);
    expect(await names("type=ui")).toContain("pipeline-board");
    expect(await names("type=ui")).not.toContain("lead-scorer");
    expect(await names("category=no-such-category")).toEqual([]);
    expect(await names("minRating=5.1")).toEqual([]);
    const ascending = await names("sortBy=name&sortOrder=asc&limit=100");
    expect(ascending).toEqual([...ascending].sort());
    expect(await names("sortBy=name&sortOrder=asc&sortDirection=desc&limit=100")).toEqual(ascending.toReversed());
    expect(await names("sortBy=name&sortOrder=asc&limit=1&page=2")).toEqual(ascending.slice(1, 2));
    for (const odd of ["page=0", "page=-1", "page=x", "limit=0", "limit=1000000", "sortBy=;drop", "minRating=NaN"])
      expect((await host.call("GET", `/plugins?${odd}`)).status, odd).toBeLessThan(500);
  });
});

describe("3 GET /plugins/{id}", () => {
  it("answers one plugin, and 404 with the host's sentence for all other ids", async () => {
    const { status, body } = await host.call("GET", `/plugins/${license.pluginId}`);
    expect(status).toBe(200);
    expectPlugin(body);
    expect(body.bundleUrl).toBeUndefined();
    expect(freePlugin.bundleUrl).toMatch(/^http/);
    expectProblem(await host.call("GET", "/plugins/999999"), 404, "Plugin not found");
    for (const id of ["0", "-1", "1.5", "1e3", "abc", "9".repeat(30), "1%20or%201=1", "٣"])
      expect((await host.call("GET", `/plugins/${id}`)).status, id).toBe(404);
    for (const id of ["%00", "%zz", "%E0%A4%A"])
      expect((await host.call("GET", `/plugins/${id}`)).status, id).toBe(400);
  });
});

describe("4, 5, 6 publish, edit and delist a plugin of its own", () => {
  it("does all three, idempotently", async () => {
    const { bytes, metadata } = await ownPlugin({ publisher: demo.publisher.handle, name: `own-plugin-${Date.now()}` });
    const first = await host.publish(metadata, bytes);
    expect(first.status).toBe(201);
    expectPlugin(first.body);
    expect(["pending", "review"]).toContain(first.body.status);
    expect(first.body.checksum).toBe(createHash("sha256").update(bytes).digest("hex"));
    const again = await host.publish(metadata, bytes);
    expect(again.status).toBe(200);
    expect(again.body.id).toBe(first.body.id);

    const other = await ownPlugin({ publisher: demo.publisher.handle, name: metadata.name, note: "other bytes" });
    expectProblem(await host.publish(other.metadata, other.bytes), 409, /./);
    expectProblem(await host.publish({ ...metadata, checksum: "0".repeat(64) }, bytes), 400, /checksum/i);
    expectProblem(await host.publish({ ...metadata, name: "some-other-name" }, bytes), 422, /./);

    const edited = await host.call("PUT", `/plugins/${first.body.id}`, {
      description: "A description of twenty and more.",
    });
    expect(edited.status).toBe(200);
    expect(edited.body.description).toBe("A description of twenty and more.");
    const deleted = await host.call("DELETE", `/plugins/${first.body.id}`);
    expect(deleted.status).toBe(200);
    expect(deleted.body).toMatchObject({ id: first.body.id, deleted: true });
    expect((await host.call("DELETE", `/plugins/${first.body.id}`)).status).toBe(200);
  });

  it("refuses foreign names, foreign plugins and what is no bundle", async () => {
    const junk = new TextEncoder().encode("this is no bundle");
    expectProblem(await host.publish({ name: "junk-plugin" }, junk), 422, /./);
    const legacy = Uint8Array.from([0x52, 0x42, 0x53, 0x4d, 1, 0, 0, 0x1f, 0x8b, ...new Uint8Array(200)]);
    const refused = await host.publish({ name: "legacy-plugin" }, legacy);
    expect([refused.status, refused.body.code]).toEqual([422, "legacy_unreadable"]);
    expectProblem(
      await host.call("PUT", "/plugins/999999", { description: "A description of twenty and more." }),
      404,
      /./,
    );
    expectProblem(await host.call("DELETE", "/plugins/999999"), 404, /./);
  });
});

describe("7 POST /licenses", () => {
  it("gives free and trial at once, and asks for payment otherwise", async () => {
    const userId = String(users++);
    const trial = await host.call("POST", "/licenses", {
      pluginId: await pluginWithTrial(),
      userId,
      type: "trial",
      maxInstalls: 1,
    });
    expect(trial.status).toBe(201);
    expectLicense(trial.body);
    expect(trial.body).toMatchObject({ type: "trial", status: "active", currentInstalls: 0, userId });
    const second = await host.call("POST", "/licenses", {
      pluginId: await pluginWithTrial(),
      userId: String(users++),
      type: "trial",
      maxInstalls: 1,
    });
    expect(second.status).toBe(409);
    expectProblem(
      await host.call("POST", "/licenses", { pluginId: license.pluginId, userId, type: "premium", maxInstalls: 1 }),
      402,
      "Payment required",
    );
  });

  it("refuses a second valid license and carries the first one", async () => {
    const held = await paidLicense();
    const again = await publisher("POST", "/licenses", {
      instanceId: demo.instance.id,
      pluginId: license.pluginId,
      userId: held.userId,
      type: "basic",
    });
    expectProblem(again, 409, "User already has an active license for this plugin");
    expect(JSON.stringify(again.body.error.details)).toContain(held.id);
  });

  it("names every bad field", async () => {
    const answer = await host.call("POST", "/licenses", { pluginId: "x", userId: 7, type: "gold" });
    expect([400, 422]).toContain(answer.status);
    expect(answer.body.errors.length).toBeGreaterThanOrEqual(3);
  });
});

describe("8 POST /licenses/verify", () => {
  const verify = (body: object): Promise<Answer> =>
    host.call("POST", "/licenses/verify", { timestamp: Date.now(), ...body });

  it("answers 200 for every business result, with the host's exact sentences", async () => {
    const { licenseKey, id } = await paidLicense();
    const { pluginId } = license;
    const good = await verify({ licenseKey, pluginId, hardwareId: "1a2b3c4d" });
    expect(good.status).toBe(200);
    expect(good.body.valid).toBe(true);
    expectLicense(good.body.license);
    const refusals: [object, string][] = [
      [{ licenseKey: "rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ", pluginId, hardwareId: "x" }, "License not found"],
      [{ licenseKey: "nonsense", pluginId, hardwareId: "x" }, "License not found"],
      [{ licenseKey, pluginId: freePlugin.id, hardwareId: "x" }, "License is for a different plugin"],
      [{ licenseKey, pluginId, hardwareId: "" }, "License verification failed"],
    ];
    for (const [body, error] of refusals) {
      const answer = await verify(body);
      expect([answer.status, answer.body.valid, answer.body.error]).toEqual([200, false, error]);
    }
    expect((await host.call("POST", `/licenses/${id}/bind`, { hardwareId: "cd".repeat(32) })).status).toBe(200);
    expect((await verify({ licenseKey, pluginId, hardwareId: "ee".repeat(32) })).body.error).toBe(
      "License is bound to different hardware",
    );
    await host.call("POST", `/licenses/${licenseKey}/revoke`, { reason: "Refunded" });
    expect((await verify({ licenseKey, pluginId, hardwareId: "cd".repeat(32) })).body.error).toBe(
      "License is not active",
    );
  });

  it("gives the fourth device on three seats `Installation limit exceeded` and never fails a known one", async () => {
    const { licenseKey } = await paidLicense();
    const { pluginId } = license;
    const devices = ["11", "22", "33"].map((pair) => pair.repeat(32));
    for (const hardwareId of devices)
      expect((await verify({ licenseKey, pluginId, hardwareId })).body.valid).toBe(true);
    const fourth = await verify({ licenseKey, pluginId, hardwareId: "44".repeat(32) });
    expect(fourth.body).toMatchObject({ valid: false, error: "Installation limit exceeded" });
    for (const hardwareId of devices)
      expect((await verify({ licenseKey, pluginId, hardwareId })).body.valid).toBe(true);
  });

  it("accepts a clock up to an hour off on this call alone", async () => {
    const authorization = host.header(Date.now() - 30 * 60_000);
    const body = JSON.stringify({ licenseKey: "nonsense", pluginId: "1", hardwareId: "x", timestamp: 1 });
    const headers = { authorization, "content-type": "application/json" };
    expect((await send(`${V1}/licenses/verify`, { method: "POST", headers, body })).status).toBe(200);
    expect((await send(`${V1}/users/1/licenses`, { headers: { authorization } })).status).toBe(401);
  });
});

describe("9 and 10: download", () => {
  it("gives a token whose bytes come once, without the auth header too", async () => {
    const { licenseKey } = await paidLicense();
    const granted = await host.call("POST", `/plugins/${license.pluginId}/download`, {
      licenseKey,
      hardwareId: "unknown",
    });
    expect(granted.status).toBe(200);
    expect(granted.body.url).toBe(`${V1}/download/${granted.body.token}`);
    expect(Date.parse(granted.body.expiresAt)).toBeGreaterThan(Date.now());
    const file = await send(granted.body.url);
    expect(file.status).toBe(200);
    expect(file.headers.get("content-type")).toBe("application/octet-stream");
    expect(file.headers.get("x-plugin-checksum")).toBe(createHash("sha256").update(file.body).digest("hex"));
    expect(file.headers.get("x-plugin-version")).toBe(license.version);
    expect(file.headers.get("cache-control")).toBe("no-store");
    expect(file.headers.get("content-disposition")).toContain(`${license.plugin}-${license.version}.rbsm`);
    expect(file.headers.get("access-control-allow-origin")).toBe("*");
    expect(Number(file.headers.get("content-length"))).toBe(file.body.length);
    expectProblem(await send(granted.body.url), 410, "Download token already used");
  });

  it("serves ten parallel requests for one token exactly once", async () => {
    const { licenseKey } = await paidLicense();
    const { body } = await host.call("POST", `/plugins/${license.pluginId}/download`, {
      licenseKey,
      hardwareId: "unknown",
    });
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(body.url)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array(9).fill(410)]);
  });

  it("refuses unusable licenses and unknown tokens", async () => {
    const { licenseKey } = await paidLicense();
    await host.call("POST", `/licenses/${licenseKey}/revoke`, { reason: "Refunded" });
    const refused = await host.call("POST", `/plugins/${license.pluginId}/download`, {
      licenseKey,
      hardwareId: "unknown",
    });
    expectProblem(refused, 403, /./);
    expectProblem(
      await host.call("POST", `/plugins/${freePlugin.id}/download`, { licenseKey: license.key, hardwareId: "unknown" }),
      403,
      /./,
    );
    expectProblem(await send(`${V1}/download/${"A".repeat(43)}`), 404, /./);
    expectProblem(await send(`${V1}/download/x`), 404, /./);
  });
});

describe("11 GET /users/{userId}/licenses", () => {
  it("lists the user's licenses with their keys, and nothing for unknown users", async () => {
    const held = await paidLicense();
    const { status, body } = await host.call("GET", `/users/${held.userId}/licenses`);
    expect(status).toBe(200);
    expect(body).toHaveLength(1);
    expectLicense(body[0]);
    expect(body[0].licenseKey).toBe(held.licenseKey);
    expect((await host.call("GET", "/users/987654/licenses")).body).toEqual([]);
  });
});

describe("12 and 13: transfer and revoke", () => {
  it("transfers once, not an enterprise license, and revokes idempotently", async () => {
    const held = await paidLicense();
    const newUserId = String(users++);
    const moved = await host.call("POST", `/licenses/${held.licenseKey}/transfer`, { newUserId });
    expect(moved.status).toBe(200);
    expectLicense(moved.body);
    expect(moved.body).toMatchObject({ userId: newUserId, currentInstalls: 0 });
    for (let round = 0; round < 2; round++) {
      const revoked = await host.call("POST", `/licenses/${held.licenseKey}/revoke`, { reason: "Refunded" });
      expect([revoked.status, revoked.body.status]).toEqual([200, "revoked"]);
    }
    const unknown = "rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ";
    expectProblem(await host.call("POST", `/licenses/${unknown}/revoke`, { reason: "x" }), 404, /./);
    expectProblem(await host.call("POST", `/licenses/${unknown}/transfer`, { newUserId }), 404, /./);
  });

  it("refuses to transfer an enterprise license with the host's sentence", async () => {
    const enterprise = await paidLicense("enterprise");
    expect(enterprise.maxInstalls).toBe(-1);
    expectProblem(
      await host.call("POST", `/licenses/${enterprise.licenseKey}/transfer`, { newUserId: "9" }),
      400,
      "Enterprise licenses cannot be transferred",
    );
  });
});

describe("14 and 15: statistics", () => {
  it("answer the shapes the host reads", async () => {
    const all = await host.call("GET", "/stats");
    expect(all.body).toMatchObject({
      totalPlugins: expect.any(Number),
      totalDownloads: expect.any(Number),
      totalRevenue: expect.any(Number),
      topPlugins: expect.any(Array),
    });
    const one = await host.call("GET", `/plugins/${license.pluginId}/stats`);
    expect(one.body).toMatchObject({
      downloads: expect.any(Number),
      revenue: expect.any(Number),
      totalRevenue: expect.any(Number),
      activeInstalls: expect.any(Number),
      ratings: { average: expect.any(Number), count: expect.any(Number) },
    });
    expectProblem(await host.call("GET", "/plugins/999999/stats"), 404, "Plugin not found");
  });
});

describe("16 and 17: reviews", () => {
  it("keep one review per user of who had the plugin for a day, and list it", async () => {
    const own = await paidLicense();
    const target = `/plugins/${license.pluginId}/reviews`;
    const ofOwn = await host.call("POST", target, { userId: own.userId, rating: 5, comment: "Ours is best." });
    expect([ofOwn.status, ofOwn.body.code]).toEqual([403, "review_not_allowed"]);

    const { body: customer } = await operator("POST", "/desk/accounts", {
      name: "Karl",
      email: `karl-${Date.now()}@example.com`,
    });
    const webhookUrl = `${demo.instance.url}/api/webhooks/marketplace`;
    const server = { name: "Karl's server", url: demo.instance.url, webhookUrl, appVersion: "0.1.0" };
    const { status, body: made } = await bearer(customer.token)(V1)("POST", "/instances/register", server);
    expect(status, JSON.stringify(made)).toBe(201);
    const other = new Connector(V1, made);
    const held = await publisher("POST", "/licenses", {
      instanceId: made.instanceId,
      pluginId: license.pluginId,
      userId: "12",
      type: "basic",
    });
    const { body: plugin } = await other.call("GET", `/plugins/${license.pluginId}`);
    const { body: version } = await other.call("GET", `/plugins/${plugin.id}/versions/${plugin.version}`);
    const installed = await other.call("POST", "/installations", {
      pluginId: plugin.id,
      licenseKey: held.body.licenseKey,
      hardwareId: "7e".repeat(32),
      version: plugin.version,
      grantedPermissions: version.manifest.permissions.map(({ code }: { code: string }) => code),
      closureDigest: version.closureDigest,
    });
    expect(installed.status, JSON.stringify(installed.body)).toBe(201);

    const review = { userId: "12", rating: 5, comment: "Saves an hour a day." };
    expect((await other.call("POST", target, review)).body.code).toBe("review_not_allowed");
    ageInstallations(data, plugin.name);
    const posted = await other.call("POST", target, review);
    expect([200, 201], JSON.stringify(posted.body)).toContain(posted.status);
    const again = await other.call("POST", target, { ...review, rating: 4 });
    expect(again.status).toBeLessThan(300);
    const { body } = await other.call("GET", `${target}?page=1&limit=20`);
    const mine = body.data.filter((row: { userId: string }) => row.userId === "12");
    expect(mine).toHaveLength(1);
    expect(mine[0]).toMatchObject({ rating: 4, comment: "Saves an hour a day.", createdAt: expect.any(String) });
    for (const rating of [0, 6, 4.5, "5", null]) {
      const refused = await other.call("POST", target, { ...review, rating });
      expect([400, 422], String(rating)).toContain(refused.status);
    }
  });
});

describe("signed webhooks", () => {
  it("reach the instance's receiver and pass its check", async () => {
    const held = await paidLicense();
    await host.call("POST", `/licenses/${held.licenseKey}/revoke`, { reason: "Refunded" });
    type Received = { event: string; data: { licenseKey?: string }; accepted?: boolean };
    let received: Received[] = [];
    for (let attempt = 0; attempt < 100; attempt++) {
      received = (await send(`${demo.instance.url}${RECEIVED_PATH}`)).body;
      if (!Array.isArray(received)) received = JSON.parse(new TextDecoder().decode(received as unknown as Uint8Array));
      if (received.some((row) => row.event === "license.revoked" && row.data.licenseKey === held.licenseKey)) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const mine = received.filter((row) => row.data.licenseKey === held.licenseKey).map((row) => row.event);
    expect(mine).toEqual(["license.created", "license.revoked"]);
  });
});

describe("bodies that are not what they should be", () => {
  it("are refused clearly and never with 5xx", async () => {
    const post = (body: string, type = "application/json"): Promise<Answer> =>
      send(`${V1}/licenses/verify`, {
        method: "POST",
        headers: { authorization: host.header(), "content-type": type },
        body,
      });
    expectProblem(await post("{"), 400, /./);
    expectProblem(await post("not json at all"), 400, /./);
    expectProblem(await post('{"a":1,"a":2}'), 400, /./);
    expectProblem(await post("[".repeat(9) + "]".repeat(9)), 400, /./);
    expectProblem(await post("[".repeat(30_000)), 400, /./);
    expectProblem(await post(JSON.stringify({ a: "x".repeat(70_000) })), 413, /./);
    expectProblem(await post("{}", "text/plain"), 415, /./);
    for (const body of ["null", "[]", "7", '""']) expect((await post(body)).status).toBeLessThan(500);
  });
});

async function pluginWithTrial(): Promise<string> {
  const { body } = await operator("GET", "/plugins?limit=100");
  const found = body.data.find((plugin: { pricing: Record<string, number> }) => plugin.pricing.trial !== undefined);
  expect(found, "an example offers a trial").toBeDefined();
  return found.id;
}

it("keeps its secrets to the owner", async () => {
  const { mode } = await import("node:fs").then((fs) => fs.statSync(demo.publisher.keyFile));
  expect(mode & 0o777).toBe(0o600);
  expect(await readFile(demo.trustFile, "utf8")).not.toContain("PRIVATE");
});
