import { beforeAll, describe, expect, it } from "vitest";
import {
  count,
  hardware,
  makeInstance,
  makePlugin,
  sellLicense,
  type TestInstance,
  type TestPlugin,
} from "./shop.worker.ts";

let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
});

function wish(licenseKey: string, device: number, over: Record<string, unknown> = {}) {
  return { licenseKey, pluginId: plugin.id, hardwareId: hardware(device), version: "1.0.0", ...over };
}

function consent(over: Record<string, unknown> = {}) {
  return { grantedPermissions: ["requests.read"], closureDigest: plugin.closureDigest, ...over };
}

describe("consent", () => {
  it("is kept with the seat, sorted, with what was declined", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const { body } = await instance.post("/v1/installations", { ...wish(licenseKey, 1), ...consent() });
    expect(
      await count(
        "SELECT COUNT(*) AS n FROM grants WHERE activation_id = ? AND version = '1.0.0' AND permissions = ? AND declined = ? AND actor = ?",
        body.activationId,
        '["requests.read"]',
        '["storage.write"]',
        `instance:${instance.id}`,
      ),
    ).toBe(1);
    await instance.post("/v1/installations", { ...wish(licenseKey, 1), ...consent() });
    expect(await count("SELECT COUNT(*) AS n FROM grants WHERE activation_id = ?", body.activationId)).toBe(1);
    const more = { grantedPermissions: ["storage.write", "requests.read"] };
    await instance.post("/v1/installations", { ...wish(licenseKey, 1), ...consent(more) });
    expect(await count("SELECT COUNT(*) AS n FROM grants WHERE activation_id = ?", body.activationId)).toBe(2);
  });

  it.each([
    ["a required permission missing", { grantedPermissions: ["storage.write"] }, 409, "consent_incomplete"],
    ["an undeclared permission", { grantedPermissions: ["requests.read", "users.read"] }, 422, "VALIDATION_ERROR"],
    ["another digest", { closureDigest: "f".repeat(64) }, 409, "consent_stale"],
    ["no digest", { closureDigest: undefined }, 422, "VALIDATION_ERROR"],
    ["no permissions", { grantedPermissions: undefined }, 422, "VALIDATION_ERROR"],
  ])("is refused with %s, before any seat", async (_, over, status, code) => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const answer = await instance.post("/v1/installations", { ...wish(licenseKey, 1), ...consent(over) });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    if (code === "consent_stale") {
      expect(answer.body.closureDigest).toBe(plugin.closureDigest);
      expect(answer.body.closure.permissions).toEqual(["requests.read"]);
    }
    expect(await count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(id))).toBe(0);
  });

  it("is not even asked where the plugin needs other plugins", async () => {
    const needy = await makePlugin({ dependencies: { "pdf-writer": "^2.1.0" } });
    const { licenseKey } = await sellLicense(instance, needy);
    const answer = await instance.post("/v1/installations", wish(licenseKey, 1, { pluginId: needy.id }));
    expect([answer.status, answer.body.code]).toEqual([409, "dependency_missing"]);
  });
});
