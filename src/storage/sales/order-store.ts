import type { Pricing } from "../../domain/release/pricing.ts";
import type { OrderStore, SalesOffer } from "../../market/sales/ports.ts";
import { insertOrder } from "./insert-order.ts";
import { countRevenue, listOrders } from "./list-orders.ts";
import { commitPayment, keepPayment, paymentsOf } from "./payment-events.ts";
import { insertRenewal, renewalsDue, renewalsUnpaid } from "./renewals.ts";
import { type FactsRow, factsOf, SELECT_FACTS } from "./rows.ts";

const WAITS = "state IN ('open', 'failed')";
/** An act whose license did not follow at once is looked at again after this many seconds. */
const PATIENCE = 30;

/** Orders on D1. Every change is one guarded statement or one batch. */
export function createOrderStore(db: D1Database): OrderStore {
  return {
    offer: (pluginId, instanceId, userId) => findOffer(db, pluginId, instanceId, userId),
    insert: (draft, max) => insertOrder(db, draft, max),
    async find(orderId) {
      const row = await db.prepare(`${SELECT_FACTS} WHERE o.id = ?1`).bind(orderId).first<FactsRow>();
      return row && factsOf(row);
    },
    async findWaiting(instanceId, userId, pluginId, tier) {
      const row = await db
        .prepare(
          `${SELECT_FACTS} WHERE o.instance_id = ?1 AND o.user_id = ?2 AND o.plugin_id = ?3 AND o.tier = ?4 AND o.${WAITS}`,
        )
        .bind(Number(instanceId), userId, Number(pluginId), tier)
        .first<FactsRow>();
      return row && factsOf(row);
    },
    findByPayment: (provider, paymentRef) =>
      db
        .prepare("SELECT id FROM orders WHERE provider = ?1 AND payment_ref = ?2 LIMIT 1")
        .bind(provider, paymentRef)
        .first<string>("id"),
    list: (filter) => listOrders(db, filter),
    revenue: (of) => countRevenue(db, of),

    async attach(orderId, licenseId, now) {
      const { meta } = await db
        .prepare(
          `UPDATE OR IGNORE orders SET license_id = ?2, updated_at = ?3
          WHERE id = ?1 AND ${WAITS} AND (license_id IS NULL OR license_id = ?2)`,
        )
        .bind(orderId, Number(licenseId), now)
        .run();
      return meta.changes === 1;
    },
    async saveSession(order, session, now) {
      const { meta } = await db
        .prepare(
          `UPDATE orders SET session_id = ?2, session_url = ?3, session_until = ?4, sessions = ?5 + 1, updated_at = ?6
          WHERE id = ?1 AND sessions = ?5 AND ${WAITS}`,
        )
        .bind(order.id, session.id, session.url, session.until, order.sessions, now)
        .run();
      return meta.changes === 1;
    },

    paymentsOf: (order, provider, paymentRef) => paymentsOf(db, order.id, provider, paymentRef),
    commit: (commit) => commitPayment(db, commit),
    keep: (event) => keepPayment(db, event),

    async markApplied(order, { isFulfilled, attention }, now) {
      const [, applied] = await db.batch([
        // What was given was given, whatever came after it.
        db
          .prepare("UPDATE orders SET fulfilled_at = COALESCE(fulfilled_at, ?2) WHERE id = ?1 AND ?3")
          .bind(order.id, now, isFulfilled ? 1 : 0),
        db
          .prepare(
            `UPDATE orders SET applied_rev = ?2, attention = iif(?3, NULL, COALESCE(?4, attention)), updated_at = ?5
            WHERE id = ?1 AND rev = ?2`,
          )
          .bind(order.id, order.rev, isFulfilled ? 1 : 0, attention, now),
      ]);
      return applied?.meta.changes === 1;
    },
    async putInPlace(order, licenseId, now) {
      const { meta } = await db
        .prepare(
          `UPDATE OR IGNORE orders SET license_id = ?2, fulfilled_at = ?3, attention = NULL, updated_at = ?3
          WHERE id = ?1 AND state = 'paid' AND fulfilled_at IS NULL AND attention = 'not_fulfilled'`,
        )
        .bind(order.id, Number(licenseId), now)
        .run();
      return meta.changes === 1;
    },
    async isRenewed(licenseId, orderId) {
      const row = await db
        .prepare(
          `SELECT 1 FROM license_events
          WHERE license_id = ?1 AND kind = 'license.renewed' AND json_extract(data, '$.orderId') = ?2`,
        )
        .bind(Number(licenseId), orderId)
        .first();
      return row !== null;
    },
    async collect(instanceId, userId, pluginId, tier, now) {
      const licenseId = await db
        .prepare(
          `UPDATE orders SET collected_at = ?5, updated_at = ?5
          WHERE collected_at IS NULL AND state = 'paid' AND kind = 'new' AND fulfilled_at IS NOT NULL AND id = (
            SELECT o.id FROM orders o JOIN licenses l ON l.id = o.license_id AND l.state = 'active' AND l.type = o.tier
            WHERE o.instance_id = ?1 AND o.user_id = ?2 AND o.plugin_id = ?3 AND o.tier = ?4 AND o.state = 'paid'
              AND o.kind = 'new' AND o.collected_at IS NULL ORDER BY o.paid_at DESC LIMIT 1)
          RETURNING license_id`,
        )
        .bind(Number(instanceId), userId, Number(pluginId), tier, now)
        .first<number>("license_id");
      return licenseId === null ? null : String(licenseId);
    },
    renewalsDue: (now, ahead, limit) => renewalsDue(db, now, ahead, limit),
    insertRenewal: (draft, licenseId) => insertRenewal(db, draft, licenseId),
    renewalsUnpaid: (now, within, limit) => renewalsUnpaid(db, now, within, limit),
    async due(now, limit) {
      const [unapplied, expired] = await db.batch<{ id: string }>([
        db
          .prepare("SELECT id FROM orders WHERE applied_rev < rev AND updated_at <= ?1 ORDER BY updated_at LIMIT ?2")
          .bind(now - PATIENCE, limit),
        db
          .prepare(`SELECT id FROM orders WHERE ${WAITS} AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2`)
          .bind(now, limit),
      ]);
      const ids = (result: D1Result<{ id: string }> | undefined) => (result?.results ?? []).map(({ id }) => id);
      return { unapplied: ids(unapplied), expired: ids(expired) };
    },
  };
}

async function findOffer(
  db: D1Database,
  pluginId: string,
  instanceId: string,
  userId: string,
): Promise<SalesOffer | null> {
  const row = await db
    .prepare(
      `SELECT p.id, p.name, p.publisher_id, p.state, p.latest_release_id IS NOT NULL AS is_published, p.pricing,
        i.id AS i_id, i.account_id, i.state AS i_state,
        (SELECT l.id FROM licenses l WHERE l.instance_id = ?2 AND l.user_id = ?3 AND l.plugin_id = p.id
          AND l.state <> 'revoked' ORDER BY l.id DESC LIMIT 1) AS held
      FROM plugins p LEFT JOIN instances i ON i.id = ?2 WHERE p.id = ?1`,
    )
    .bind(Number(pluginId), Number(instanceId), userId)
    .first<{
      id: number;
      name: string;
      publisher_id: number;
      state: string;
      is_published: number;
      pricing: string;
      i_id: number | null;
      account_id: number;
      i_state: "active" | "suspended";
      held: number | null;
    }>();
  if (row === null) return null;
  return {
    plugin: {
      id: String(row.id),
      name: row.name,
      publisherId: String(row.publisher_id),
      state: row.state,
      isPublished: row.is_published === 1,
      pricing: JSON.parse(row.pricing) as Pricing,
    },
    instance:
      row.i_id === null ? null : { id: String(row.i_id), accountId: String(row.account_id), state: row.i_state },
    heldLicenseId: row.held === null ? null : String(row.held),
  };
}
