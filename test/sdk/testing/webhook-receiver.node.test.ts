import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { createEmulator, EMPTY_SEED, type EmulatorOptions } from "../../../src/sdk/testing/index.ts";

const NOON = Date.parse("2026-03-10T12:00:00.000Z");
const SECRET = "whs_demo_6c2e9f10";
const UPDATED =
  '{"event":"license.updated","data":{"licenseKey":"9F3A1C-07B2E4-5D6C88-A1F09B-3E47D2","status":"active","expiresAt":"2027-01-01T00:00:00.000Z","maxInstalls":3,"currentInstalls":1},"id":"evt_1042","createdAt":"2026-01-01T00:00:00.000Z"}';

function instance(options: Partial<EmulatorOptions> = {}) {
  const plugins = [{ id: 7, name: "lead-scorer", marketplaceId: "42", status: "approved", downloads: 0 }];
  return createEmulator({
    apiKey: "rk_live_1",
    webhookSecret: SECRET,
    seed: { ...EMPTY_SEED, plugins },
    clock: { now: () => NOON },
    ...options,
  });
}

async function post(emulator: ReturnType<typeof createEmulator>, body: string, signature: string | null) {
  const response = await emulator.fetch(
    new Request("https://firm.example/api/webhooks/marketplace", {
      method: "POST",
      headers: signature === null ? {} : { "X-Marketplace-Signature": signature },
      body,
    }),
  );
  return { status: response.status, body: JSON.parse(await response.text()) };
}
const sign = (body: string) => createHmac("sha256", SECRET).update(body).digest("hex");
const deliver = (emulator: ReturnType<typeof createEmulator>, event: string, data: object) => {
  const body = JSON.stringify({ event, data });
  return post(emulator, body, sign(body));
};

test("the worked example of the host's documents is accepted and kept", async () => {
  const emulator = instance();
  const answer = await post(emulator, UPDATED, "92ed7ee35d8ba8fe0a140ced6c56767202aa9923336218fd4af9150892b602cd");
  expect(answer).toEqual({
    status: 200,
    body: {
      success: true,
      data: { received: true },
      message: "OK",
      error: null,
      timestamp: "2026-03-10T12:00:00.000Z",
    },
  });
  expect(emulator.webhooks).toMatchObject([
    { event: "license.updated", receivedAt: NOON, payload: { id: "evt_1042" }, effect: "failed" },
  ]);
});

test("an indented body is refused even when its own bytes are signed, because the receiver serialises again", async () => {
  const emulator = instance();
  const indented = JSON.stringify(JSON.parse(UPDATED), null, 2);
  expect(sign(indented)).toMatch(/^a46fbfd8/);
  expect((await post(emulator, indented, sign(indented))).status).toBe(401);
  expect((await post(emulator, indented, sign(UPDATED))).status).toBe(200);
  expect(emulator.webhooks).toHaveLength(1);
});

test.each([
  ["no signature", null],
  ["an empty one", ""],
  ["an upper-case one", sign(UPDATED).toUpperCase()],
  ["one with a prefix", `sha256=${sign(UPDATED)}`],
  ["one of another body", sign(`${UPDATED} `)],
])("%s is 401 and nothing is kept", async (_, signature) => {
  const emulator = instance();
  expect((await post(emulator, UPDATED, signature)).status).toBe(401);
  expect(emulator.webhooks).toEqual([]);
});

test("without a webhook secret it is 401, without key and secret 503, until an operator sets them", async () => {
  const emulator = createEmulator({ apiKey: "rk_live_1", connected: false });
  expect((await post(emulator, UPDATED, sign(UPDATED))).status).toBe(503);
  emulator.configureMarketplace({ connected: true });
  expect((await post(emulator, UPDATED, sign(UPDATED))).status).toBe(401);
  emulator.configureMarketplace({ webhookSecret: SECRET });
  expect((await post(emulator, UPDATED, sign(UPDATED))).status).toBe(200);
});

test("an unreadable body is 200 with an error inside, and not kept", async () => {
  const emulator = instance();
  expect((await post(emulator, "{", sign("{"))).body.data).toEqual({ received: true, error: true });
  expect(emulator.webhooks).toEqual([]);
});

test("a license appears once, changes and ends on the instance", async () => {
  const emulator = instance();
  const created = {
    id: "501",
    licenseKey: "KEY",
    pluginId: "42",
    userId: "1",
    type: "basic",
    expiresAt: null,
    hardwareId: null,
    maxInstalls: 3,
  };
  await deliver(emulator, "license.created", created);
  await deliver(emulator, "license.created", { ...created, licenseKey: "SECOND" });
  await deliver(emulator, "license.updated", {
    licenseKey: "KEY",
    status: "active",
    expiresAt: "2027-01-01T00:00:00.000Z",
    maxInstalls: 5,
    currentInstalls: 2,
  });
  await deliver(emulator, "license.updated", {
    licenseKey: "KEY",
    status: "active",
    expiresAt: null,
    maxInstalls: 5,
    currentInstalls: 2,
  });
  expect(emulator.state.licenses).toEqual([
    {
      licenseKey: "KEY",
      pluginId: 7,
      userId: 1,
      type: "basic",
      status: "active",
      expiresAt: "2027-01-01T00:00:00.000Z",
      maxInstalls: 5,
      currentInstalls: 2,
    },
  ]);
  await deliver(emulator, "license.revoked", { licenseKey: "KEY" });
  expect(emulator.state.licenses[0]?.status).toBe("revoked");
  expect(emulator.webhooks.map(({ effect }) => effect)).toEqual([
    "applied",
    "dropped",
    "applied",
    "applied",
    "applied",
  ]);
});

test.each([
  ["a plugin id that is a number", { pluginId: 42, userId: "1" }],
  ["a plugin nobody has", { pluginId: "43", userId: "1" }],
  ["a user id that is no number", { pluginId: "42", userId: "b3c1" }],
])("a license for %s is dropped silently", async (_, fields) => {
  const emulator = instance();
  expect(
    (await deliver(emulator, "license.created", { licenseKey: "K", type: "basic", maxInstalls: 1, ...fields })).status,
  ).toBe(200);
  expect(emulator.state.licenses).toEqual([]);
});

test("downloads are counted each time, a suspension holds, unknown events are only logged", async () => {
  const emulator = instance();
  await deliver(emulator, "plugin.downloaded", { pluginId: "42" });
  await deliver(emulator, "plugin.downloaded", { pluginId: "42" });
  await deliver(emulator, "plugin.suspended", { pluginId: "42", reason: "Malware" });
  await deliver(emulator, "plugin.reviewed", { pluginId: "42", averageRating: 4 });
  await deliver(emulator, "plugin.renamed", {});
  expect(emulator.state.plugins[0]).toMatchObject({ downloads: 2, status: "suspended", suspendReason: "Malware" });
  expect(emulator.webhooks.map(({ effect }) => effect)).toEqual(["applied", "applied", "applied", "failed", "logged"]);
});
