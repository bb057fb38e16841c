import { paths } from "../../contract/paths.ts";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import type { Coupon } from "../../domain/sales/coupon.ts";
import type { Seller } from "../../domain/sales/invoice.ts";
import { ORDER_STATES, type OrderState } from "../../domain/sales/order.ts";
import type { OwnPlugin } from "../../market/publisher/ports.ts";
import type { OrderFacts } from "../../market/sales/ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { describedBy, ErrorSummary, HintAndFault, Input, LinkButton, Mark, Note, Select } from "../console/parts.tsx";
import { formatCount, formatMoney } from "../format.ts";
import { Pages } from "../parts/pages.tsx";
import { tierWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { PublishShell } from "./layout.tsx";
import type { Seat } from "./on-publish.ts";
import { Figure } from "./parts.tsx";
import { SALES_WORDS } from "./sales-words.ts";
import { FRAME_WORDS } from "./words.ts";

const TONES = {
  open: "warn",
  failed: "bad",
  paid: "good",
  disputed: "bad",
  refunded: "quiet",
  charged_back: "bad",
  cancelled: "quiet",
} as const satisfies Record<OrderState, string>;

export interface SalesView {
  readonly orders: { readonly data: readonly OrderFacts[]; readonly total: number };
  readonly state: OrderState | undefined;
  readonly page: number;
  readonly limit: number;
  /** Euro cents. */
  readonly earned: number;
}

/** `/publish/{handle}/sales` */
export function SalesPage({ seat, view }: { seat: Seat; view: SalesView }) {
  const words = wordsOf(SALES_WORDS);
  const { handle } = seat.member;
  const { orders, state, page, limit, earned } = view;
  const href = (number: number) => {
    const chosen = new URLSearchParams();
    if (state !== undefined) chosen.set("state", state);
    if (number > 1) chosen.set("page", String(number));
    return chosen.size === 0 ? publisherPaths.sales(handle) : `${publisherPaths.sales(handle)}?${chosen}`;
  };
  return (
    <PublishShell
      seat={seat}
      title={words.title}
      at="sales"
      lead={words.lead}
      actions={
        <>
          <LinkButton href={publisherPaths.coupons(handle)} isQuiet>
            {words.coupons}
          </LinkButton>
          <LinkButton href={publisherPaths.seller(handle)} isQuiet>
            {words.seller}
          </LinkButton>
        </>
      }
    >
      <dl class="mt-8 grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Figure label={words.earned} value={formatMoney(earned)} hint={words.earnedHint} />
        <Figure label={words.orders} value={formatCount(orders.total)} />
      </dl>
      <Section id="orders" title={words.orders}>
        <form class="mb-4 flex flex-wrap items-end gap-3" method="get" action={publisherPaths.sales(handle)}>
          <Select
            id="state"
            label={words.state}
            value={state ?? ""}
            options={[["", words.anyState], ...ORDER_STATES.map((one) => [one, words.states[one]] as const)]}
          />
          <button type="submit" class="button button-quiet">
            {words.filter}
          </button>
        </form>
        {orders.data.length === 0 ? <p class="text-muted-foreground">{words.noOrders}</p> : null}
        <ul class="divide-y divide-border">
          {orders.data.map((facts) => (
            <OrderItem handle={handle} facts={facts} />
          ))}
        </ul>
        <Pages page={page} last={Math.ceil(orders.total / limit)} href={href} />
      </Section>
    </PublishShell>
  );
}

function OrderItem({ handle, facts: { order, plugin, instance, invoices } }: { handle: string; facts: OrderFacts }) {
  const words = wordsOf(SALES_WORDS);
  const isWaiting = order.state === "open" || order.state === "failed";
  return (
    <li class="py-4">
      <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 class="font-semibold">
          {plugin.displayName}, {tierWords(order.tier)}
        </h3>
        <Mark tone={TONES[order.state]}>{words.states[order.state]}</Mark>
        <span class="ml-auto font-semibold tabular-nums">{formatMoney(order.amount)}</span>
      </div>
      <p class="mt-1 text-sm text-muted-foreground">
        <code class="font-mono">{order.id}</code> · {words.kinds[order.kind]} · {words.buyer} {instance.name} ·{" "}
        <Time at={order.createdAt} />
      </p>
      {order.attention === null ? null : <Note tone="bad">{words.attention}</Note>}
      <p class="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-sm">
        {invoices.map(({ id, kind, number }) => (
          <a class="link" href={paths.invoice(id)}>
            {kind === "invoice" ? words.invoice(String(number)) : words.credit(String(number))}
          </a>
        ))}
        {order.licenseId === null ? null : (
          <a class="link" href={publisherPaths.license(handle, order.licenseId)}>
            {words.license} {order.licenseId}
          </a>
        )}
        {isWaiting && order.provider === "manual" ? (
          <a class="link" href={publisherPaths.order(handle, order.id, "paid")}>
            {words.paid}
          </a>
        ) : null}
        {isWaiting ? (
          <a class="link" href={publisherPaths.order(handle, order.id, "cancel")}>
            {words.cancel}
          </a>
        ) : null}
        {order.state === "paid" || order.attention === "paid_after_cancel" ? (
          <a class="link" href={publisherPaths.order(handle, order.id, "refund")}>
            {words.refund}
          </a>
        ) : null}
      </p>
    </li>
  );
}

export const ORDER_ACTS = ["paid", "refund", "cancel"] as const;
export type OrderAct = (typeof ORDER_ACTS)[number];

/** Money is asked about once. */
export function OrderActPage({
  seat,
  facts,
  act,
  problem,
}: {
  seat: Seat;
  facts: OrderFacts;
  act: OrderAct;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(SALES_WORDS);
  const { back } = wordsOf(FRAME_WORDS);
  const { handle } = seat.member;
  const leads = { paid: words.paidLead, refund: words.refundLead, cancel: words.cancelLead };
  return (
    <PublishShell seat={seat} title={words[act]} at="sales" lead={leads[act]}>
      <ErrorSummary problem={problem} />
      <form
        class="card mt-8 grid grid-cols-1 gap-5 p-6"
        method="post"
        action={publisherPaths.order(handle, facts.order.id, act)}
      >
        <p class="text-lg font-semibold">
          {facts.plugin.displayName}, {tierWords(facts.order.tier)}: {formatMoney(facts.order.amount)}
        </p>
        {act === "cancel" ? null : (
          <Input id="note" label={words.note} hint={words.noteHint} max={300} isRequired={false} problem={problem} />
        )}
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            {words[act]}
          </button>
          <LinkButton href={publisherPaths.sales(handle)} isQuiet>
            {back}
          </LinkButton>
        </div>
      </form>
    </PublishShell>
  );
}

/** `/publish/{handle}/coupons` */
export function CouponsPage({
  seat,
  coupons,
  plugins,
  typed,
  problem,
}: {
  seat: Seat;
  coupons: readonly Coupon[];
  plugins: readonly OwnPlugin[];
  typed?: URLSearchParams | undefined;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(SALES_WORDS);
  const { handle } = seat.member;
  return (
    <PublishShell seat={seat} title={words.coupons} at="sales" lead={words.couponsLead}>
      <ErrorSummary problem={problem} />
      <section class="card mt-8 px-6 py-2" aria-label={words.coupons}>
        {coupons.length === 0 ? <p class="py-4 text-muted-foreground">{words.noCoupons}</p> : null}
        <ul class="divide-y divide-border">
          {coupons.map((coupon) => (
            <li class="flex flex-wrap items-center justify-between gap-3 py-4">
              <div>
                <p class="font-mono font-semibold">{coupon.code}</p>
                <p class="text-sm text-muted-foreground">
                  {plugins.find(({ id }) => id === coupon.pluginId)?.displayName ?? words.all} ·{" "}
                  {words.used(
                    formatCount(coupon.redemptions),
                    coupon.maxRedemptions === null ? words.unlimited : formatCount(coupon.maxRedemptions),
                  )}{" "}
                  · {coupon.expiresAt === null ? words.forever : <Time at={coupon.expiresAt} />}
                </p>
              </div>
              <span class="text-lg font-semibold">
                −{coupon.percentOff === null ? formatMoney(coupon.amountOff ?? 0) : `${coupon.percentOff} %`}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <Section id="new" title={words.makeCoupon}>
        <form class="grid grid-cols-1 gap-5 sm:grid-cols-2" method="post" action={publisherPaths.coupons(handle)}>
          <Input
            id="code"
            label={words.code}
            hint={words.codeHint}
            max={40}
            value={typed?.get("code") ?? ""}
            problem={problem}
          />
          <Select
            id="plugin"
            label={words.plugin}
            value={typed?.get("plugin") ?? ""}
            options={[["", words.all], ...plugins.map(({ id, displayName }) => [id, displayName] as const)]}
          />
          <Input
            id="percent"
            label={words.percent}
            max={3}
            isRequired={false}
            value={typed?.get("percent") ?? ""}
            problem={problem}
          />
          <Input
            id="amount"
            label={words.amount}
            max={12}
            isRequired={false}
            value={typed?.get("amount") ?? ""}
            problem={problem}
          />
          <Input
            id="max"
            label={words.max}
            max={7}
            isRequired={false}
            value={typed?.get("max") ?? ""}
            problem={problem}
          />
          <Input
            id="until"
            label={words.until}
            hint="2027-12-31"
            max={10}
            isRequired={false}
            value={typed?.get("until") ?? ""}
            problem={problem}
          />
          <div>
            <button type="submit" class="button">
              {words.makeCoupon}
            </button>
          </div>
        </form>
      </Section>
    </PublishShell>
  );
}

/** `/publish/{handle}/seller` */
export function SellerPage({
  seat,
  seller,
  isSaved,
  problem,
}: {
  seat: Seat;
  seller: Seller;
  isSaved: boolean;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(SALES_WORDS);
  const { save } = wordsOf(FRAME_WORDS);
  const { handle } = seat.member;
  return (
    <PublishShell seat={seat} title={words.seller} at="sales" lead={words.sellerLead}>
      <ErrorSummary problem={problem} />
      {isSaved ? (
        <div role="status">
          <Note tone="good">{words.saved}</Note>
        </div>
      ) : null}
      <form class="card mt-8 grid grid-cols-1 gap-5 p-6" method="post" action={publisherPaths.seller(handle)}>
        <Input id="legalName" label={words.legalName} max={200} value={seller.legalName} problem={problem} />
        <Area id="address" label={words.address} value={seller.address} problem={problem} isRequired />
        <Input id="taxId" label={words.taxId} max={50} isRequired={false} value={seller.taxId} problem={problem} />
        <Input
          id="taxNote"
          label={words.taxNote}
          max={300}
          isRequired={false}
          value={seller.taxNote}
          problem={problem}
        />
        <Area
          id="instructions"
          label={words.instructions}
          hint={words.instructionsHint}
          value={seller.instructions}
          problem={problem}
        />
        <div>
          <button type="submit" class="button">
            {save}
          </button>
        </div>
      </form>
    </PublishShell>
  );
}

function Area({
  id,
  label,
  hint,
  value,
  problem,
  isRequired = false,
}: {
  id: string;
  label: string;
  hint?: string;
  value: string;
  problem: FormProblem | undefined;
  isRequired?: boolean;
}) {
  const fault = problem?.errors.find(({ field }) => field === id)?.text;
  return (
    <div>
      <label class="block text-sm font-medium" for={id}>
        {label}
      </label>
      <textarea
        id={id}
        name={id}
        rows={3}
        maxlength={1000}
        required={isRequired}
        class="field mt-1.5"
        aria-invalid={fault === undefined ? undefined : "true"}
        aria-describedby={describedBy(id, hint, fault)}
      >
        {value}
      </textarea>
      <HintAndFault id={id} hint={hint} fault={fault} />
    </div>
  );
}
