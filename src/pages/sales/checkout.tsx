import { paths } from "../../contract/paths.ts";
import { isWaiting, type Order } from "../../domain/sales/order.ts";
import type { CheckoutView } from "../../market/sales/show-checkout.ts";
import { formatDate, isoDay } from "../format.ts";
import { Shell } from "../shell.tsx";
import { tierWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { formatAmount, kindWords, stateWords, termWords } from "./money.ts";
import { SALES } from "./words.ts";

/** What went wrong with the last click, in a sentence. */
export interface CheckoutPageView extends CheckoutView {
  readonly refusal: string | null;
}

/** `/checkout/{order}`: what is bought, what it costs, and how it is paid. */
export function CheckoutPage({ view }: { view: CheckoutPageView }) {
  const words = wordsOf(SALES);
  const { order, plugin, publisher, refusal } = view;
  return (
    <Shell title={`${words.order} ${plugin.displayName} – Rising BSM Marketplace`} isHidden>
      <article class="wrap max-w-2xl pt-14">
        <p class="text-sm font-semibold text-muted-foreground">{words.order}</p>
        <h1 class="mt-1 text-3xl font-bold tracking-tight" dir="auto">
          {plugin.displayName}, {tierWords(order.tier)}
        </h1>
        {refusal === null ? null : (
          <p role="alert" class="mt-5 rounded-lg border border-border bg-accent px-4 py-3 font-medium">
            {refusal}
          </p>
        )}
        <section class="card mt-6 p-5" aria-label={words.ordered}>
          <Facts view={view} />
        </section>
        <NextStep view={view} />
        <p class="mt-6 text-sm text-muted-foreground">
          {words.soldBy} <span dir="auto">{publisher.displayName}</span>. {words.taxes}
        </p>
        <p class="mt-1 text-sm text-muted-foreground">
          {words.order} <code class="font-mono wrap-anywhere">{order.id}</code>
        </p>
      </article>
    </Shell>
  );
}

function Facts({ view: { order, plugin, publisher } }: { view: CheckoutPageView }) {
  const words = wordsOf(SALES);
  const money = (amount: number) => formatAmount({ amount, currency: order.currency });
  return (
    <dl class="grid gap-3">
      <Fact name={words.plugin}>
        <a class="link" href={paths.plugin(plugin.name)} dir="auto">
          {plugin.displayName}
        </a>
      </Fact>
      <Fact name={words.seller}>
        <span dir="auto">{publisher.displayName}</span>
      </Fact>
      <Fact name={words.license}>
        {kindWords(order.kind)}, {tierWords(order.tier)}
        {order.kind === "upgrade" ? null : `, ${termWords(order.termDays)}`}
      </Fact>
      {order.discount === 0 ? null : <Fact name={words.listPrice}>{money(order.listPrice)}</Fact>}
      {order.discount === 0 ? null : <Fact name={words.discount}>{money(-order.discount)}</Fact>}
      <Fact name={words.toPay}>
        <strong class="text-lg">{money(order.amount)}</strong>
      </Fact>
      <Fact name={words.state}>{stateWords(order.state)}</Fact>
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
  const words = wordsOf(SALES);
  const { order, invoices } = view;
  if (order.attention === "paid_after_cancel" || order.attention === "not_fulfilled")
    return <p class="mt-6">{words.arrived}</p>;
  if (order.state === "paid")
    return (
      <p class="mt-6">
        {words.thanks}{" "}
        {invoices.map((invoice) => (
          <a class="link" href={paths.invoice(invoice.id)}>
            {words.invoice}
          </a>
        ))}
      </p>
    );
  if (!isWaiting(order))
    return invoices.length === 0 ? null : (
      <p class="mt-6 flex gap-4">
        {invoices.map((invoice) => (
          <a class="link" href={paths.invoice(invoice.id)}>
            {invoice.kind === "credit" ? words.credit : words.invoice}
          </a>
        ))}
      </p>
    );
  if (order.provider === "manual" && order.licenseId !== null) return <Instructions view={view} />;
  return <PayForm order={order} />;
}

/** Works without script. What the button says is what the law of the buyer's country wants it to say. */
function PayForm({ order }: { order: Order }) {
  const words = wordsOf(SALES);
  return (
    <form method="post" action={paths.checkout(order.id)} class="mt-6">
      <button type="submit" class="button">
        {order.licenseId === null ? words.buy : words.pay}
      </button>
      <p class="mt-3 text-sm text-muted-foreground">
        {order.provider === "stripe" ? words.stripe : words.manual} {words.until}{" "}
        <time datetime={isoDay(order.expiresAt)}>{formatDate(order.expiresAt)}</time>.
      </p>
    </form>
  );
}

function Instructions({ view: { order, seller, publisher } }: { view: CheckoutPageView }) {
  const words = wordsOf(SALES);
  const instructions = seller?.instructions ?? "";
  return (
    <section class="mt-6" aria-labelledby="pay">
      <h2 id="pay" class="text-xl font-semibold">
        {words.howToPay}
      </h2>
      {instructions === "" ? (
        <p class="mt-3">
          <span dir="auto">{publisher.displayName}</span> {words.sends}
        </p>
      ) : (
        <p class="mt-3 whitespace-pre-line" dir="auto">
          {instructions}
        </p>
      )}
      <p class="mt-3">
        {words.amountAndReference(formatAmount(order))} <code class="font-mono break-all">{order.id}</code>.{" "}
        {words.startsWhen} <time datetime={isoDay(order.expiresAt)}>{formatDate(order.expiresAt)}</time>.
      </p>
    </section>
  );
}
