import { beforeAll, describe, expect, it } from "vitest";
import { call, instanceBearer } from "../account/calls.worker.ts";
import {
  alter,
  count,
  eventsOf,
  hardware,
  makeInstance,
  makePlugin,
  openShop,
  type Shop,
  sellLicense,
  type TestInstance,
  type TestPlugin,
} from "./shop.worker.ts";

const NOT_FOUND_KEY = "rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ";
let shop: Shop;
let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  shop = await openShop();
  instance = await makeInstance();
  plugin = await makePlugin();
});

describe("verifying", () => {
  const verify = (body: object, of = instance) =>
    of.post("/v1/licenses/verify", { timestamp: Date.now(), hardwareId: "1a2b3c4d", ...body });

  it("answers valid with the license for any hardware id, and seats full ones", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const short = await verify({ licenseKey, pluginId: plugin.id });
    expect(short.status).toBe(200);
    expect(short.body).toMatchObject({ valid: true, code: "VALID", license: { id, licenseKey, currentInstalls: 0 } });
    expect(short.body.lease).toBeUndefined();
    const full = await verify({ licenseKey, pluginId: plugin.id, hardwareId: hardware(1).toUpperCase() });
    expect(full.body).toMatchObject({ valid: true, license: { currentInstalls: 1 } });
    expect(full.body.lease.split(".")).toHaveLength(3);
    const known = await verify({ licenseKey, pluginId: plugin.id, hardwareId: hardware(1) });
    expect(known.body).toMatchObject({ valid: true, license: { currentInstalls: 1 } });
    expect(await eventsOf(id)).toEqual(["license.created", "activation.granted"]);
  });

  it.each([
    ["nothing but the key is known", {}, true, undefined],
    ["an unknown key", { licenseKey: NOT_FOUND_KEY }, false, "License not found"],
    ["a malformed key", { licenseKey: "nonsense" }, false, "License not found"],
    ["an empty key", { licenseKey: "" }, false, "License not found"],
    ["another plugin", { pluginId: "999999" }, false, "License is for a different plugin"],
    ["a plugin id that is no number", { pluginId: "x" }, false, "License is for a different plugin"],
    ["an empty hardware id", { hardwareId: "" }, false, "License verification failed"],
  ])("answers 200 with the host's words when given %s", async (_, over, valid, error) => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const answer = await verify({ licenseKey, pluginId: plugin.id, ...over });
    expect([answer.status, answer.body.valid, answer.body.error]).toEqual([200, valid, error]);
  });

  it.each([
    ["revoked", "state = 'revoked'", "License is not active", "REVOKED"],
    ["suspended", "state = 'suspended'", "License is not active", "SUSPENDED"],
    ["expired", "expires_at = unixepoch() - 1", "License is not active", "EXPIRED"],
    ["not begun", "starts_at = unixepoch() + 9", "License is not active", "NOT_YET_VALID"],
    ["bound", `hardware_id = '${hardware(9)}'`, "License is bound to different hardware", "DEVICE_MISMATCH"],
  ])("knows that a license is %s", async (_, change, error, code) => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    await alter(`UPDATE licenses SET ${change}, rev = rev + 1 WHERE id = ?`, Number(id));
    const answer = await verify({ licenseKey, pluginId: plugin.id, hardwareId: hardware(1) });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ valid: false, error, code });
  });

  it("says state before product, as the host does", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    await alter("UPDATE licenses SET state = 'revoked', rev = rev + 1 WHERE id = ?", Number(id));
    const answer = await verify({ licenseKey, pluginId: "999999" });
    expect(answer.body.error).toBe("License is not active");
  });

  it("refuses a fourth device on three seats and never fails the three", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const on = (device: number) => verify({ licenseKey, pluginId: plugin.id, hardwareId: hardware(device) });
    for (const device of [1, 2, 3]) expect((await on(device)).body.valid).toBe(true);
    expect((await on(4)).body).toEqual({ valid: false, error: "Installation limit exceeded", code: "SEAT_LIMIT" });
    // Even a known device whose lease asks for renewal passes, and so does one on a shrunk license.
    await alter("UPDATE activations SET lease_iat = lease_iat - 90000 WHERE license_id = ?", Number(id));
    await alter("UPDATE licenses SET max_installs = 1, seat_cap = 1, rev = rev + 1 WHERE id = ?", Number(id));
    for (const device of [1, 2, 3]) expect((await on(device)).body.valid).toBe(true);
  });

  it("hides licenses of other instances", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const other = await makeInstance();
    const answer = await verify({ licenseKey, pluginId: plugin.id }, other);
    expect(answer.body).toEqual({ valid: false, error: "License not found", code: "NOT_FOUND" });
  });

  it("reads the same key however it was typed", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const typed = [
      licenseKey.toLowerCase(),
      `  ${licenseKey.replaceAll("_", " ")}  `,
      licenseKey.replaceAll("_", "-").replaceAll("0", "O").replaceAll("1", "l"),
      licenseKey.slice(0, 10) + (licenseKey.slice(10).match(/.{4}/g) ?? []).join("-"),
    ];
    for (const key of typed) {
      const answer = await verify({ licenseKey: key, pluginId: plugin.id });
      expect([key, answer.body.license?.id]).toEqual([key, id]);
    }
  });

  it("writes the time of verification at most hourly", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    await verify({ licenseKey, pluginId: plugin.id });
    const first = await count("SELECT last_verified_at AS n FROM licenses WHERE id = ?", Number(id));
    await alter("UPDATE licenses SET last_verified_at = last_verified_at - 5 WHERE id = ?", Number(id));
    await verify({ licenseKey, pluginId: plugin.id });
    expect(await count("SELECT last_verified_at AS n FROM licenses WHERE id = ?", Number(id))).toBe(first - 5);
  });
});

describe("the caller of verify", () => {
  const body = () => ({ licenseKey: NOT_FOUND_KEY, pluginId: plugin.id, hardwareId: "x", timestamp: Date.now() });

  it.each([
    ["nobody", undefined, 401],
    ["an unknown instance", () => instanceBearer("mk_0123456789012345678901", "ms_x"), 401],
    ["a stale signature", () => instanceBearer("mk_0123456789012345678901", "ms_x", Date.now() - 9e6), 401],
    ["a token", () => Promise.resolve(shop.publisherToken), 403],
    ["nonsense", () => Promise.resolve("nonsense"), 401],
  ] as const)("is refused when it is %s, with a good key and with a malformed one", async (_, bearer, status) => {
    for (const licenseKey of [NOT_FOUND_KEY, "nonsense"]) {
      const sent = { body: { ...body(), licenseKey }, ...(bearer === undefined ? {} : { bearer: await bearer() }) };
      const answer = await call("POST", "/v1/licenses/verify", sent);
      expect([answer.status, answer.body.success]).toEqual([status, false]);
    }
  });

  it("is told that nothing is active when it is suspended", async () => {
    const suspended = await makeInstance();
    const { licenseKey } = await sellLicense(suspended, plugin);
    await alter("UPDATE instances SET state = 'suspended' WHERE id = ?", Number(suspended.id));
    const answer = await suspended.post("/v1/licenses/verify", { ...body(), licenseKey });
    expect([answer.status, answer.body]).toEqual([
      200,
      { valid: false, error: "License is not active", code: "INSTANCE_SUSPENDED" },
    ]);
  });
});
