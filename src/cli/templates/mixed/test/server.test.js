import assert from "node:assert/strict";
import { test } from "node:test";
import plugin from "../dist/server/main.js";

test("an appointment is counted and the number can be asked for", async () => {
  const stored = new Map();
  const storage = {
    get: async (key) => stored.get(key) ?? null,
    set: async (key, value) => void stored.set(key, value),
  };
  await plugin.events["appointment.created"]({ storage }, {});
  assert.deepEqual(await plugin.routes["GET /count"]({ storage }, {}), { status: 200, body: { count: 1 } });
});
