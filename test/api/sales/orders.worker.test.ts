import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { passTime, setClock } from "../../clock.ts";
import { call } from "../account/calls.worker.ts";
import {
  count,
  eventsOf,
  hardware,
  makeInstance,
  openShop,
  type Shop,
  sellLicense,
  type TestInstance,
  type TestPlugin,
  webhooksOf,
} from "../license/shop.worker.ts";
import {
  deliver,
  makeSoldPlugin,
  markPaid,
  newUser,
  order,
  page,
  paidSession,
  pay,
  paymentHooksOf,
  stripeEvent,
  sweep,
} from "./till.worker.ts";

const DAY = 86_400;

let shop: Shop;
let instance: TestInstance;
let other: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  shop = await openShop();
  instance = await makeInstance();
  other = await makeInstance();
  plugin = await makeSoldPlugin();
});

const licenseOf = async (id: string) => (await instance.send("GET", `/v1/licenses/${id}`)).body;
const show = async (id: string) => (await instance.send("GET", `/v1/orders/${id}`)).body;

describe("an order paid by hand", () => {
  it("makes a pending license, and the publisher's word a living one that the host takes once", async () => {
    const made = await order(instance, plugin, { userId: "u1" });
    expect(made).toMatchObject({ state: "open", kind: "new", amount: 900, currency: "EUR", termDays: 30 });
    expect(await licenseOf(made.licenseId)).toMatchObject({ status: "suspended", tier: "basic" });
    const unpaid = { licenseId: made.licenseId, pluginId: plugin.id };
    const hardwareId = hardware(1);
    const verdict = await instance.post("/v1/licenses/validate", unpaid);
    expect(verdict.body).toMatchObject({ code: "PAYMENT_REQUIRED", status: 402, checkoutUrl: made.checkoutUrl });
    const seat = await instance.post("/v1/installations", { ...unpaid, hardwareId, version: "1.0.0" });
    expect([seat.status, seat.body.code, seat.body.checkoutUrl]).toEqual([402, "PAYMENT_REQUIRED", made.checkoutUrl]);
    // The host takes what it is told of for active.
    expect(await webhooksOf(made.licenseId)).toEqual([]);

    const paid = await markPaid(made.id);
    expect([paid.status, paid.body.state, paid.body.isFulfilled]).toEqual([200, "paid", true]);
    expect((await licenseOf(made.licenseId)).status).toBe("active");
    expect(await webhooksOf(made.licenseId)).toEqual(["2 license.created"]);
    expect(await paymentHooksOf(made.id)).toEqual(["payment.completed"]);

    const asked = { pluginId: plugin.id, userId: "u1", type: "basic", maxInstalls: 1 };
    const taken = await Promise.all([1, 2, 3].map(() => instance.post("/v1/licenses", asked)));
    expect(taken.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const [mine] = taken.filter(({ status }) => status === 201);
    expect(mine?.body).toMatchObject({ id: made.licenseId, licenseKey: expect.any(String), status: "active" });
    expect(taken.find(({ status }) => status === 409)?.body.code).toBe("ALREADY_LICENSED");
  });

  it("gives the whole term from the day of payment, and says so again without a change", async () => {
    setClock(1_796_472_000);
    const made = await order(instance, plugin);
    passTime(9 * DAY);
    const first = await markPaid(made.id);
    expect((await licenseOf(made.licenseId)).expiresAt).toBe("2027-01-13T12:00:00.000Z");
    passTime(DAY);
    const second = await markPaid(made.id);
    expect([second.status, second.body]).toEqual([200, first.body]);
    expect((await licenseOf(made.licenseId)).expiresAt).toBe("2027-01-13T12:00:00.000Z");
  });

  it("is renewed, upgraded, and converts trial and free plans, each exactly once", async () => {
    setClock(1_796_472_000);
    const userId = newUser();
    const made = await order(instance, plugin, { userId });
    await markPaid(made.id);
    const renewal = await order(instance, plugin, { userId });
    expect(renewal).toMatchObject({ kind: "renew", licenseId: made.licenseId, amount: 900 });
    await Promise.all([markPaid(renewal.id), markPaid(renewal.id), markPaid(renewal.id)]);
    expect((await licenseOf(made.licenseId)).expiresAt).toBe("2027-02-03T12:00:00.000Z");
    passTime(30 * DAY);
    const upgrade = await order(instance, plugin, { userId, type: "premium" });
    expect(upgrade).toMatchObject({ kind: "upgrade", licenseId: made.licenseId, amount: 2100 });
    await markPaid(upgrade.id);
    expect(await licenseOf(made.licenseId)).toMatchObject({ tier: "premium", expiresAt: "2027-02-03T12:00:00.000Z" });
    expect(await eventsOf(made.licenseId)).toEqual([
      "license.created",
      "license.updated",
      "license.renewed",
      "license.upgraded",
    ]);

    for (const type of ["trial", "free"]) {
      const held = await instance.post("/v1/licenses", { pluginId: plugin.id, userId: newUser(), type });
      expect(held.status, JSON.stringify(held.body)).toBe(201);
      const bought = await order(instance, plugin, { userId: held.body.userId, type: "basic" });
      expect(bought).toMatchObject({ kind: "convert", licenseId: held.body.id, amount: 900 });
      await markPaid(bought.id);
      expect(await licenseOf(held.body.id)).toMatchObject({
        tier: "basic",
        status: "active",
        expiresAt: "2027-02-03T12:00:00.000Z",
      });
    }
  });

  it("is cancelled by its buyer, by nobody after the payment, and by time", async () => {
    const made = await order(instance, plugin);
    const cancelled = await instance.post(`/v1/orders/${made.id}/cancel`);
    expect([cancelled.status, cancelled.body.state]).toEqual([200, "cancelled"]);
    expect((await instance.post(`/v1/orders/${made.id}/cancel`)).status).toBe(200);
    expect((await licenseOf(made.licenseId)).status).toBe("revoked");
    expect(await webhooksOf(made.licenseId)).toEqual([]);
    const late = await markPaid(made.id);
    expect([late.status, late.body.code]).toEqual([409, "order_state"]);

    const paid = await order(instance, plugin);
    await markPaid(paid.id);
    expect((await instance.post(`/v1/orders/${paid.id}/cancel`)).body.code).toBe("order_state");

    const forgotten = await order(instance, plugin);
    passTime(30 * DAY);
    await sweep();
    expect(await show(forgotten.id)).toMatchObject({ state: "cancelled" });
    expect((await licenseOf(forgotten.licenseId)).status).toBe("revoked");
  });

  it("is invoiced without gaps, and a refund gets a credit note", async () => {
    const seller = {
      legalName: "Seller GmbH",
      address: "Am Graben 1\n1010 Wien",
      taxId: "ATU12345678",
      taxNote: "Prices include 20 % VAT.",
      instructions: "IBAN AT00 0000 0000 0000 0000",
    };
    expect((await shop.sell("PUT", "/v1/publishers/seller/seller", seller)).body).toEqual(seller);
    expect((await shop.sell("GET", "/v1/publishers/seller/seller")).body).toEqual(seller);
    const billing = { name: "Firma <b>Huber</b>", address: "Hauptplatz 2\n8010 Graz", taxId: "ATU87654321" };
    const made = await Promise.all([1, 2, 3].map(() => order(instance, plugin, { billing })));
    const open = await page(`/checkout/${made[0].id}`);
    expect(open.text).toContain(seller.instructions);
    const paid = await Promise.all(made.map(({ id }) => markPaid(id)));
    const back = await shop.sell("POST", `/v1/orders/${made[0].id}/refund`, { note: "Asked" });
    expect(back.body).toMatchObject({ state: "refunded", refunded: 900 });
    expect(back.body.invoices.map(({ kind }: { kind: string }) => kind)).toEqual(["invoice", "credit"]);
    const { results } = await env.DB.prepare("SELECT number FROM invoices ORDER BY number").all<{ number: number }>();
    expect(results.map(({ number }) => number)).toEqual(results.map((_, index) => index + 1));

    const { response, text } = await page(new URL(paid[0]?.body.invoices[0].url).pathname);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(text).toMatch(/Invoice seller-00000\d/);
    for (const word of ["Seller GmbH", "ATU12345678", "Prices include 20 % VAT.", "Hauptplatz 2", "€9.00"])
      expect(text).toContain(word);
    expect(text).toContain("Firma &lt;b&gt;Huber&lt;/b&gt;");
    expect(text).not.toContain(seller.instructions);
    expect((await page(new URL(back.body.invoices[1].url).pathname)).text).toContain("−€9.00");
  });

  it("that costs nothing is settled at once, and not invoiced", async () => {
    await shop.sell("POST", "/v1/publishers/seller/coupons", { code: "gift-1", percentOff: 100 });
    const made = await order(instance, plugin, { coupon: "GIFT-1" });
    expect(made).toMatchObject({ state: "paid", amount: 0, discount: 900, isFulfilled: true, invoices: [] });
    expect((await licenseOf(made.licenseId)).status).toBe("active");
  });
});

describe("a license that renews itself", () => {
  const NOON = 1_796_472_000;
  const renewals = async (made: { licenseId: string; id: string }) =>
    (await instance.send("GET", "/v1/orders?limit=100")).body.data.filter(
      ({ licenseId, id }: { licenseId: string; id: string }) => licenseId === made.licenseId && id !== made.id,
    );
  const sold = async () => {
    const made = await order(instance, plugin, { autoRenew: true });
    await markPaid(made.id);
    return made;
  };
  const judge = async (made: { licenseId: string }) =>
    (await instance.post("/v1/licenses/validate", { licenseId: made.licenseId, pluginId: plugin.id })).body;

  it("is ordered again 14 days before its end, once; unpaid it goes on for the grace, paid for another term", async () => {
    setClock(NOON);
    const [made, lost, kept] = [await sold(), await sold(), await sold()];
    passTime(16 * DAY - 60);
    await sweep();
    expect(await renewals(made)).toEqual([]);
    passTime(120);
    await Promise.all([sweep(), sweep()]);
    const [next, ...more] = await renewals(made);
    expect([next, more]).toMatchObject([{ kind: "renew", state: "open", amount: 900, autoRenew: true }, []]);
    expect(await paymentHooksOf(next.id)).toEqual(["payment.due"]);

    // Who gives up the renewal keeps what was paid for, and is not asked again.
    const [unwanted] = await renewals(kept);
    await instance.post(`/v1/orders/${unwanted.id}/cancel`);
    passTime(14 * DAY - 120);
    await sweep();
    expect(await renewals(kept)).toHaveLength(1);
    expect((await judge(kept)).code).toBe("VALID");
    expect(await judge(made)).toMatchObject({ code: "PAST_DUE_GRACE" });
    passTime(60 + 3 * DAY);
    expect((await judge(kept)).code).toBe("EXPIRED");
    expect(await judge(made)).toMatchObject({ code: "PAST_DUE_GRACE", daysLeft: 4 });
    await markPaid(next.id);
    expect((await judge(made)).code).toBe("VALID");
    expect((await licenseOf(made.licenseId)).expiresAt).toBe("2027-02-06T12:00:00.000Z");
    passTime(4 * DAY);
    await sweep();
    expect((await judge(lost)).code).toBe("EXPIRED");
    expect(await renewals(lost)).toMatchObject([{ state: "cancelled" }]);
  });
});

describe("the host's call for a sold license", () => {
  const ask = (over: object) => instance.post("/v1/licenses", { pluginId: plugin.id, type: "premium", ...over });

  it("is 402 with the address of a page; the order behind it stands in nobody's way", async () => {
    const userId = newUser();
    const refused = await ask({ userId });
    expect([refused.status, refused.body.code, refused.body.message]).toEqual([
      402,
      "PAYMENT_REQUIRED",
      "Payment required",
    ]);
    const { checkoutUrl, orderId } = refused.body;
    expect(checkoutUrl).toBe(`http://localhost:8787/checkout/${orderId}`);
    expect((await ask({ userId })).body.orderId).toBe(orderId);
    // A trial, or a gift of the publisher, is still possible.
    expect((await ask({ userId, type: "free" })).status).toBe(201);

    const { response, text } = await page(`/checkout/${orderId}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("x-robots-tag")).toBe("noindex");
    expect(response.headers.get("referrer-policy")).toBe("same-origin");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(text).toContain('<meta name="robots" content="noindex"');
    expect(text).toContain("Order with obligation to pay");
    expect(text).not.toMatch(/rbsm_live_|<script/);
  });

  it("is given after somebody committed on that page and paid", async () => {
    const userId = newUser();
    const { orderId } = (await ask({ userId })).body;
    await env.DB.prepare("UPDATE orders SET provider = 'manual' WHERE id = ?1").bind(orderId).run();
    expect(await pay(orderId)).toEqual({ status: 303, location: `http://localhost:8787/checkout/${orderId}` });
    expect((await page(`/checkout/${orderId}`)).text).toContain("How to pay");
    expect((await markPaid(orderId)).status).toBe(200);
    expect((await page(`/checkout/${orderId}`)).text).toContain("Thank you");
    expect((await ask({ userId })).status).toBe(201);
    expect((await ask({ userId })).body.code).toBe("ALREADY_LICENSED");
  });

  it("of an offer that fits no more is cancelled on its page, and nobody pays", async () => {
    const userId = newUser();
    const { orderId } = (await ask({ userId })).body;
    await sellLicense(instance, plugin, { userId, type: "basic" });
    expect((await pay(orderId)).status).toBe(409);
    expect((await show(orderId)).state).toBe("cancelled");
  });

  it("names no page where the price is on request, and none for strangers' orders", async () => {
    const refused = await ask({ userId: newUser(), type: "enterprise" });
    expect([refused.status, refused.body.checkoutUrl]).toEqual([402, undefined]);
    expect((await page("/checkout/ord_00000000000000000000000000")).response.status).toBe(404);
    expect((await page("/invoices/inv_00000000000000000000000000")).response.status).toBe(404);
  });

  it("is a page for a host that asks for one", async () => {
    const asked = { pluginId: plugin.id, type: "basic", userId: newUser() };
    const first = await instance.post("/v1/checkout", asked);
    expect(first.status).toBe(201);
    expect(first.body.url).toBe(`http://localhost:8787/checkout/${first.body.orderId}`);
    const again = await instance.post("/v1/checkout", asked);
    expect([again.status, again.body]).toEqual([200, first.body]);
  });
});

describe("races", () => {
  it("of twenty equal orders one is made, with one license", async () => {
    const asked = { pluginId: plugin.id, userId: newUser(), type: "basic", provider: "manual" };
    const made = await Promise.all(Array.from({ length: 20 }, () => instance.post("/v1/orders", asked)));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(made.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    const licenses = "SELECT COUNT(*) AS n FROM licenses WHERE user_id = ?1 AND state <> 'revoked'";
    expect(await count(licenses, asked.userId)).toBe(1);
  });

  it("payment and cancellation at once: one wins, license and invoice follow it", async () => {
    for (let round = 0; round < 5; round++) {
      const made = await order(instance, plugin);
      const [cancelled, paid] = await Promise.all([
        instance.post(`/v1/orders/${made.id}/cancel`),
        markPaid(made.id),
        markPaid(made.id),
      ]);
      const after = await show(made.id);
      const isPaid = after.state === "paid";
      expect([cancelled.status, paid.status]).toEqual(isPaid ? [409, 200] : [200, 409]);
      expect((await licenseOf(made.licenseId)).status).toBe(isPaid ? "active" : "revoked");
      expect(after.invoices).toHaveLength(isPaid ? 1 : 0);
      expect(after.attention).toBeUndefined();
    }
  });

  it("a coupon for three is used three times by twenty buyers, and once more after one of them gave up", async () => {
    await shop.sell("POST", "/v1/publishers/seller/coupons", { code: "three", amountOff: 100, maxRedemptions: 3 });
    const buy = () =>
      instance.post("/v1/orders", {
        pluginId: plugin.id,
        userId: newUser(),
        type: "basic",
        provider: "manual",
        coupon: "three",
      });
    const made = await Promise.all(Array.from({ length: 20 }, buy));
    const taken = made.filter(({ status }) => status === 201);
    expect(taken).toHaveLength(3);
    expect(taken.map(({ body }) => body.amount)).toEqual([800, 800, 800]);
    expect(new Set(made.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
      new Set(["coupon_refused"]),
    );
    await instance.post(`/v1/orders/${taken[0]?.body.id}/cancel`);
    expect([(await buy()).status, (await buy()).status]).toEqual([201, 409]);
    const { body } = await shop.sell("GET", "/v1/publishers/seller/coupons");
    expect(body.data.find(({ code }: { code: string }) => code === "THREE")).toMatchObject({
      redemptions: 3,
      maxRedemptions: 3,
    });
  });

  it("an idempotency key makes one order, replays its bytes, and knows another body", async () => {
    const asked = { pluginId: plugin.id, userId: newUser(), type: "basic", provider: "manual" };
    const headers = { "idempotency-key": `key_${asked.userId}` };
    const made = await Promise.all([1, 2, 3, 4].map(() => instance.post("/v1/orders", asked, headers)));
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    const [first] = made;
    await markPaid(first?.body.id);
    const replayed = await instance.post("/v1/orders", asked, headers);
    expect(replayed.headers.get("idempotency-replayed")).toBe("true");
    expect(replayed.body).toMatchObject({ id: first?.body.id, state: "open" });
    const mismatch = await instance.post("/v1/orders", { ...asked, type: "premium" }, headers);
    expect([mismatch.status, mismatch.body.code]).toEqual([422, "IDEMPOTENCY_MISMATCH"]);
    const invalid = await instance.post("/v1/orders", asked, { "idempotency-key": "short" });
    expect(invalid.status).toBe(422);
  });

  it("what a crash left between payment and license is done by the sweep", async () => {
    setClock(1_796_472_000);
    const made = await order(instance, plugin);
    await env.DB.prepare("UPDATE orders SET state = 'paid', paid_at = ?2, rev = 1, updated_at = ?2 WHERE id = ?1")
      .bind(made.id, 1_796_472_000)
      .run();
    passTime(60);
    await Promise.all([sweep(), sweep()]);
    expect(await show(made.id)).toMatchObject({ state: "paid", isFulfilled: true });
    expect((await licenseOf(made.licenseId)).status).toBe("active");
    expect(await webhooksOf(made.licenseId)).toEqual(["2 license.created"]);
  });
});

describe("refusals", () => {
  const buy = (over: object) =>
    instance.post("/v1/orders", { pluginId: plugin.id, userId: newUser(), type: "basic", provider: "manual", ...over });

  it.each<[string, object, number, string]>([
    ["a plugin nobody knows", { pluginId: "999999" }, 404, "NOT_FOUND"],
    ["another instance", { instanceId: "999999" }, 404, "NOT_FOUND"],
    ["a price on request", { type: "enterprise" }, 409, "price_on_request"],
    ["a tier that is given", { type: "trial" }, 422, "VALIDATION_ERROR"],
    ["a coupon nobody made", { coupon: "nobody" }, 409, "coupon_refused"],
    [
      "an invoice address with hidden characters",
      { billing: { name: "A\u202eB", address: "" } },
      422,
      "VALIDATION_ERROR",
    ],
  ])("%s", async (_, over, status, code) => {
    const answer = await buy(over);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it("another tier, another way to pay, while an order waits: first that one is paid or cancelled", async () => {
    const userId = newUser();
    const made = (await buy({ userId })).body;
    for (const over of [{ type: "premium" }, { provider: "stripe" }]) {
      const answer = await buy({ userId, ...over });
      expect([answer.status, answer.body.code, answer.body.checkoutUrl]).toEqual([409, "order_open", made.checkoutUrl]);
    }
    await instance.post(`/v1/orders/${made.id}/cancel`);
    expect((await buy({ userId, type: "premium" })).status).toBe(201);
  });

  it("what is held already is not sold again, nor is less than it", async () => {
    const held = await sellLicense(instance, plugin, { type: "premium" });
    expect((await buy({ userId: held.userId, type: "premium" })).body.code).toBe("ALREADY_LICENSED");
    expect((await buy({ userId: held.userId })).body.code).toBe("PLAN_CHANGE_REFUSED");
  });

  it("more than a hundred orders of an instance wait for nobody, nor are more than five hundred made a day", async () => {
    const full = await makeSoldPlugin();
    const fill = (owner: TestInstance, count: number, state: string, at: number) =>
      env.DB.prepare(
        `INSERT INTO orders (id, instance_id, user_id, plugin_id, publisher_id, tier, kind, list_price, amount, currency, provider,
          created_by, created_at, expires_at, updated_at, state)
        SELECT 'ord_' || substr(upper(hex(randomblob(13))), 1, 26), ?1, 'crowd-' || value, ?2, ?3, 'basic', 'new', 900, 900, 'EUR',
          'manual', 'system', ?5, 9999999999, 0, ?6 FROM json_each(?4)`,
      )
        .bind(
          Number(owner.id),
          Number(full.id),
          Number(shop.publisherId),
          JSON.stringify(Array.from({ length: count }, (_, n) => n)),
          at,
          state,
        )
        .run();
    const now = Math.floor(Date.now() / 1000);
    for (const [count, state, at] of [
      [99, "open", 0],
      [499, "cancelled", now],
    ] as const) {
      const crowded = await makeInstance();
      await fill(crowded, count, state, at);
      const asked = () => ({ pluginId: full.id, userId: newUser(), type: "basic", provider: "manual" });
      const answers = await Promise.all([1, 2, 3].map(() => crowded.post("/v1/orders", asked())));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 429, 429]);
      expect(answers.find(({ status }) => status === 429)?.headers.get("retry-after")).toBe("3600");
    }
  });
});

it("what a plugin earned is known to its sellers and the desk, without what went back", async () => {
  const earning = await makeSoldPlugin();
  const [first, second] = [await order(instance, earning), await order(instance, earning, { type: "premium" })];
  await Promise.all([markPaid(first.id), markPaid(second.id)]);
  await shop.sell("POST", `/v1/orders/${first.id}/refund`, {});
  await order(instance, earning);
  const revenue = async (bearer?: string) => {
    const { body } = await call("GET", `/v1/plugins/${earning.id}/stats`, bearer === undefined ? {} : { bearer });
    return [body.revenue, body.totalRevenue];
  };
  expect(await revenue(shop.publisherToken)).toEqual([30, 30]);
  expect(await revenue(shop.operatorToken)).toEqual([30, 30]);
  expect(await revenue()).toEqual([0, 0]);
  expect(await revenue(instance.ownerToken)).toEqual([0, 0]);
  const all = await call("GET", "/v1/stats", { bearer: shop.publisherToken });
  expect(all.body.totalRevenue).toBeGreaterThanOrEqual(30);
  expect((await call("GET", "/v1/stats")).body.totalRevenue).toBe(0);
});

describe("whose order it is", () => {
  it("others' orders are not there, by id, in lists, and for every act", async () => {
    const made = await order(instance, plugin);
    const absent = "ord_00000000000000000000000000";
    const { operatorToken } = shop;
    const rival = await call("POST", "/v1/desk/accounts", {
      bearer: operatorToken,
      body: { name: "Rival", email: "rival@firm.at", publisher: { handle: "rival", displayName: "Rival" } },
    });
    for (const [method, rest] of [
      ["GET", ""],
      ["POST", "/cancel"],
      ["POST", "/mark-paid"],
      ["POST", "/refund"],
    ] as const) {
      const ask = async (bearer: string, id: string) => {
        const { status, body } = await call(method, `/v1/orders/${id}${rest}`, {
          bearer,
          ...(method === "POST" ? { body: {} } : {}),
        });
        return [status, body.code, body.detail];
      };
      expect(await ask(rival.body.token, made.id)).toEqual([404, "NOT_FOUND", "Order not found"]);
      expect(await ask(rival.body.token, made.id)).toEqual(await ask(rival.body.token, absent));
    }
    expect((await other.send("GET", `/v1/orders/${made.id}`)).status).toBe(404);
    expect((await other.post(`/v1/orders/${made.id}/cancel`)).status).toBe(404);
    const ids = async (bearer: string) => {
      const found: string[] = [];
      for (let page = 1; ; page++) {
        const { data, total } = (await call("GET", `/v1/orders?limit=100&page=${page}`, { bearer })).body;
        found.push(...data.map(({ id }: { id: string }) => id));
        if (data.length === 0 || found.length >= total) return found;
      }
    };
    expect((await other.send("GET", "/v1/orders")).body).toEqual({ data: [], total: 0 });
    expect(await ids(rival.body.token)).toEqual([]);
    expect(await ids(instance.ownerToken)).toContain(made.id);
    expect(await ids(shop.publisherToken)).toContain(made.id);
    expect(await ids(operatorToken)).toContain(made.id);
    expect(
      (await instance.send("GET", "/v1/orders?state=open&limit=100")).body.data.every(
        ({ state }: { state: string }) => state === "open",
      ),
    ).toBe(true);
    const bought = await call("POST", `/v1/orders/${made.id}/mark-paid`, { bearer: instance.ownerToken, body: {} });
    expect(bought.status).toBe(403);
  });

  it("only owners say where a publisher's money goes", async () => {
    const stranger = instance.ownerToken;
    for (const path of ["seller", "coupons"]) {
      const foreign = await call("GET", `/v1/publishers/seller/${path}`, { bearer: stranger });
      expect(foreign.status).toBe(403);
    }
    const { body: rivals } = await call("POST", "/v1/desk/accounts", {
      bearer: shop.operatorToken,
      body: { name: "Third", email: "third@firm.at", publisher: { handle: "third", displayName: "Third" } },
    });
    const foreign = await call("GET", "/v1/publishers/seller/seller", { bearer: rivals.token });
    const absent = await call("GET", "/v1/publishers/nobody/seller", { bearer: rivals.token });
    expect([foreign.status, foreign.body.code]).toEqual([absent.status, absent.body.code]);
    const coupon = await shop.sell("POST", "/v1/publishers/seller/coupons", { code: "DOUBLE", percentOff: 5 });
    expect(coupon.status).toBe(201);
    const again = await shop.sell("POST", "/v1/publishers/seller/coupons", { code: "double", percentOff: 5 });
    expect([again.status, again.body.code]).toEqual([409, "coupon_exists"]);
    const both = await shop.sell("POST", "/v1/publishers/seller/coupons", {
      code: "BOTH",
      percentOff: 5,
      amountOff: 5,
    });
    expect(both.status).toBe(422);
  });
});

describe("a payment that arrives after its order was given up", () => {
  /** Dated before the cancellation that was carried out meanwhile: what the provider says happened, happened. */
  async function paidTooLate() {
    const made = await order(instance, plugin, { provider: "stripe" });
    expect((await instance.post(`/v1/orders/${made.id}/cancel`)).body.state).toBe("cancelled");
    expect((await licenseOf(made.licenseId)).status).toBe("revoked");
    const created = Math.floor(Date.now() / 1000) - 60;
    expect((await deliver(stripeEvent("checkout.session.completed", paidSession(made), { created }))).status).toBe(200);
    expect(await show(made.id)).toMatchObject({ state: "paid", isFulfilled: false, attention: "not_fulfilled" });
    return made;
  }
  const fulfil = (id: string) => shop.sell("POST", `/v1/orders/${id}/fulfil`, {});

  it("buys a new license once somebody says so, one for any number of calls at once", async () => {
    const made = await paidTooLate();
    expect((await call("POST", `/v1/orders/${made.id}/fulfil`, { bearer: instance.ownerToken, body: {} })).status).toBe(
      403,
    );
    const answers = await Promise.all([1, 2, 3].map(() => fulfil(made.id)));
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    const after = await show(made.id);
    expect(after).toMatchObject({ state: "paid", isFulfilled: true });
    expect(after.attention).toBeUndefined();
    expect(after.licenseId).not.toBe(made.licenseId);
    expect(await licenseOf(after.licenseId)).toMatchObject({ status: "active", tier: "basic" });
    const alive = "SELECT COUNT(*) AS n FROM licenses WHERE order_id = ? AND state = 'active'";
    expect(await count(alive, made.id)).toBe(1);
    expect([(await fulfil(made.id)).status, (await show(made.id)).licenseId]).toEqual([200, after.licenseId]);
  });

  it("is refused where the user has another license by now, and nothing else is fulfilled", async () => {
    const made = await paidTooLate();
    const { userId } = await show(made.id);
    await sellLicense(instance, plugin, { userId });
    expect((await fulfil(made.id)).body.code).toBe("ALREADY_LICENSED");
    expect(await show(made.id)).toMatchObject({ attention: "not_fulfilled" });
    const open = await order(instance, plugin);
    expect((await fulfil(open.id)).body.code).toBe("order_state");
    const done = await order(instance, plugin);
    await markPaid(done.id);
    expect((await fulfil(done.id)).body.licenseId).toBe(done.licenseId);
  });
});
