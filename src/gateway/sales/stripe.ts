import type { Stripe } from "stripe";
import type { PaymentProvider, PaymentRequest } from "../../market/sales/ports.ts";
import { noticeOf } from "./stripe-notice.ts";

export interface StripeSettings {
  /** `sk_…` or a restricted key `rk_…` with write access to Checkout sessions and refunds. */
  readonly secretKey: string;
  /** `whsec_…` of the endpoint `POST /v1/payments/stripe`. */
  readonly webhookSecret: string;
  /** Where Stripe's API is, if not at Stripe: a double in tests. */
  readonly apiOrigin: string | null;
}

/** Checkout pages live a day at most and half an hour at least. */
const SESSION_MAX = 86_400;
const SESSION_MIN = 1800;
const TIMEOUT_MS = 15_000;

/** Stripe Checkout. The package is loaded with the first call: most isolates never need it. */
export function createStripeProvider(settings: StripeSettings): PaymentProvider {
  let loading: Promise<{ client: Stripe; crypto: ReturnType<typeof Stripe.createSubtleCryptoProvider> }> | undefined;
  const load = () => {
    loading ??= connect(settings);
    return loading;
  };
  return {
    name: "stripe",
    async open(request, now) {
      const until = Math.max(now + SESSION_MIN, Math.min(now + SESSION_MAX, request.until));
      const { client } = await load();
      const session = await reach(() =>
        client.checkout.sessions.create(checkoutOf(request, until), {
          idempotencyKey: `${request.orderId}-${request.attempt}`,
        }),
      );
      if (session === null || session.url === null) return "unavailable";
      return { id: session.id, url: session.url, until: session.expires_at };
    },
    async close(session) {
      const { client } = await load();
      const closed = await reach(() => client.checkout.sessions.expire(session.id));
      if (closed !== null) return "closed";
      // Stripe closes open pages only: one that was paid says so, one that ended by itself is closed.
      const now = await reach(() => client.checkout.sessions.retrieve(session.id));
      if (now === null) return "unavailable";
      return now.status === "expired" ? "closed" : now.status === "complete" ? "paid" : "unavailable";
    },
    async refund(order) {
      if (order.paymentRef === null) return "unavailable";
      const { client } = await load();
      const intent = order.paymentRef;
      const refund = await reach(() =>
        client.refunds.create(
          { payment_intent: intent, metadata: { order: order.id } },
          { idempotencyKey: `${order.id}-refund` },
        ),
      );
      return refund === null ? "unavailable" : { id: refund.id };
    },
    async read(raw, signature) {
      if (signature === null) return null;
      const { client, crypto } = await load();
      try {
        const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
        const event = await client.webhooks.constructEventAsync(
          text,
          signature,
          settings.webhookSecret,
          undefined,
          crypto,
        );
        return noticeOf(event) ?? "ignored";
      } catch {
        // Wrong secret, changed bytes, more than five minutes old, no event: one answer.
        return null;
      }
    },
  };
}

async function connect({ secretKey, apiOrigin }: StripeSettings) {
  const { default: Stripe } = await import("stripe");
  const at = apiOrigin === null ? null : new URL(apiOrigin);
  const protocol = at?.protocol === "http:" ? "http" : "https";
  const client = new Stripe(secretKey, {
    httpClient: Stripe.createFetchHttpClient(),
    telemetry: false,
    maxNetworkRetries: 1,
    timeout: TIMEOUT_MS,
    ...(at === null
      ? {}
      : { host: at.hostname, protocol, port: at.port === "" ? (protocol === "http" ? 80 : 443) : Number(at.port) }),
  });
  return { client, crypto: Stripe.createSubtleCryptoProvider() };
}

function checkoutOf(request: PaymentRequest, until: number): Stripe.Checkout.SessionCreateParams {
  const metadata = { order: request.orderId };
  return {
    mode: "payment",
    client_reference_id: request.orderId,
    metadata,
    // Stripe copies it to the charge, so that refunds name the order too.
    payment_intent_data: { metadata },
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: request.currency.toLowerCase(),
          unit_amount: request.amount,
          product_data: { name: request.title },
        },
      },
    ],
    success_url: request.returnUrl,
    cancel_url: request.returnUrl,
    expires_at: until,
  };
}

/** null: refused or not reached. The reason is Stripe's and goes to the log; no key stands in it. */
async function reach<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    const { type, code, statusCode } = error as { type?: string; code?: string; statusCode?: number };
    console.error(JSON.stringify({ stripe: type ?? "unknown", code, statusCode }));
    return null;
  }
}
