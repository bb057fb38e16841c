import { beforeAll, describe, expect, it } from "vitest";
import {
  alter,
  count,
  eventsOf,
  hardware,
  makeInstance,
  makePlugin,
  openShop,
  sellLicense,
  type TestInstance,
  type TestPlugin,
  webhooksOf,
} from "./shop.worker.ts";

let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
});

function activate(licenseKey: string, device: number, headers?: Record<string, string>) {
  const body = { licenseKey, pluginId: plugin.id, hardwareId: hardware(device), version: "1.0.0" };
  return instance.post("/v1/installations", body, headers);
}

function tally(answers: readonly { status: number; body: { code: string } }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers)
    counts[`${status} ${body.code}`] = (counts[`${status} ${body.code}`] ?? 0) + 1;
  return counts;
}

const live = (id: string) =>
  count(
    "SELECT COUNT(*) AS n FROM activations WHERE license_id = ? AND released_at IS NULL AND lease_until > unixepoch()",
    Number(id),
  );
const times = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

describe("in parallel", () => {
  it("50 devices on 3 seats give exactly 3, with their events and webhooks", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const answers = await Promise.all(times(50).map((device) => activate(licenseKey, device)));
    expect(tally(answers)).toEqual({ "201 VALID": 3, "409 SEAT_LIMIT": 47 });
    expect(await live(id)).toBe(3);
    expect(await eventsOf(id)).toEqual([
      "license.created",
      ...Array(3).fill("activation.granted"),
      "seat.limit_reached",
    ]);
    expect(await webhooksOf(id)).toHaveLength(5);
  });

  it("50 verifications with new hardware seat exactly 3", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const answers = await Promise.all(
      times(50).map((device) =>
        instance.post("/v1/licenses/verify", {
          licenseKey,
          pluginId: plugin.id,
          hardwareId: hardware(device),
          timestamp: Date.now(),
        }),
      ),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers.filter(({ body }) => body.valid)).toHaveLength(3);
    expect(await live(id)).toBe(3);
  });

  it("10 devices on 4 seats with overage 1.5 give 6, two of them over", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    await alter("UPDATE licenses SET max_installs = 4, seat_cap = 6 WHERE id = ?", Number(id));
    const answers = await Promise.all(times(10).map((device) => activate(licenseKey, device)));
    expect(tally(answers)).toEqual({ "201 VALID": 4, "201 OVERAGE": 2, "409 SEAT_LIMIT": 4 });
    expect(answers.filter(({ body }) => body.seat?.overage)).toHaveLength(2);
  });

  it("25 first calls of one device give one row and one installation id", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const answers = await Promise.all(times(25).map(() => activate(licenseKey, 1)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(24);
    expect(new Set(answers.map(({ body }) => body.installationId)).size).toBe(1);
    expect(await eventsOf(id)).toEqual(["license.created", "activation.granted"]);
  });

  it("first calls of one device under different installation ids agree on one, and its leases say so", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const answers = await Promise.all(
      times(10).map(() =>
        instance.post("/v1/installations", {
          licenseKey,
          pluginId: plugin.id,
          hardwareId: hardware(1),
          version: "1.0.0",
          installationId: crypto.randomUUID(),
        }),
      ),
    );
    const given = answers.filter(({ status }) => status < 300);
    expect(given.length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status < 300 || status === 409)).toBe(true);
    expect(new Set(given.map(({ body }) => body.installationId)).size).toBe(1);
    for (const { body } of given) {
      const claims = JSON.parse(atob(body.lease.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
      expect(claims.iid).toBe(body.installationId);
    }
    expect(await live(id)).toBe(1);
  });

  it("retries under one Idempotency-Key: one runs, the others get its very reply", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const headers = { "idempotency-key": `retry-${id}-abc` };
    const answers = await Promise.all(times(20).map(() => activate(licenseKey, 1, headers)));
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get("idempotency-replayed") === null)).toHaveLength(1);
    expect(await live(id)).toBe(1);
  });

  it("one Idempotency-Key for two devices seats one and refuses the other", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const headers = { "idempotency-key": `clash-${id}-abc` };
    const answers = await Promise.all([activate(licenseKey, 1, headers), activate(licenseKey, 2, headers)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422]);
    expect(await live(id)).toBe(1);
  });

  it("a release and 20 activations on a full license never pass the cap", async () => {
    for (let round = 0; round < 3; round++) {
      const { licenseKey, id } = await sellLicense(instance, plugin);
      const seated = [];
      for (const device of [1, 2, 3]) seated.push(await activate(licenseKey, device));
      const [released, ...answers] = await Promise.all([
        instance.send("DELETE", `/v1/installations/${seated[0]?.body.installationId}`),
        ...times(20).map((device) => activate(licenseKey, 100 + device)),
      ]);
      expect(released?.status).toBe(200);
      const given = answers.filter(({ status }) => status === 201).length;
      expect(given).toBeLessThanOrEqual(1);
      expect(await live(id)).toBe(2 + given);
      await eventsOf(id);
    }
  });

  it("10 releases of one installation free one seat and write one event", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const { body } = await activate(licenseKey, 1);
    const path = `/v1/installations/${body.installationId}`;
    const answers = await Promise.all(times(10).map(() => instance.send("DELETE", path)));
    expect(tally(answers)).toEqual({ "200 RELEASED": 1, "200 ALREADY_RELEASED": 9 });
    expect(await eventsOf(id)).toEqual(["license.created", "activation.granted", "activation.released"]);
  });

  it("20 orders for the same license issue one", async () => {
    const { sell } = await openShop();
    const userId = `race-${crypto.randomUUID().slice(0, 8)}`;
    const order = { instanceId: instance.id, pluginId: plugin.id, userId, type: "basic" };
    const answers = await Promise.all(times(20).map(() => sell("POST", "/v1/licenses", order)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === "ALREADY_LICENSED")).toHaveLength(19);
    expect(await count("SELECT COUNT(*) AS n FROM licenses WHERE user_id = ?", userId)).toBe(1);
  });

  it("20 trials of one instance start one", async () => {
    const trial = await makePlugin();
    const answers = await Promise.all(
      times(20).map((user) => instance.post(`/v1/plugins/${trial.id}/trial`, { userId: String(user) })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === "TRIAL_ALREADY_USED")).toHaveLength(19);
    expect(await count("SELECT COUNT(*) AS n FROM trial_claims WHERE plugin_id = ?", Number(trial.id))).toBe(1);
  });

  it("a revocation and 20 activations: whoever is seated was seated before it", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin, { type: "enterprise" });
    const [revoked, ...answers] = await Promise.all([
      instance.post(`/v1/licenses/${licenseKey}/revoke`, { reason: "refund" }),
      ...times(20).map((device) => activate(licenseKey, device)),
    ]);
    expect(revoked?.status).toBe(200);
    for (const { status, body } of answers)
      expect([status, body.code]).toEqual(status === 201 ? [201, "VALID"] : [403, "REVOKED"]);
    const events = await eventsOf(id);
    expect(events.slice(events.indexOf("license.revoked"))).toEqual(["license.revoked"]);
  });

  it("10 refreshes with the same lease renew it once; the rest are copies or lost replies of it", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const { body } = await activate(licenseKey, 1);
    const jtiOf = (lease: string) =>
      JSON.parse(atob((lease.split(".")[1] as string).replaceAll("-", "+").replaceAll("_", "/"))).jti as string;
    const jti = jtiOf(body.lease);
    const answers = await Promise.all(
      times(10).map(() => instance.post(`/v1/installations/${body.installationId}/lease`, { jti })),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(new Set(answers.map((answer) => jtiOf(answer.body.lease))).size).toBe(1);
    expect(await eventsOf(id)).toEqual(["license.created", "activation.granted"]);
  });
});
