import type { Tier } from "../manifest/permissions.ts";

/** Tiers that are bought; the other two are given. */
export const SOLD_TIERS = ["basic", "premium", "enterprise"] as const satisfies readonly Tier[];
export type SoldTier = (typeof SOLD_TIERS)[number];

/** What the order does to the license once it is paid (README, What an order buys). */
export const ORDER_KINDS = ["new", "renew", "upgrade", "convert"] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

export const ORDER_STATES = ["open", "failed", "paid", "disputed", "refunded", "charged_back", "cancelled"] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** States in which an order still waits for its money. */
export const WAITING_STATES = ["open", "failed"] as const satisfies readonly OrderState[];

export const PROVIDERS = ["manual", "stripe"] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** Minor units of an ISO 4217 currency. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** Whom the invoice names. */
export interface BillingAddress {
  readonly name: string;
  readonly address: string;
  readonly taxId: string;
}

/** One purchase. Times in Unix seconds. */
export interface Order {
  readonly id: string;
  readonly instanceId: string;
  /** The instance's local user id. */
  readonly userId: string;
  readonly pluginId: string;
  readonly publisherId: string;
  readonly tier: SoldTier;
  readonly kind: OrderKind;
  /** null = no end. */
  readonly termDays: number | null;
  readonly listPrice: number;
  readonly discount: number;
  readonly amount: number;
  readonly currency: string;
  readonly couponId: string | null;
  readonly provider: ProviderName;
  readonly session: PaymentSession | null;
  /** How many pages for paying were opened so far. */
  readonly sessions: number;
  readonly paymentRef: string | null;
  readonly refunded: number;
  readonly state: OrderState;
  readonly attention: Attention | null;
  /** null until somebody committed to the order. */
  readonly licenseId: string | null;
  /** Before its license ends, the next order is made by itself. */
  readonly autoRenew: boolean;
  readonly billing: BillingAddress | null;
  readonly createdBy: string;
  /** Counts payment events. */
  readonly rev: number;
  readonly appliedRev: number;
  readonly fulfilledAt: number | null;
  readonly collectedAt: number | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly paidAt: number | null;
}

/** A page of the provider on which the order is paid. */
export interface PaymentSession {
  readonly id: string;
  readonly url: string;
  readonly until: number;
}

/** Why a person must look at an order: money came that bought nothing, or not what was asked. */
export const ATTENTIONS = ["paid_after_cancel", "amount_differs", "not_fulfilled"] as const;
export type Attention = (typeof ATTENTIONS)[number];

export const ORDER_ID = /^ord_[0-9A-HJKMNP-TV-Z]{26}$/;
export const INVOICE_ID = /^inv_[0-9A-HJKMNP-TV-Z]{26}$/;

/** Unpaid so long, an order is cancelled. */
export const ORDER_LIFE_DAYS = 30;
/** Of one instance, waiting for money at the same time. */
export const MAX_OPEN_ORDERS = 100;
/** Of one instance, made within a day: each leaves rows for good. */
export const MAX_ORDERS_A_DAY = 500;

/** So long before a license that renews itself ends, the order that renews it is made. */
export const RENEWAL_AHEAD = 14 * 86_400;
/** A renewal that is unpaid so shortly before the end has failed: the grace begins without a gap. */
export const RENEWAL_LAST_CALL = 600;

export function isWaiting(order: Pick<Order, "state">): boolean {
  return order.state === "open" || order.state === "failed";
}
