import { beforeAll, expect, it } from "vitest";
import { verifyAsStranger } from "../../domain/license/foreign-jose.ts";
import { call } from "../account/calls.worker.ts";
import { hardware, makeInstance, makePlugin, sellLicense, type TestInstance, type TestPlugin } from "./shop.worker.ts";

let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
});

it("leases and verdicts verify with the published keys and a stock JOSE library", async () => {
  const { licenseKey } = await sellLicense(instance, plugin);
  const seat = { licenseKey, pluginId: plugin.id, hardwareId: hardware(1), version: "1.0.0" };
  const { body } = await instance.post("/v1/installations", seat);
  const keys = (await call("GET", "/v1/keys")).body;
  const expected = {
    issuer: "http://localhost:8787",
    audience: `rbsm:plugin:${plugin.id}`,
    now: Math.floor(Date.now() / 1000),
  };
  const lease = await verifyAsStranger(body.lease, keys, expected);
  expect(lease.protectedHeader).toEqual({ alg: "EdDSA", kid: keys.keys[0].kid, typ: "JWT" });
  expect(lease.payload.sub).toBe(body.activationId);

  const validated = await instance.post("/v1/licenses/validate", seat);
  const verdict = { ...expected, audience: `rbsm:verdict:${plugin.id}` };
  expect((await verifyAsStranger(validated.body.verdict, keys, verdict)).payload.code).toBe("VALID");
  // A lease is no verdict and a verdict no lease, though one key signs both.
  await expect(verifyAsStranger(body.lease, keys, verdict)).rejects.toThrow();

  for (const device of [2, 3]) await instance.post("/v1/installations", { ...seat, hardwareId: hardware(device) });
  const full = await instance.post("/v1/installations", { ...seat, hardwareId: hardware(4) });
  const refusal = await verifyAsStranger(full.body.verdict, keys, verdict);
  expect(refusal.payload).toMatchObject({ code: "SEAT_LIMIT", class: "action", status: 409 });
});
