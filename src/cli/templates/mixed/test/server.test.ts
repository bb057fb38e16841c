import { createTestHost } from "@rising-bsm/plugin-sdk/testing";
import { expect, test } from "vitest";
import manifest from "../manifest.json" with { type: "json" };
import plugin from "../src/server.ts";

test("an appointment is counted and the number can be asked for", async () => {
  const host = createTestHost(manifest, plugin);
  const run = await host.event({
    id: "evt_1",
    event: "appointment.created",
    version: 1,
    occurredAt: "2026-01-01T12:00:00.000Z",
    entity: "appointment",
    entityId: "7",
    data: {},
  });
  expect(run.outcome).toBe("ok");
  const asked = await host.route({ method: "GET", path: "/count" });
  expect(asked.value).toEqual({ status: 200, body: { count: 1 } });
  const shown = await host.route({ method: "GET", path: "/summary" });
  expect(JSON.stringify(shown.value)).toContain('"value":1');
});
