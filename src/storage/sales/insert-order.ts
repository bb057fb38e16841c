import type { OrderDraft, OrderStore } from "../../market/sales/ports.ts";

/**
 * One statement takes the order, so that parallel calls neither pass the limits nor use a coupon too often: a coupon is used
 * by every order that names it and was not cancelled.
 */
export async function insertOrder(
  db: D1Database,
  draft: OrderDraft,
  max: Parameters<OrderStore["insert"]>[1],
): ReturnType<OrderStore["insert"]> {
  const couponId = draft.couponId === null ? null : Number(draft.couponId);
  const { meta } = await db
    .prepare(
      `INSERT INTO orders (id, instance_id, user_id, plugin_id, publisher_id, tier, kind, term_days, list_price, discount,
        amount, currency, coupon_id, provider, billing, created_by, created_at, expires_at, updated_at, auto_renew)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?17, ?20
      WHERE (SELECT COUNT(*) FROM orders o INDEXED BY orders_one_open WHERE o.instance_id = ?2 AND o.state IN ('open', 'failed')) < ?19
        AND (SELECT COUNT(*) FROM orders o WHERE o.instance_id = ?2 AND o.created_at > ?17 - 86400) < ?21
        AND (?13 IS NULL OR EXISTS (SELECT 1 FROM coupons c WHERE ${USABLE}))
      ON CONFLICT DO NOTHING`,
    )
    .bind(
      draft.id,
      Number(draft.instanceId),
      draft.userId,
      Number(draft.pluginId),
      Number(draft.publisherId),
      draft.tier,
      draft.kind,
      draft.termDays,
      draft.listPrice,
      draft.discount,
      draft.amount,
      draft.currency,
      couponId,
      draft.provider,
      draft.billing === null ? null : JSON.stringify(draft.billing),
      draft.createdBy,
      draft.createdAt,
      draft.expiresAt,
      max.open,
      draft.autoRenew ? 1 : 0,
      max.day,
    )
    .run();
  return meta.changes === 1 ? "inserted" : explain(db, draft, max);
}

// ?13 coupon, ?17 now
const USABLE = `c.id = ?13 AND (c.expires_at IS NULL OR c.expires_at > ?17)
  AND (c.max_redemptions IS NULL OR (SELECT COUNT(*) FROM orders u WHERE u.coupon_id = ?13 AND u.state <> 'cancelled') < c.max_redemptions)`;

async function explain(
  db: D1Database,
  draft: OrderDraft,
  max: Parameters<OrderStore["insert"]>[1],
): Promise<"exists" | "coupon" | "limit"> {
  const row = await db
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM orders o WHERE o.instance_id = ?1 AND o.user_id = ?2 AND o.plugin_id = ?3 AND o.tier = ?4
          AND o.state IN ('open', 'failed')) AS waits,
        (SELECT COUNT(*) FROM orders o INDEXED BY orders_one_open WHERE o.instance_id = ?1
          AND o.state IN ('open', 'failed')) >= ?5
          OR (SELECT COUNT(*) FROM orders o WHERE o.instance_id = ?1 AND o.created_at > ?6 - 86400) >= ?7 AS is_full`,
    )
    .bind(
      Number(draft.instanceId),
      draft.userId,
      Number(draft.pluginId),
      draft.tier,
      max.open,
      draft.createdAt,
      max.day,
    )
    .first<{ waits: number; is_full: number }>();
  if (row?.waits) return "exists";
  return row?.is_full ? "limit" : "coupon";
}
