import type { Pricing } from "../../domain/release/pricing.ts";
import type { Coupon } from "../../domain/sales/coupon.ts";
import type { Invoice, InvoiceDocument, InvoiceKind, Seller } from "../../domain/sales/invoice.ts";
import type { Attention, Order, OrderState, PaymentSession, ProviderName, SoldTier } from "../../domain/sales/order.ts";
import type { PaymentFact } from "../../domain/sales/payments.ts";

/** What selling needs of the world. */
export interface SalesPorts {
  readonly orders: OrderStore;
  readonly sellers: SellerStore;
  readonly payments: Payments;
  readonly replies: ReplyStore;
}

/** Everything an order is made of. */
export interface SalesOffer {
  readonly plugin: {
    readonly id: string;
    readonly name: string;
    readonly publisherId: string;
    readonly state: string;
    readonly isPublished: boolean;
    readonly pricing: Pricing;
  };
  readonly instance: {
    readonly id: string;
    readonly accountId: string;
    readonly state: "active" | "suspended";
  } | null;
  /** The newest license of that user for the plugin that was not revoked. */
  readonly heldLicenseId: string | null;
}

/** An order with the names its pages and answers need. */
export interface OrderFacts {
  readonly order: Order;
  readonly plugin: { readonly name: string; readonly displayName: string; readonly state: string };
  readonly publisher: { readonly handle: string; readonly displayName: string };
  readonly instance: { readonly name: string; readonly accountId: string };
  /** Invoice and credit note, if they were issued. */
  readonly invoices: readonly { readonly id: string; readonly kind: InvoiceKind; readonly number: number }[];
}

export type OrderDraft = Omit<
  Order,
  | "session"
  | "sessions"
  | "paymentRef"
  | "refunded"
  | "state"
  | "attention"
  | "licenseId"
  | "rev"
  | "appliedRev"
  | "fulfilledAt"
  | "collectedAt"
  | "paidAt"
>;

/** A payment event on its way into an order; `settlement` is what all events come to with it. */
export interface PaymentCommit {
  readonly order: Order;
  readonly fact: PaymentFact;
  readonly provider: ProviderName;
  readonly paymentRef: string | null;
  readonly actor: string;
  readonly note: string;
  readonly state: OrderState;
  readonly attention: Attention | null;
  readonly paidAt: number | null;
  readonly refunded: number;
  /** Names this act alone: the same event arriving twice at once writes its invoice and webhook once. */
  readonly op: string;
  /** How many events the settlement was made of before this one: another one in between undoes the write. */
  readonly seen: number;
  readonly invoice: { readonly id: string; readonly kind: InvoiceKind; readonly document: InvoiceDocument } | null;
  /** The host's and subscribers' event, or null. */
  readonly webhook: {
    readonly event: PaymentWebhook;
    readonly data: { readonly [member: string]: string | number };
  } | null;
  readonly now: number;
}
export type PaymentWebhook = "payment.completed" | "payment.failed" | "payment.refunded" | "payment.disputed";

export interface OrderFilter {
  /** Orders of this instance. */
  readonly instanceId?: string | undefined;
  /** Orders that this account bought (as owner of the instance), sold (as a member of the publisher), or all. */
  readonly account?: {
    readonly id: string;
    readonly buys: boolean;
    readonly sells: boolean;
    readonly plugins: readonly string[] | null;
  };
  readonly state?: OrderState | undefined;
  readonly pluginId?: string | undefined;
  readonly page: number;
  readonly limit: number;
}

/** Whose sales are counted; all of null: everybody's. */
export interface RevenueOf {
  readonly publisherId: string | null;
  /** Sales of the publishers this account is a member of. */
  readonly memberId: string | null;
  /** Names of plugins; null: all. */
  readonly plugins: readonly string[] | null;
  readonly pluginId: string | null;
}

export interface RenewalDue {
  /** Which sold the license. */
  readonly orderId: string;
  readonly licenseId: string;
  readonly tier: SoldTier;
  readonly userId: string;
  readonly endsAt: number;
  readonly graceSeconds: number;
  readonly pricing: Pricing;
}

/** Orders and their payment events. Times are Unix seconds. */
export interface OrderStore {
  offer(pluginId: string, instanceId: string, userId: string): Promise<SalesOffer | null>;
  /**
   * One guarded statement. `exists`: one for the same user, plugin and tier waits already; `coupon`: used up or gone;
   * `limit`: too many wait.
   */
  insert(
    draft: OrderDraft,
    max: { readonly open: number; readonly day: number },
  ): Promise<"inserted" | "exists" | "coupon" | "limit">;
  find(orderId: string): Promise<OrderFacts | null>;
  findWaiting(instanceId: string, userId: string, pluginId: string, tier: SoldTier): Promise<OrderFacts | null>;
  findByPayment(provider: ProviderName, paymentRef: string): Promise<string | null>;
  list(filter: OrderFilter): Promise<{ readonly data: readonly OrderFacts[]; readonly total: number }>;

  /** Euro cents that were paid and stayed. */
  revenue(of: RevenueOf): Promise<number>;

  /** Ties the license to the order, if it waits and has none, and no other waiting order has this one. */
  attach(orderId: string, licenseId: string, now: number): Promise<boolean>;
  saveSession(order: Order, session: PaymentSession, now: number): Promise<boolean>;

  /** Events of the order, those about its payment that came before it was known among them. */
  paymentsOf(order: Order, provider: ProviderName, paymentRef: string | null): Promise<readonly PaymentFact[]>;
  /** One transaction: the event, the order's state, its invoice, its webhook. False: somebody else wrote in between. */
  commit(commit: PaymentCommit): Promise<{ readonly webhookId: string | null } | null>;
  /** Keeps an event of a payment that no order names yet. */
  keep(event: Pick<PaymentCommit, "fact" | "provider" | "paymentRef" | "actor" | "note" | "now">): Promise<void>;

  /** The license follows the order's state as of its `rev`; false: the order went on since it was read. */
  markApplied(
    order: Order,
    result: { readonly isFulfilled: boolean; readonly attention: Attention | null },
    now: number,
  ): Promise<boolean>;
  /** Ties a paid order that bought nothing to the license that was made in its place; false: somebody else did. */
  putInPlace(order: Order, licenseId: string, now: number): Promise<boolean>;
  /** Whether the order renewed the license before. */
  isRenewed(licenseId: string, orderId: string): Promise<boolean>;
  /** The license of a paid order that the host has not taken yet; taken by this call, once. */
  collect(instanceId: string, userId: string, pluginId: string, tier: SoldTier, now: number): Promise<string | null>;
  /** Licenses that renew themselves, end within `ahead` seconds, and have no order that waits: each with the order to repeat. */
  renewalsDue(now: number, ahead: number, limit: number): Promise<readonly RenewalDue[]>;
  /** The order that renews a license, tied to it, with `payment.due` to the instance. null: somebody else made it. */
  insertRenewal(draft: OrderDraft, licenseId: string): Promise<{ readonly webhookId: string | null } | null>;
  /** Renewals that were not paid, `within` seconds before the end: order and license. */
  renewalsUnpaid(
    now: number,
    within: number,
    limit: number,
  ): Promise<readonly { readonly orderId: string; readonly licenseId: string }[]>;
  /** Paid orders whose license does not follow yet, and orders that waited too long. */
  due(
    now: number,
    limit: number,
  ): Promise<{ readonly unapplied: readonly string[]; readonly expired: readonly string[] }>;
}

export interface SellerStore {
  find(publisherId: string): Promise<Seller | null>;
  save(publisherId: string, seller: Seller, now: number): Promise<void>;
  invoice(invoiceId: string): Promise<(Invoice & { readonly handle: string }) | null>;
  coupon(publisherId: string, code: string): Promise<Coupon | null>;
  coupons(publisherId: string): Promise<readonly Coupon[]>;
  /** null: the code exists. */
  addCoupon(
    coupon: Omit<Coupon, "id" | "redemptions"> & { readonly createdBy: string },
    now: number,
  ): Promise<string | null>;
}

export interface Payments {
  /** What an order uses when nobody says otherwise: `stripe` where its secrets are set, else `manual`. */
  readonly usual: ProviderName;
  /** null: not set up here. */
  of(name: ProviderName): PaymentProvider | null;
}

/** What is to be paid, as a provider's page says it. */
export interface PaymentRequest {
  readonly orderId: string;
  /** Changes with every page opened for the order, so that a repeated call opens no second one. */
  readonly attempt: number;
  readonly amount: number;
  readonly currency: string;
  readonly title: string;
  /** Where the buyer comes back to. */
  readonly returnUrl: string;
  /** The page must not outlive it. */
  readonly until: number;
}

export interface PaymentProvider {
  readonly name: ProviderName;
  /** Opens a page for paying; null: the buyer pays outside, by the seller's instructions. */
  open(request: PaymentRequest, now: number): Promise<PaymentSession | null | "unavailable">;
  /** Closes the page, so that nobody pays any more. `paid`: somebody just did. */
  close(session: PaymentSession): Promise<"closed" | "paid" | "unavailable">;
  /** Gives the whole amount back; answers the provider's name of the refund. */
  refund(order: Order): Promise<{ readonly id: string } | "unavailable">;
  /** Reads a signed message of the provider; null: it is not from there, not these bytes, or too old. */
  read(raw: Uint8Array, signature: string | null): Promise<PaymentNotice | "ignored" | null>;
}

/** What a provider says about a payment. */
export interface PaymentNotice {
  readonly fact: PaymentFact;
  /** null: only the payment is named. */
  readonly orderId: string | null;
  readonly paymentRef: string | null;
  readonly note: string;
}

/** Replies kept under idempotency keys. Times are Unix seconds. */
export interface ReplyStore {
  /**
   * Takes the key for this request until `expiresAt`, or answers what stands under it: `status` 0 while its first call is still
   * running, or never ended.
   */
  claim(
    scope: string,
    key: string,
    requestHash: string,
    now: number,
    expiresAt: number,
  ): Promise<"claimed" | KeptReply>;
  /** The bytes that were answered; the first ones stay. Answers what stands there now. */
  keep(scope: string, key: string, reply: { readonly status: number; readonly body: string }): Promise<KeptReply>;
  /** A refusal is not kept: the key is free again. */
  drop(scope: string, key: string): Promise<void>;
}
export interface KeptReply {
  readonly requestHash: string;
  readonly status: number;
  readonly body: string;
}
