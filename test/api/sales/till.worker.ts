import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { Stripe } from "stripe";
import worker from "../../../src/worker.ts";
import { TEST_SECRETS } from "../../secrets.ts";
import { ORIGIN } from "../account/calls.worker.ts";
import { checkAnswer } from "../check-answer.ts";
import { makePlugin, openShop, type TestInstance, type TestPlugin } from "../license/shop.worker.ts";

const WEBHOOK = "/v1/payments/stripe";
const LIMITS = { installs: 3, apiCalls: 1000, storageMiB: 10, users: null };

/** A plugin with every tier: basic 9 € and premium 30 € a month, enterprise on request. */
export async function makeSoldPlugin(): Promise<TestPlugin> {
  const plugin = await makePlugin();
  const tier = (id: string, price: number | null, interval: string, installs: number | null = 3) => ({
    id,
    price,
    interval,
    features: [],
    limits: { ...LIMITS, installs },
  });
  const pricing = {
    currency: "EUR",
    tiers: [
      tier("free", 0, "none", null),
      tier("trial", 0, "none", 1),
      tier("basic", 900, "month"),
      tier("premium", 3000, "month", 10),
      tier("enterprise", null, "year", null),
    ],
  };
  await env.DB.prepare("UPDATE plugins SET pricing = ?1 WHERE id = ?2")
    .bind(JSON.stringify(pricing), Number(plugin.id))
    .run();
  return plugin;
}

let users = 1000;
/** A user of an instance nobody used before. */
export function newUser(): string {
  return String(++users);
}

/** An order of the instance; by hand and basic unless said otherwise. */
export async function order(instance: TestInstance, plugin: TestPlugin, over: Record<string, unknown> = {}) {
  const answer = await instance.post("/v1/orders", {
    pluginId: plugin.id,
    userId: newUser(),
    type: "basic",
    provider: "manual",
    ...over,
  });
  if (answer.status >= 300) throw new Error(`order answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export async function markPaid(orderId: string) {
  const { sell } = await openShop();
  return sell("POST", `/v1/orders/${orderId}/mark-paid`, {});
}

/** The page for paying as a browser without script uses it; where it leads. */
export async function pay(orderId: string): Promise<{ status: number; location: string | null }> {
  const response = await exports.default.fetch(`${ORIGIN}/checkout/${orderId}`, { method: "POST", redirect: "manual" });
  await response.text();
  return { status: response.status, location: response.headers.get("location") };
}

export async function page(path: string): Promise<{ response: Response; text: string }> {
  const response = await exports.default.fetch(`${ORIGIN}${path}`, { headers: { accept: "text/html" } });
  return { response, text: await response.text() };
}

let events = 0;
/** An event as Stripe sends it; `created` is Unix seconds. */
export function stripeEvent(type: string, object: object, over: { id?: string; created?: number } = {}): string {
  const created = over.created ?? Math.floor(Date.now() / 1000);
  const id = over.id ?? `evt_test_${++events}`;
  return JSON.stringify({
    id,
    object: "event",
    api_version: "2026-01-01",
    created,
    type,
    livemode: false,
    data: { object },
  });
}

export function paidSession(
  order: { id: string; amount: number },
  over: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: "cs_test_x",
    object: "checkout.session",
    payment_status: "paid",
    amount_total: order.amount,
    currency: "eur",
    client_reference_id: order.id,
    payment_intent: `pi_${order.id}`,
    metadata: { order: order.id },
    ...over,
  };
}

/** Sends an event signed by Stripe's own generator. */
export async function deliver(
  payload: string,
  over: { secret?: string; timestamp?: number; body?: string; signature?: string | null } = {},
  // biome-ignore lint/suspicious/noExplicitAny: answers are read by the test that knows their shape
): Promise<{ status: number; body: any }> {
  const signature =
    over.signature === undefined
      ? await Stripe.webhooks.generateTestHeaderStringAsync({
          payload,
          secret: over.secret ?? TEST_SECRETS.STRIPE_WEBHOOK_SECRET,
          timestamp: over.timestamp ?? Math.floor(Date.now() / 1000),
          cryptoProvider: Stripe.createSubtleCryptoProvider(),
        })
      : over.signature;
  const response = await exports.default.fetch(`${ORIGIN}${WEBHOOK}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(signature === null ? {} : { "stripe-signature": signature }),
    },
    body: over.body ?? payload,
  });
  const text = await response.text();
  checkAnswer("POST", WEBHOOK, response, text);
  return { status: response.status, body: JSON.parse(text) };
}

interface Double {
  readonly sessions: readonly { readonly id: string; readonly form: Record<string, string>; readonly status: string }[];
  readonly refunds: readonly Record<string, string>[];
}
/** Asks the double of Stripe, or tells it what the buyer did. */
export async function atStripe(act = "look"): Promise<Double> {
  return (await fetch(`${TEST_SECRETS.STRIPE_API_ORIGIN}/double/${act}`)).json();
}

/** Payment webhooks owed to an instance for an order. */
export async function paymentHooksOf(orderId: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT event FROM webhook_outbox WHERE json_extract(data, '$.orderId') = ?1 AND event LIKE 'payment.%' ORDER BY id",
  )
    .bind(orderId)
    .all<{ event: string }>();
  return results.map(({ event }) => event);
}

/** What the minute's cron does for orders. */
export async function sweep(): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled?.(createScheduledController(), env as never, context);
  await waitOnExecutionContext(context);
}
