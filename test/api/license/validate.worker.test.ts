import { beforeAll, describe, expect, it } from "vitest";
import { call, instanceBearer } from "../account/calls.worker.ts";
import { hardware, makeInstance, makePlugin, sellLicense, type TestInstance, type TestPlugin } from "./shop.worker.ts";

const NOT_FOUND_KEY = "rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ";
let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
});

describe("validating", () => {
  const validate = (body: object, bearer?: string) =>
    call("POST", "/v1/licenses/validate", { body, ...(bearer === undefined ? {} : { bearer }) });

  it("answers 200 with a signed verdict, to anybody who holds the key", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const nonce = "AAECAwQFBgcICQoLDA0ODw";
    const good = await validate({ licenseKey, pluginId: plugin.id, nonce, entitlements: ["basic", "basic"] });
    expect([good.status, good.body.code, good.body.class]).toEqual([200, "VALID", "ok"]);
    const claims = JSON.parse(atob(good.body.verdict.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    expect(claims).toMatchObject({
      tok: "verdict",
      aud: `rbsm:verdict:${plugin.id}`,
      code: "VALID",
      status: 200,
      lic: id,
      nonce,
    });
    expect(claims.exp - claims.iat).toBe(300);
    const missing = await validate({ licenseKey, pluginId: plugin.id, entitlements: ["basic", "basic", "export"] });
    expect([missing.status, missing.body.code, missing.body.status, missing.body.missing]).toEqual([
      200,
      "ENTITLEMENT_MISSING",
      403,
      ["export"],
    ]);
    const device = await validate({ licenseKey, pluginId: plugin.id, hardwareId: hardware(1) });
    expect(device.body.code).toBe("ACTIVATION_REQUIRED");
    const build = async (asked: object) => (await validate({ licenseKey, pluginId: plugin.id, ...asked })).body.code;
    expect(await build({ version: "9.9.9" })).toBe("BUILD_MISMATCH");
    expect(await build({ bundleSha256: "f".repeat(64) })).toBe("BUILD_MISMATCH");
    expect(await build({ bundleSha256: plugin.sha256 })).toBe("VALID");
    expect(await build({ bundleSha256: plugin.sha256, version: "1.0.0" })).toBe("VALID");
    expect(await build({ bundleSha256: plugin.sha256, version: "1.1.0" })).toBe("BUILD_MISMATCH");
    expect(await build({ installationId: crypto.randomUUID() })).toBe("ACTIVATION_REQUIRED");
    const seat = { licenseKey, pluginId: plugin.id, hardwareId: hardware(1), version: "1.0.0" };
    const wrong = await instance.post("/v1/installations", { ...seat, bundleSha256: "f".repeat(64) });
    expect([wrong.status, wrong.body.code]).toEqual([403, "BUILD_MISMATCH"]);
    const seated = await instance.post("/v1/installations", { ...seat, bundleSha256: plugin.sha256 });
    expect(await build({ installationId: seated.body.installationId })).toBe("VALID");
  });

  it("says the same of an unknown key, a foreign one and another product's", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const other = await makeInstance();
    const foreign = await other.post("/v1/licenses/validate", { licenseKey, pluginId: plugin.id });
    const unknown = await validate({ licenseKey: NOT_FOUND_KEY, pluginId: plugin.id });
    const product = await validate({ licenseKey, pluginId: "999999" });
    for (const answer of [foreign, unknown, product]) {
      const { verdict, serverTime: _, ...rest } = answer.body;
      expect(rest).toEqual({ code: "NOT_FOUND", class: "conclusive", status: 404, actions: [] });
      expect(verdict.split(".")).toHaveLength(3);
    }
  });

  it("needs a credential for a license named by id, and a key that can be one", async () => {
    const { id } = await sellLicense(instance, plugin);
    expect((await validate({ licenseId: id, pluginId: plugin.id })).status).toBe(401);
    const malformed = await validate({ licenseKey: "nonsense", pluginId: plugin.id });
    expect([malformed.status, malformed.body.code]).toEqual([400, "KEY_MALFORMED"]);
    const wrong = await validate({ licenseId: id, pluginId: plugin.id }, await instanceBearer("mk_x", "ms_x"));
    expect(wrong.status).toBe(401);
  });
});
