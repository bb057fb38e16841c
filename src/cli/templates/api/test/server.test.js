import assert from "node:assert/strict";
import { test } from "node:test";
import plugin from "../dist/server/main.js";

test("the summary counts the customers", async () => {
  const context = { customers: { list: async () => ({ items: [], total: 12, page: 1, limit: 1 }) } };
  const answer = await plugin.routes["GET /summary"](context, {});
  assert.deepEqual(answer, { status: 200, body: { customers: 12 } });
});
