import type { Order } from "../../domain/sales/order.ts";
import { isoTime } from "../../domain/time.ts";
import type { OrderFacts } from "./ports.ts";

/** An order as its buyer and seller see it. Money is minor units. */
export interface OrderView {
  readonly id: string;
  readonly state: Order["state"];
  readonly kind: Order["kind"];
  readonly type: Order["tier"];
  readonly pluginId: string;
  readonly pluginName: string;
  readonly publisher: string;
  readonly instanceId: string;
  readonly userId: string;
  readonly licenseId?: string;
  readonly amount: number;
  readonly listPrice: number;
  readonly discount: number;
  readonly refunded: number;
  readonly currency: string;
  readonly termDays?: number;
  readonly autoRenew: boolean;
  readonly provider: Order["provider"];
  /** Money that bought nothing: a person must look. */
  readonly attention?: string;
  readonly isFulfilled: boolean;
  readonly checkoutUrl: string;
  readonly invoices: readonly { readonly kind: "invoice" | "credit"; readonly number: number; readonly url: string }[];
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly paidAt?: string;
}

/** `urls` spell addresses of the site. */
export function presentOrder(
  { order, plugin, publisher, invoices }: OrderFacts,
  urls: { checkout(orderId: string): string; invoice(invoiceId: string): string },
): OrderView {
  return {
    id: order.id,
    state: order.state,
    kind: order.kind,
    type: order.tier,
    pluginId: order.pluginId,
    pluginName: plugin.name,
    publisher: publisher.handle,
    instanceId: order.instanceId,
    userId: order.userId,
    ...(order.licenseId === null ? {} : { licenseId: order.licenseId }),
    amount: order.amount,
    listPrice: order.listPrice,
    discount: order.discount,
    refunded: order.refunded,
    currency: order.currency,
    ...(order.termDays === null ? {} : { termDays: order.termDays }),
    autoRenew: order.autoRenew,
    provider: order.provider,
    ...(order.attention === null ? {} : { attention: order.attention }),
    isFulfilled: order.fulfilledAt !== null,
    checkoutUrl: urls.checkout(order.id),
    invoices: invoices.map(({ id, kind, number }) => ({ kind, number, url: urls.invoice(id) })),
    createdAt: isoTime(order.createdAt),
    expiresAt: isoTime(order.expiresAt),
    ...(order.paidAt === null ? {} : { paidAt: isoTime(order.paidAt) }),
  };
}
