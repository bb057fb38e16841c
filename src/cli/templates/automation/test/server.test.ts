import { createTestHost } from "@rising-bsm/plugin-sdk/testing";
import { expect, test } from "vitest";
import manifest from "../manifest.json" with { type: "json" };
import plugin from "../src/server.ts";

test("a new request is counted and told", async () => {
  const host = createTestHost(manifest, plugin);
  const run = await host.event({
    id: "evt_1",
    event: "request.created",
    version: 1,
    occurredAt: "2026-01-01T12:00:00.000Z",
    entity: "request",
    entityId: "41",
    data: {},
  });
  expect(run.outcome).toBe("ok");
  expect(run.calls).toEqual({ "storage.get": 1, "storage.set": 1, "notifications.send": 1 });
  expect(run.storage).toEqual({ requests: 1 });
  expect(host.emulator.state.notifications.at(-1)).toMatchObject({ title: "New request" });
});
