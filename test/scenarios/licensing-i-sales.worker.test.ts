import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, ORIGIN } from "../api/account/calls.worker.ts";
import { eventsOf, makeInstance, openShop, type TestInstance, type TestPlugin } from "../api/license/shop.worker.ts";
import { makePublisher, makeRelease, publish } from "../api/publish/market.worker.ts";
import {
  atStripe,
  deliver,
  makeSoldPlugin,
  newUser,
  order,
  page,
  paidSession,
  pay,
  paymentHooksOf,
  stripeEvent,
} from "../api/sales/till.worker.ts";
import { nowSeconds } from "../clock.ts";

let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makeSoldPlugin();
});

type Made = { id: string; amount: number; licenseId: string };
const byCard = (over: object = {}): Promise<Made> => order(instance, plugin, { provider: "stripe", ...over });
const show = async (made: Made) => (await instance.send("GET", `/v1/orders/${made.id}`)).body;
const licenseOf = async (made: Made) => (await instance.send("GET", `/v1/licenses/${made.licenseId}`)).body;
const paid = (made: Made, over: { id?: string; created?: number } = {}, object: object = {}) =>
  stripeEvent("checkout.session.completed", paidSession(made, { ...object }), over);
const charge = (made: Made, object: object = {}) => ({
  object: "charge",
  payment_intent: `pi_${made.id}`,
  metadata: { order: made.id },
  amount: made.amount,
  amount_refunded: made.amount,
  refunded: true,
  currency: "eur",
  ...object,
});
/** A dispute names the payment alone. */
const dispute = (made: Made, status: string) => ({
  object: "dispute",
  payment_intent: `pi_${made.id}`,
  amount: made.amount,
  currency: "eur",
  reason: "fraudulent",
  status,
});

describe("I. Trial, term, plan", () => {
  it("52. Refund → revoked with reason refund, open download grants refused", async () => {
    const acme = await makePublisher("acme");
    const limits = { installs: 3, apiCalls: 1000, storageMiB: 10, users: null };
    const basic = { id: "basic", price: 900, interval: "month", features: ["All"], limits };
    const release = await makeRelease(acme, "acme-sold", {
      manifest: { pricing: { currency: "EUR", tiers: [basic] } },
    });
    const { pluginId } = await publish(acme, release);
    const asked = { pluginId, userId: newUser(), type: "basic" };
    const made = (await instance.post("/v1/orders", { ...asked, provider: "stripe" })).body as Made;
    expect((await deliver(paid(made))).status).toBe(200);
    const { licenseKey } = (await instance.post("/v1/licenses", asked)).body;
    const grant = async () =>
      (await instance.post(`/v1/plugins/${pluginId}/download`, { licenseKey, hardwareId: "unknown" })).body.token;
    const [used, open] = [await grant(), await grant()];
    const fetched = await exports.default.fetch(`${ORIGIN}/v1/download/${used}`);
    expect(fetched.status).toBe(200);
    await fetched.arrayBuffer();

    expect((await deliver(stripeEvent("charge.refunded", charge(made)))).status).toBe(200);
    expect(await show(made)).toMatchObject({ state: "refunded", refunded: 900 });
    const { status, body } = await call("GET", `/v1/licenses/${made.licenseId}`, { bearer: acme.token });
    expect([status, body.status]).toEqual([200, "revoked"]);
    const verdict = await instance.post("/v1/licenses/validate", { licenseKey, pluginId });
    expect(verdict.body).toMatchObject({ code: "REVOKED", reason: "refund" });
    expect((await page(`/v1/download/${open}`)).response.status).toBe(410);
    const refused = await instance.post(`/v1/plugins/${pluginId}/download`, { licenseKey, hardwareId: "unknown" });
    expect(refused.status).toBe(403);
  });
});

describe("K. Input and abuse", () => {
  it("62. Payment event with changed body, old timestamp or wrong secret → refused; duplicate id → 200 no-op", async () => {
    const made = await byCard();
    const payload = paid(made, { id: "evt_once" });
    const refusals = [
      { body: payload.replace('"amount_total":900', '"amount_total":901') },
      { body: `${payload} ` },
      { timestamp: nowSeconds() - 301 },
      { secret: "whsec_of_somebody_else" },
      { signature: null },
      { signature: "t=1,v1=00" },
      { signature: "" },
    ];
    for (const over of refusals) {
      const answer = await deliver(payload, over);
      expect([answer.status, answer.body.code], JSON.stringify(over)).toEqual([400, "payment_signature_invalid"]);
    }
    expect(await show(made)).toMatchObject({ state: "open" });
    expect((await licenseOf(made)).status).toBe("suspended");

    const answers = await Promise.all([1, 2, 3, 4].map(() => deliver(payload)));
    expect(answers).toEqual(answers.map(() => ({ status: 200, body: { received: true } })));
    const settled = await show(made);
    expect(settled).toMatchObject({ state: "paid", isFulfilled: true, invoices: [{ kind: "invoice" }] });
    expect(await deliver(payload)).toEqual({ status: 200, body: { received: true } });
    // A few minutes late is in time.
    expect((await deliver(payload, { timestamp: nowSeconds() - 290 })).status).toBe(200);
    expect(await show(made)).toEqual(settled);
    expect(await paymentHooksOf(made.id)).toEqual(["payment.completed"]);
    expect(await eventsOf(made.licenseId)).toEqual(["license.created", "license.updated"]);
  });
});

describe("payments by Stripe", () => {
  it("are made on a page of Stripe that asks for exactly the order", async () => {
    const made = await byCard({ type: "premium" });
    const first = await pay(made.id);
    expect([first.status, first.location]).toEqual([
      303,
      expect.stringMatching(/^https:\/\/checkout\.stripe\.com\/c\/pay\/cs_test_\d+$/),
    ]);
    // Two clicks open one page.
    expect(await Promise.all([pay(made.id), pay(made.id)])).toEqual([first, first]);
    const mine = (await atStripe()).sessions.filter(({ form }) => form.client_reference_id === made.id);
    expect(mine).toHaveLength(1);
    expect(mine[0]?.form).toMatchObject({
      mode: "payment",
      "metadata[order]": made.id,
      "payment_intent_data[metadata][order]": made.id,
      "line_items[0][quantity]": "1",
      "line_items[0][price_data][currency]": "eur",
      "line_items[0][price_data][unit_amount]": "3000",
      "line_items[0][price_data][product_data][name]": `${plugin.name} – premium, 30 days`,
      success_url: `http://localhost:8787/checkout/${made.id}`,
    });
    const { response } = await page(`/checkout/${made.id}`);
    expect(response.headers.get("content-security-policy")).toContain("form-action 'self' https://checkout.stripe.com");
  });

  it("count by Stripe's time, not by arrival: a refund before its payment, a dispute before anybody knew of the payment", async () => {
    const now = nowSeconds();
    const refunded = await byCard();
    await deliver(stripeEvent("charge.refunded", charge(refunded), { created: now }));
    await deliver(paid(refunded, { created: now - 60 }));
    expect(await show(refunded)).toMatchObject({ state: "refunded" });
    expect((await licenseOf(refunded)).status).toBe("revoked");

    const disputed = await byCard();
    const opened = stripeEvent("charge.dispute.created", dispute(disputed, "needs_response"), { created: now - 30 });
    expect((await deliver(opened)).status).toBe(200);
    expect((await show(disputed)).state).toBe("open");
    await deliver(paid(disputed, { created: now - 60 }));
    expect(await show(disputed)).toMatchObject({ state: "disputed" });
    await deliver(stripeEvent("charge.dispute.closed", dispute(disputed, "won"), { created: now }));
    expect(await show(disputed)).toMatchObject({ state: "paid", isFulfilled: true });
    expect((await show(disputed)).attention).toBeUndefined();
    expect((await licenseOf(disputed)).status).toBe("active");
  });

  it("that are disputed suspend the license; won, it goes on, lost, it is revoked", async () => {
    const now = nowSeconds();
    for (const [outcome, state, status] of [
      ["won", "paid", "active"],
      ["lost", "charged_back", "revoked"],
    ] as const) {
      const made = await byCard();
      await deliver(paid(made, { created: now - 9 }));
      await deliver(stripeEvent("charge.dispute.created", dispute(made, "needs_response"), { created: now - 8 }));
      expect((await licenseOf(made)).status).toBe("suspended");
      // The payment is told of again, late: the dispute stands.
      await deliver(stripeEvent("checkout.session.async_payment_succeeded", paidSession(made), { created: now - 9 }));
      expect((await show(made)).state).toBe("disputed");
      await deliver(stripeEvent("charge.dispute.closed", dispute(made, outcome), { created: now - 7 }));
      expect([(await show(made)).state, (await licenseOf(made)).status]).toEqual([state, status]);
    }
  });

  it("in any order and at once come to the same", async () => {
    const now = nowSeconds();
    const made = await byCard();
    const story = [
      stripeEvent("checkout.session.async_payment_failed", paidSession(made), { created: now - 50 }),
      paid(made, { created: now - 40 }),
      stripeEvent("charge.dispute.created", dispute(made, "needs_response"), { created: now - 30 }),
      stripeEvent("charge.dispute.closed", dispute(made, "won"), { created: now - 20 }),
    ];
    // Told that it should come again, Stripe sends it again.
    const send = async (payload: string) => {
      while ((await deliver(payload)).status !== 200);
    };
    await Promise.all([...story, ...story].reverse().map(send));
    expect(await show(made)).toMatchObject({ state: "paid", isFulfilled: true });
    expect((await licenseOf(made)).status).toBe("active");
    expect((await show(made)).invoices).toHaveLength(1);
  });

  it("whatever happens to twelve orders at once, license, invoices and webhooks follow the order", async () => {
    const { sell } = await openShop();
    const now = nowSeconds();
    const made = await Promise.all(Array.from({ length: 12 }, () => byCard()));
    const acts: readonly ((one: Made) => Promise<{ status: number }>)[] = [
      (one) => deliver(paid(one, { id: `evt_paid_${one.id}`, created: now - 40 })),
      (one) => deliver(stripeEvent("charge.refunded", charge(one), { id: `evt_back_${one.id}`, created: now - 10 })),
      (one) =>
        deliver(stripeEvent("charge.dispute.created", dispute(one, "x"), { id: `evt_d_${one.id}`, created: now - 30 })),
      (one) =>
        deliver(
          stripeEvent("charge.dispute.closed", dispute(one, "won"), { id: `evt_w_${one.id}`, created: now - 20 }),
        ),
      (one) => instance.post(`/v1/orders/${one.id}/cancel`),
      (one) => sell("POST", `/v1/orders/${one.id}/refund`, {}),
      (one) => page(`/checkout/${one.id}`).then(({ response }) => response),
    ];
    // Each order meets another choice of acts, every act twice.
    const work = made.flatMap((one, index) =>
      acts
        .filter((_, act) => act !== 1 || index % 3 === 0)
        .flatMap((act) => (index % 4 === 0 && act === acts[4] ? [] : [() => act(one), () => act(one)])),
    );
    const answers = await Promise.all(work.map((act) => act()));
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    // Whoever is told to come again does.
    for (const one of made) for (const act of acts.slice(0, 1)) await act(one);
    const expected = { paid: "active", refunded: "revoked", cancelled: "revoked", disputed: "suspended" };
    for (const one of made) {
      const { state, invoices, attention } = await show(one);
      const { status } = await licenseOf(one);
      const hooks = await paymentHooksOf(one.id);
      const bought = hooks.filter((event) => event === "payment.completed").length;
      const kinds = invoices.map(({ kind }: { kind: string }) => kind);
      const where = JSON.stringify({ state, status, hooks, kinds, attention });
      // Paid before it was given up, told of after: the license is gone, and a person is asked to look.
      if (attention === "not_fulfilled") expect([state, status], where).toEqual(["paid", "revoked"]);
      else expect(status, where).toBe(expected[state as keyof typeof expected]);
      expect(bought, where).toBeLessThanOrEqual(1);
      expect(new Set(kinds).size, where).toBe(kinds.length);
      expect(kinds.includes("credit"), where).toBe(kinds.includes("invoice") && state === "refunded");
    }
  });

  it("of another amount or currency buy nothing and are shown; partial refunds take nothing away", async () => {
    for (const object of [{ amount_total: 1 }, { currency: "usd" }]) {
      const made = await byCard();
      await deliver(paid(made, {}, object));
      expect(await show(made)).toMatchObject({ state: "open", attention: "amount_differs" });
      expect((await licenseOf(made)).status).toBe("suspended");
    }
    const made = await byCard();
    await deliver(paid(made));
    await deliver(stripeEvent("charge.refunded", charge(made, { refunded: false, amount_refunded: 100 })));
    expect(await show(made)).toMatchObject({ state: "paid", refunded: 100 });
    expect((await licenseOf(made)).status).toBe("active");
  });

  it("name orders of Stripe alone, and what is none of ours is heard without an effect", async () => {
    const byHand: Made = await order(instance, plugin);
    await deliver(paid(byHand));
    expect((await show(byHand)).state).toBe("open");
    const unpaid = await byCard();
    await deliver(paid(unpaid, {}, { payment_status: "unpaid" }));
    expect((await show(unpaid)).state).toBe("open");
    for (const payload of [
      stripeEvent("customer.created", { object: "customer" }),
      paid({ id: "ord_00000000000000000000000000", amount: 900, licenseId: "0" }),
      paid({ id: "something else", amount: 900, licenseId: "0" }),
    ])
      expect(await deliver(payload)).toEqual({ status: 200, body: { received: true } });
    const huge = await deliver(stripeEvent("charge.refunded", { padding: "x".repeat(600_000) }));
    expect([huge.status, huge.body.code]).toEqual([413, "BODY_TOO_LARGE"]);
  });

  it("are given back through Stripe, once", async () => {
    const { sell } = await openShop();
    const made = await byCard();
    const early = await sell("POST", `/v1/orders/${made.id}/refund`, {});
    expect([early.status, early.body.code]).toEqual([409, "order_state"]);
    await deliver(paid(made));
    const [one, two] = await Promise.all([1, 2].map(() => sell("POST", `/v1/orders/${made.id}/refund`, {})));
    expect([one?.status, two?.status].filter((status) => status === 200).length).toBeGreaterThan(0);
    expect((await sell("POST", `/v1/orders/${made.id}/refund`, {})).body.state).toBe("refunded");
    const mine = (await atStripe()).refunds.filter((refund) => refund.payment_intent === `pi_${made.id}`);
    expect(mine).toHaveLength(1);
    await deliver(stripeEvent("charge.refunded", charge(made)));
    expect((await show(made)).state).toBe("refunded");
    expect((await licenseOf(made)).status).toBe("revoked");
    const byWord = await sell("POST", `/v1/orders/${(await byCard()).id}/mark-paid`, {});
    expect([byWord.status, byWord.body.code]).toEqual([409, "order_state"]);
  });

  it("and a cancellation: Stripe's page is closed first; who paid in that moment has the license", async () => {
    const closed = await byCard();
    await pay(closed.id);
    expect((await instance.post(`/v1/orders/${closed.id}/cancel`)).body.state).toBe("cancelled");
    const sessions = async (made: Made) =>
      (await atStripe()).sessions.find(({ form }) => form.client_reference_id === made.id);
    expect((await sessions(closed))?.status).toBe("expired");

    const bought = await byCard();
    await pay(bought.id);
    await atStripe(`pay/${(await sessions(bought))?.id}`);
    const refused = await instance.post(`/v1/orders/${bought.id}/cancel`);
    expect([refused.status, refused.body.code]).toEqual([409, "order_state"]);
    await deliver(paid(bought));
    expect((await licenseOf(bought)).status).toBe("active");

    // Money that came all the same is kept in sight until it went back.
    await deliver(paid(closed, { created: nowSeconds() + 2 }));
    expect(await show(closed)).toMatchObject({ state: "cancelled", attention: "paid_after_cancel" });
    expect((await licenseOf(closed)).status).toBe("revoked");
    await deliver(stripeEvent("charge.refunded", charge(closed), { created: nowSeconds() + 3 }));
    expect((await show(closed)).attention).toBeUndefined();
  });

  it("while Stripe cannot be reached: the order stays, its page says so, and nothing is a 5xx of ours", async () => {
    const made = await byCard();
    await atStripe("away");
    try {
      expect((await pay(made.id)).status).toBe(409);
      expect((await page(`/checkout/${made.id}`)).response.status).toBe(200);
    } finally {
      await atStripe("back");
    }
    expect((await pay(made.id)).status).toBe(303);
    await atStripe("away");
    try {
      const refused = await instance.post(`/v1/orders/${made.id}/cancel`);
      expect([refused.status, refused.body.code]).toEqual([503, "payment_unavailable"]);
    } finally {
      await atStripe("back");
    }
    expect((await show(made)).state).toBe("open");
  });
});
