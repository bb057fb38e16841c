import type { Attention, BillingAddress, Order } from "../../domain/sales/order.ts";
import type { OrderFacts } from "../../market/sales/ports.ts";
import type { SqlRow } from "../sql-row.ts";
import type { orders } from "./schema.ts";

/** An order joined with what it is about. */
export interface FactsRow extends SqlRow<typeof orders> {
  readonly p_name: string;
  readonly p_display_name: string;
  readonly p_state: string;
  readonly b_handle: string;
  readonly b_display_name: string;
  readonly i_name: string;
  readonly i_account_id: number;
  readonly invoices: string;
}

/** Everything `factsOf` reads, of an order called `o`. */
export const SELECT_FACTS = `SELECT o.*, p.name AS p_name, p.display_name AS p_display_name, p.state AS p_state,
    b.handle AS b_handle, b.display_name AS b_display_name, i.name AS i_name, i.account_id AS i_account_id,
    (SELECT json_group_array(json_object('id', v.id, 'kind', v.kind, 'number', v.number)) FROM invoices v
      WHERE v.order_id = o.id) AS invoices
  FROM orders o JOIN plugins p ON p.id = o.plugin_id JOIN publishers b ON b.id = o.publisher_id
    JOIN instances i ON i.id = o.instance_id`;

export function factsOf(row: FactsRow): OrderFacts {
  return {
    order: orderOf(row),
    plugin: { name: row.p_name, displayName: row.p_display_name, state: row.p_state },
    publisher: { handle: row.b_handle, displayName: row.b_display_name },
    instance: { name: row.i_name, accountId: String(row.i_account_id) },
    invoices: (JSON.parse(row.invoices) as OrderFacts["invoices"][number][]).toSorted((a, b) => a.number - b.number),
  };
}

function orderOf(row: SqlRow<typeof orders>): Order {
  return {
    id: row.id,
    instanceId: String(row.instance_id),
    userId: row.user_id,
    pluginId: String(row.plugin_id),
    publisherId: String(row.publisher_id),
    tier: row.tier,
    kind: row.kind,
    termDays: row.term_days,
    listPrice: row.list_price,
    discount: row.discount,
    amount: row.amount,
    currency: row.currency,
    couponId: row.coupon_id === null ? null : String(row.coupon_id),
    provider: row.provider,
    session:
      row.session_id === null || row.session_url === null
        ? null
        : { id: row.session_id, url: row.session_url, until: row.session_until ?? 0 },
    sessions: row.sessions,
    paymentRef: row.payment_ref,
    refunded: row.refunded,
    state: row.state,
    attention: row.attention as Attention | null,
    licenseId: row.license_id === null ? null : String(row.license_id),
    autoRenew: row.auto_renew === 1,
    billing: row.billing === null ? null : (JSON.parse(row.billing) as BillingAddress),
    createdBy: row.created_by,
    rev: row.rev,
    appliedRev: row.applied_rev,
    fulfilledAt: row.fulfilled_at,
    collectedAt: row.collected_at,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    paidAt: row.paid_at,
  };
}
