import type { Context, Hono } from "hono";
import { paths } from "../../contract/paths.ts";
import { SENTENCES } from "../../contract/sentences.ts";
import type { World } from "../../market/ports.ts";
import { payOrder } from "../../market/sales/pay-order.ts";
import { showCheckout, showInvoice } from "../../market/sales/show-checkout.ts";
import { readerOf, render, SECURITY_HEADERS } from "../respond.ts";
import { CheckoutPage } from "./checkout.tsx";
import { InvoicePage } from "./invoice.tsx";

interface SalesEnv {
  Variables: { readonly world: World };
}

const ORDER = ":id{ord_[0-9A-HJKMNP-TV-Z]{26}}";
const INVOICE = ":id{inv_[0-9A-HJKMNP-TV-Z]{26}}";

/** Pages whose address is the right to see them: nobody keeps them, no engine finds them, no other site learns of them. */
const PRIVATE_HEADERS = {
  ...SECURITY_HEADERS,
  // The form leads on to the provider's page, and browsers hold that redirect against the policy.
  "content-security-policy": SECURITY_HEADERS["content-security-policy"].replace(
    "form-action 'self'",
    "form-action 'self' https://checkout.stripe.com",
  ),
  "cache-control": "private, no-store",
  "x-robots-tag": "noindex",
};

export function registerSalesPages<E extends SalesEnv>(app: Hono<E>): void {
  app.get(`/checkout/${ORDER}`, (context) => checkout(context, null, 200));

  app.post(`/checkout/${ORDER}`, async (context) => {
    const world = context.get("world");
    const orderId = context.req.param("id");
    const back = world.site.origin + paths.checkout(orderId);
    const paying = await payOrder(world, orderId, back);
    if (paying.ok) return seeOther(paying.value.url ?? back);
    if (paying.problem.reason === "NOT_FOUND") return context.notFound();
    return checkout(context, SENTENCES[paying.problem.reason], 409);
  });

  app.get(`/invoices/${INVOICE}`, async (context) => {
    const found = await showInvoice(context.get("world"), context.req.param("id"));
    if (!found.ok) return context.notFound();
    return answer(context, <InvoicePage view={found.value} />, 200);
  });
}

async function checkout<E extends SalesEnv>(
  context: Context<E, string>,
  refusal: string | null,
  status: 200 | 409,
): Promise<Response> {
  const found = await showCheckout(context.get("world"), context.req.param("id") as string);
  if (!found.ok) return context.notFound();
  return answer(context, <CheckoutPage view={{ ...found.value, refusal }} />, status);
}

async function answer<E extends SalesEnv>(
  context: Context<E, string>,
  page: Parameters<typeof render>[0],
  status: number,
): Promise<Response> {
  const { bytes } = await render(page, readerOf(context.req.raw, context.get("world")));
  return new Response(bytes, { status, headers: PRIVATE_HEADERS });
}

function seeOther(location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location, "cache-control": "no-store", "referrer-policy": "same-origin" },
  });
}
