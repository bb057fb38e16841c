import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { renderLicenseWebhook } from "../../../src/market/license/render-webhook.ts";
import {
  hardware,
  makeInstance,
  makePlugin,
  RENDERING,
  sellLicense,
  type TestInstance,
  type TestPlugin,
} from "../../api/license/shop.worker.ts";

let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
});

describe("the data of a license webhook", () => {
  it("is what the host reads, with strings for ids and the key in the clear", async () => {
    const expiresAt = "2031-01-01T00:00:00.000Z";
    const { id, licenseKey, userId } = await sellLicense(instance, plugin, { expiresAt });
    expect(await renderLicenseWebhook(RENDERING, id, "license.created")).toEqual({
      id,
      licenseKey,
      pluginId: plugin.id,
      userId,
      type: "basic",
      expiresAt,
      maxInstalls: 3,
    });
    await instance.post("/v1/installations", {
      licenseKey,
      pluginId: plugin.id,
      hardwareId: hardware(1),
      version: "1.0.0",
    });
    expect(await renderLicenseWebhook(RENDERING, id, "license.updated")).toEqual({
      licenseKey,
      status: "active",
      expiresAt,
      maxInstalls: 3,
      currentInstalls: 1,
    });
    expect(await renderLicenseWebhook(RENDERING, id, "license.revoked")).toEqual({ licenseKey });
  });

  it("says `never` for a license without an end, because the host leaves an end it holds alone", async () => {
    const { id } = await sellLicense(instance, plugin, { type: "enterprise" });
    expect(await renderLicenseWebhook(RENDERING, id, "license.updated")).toMatchObject({
      expiresAt: "9999-12-31T00:00:00.000Z",
      maxInstalls: -1,
    });
    expect(await renderLicenseWebhook(RENDERING, id, "license.created")).not.toHaveProperty("expiresAt");
  });

  it("is nothing once the sealed key is gone, and for a license that never was", async () => {
    const { id } = await sellLicense(instance, plugin);
    await env.DB.prepare("UPDATE license_keys SET sealed = NULL WHERE license_id = ?").bind(Number(id)).run();
    expect(await renderLicenseWebhook(RENDERING, id, "license.updated")).toBeNull();
    expect(await renderLicenseWebhook(RENDERING, "999999", "license.updated")).toBeNull();
  });
});
