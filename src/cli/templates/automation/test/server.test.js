import assert from "node:assert/strict";
import { test } from "node:test";
import plugin from "../dist/server/main.js";

test("a new request is counted and told", async () => {
  const stored = new Map([["requests", 2]]);
  const sent = [];
  const context = {
    storage: {
      get: async (key) => stored.get(key) ?? null,
      set: async (key, value) => void stored.set(key, value),
    },
    notifications: { send: async (message) => void sent.push(message) },
    log: { info() {} },
  };
  await plugin.events["request.created"](context, { entityId: "41" });
  assert.equal(stored.get("requests"), 3);
  assert.equal(sent[0].message, "Request 41 came in. It is number 3.");
});
