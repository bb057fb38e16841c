import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
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
    expect(answer.body.error.details.dependencies).toEqual([{ name: "pdf-writer", range: "^2.1.0", installed: [] }]);
  });

  it("needs what it needs in this instance, in a version of the range; plugins that need each other come in turn", async () => {
    const install = async (what: TestPlugin, version: string, device: number) => {
      const { licenseKey } = await sellLicense(instance, what);
      const wanted = wish(licenseKey, device, { pluginId: what.id, version });
      const agree = (closureDigest: string) =>
        instance.post("/v1/installations", { ...wanted, ...consent({ closureDigest }) });
      const first = await agree(what.closureDigest);
      // What it needs counts, too: the answer shows what is to be agreed to.
      const answer = first.body.code === "consent_stale" ? await agree(first.body.closureDigest) : first;
      return [answer.status, answer.body.code ?? "ok"];
    };
    const writer = await makePlugin();
    const needy = await makePlugin({ dependencies: { [writer.name]: "^1.1.0" } });
    expect(await install(needy, "1.0.0", 1)).toEqual([409, "dependency_missing"]);
    expect((await install(writer, "1.0.0", 1))[0]).toBeLessThan(300);
    expect(await install(needy, "1.0.0", 1)).toEqual([409, "dependency_missing"]);
    expect((await install(writer, "1.1.0", 2))[0]).toBeLessThan(300);
    expect((await install(needy, "1.0.0", 1))[0]).toBeLessThan(300);
    const one = await makePlugin();
    const other = await makePlugin({ dependencies: { [one.name]: "*" } });
    await env.DB.prepare(
      "UPDATE releases SET manifest = json_set(manifest, '$.dependencies', json(?1)) WHERE plugin_id = ?2",
    )
      .bind(JSON.stringify({ [other.name]: "*" }), Number(one.id))
      .run();
    expect((await install(one, "1.0.0", 1))[0]).toBeLessThan(300);
    expect((await install(other, "1.0.0", 1))[0]).toBeLessThan(300);
  });
});

describe("an update of what is installed", () => {
  it("sec-50: leaves a disabled plugin disabled, is in the ledger, and a start that fails is one vote", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const installed = await instance.post("/v1/installations", { ...wish(licenseKey, 5), ...consent() });
    const { activationId } = installed.body;
    const paused = () =>
      count("SELECT COUNT(*) AS n FROM activations WHERE id = ? AND paused_at IS NOT NULL", activationId);
    await instance.send("PATCH", `/v1/installations/${activationId}`, { action: "deactivate" });
    expect(await paused()).toBe(1);
    expect((await instance.post("/v1/installations", wish(licenseKey, 5, { version: "1.1.0" }))).status).toBeLessThan(
      300,
    );
    expect(await paused()).toBe(1);
    const moved =
      "SELECT COUNT(*) AS n FROM install_ledger WHERE activation_id = ? AND kind = 'moved' AND from_version = '1.0.0' AND version = '1.1.0'";
    expect(await count(moved, activationId)).toBe(1);
    const failures = () =>
      count("SELECT COUNT(*) AS n FROM update_failures WHERE instance_id = ?", Number(instance.id));
    for (const status of ["active", "startup_failed", "activation_failed", "toString"])
      expect(
        (await instance.post(`/v1/installations/${activationId}/heartbeat`, { version: "1.1.0", status })).status,
      ).toBe(200);
    await vi.waitFor(async () => expect(await failures()).toBe(1));
  });

  it("sec-21: consent is to everything a version reaches on this instance", async () => {
    const writer = await makePlugin();
    const { licenseKey: first } = await sellLicense(instance, writer);
    await instance.post("/v1/installations", {
      ...wish(first, 6, { pluginId: writer.id }),
      ...consent({ closureDigest: writer.closureDigest }),
    });
    const needy = await makePlugin({ dependencies: { [writer.name]: "^1.0.0" } });
    const { licenseKey } = await sellLicense(instance, needy);
    const agree = (closureDigest: string) =>
      instance.post("/v1/installations", {
        ...wish(licenseKey, 6, { pluginId: needy.id }),
        ...consent({ closureDigest }),
      });
    const own = await agree(needy.closureDigest);
    expect([own.status, own.body.code]).toEqual([409, "consent_stale"]);
    expect(own.body.closure.dependencies).toEqual({ [writer.name]: "^1.0.0" });
    expect((await agree(own.body.closureDigest)).status).toBeLessThan(300);
  });
});
