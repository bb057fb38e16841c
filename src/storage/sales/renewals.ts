import type { Pricing } from "../../domain/release/pricing.ts";
import type { SoldTier } from "../../domain/sales/order.ts";
import type { OrderDraft, OrderStore } from "../../market/sales/ports.ts";

const WAITS = "state IN ('open', 'failed')";

export async function renewalsDue(
  db: D1Database,
  now: number,
  ahead: number,
  limit: number,
): ReturnType<OrderStore["renewalsDue"]> {
  const { results } = await db
    .prepare(
      `SELECT o.id, l.id AS license_id, l.type, l.user_id, l.expires_at, l.billing_grace_s, p.pricing
      FROM licenses l JOIN orders o ON o.id = l.order_id JOIN plugins p ON p.id = l.plugin_id
      WHERE l.auto_renew = 1 AND l.expires_at > ?1 AND l.expires_at <= ?2 AND l.state = 'active' AND l.grace_until IS NULL
        AND p.state IN ('active', 'deprecated')
        AND NOT EXISTS (SELECT 1 FROM orders w WHERE w.license_id = l.id AND w.${WAITS})
      ORDER BY l.expires_at LIMIT ?3`,
    )
    .bind(now, now + ahead, limit)
    .all<{
      id: string;
      license_id: number;
      type: SoldTier;
      user_id: string;
      expires_at: number;
      billing_grace_s: number;
      pricing: string;
    }>();
  return results.map((row) => ({
    orderId: row.id,
    licenseId: String(row.license_id),
    tier: row.type,
    userId: row.user_id,
    endsAt: row.expires_at,
    graceSeconds: row.billing_grace_s,
    pricing: JSON.parse(row.pricing) as Pricing,
  }));
}

/** The unique indexes of waiting orders decide who makes it. */
export async function insertRenewal(
  db: D1Database,
  draft: OrderDraft,
  licenseId: string,
): ReturnType<OrderStore["insertRenewal"]> {
  const data = { orderId: draft.id, pluginId: draft.pluginId, userId: draft.userId, type: draft.tier, licenseId };
  const money = { amount: draft.amount, currency: draft.currency };
  const [made, told] = await db.batch<{ id: number }>([
    db
      .prepare(
        `INSERT INTO orders (id, instance_id, user_id, plugin_id, publisher_id, tier, kind, term_days, list_price, amount,
          currency, provider, auto_renew, billing, created_by, created_at, expires_at, updated_at, license_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'renew', ?7, ?8, ?8, ?9, ?10, 1, ?11, ?12, ?13, ?14, ?13, ?15) ON CONFLICT DO NOTHING`,
      )
      .bind(
        draft.id,
        Number(draft.instanceId),
        draft.userId,
        Number(draft.pluginId),
        Number(draft.publisherId),
        draft.tier,
        draft.termDays,
        draft.amount,
        draft.currency,
        draft.provider,
        draft.billing === null ? null : JSON.stringify(draft.billing),
        draft.createdBy,
        draft.createdAt,
        draft.expiresAt,
        Number(licenseId),
      ),
    db
      .prepare(
        `INSERT INTO webhook_outbox (instance_id, event, subject_kind, data, not_before, created_at)
        SELECT ?1, 'payment.due', 'other', ?2, ?3, ?3 WHERE changes() = 1 RETURNING id`,
      )
      .bind(Number(draft.instanceId), JSON.stringify({ ...data, ...money }), draft.createdAt),
  ]);
  if (made?.meta.changes !== 1) return null;
  const webhookId = told?.results[0]?.id;
  return { webhookId: webhookId === undefined ? null : String(webhookId) };
}

export async function renewalsUnpaid(
  db: D1Database,
  now: number,
  within: number,
  limit: number,
): ReturnType<OrderStore["renewalsUnpaid"]> {
  const { results } = await db
    .prepare(
      `SELECT w.id, l.id AS license_id FROM licenses l
      JOIN orders w ON w.license_id = l.id AND w.${WAITS} AND w.kind = 'renew'
      WHERE l.auto_renew = 1 AND l.expires_at <= ?1 AND l.expires_at > ?2 AND l.state = 'active' AND l.grace_until IS NULL
      LIMIT ?3`,
    )
    .bind(now + within, now - RECENTLY, limit)
    .all<{ id: string; license_id: number }>();
  return results.map((row) => ({ orderId: row.id, licenseId: String(row.license_id) }));
}

/** After a cron that stood still for days no grace is given in hindsight. */
const RECENTLY = 86_400;
