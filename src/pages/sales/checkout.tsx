import { paths } from "../../contract/paths.ts";
import { isWaiting, type Order } from "../../domain/sales/order.ts";
import type { CheckoutView } from "../../market/sales/show-checkout.ts";
import { formatDate, isoDay } from "../format.ts";
import { Shell } from "../shell.tsx";
import { tierWords } from "../words/codes.ts";
import { formatAmount, KIND_WORDS, STATE_WORDS, termWords } from "./money.ts";

/** What went wrong with the last click, in a sentence. */
export interface CheckoutPageView extends CheckoutView {
  readonly refusal: string | null;
}

/** `/checkout/{order}`: what is bought, what it costs, and how it is paid. */
export function CheckoutPage({ view }: { view: CheckoutPageView }) {
  const { order, plugin, publisher, refusal } = view;
  return (
    <Shell title={`Order ${plugin.displayName} – Rising BSM Marketplace`} isHidden>
      <article class="wrap max-w-2xl pt-14">
        <p class="text-sm font-semibold text-muted-foreground">Order</p>
        <h1 class="mt-1 text-3xl font-bold tracking-tight" dir="auto">
          {plugin.displayName}, {tierWords(order.tier)}
        </h1>
        {refusal === null ? null : (
          <p role="alert" class="mt-5 rounded-lg border border-border bg-accent px-4 py-3 font-medium">
            {refusal}
          </p>
        )}
        <section class="card mt-6 p-5" aria-label="What is ordered">
          <Facts view={view} />
        </section>
        <NextStep view={view} />
        <p class="mt-6 text-sm text-muted-foreground">
          Sold by <span dir="auto">{publisher.displayName}</span>. The price is what is charged; taxes are the seller's
          duty.
        </p>
        <p class="mt-1 text-sm text-muted-foreground">
          Order <code class="font-mono wrap-anywhere">{order.id}</code>
        </p>
      </article>
    </Shell>
  );
}

function Facts({ view: { order, plugin, publisher } }: { view: CheckoutPageView }) {
  const money = (amount: number) => formatAmount({ amount, currency: order.currency });
  return (
    <dl class="grid gap-3">
      <Fact name="Plugin">
        <a class="link" href={paths.plugin(plugin.name)} dir="auto">
          {plugin.displayName}
        </a>
      </Fact>
      <Fact name="Seller">
        <span dir="auto">{publisher.displayName}</span>
      </Fact>
      <Fact name="License">
        {KIND_WORDS[order.kind]}, {tierWords(order.tier)}
        {order.kind === "upgrade" ? null : `, ${termWords(order.termDays)}`}
      </Fact>
      {order.discount === 0 ? null : <Fact name="List price">{money(order.listPrice)}</Fact>}
      {order.discount === 0 ? null : <Fact name="Discount">{money(-order.discount)}</Fact>}
      <Fact name="To pay">
        <strong class="text-lg">{money(order.amount)}</strong>
      </Fact>
      <Fact name="State">{STATE_WORDS[order.state]}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children?: unknown }) {
  return (
    <div class="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
      <dt class="text-muted-foreground">{name}</dt>
      <dd class="text-right">{children as never}</dd>
    </div>
  );
}

function NextStep({ view }: { view: CheckoutPageView }) {
  const { order, invoices } = view;
  if (order.attention === "paid_after_cancel" || order.attention === "not_fulfilled")
    return (
      <p class="mt-6">Your payment arrived, but it could not be used. The seller gives it back or gets in touch.</p>
    );
  if (order.state === "paid")
    return (
      <p class="mt-6">
        Thank you. Your Rising BSM is told at once; the license stands in its license list.{" "}
        {invoices.map((invoice) => (
          <a class="link" href={paths.invoice(invoice.id)}>
            Invoice
          </a>
        ))}
      </p>
    );
  if (!isWaiting(order))
    return invoices.length === 0 ? null : (
      <p class="mt-6 flex gap-4">
        {invoices.map((invoice) => (
          <a class="link" href={paths.invoice(invoice.id)}>
            {invoice.kind === "credit" ? "Credit note" : "Invoice"}
          </a>
        ))}
      </p>
    );
  if (order.provider === "manual" && order.licenseId !== null) return <Instructions view={view} />;
  return <PayForm order={order} />;
}

/** Works without script. What the button says is what the law of the buyer's country wants it to say. */
function PayForm({ order }: { order: Order }) {
  return (
    <form method="post" action={paths.checkout(order.id)} class="mt-6">
      <button type="submit" class="button">
        {order.licenseId === null ? "Order with obligation to pay" : "Go on to payment"}
      </button>
      <p class="mt-3 text-sm text-muted-foreground">
        {order.provider === "stripe"
          ? "You pay on the pages of Stripe and come back here."
          : "You are shown how to pay."}{" "}
        This offer stands until <time datetime={isoDay(order.expiresAt)}>{formatDate(order.expiresAt)}</time>.
      </p>
    </form>
  );
}

function Instructions({ view: { order, seller, publisher } }: { view: CheckoutPageView }) {
  const instructions = seller?.instructions ?? "";
  return (
    <section class="mt-6" aria-labelledby="pay">
      <h2 id="pay" class="text-xl font-semibold">
        How to pay
      </h2>
      {instructions === "" ? (
        <p class="mt-3">
          <span dir="auto">{publisher.displayName}</span> sends you the payment details.
        </p>
      ) : (
        <p class="mt-3 whitespace-pre-line" dir="auto">
          {instructions}
        </p>
      )}
      <p class="mt-3">
        Amount {formatAmount(order)}, reference <code class="font-mono break-all">{order.id}</code>. The license starts
        when the seller has the money; without it the order ends on{" "}
        <time datetime={isoDay(order.expiresAt)}>{formatDate(order.expiresAt)}</time>.
      </p>
    </section>
  );
}
