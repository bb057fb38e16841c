import path from "node:path";
import { expect, test } from "vitest";
import type { PluginDefinition } from "../../src/sdk/index.ts";
import { createEmulator, createTestHost } from "../../src/sdk/testing/index.ts";
import networkProber from "../hostile/network-prober/src/server.ts";
import overreacher from "../hostile/overreacher/src/server.ts";
import thrower from "../hostile/thrower/src/server.ts";
import { HOSTILE, readManifest } from "./setting.ts";

const CREATED = {
  id: "evt_1",
  event: "request.created",
  version: 1,
  occurredAt: "2026-03-10T10:20:00.000Z",
  entity: "request",
  entityId: "1",
  data: { id: 1 },
} as const;

function install(name: string, plugin: PluginDefinition) {
  const emulator = createEmulator({ apiKey: "rk_test_1" });
  return createTestHost(readManifest(path.join(HOSTILE, name)), plugin, { emulator, apiKey: "rk_test_1" });
}

test("what throws is an error of the plugin, even with the words of the platform", async () => {
  const run = await install("thrower", thrower).event(CREATED);
  expect(run).toMatchObject({ outcome: "plugin_error", message: "Network connection lost." });
});

test("what was never declared is denied, and the customer is still there", async () => {
  const host = install("overreacher", overreacher);
  const run = await host.event(CREATED);
  expect(run).toMatchObject({
    outcome: "capability_denied",
    calls: { "customers.list": 1 },
    denied: { "customers.delete": 1 },
  });
  expect(host.emulator.state.customers).toHaveLength(4);
});

test("no address is reached without being declared", async () => {
  const run = await install("network-prober", networkProber).event(CREATED);
  expect(run.outcome).toBe("network_denied");
  expect(run.logs.at(-1)?.text).toBe("6 addresses tried, 0 reached");
});
