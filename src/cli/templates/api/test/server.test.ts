import { createTestHost } from "@rising-bsm/plugin-sdk/testing";
import { expect, test } from "vitest";
import manifest from "../manifest.json" with { type: "json" };
import plugin from "../src/server.ts";

test("the summary counts the customers", async () => {
  const host = createTestHost(manifest, plugin);
  const run = await host.route({ method: "GET", path: "/summary" });
  expect(run.outcome).toBe("ok");
  expect(run.value).toEqual({ status: 200, body: { customers: host.emulator.state.customers.length } });
});
