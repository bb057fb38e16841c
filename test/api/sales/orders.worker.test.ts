import { beforeAll, expect, it } from "vitest";
import {
  eventsOf,
  makeInstance,
  openShop,
  type Shop,
  type TestInstance,
  type TestPlugin,
  webhooksOf,
} from "../license/shop.worker.ts";
import { makeSoldPlugin, markPaid, newUser, order, page, pay, paymentHooksOf } from "./till.worker.ts";

let shop: Shop;
let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  shop = await openShop();
  instance = await makeInstance();
  plugin = await makeSoldPlugin();
});

it("an order paid by hand: pending until the publisher has the money, then a license the host takes once", async () => {
  const made = await order(instance, plugin, { userId: "u1" });
  expect(made).toMatchObject({
    state: "open",
    kind: "new",
    amount: 900,
    currency: "EUR",
    termDays: 30,
    provider: "manual",
  });
  const license = await instance.send("GET", `/v1/licenses/${made.licenseId}`);
  expect(license.body).toMatchObject({ status: "suspended", tier: "basic" });

  const paid = await markPaid(made.id);
  expect([paid.status, paid.body]).toMatchObject([
    200,
    { state: "paid", isFulfilled: true, invoices: [{ kind: "invoice" }] },
  ]);
  const active = await instance.send("GET", `/v1/licenses/${made.licenseId}`);
  expect(active.body.status).toBe("active");

  const asked = { pluginId: plugin.id, userId: "u1", type: "basic", maxInstalls: 1 };
  const taken = await instance.post("/v1/licenses", asked);
  expect([taken.status, taken.body]).toMatchObject([201, { id: made.licenseId, licenseKey: expect.any(String) }]);
  const again = await instance.post("/v1/licenses", asked);
  expect([again.status, again.body.code]).toEqual([409, "ALREADY_LICENSED"]);
  expect(await paymentHooksOf(made.id)).toEqual(["payment.completed"]);
  expect(await webhooksOf(made.licenseId)).toEqual(["x"]);
  expect(await eventsOf(made.licenseId)).toEqual(["x"]);
});
