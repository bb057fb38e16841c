import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Order } from "../../../src/domain/sales/order.ts";
import { createDeliveryLog } from "../../../src/storage/account/webhook-log.ts";
import { createWebhookStore } from "../../../src/storage/account/webhook-store.ts";
import { createLicenseAudit } from "../../../src/storage/license/audit.ts";
import { createLicenseKeyStore } from "../../../src/storage/license/keys.ts";
import { createLicenseStore } from "../../../src/storage/license/store.ts";
import { createSubscriberStore } from "../../../src/storage/license/subscribers.ts";
import { createLicenseSweeper } from "../../../src/storage/license/sweep.ts";
import { createUsageStore } from "../../../src/storage/license/usage.ts";
import { createOrderStore } from "../../../src/storage/sales/order-store.ts";
import { createReplyStore } from "../../../src/storage/sales/reply-store.ts";
import { createSellerStore } from "../../../src/storage/sales/seller-store.ts";

/** As much of an order as statements about it bind. */
const ORDER = { id: "ord_1", rev: 1, paymentRef: "pi_1", licenseId: "1" } as Order;
const NOW = 1_796_472_000;
const ACTOR = { kind: "system", id: null } as const;
const clock = { now: () => NOW * 1000 };
const nobody = { hardwareId: null, jkt: null };

/** The database with an ear for the statements it is handed. */
function overheard(): { db: D1Database; asked: [string, unknown[]][] } {
  const asked: [string, unknown[]][] = [];
  const db = new Proxy(env.DB, {
    get(target, name) {
      if (name !== "prepare") return Reflect.get(target, name).bind(target);
      return (sql: string) => {
        const statement = target.prepare(sql);
        const bind = statement.bind.bind(statement);
        asked.push([sql, []]);
        statement.bind = (...values: unknown[]) => {
          asked.push([sql, values]);
          return bind(...values);
        };
        return statement;
      };
    },
  });
  return { db, asked };
}

/** Lists of the statement itself are short; a partial index holds only what is still to be done. */
function isScan(detail: string, sql: string): boolean {
  if (sql.includes("WITH w AS") && /^SCAN [wx]$/.test(detail)) return false;
  return detail.startsWith("SCAN ") && !/VIRTUAL TABLE|USING (?:COVERING )?INDEX|\(subquery|CONSTANT/.test(detail);
}

it.each([
  [
    "sweeps",
    (db: D1Database) => [
      createLicenseSweeper(db).tellExpiring(NOW, 604_800, "op", 10),
      createLicenseSweeper(db).tellExpired(NOW, "op", 10),
      createLicenseSweeper(db).tellLapsed(NOW, "op", 10),
      createLicenseSweeper(db).dueChanges(NOW, 10),
      createLicenseSweeper(db).prune(NOW),
      createLicenseKeyStore(db).erase(NOW),
      createWebhookStore(db).sweep(NOW, NOW - 1, 10),
    ],
  ],
  [
    "metering",
    (db: D1Database) => [
      createUsageStore(db).count({
        licenseId: "1",
        items: [{ metric: "apiCalls", units: 1 }],
        batchId: "b",
        actor: ACTOR,
        op: "o",
        now: NOW,
      }),
      createUsageStore(db).reserve("1", "apiCalls", 5, "o", NOW),
      createUsageStore(db).giveBack("1", "apiCalls", "2026-12", 1),
      createUsageStore(db).lines("1", NOW),
    ],
  ],
  [
    "the audit",
    (db: D1Database) => [
      createLicenseAudit(db).unsealed(10),
      createLicenseAudit(db).events("1", 0, 10),
      createLicenseAudit(db).erase("1"),
    ],
  ],
  [
    "verify and activation",
    (db: D1Database) => [
      createLicenseStore(db, clock).find({ keyHash: "k" }, { hardwareId: "h", jkt: null }, NOW),
      createLicenseStore(db, clock).findWithInstance("mk", "k", { hardwareId: "h", jkt: null }, NOW),
      createLicenseStore(db, clock).findForActivation(
        { keyHash: "k" },
        nobody,
        { version: "1.0.0", bundleSha256: null, installationId: null },
        null,
        NOW,
      ),
      createLicenseStore(db, clock).rightsOf("1"),
      createLicenseStore(db, clock).findByOrder("o"),
    ],
  ],
  [
    "orders and payments",
    (db: D1Database) => [
      createOrderStore(db).offer("1", "1", "1"),
      createOrderStore(db).find("ord_1"),
      createOrderStore(db).findWaiting("1", "1", "1", "basic"),
      createOrderStore(db).findByPayment("stripe", "pi_1"),
      createOrderStore(db).list({ instanceId: "1", page: 1, limit: 20 }),
      createOrderStore(db).list({
        account: { id: "1", buys: true, sells: false, plugins: null },
        page: 1,
        limit: 20,
      }),
      createOrderStore(db).attach("ord_1", "1", NOW),
      createOrderStore(db).paymentsOf(ORDER, "stripe", "pi_1"),
      createOrderStore(db).markApplied(ORDER, { isFulfilled: true, attention: null }, NOW),
      createOrderStore(db).isRenewed("1", "ord_1"),
      createOrderStore(db).collect("1", "1", "1", "basic", NOW),
      createOrderStore(db).renewalsDue(NOW, 604_800, 10),
      createOrderStore(db).renewalsUnpaid(NOW, 86_400, 10),
      createOrderStore(db).due(NOW, 10),
      createSellerStore(db).find("1"),
      createSellerStore(db).invoice("inv_1"),
      createSellerStore(db).coupon("1", "SUMMER"),
      createSellerStore(db).coupons("1"),
      createReplyStore(db).claim("s", "k", "h", NOW, NOW + 1),
      createReplyStore(db).keep("s", "k", { status: 200, body: "{}" }),
      createReplyStore(db).drop("s", "k"),
    ],
  ],
  [
    "deliveries",
    (db: D1Database) => [
      createWebhookStore(db).owedAbout("license", "1"),
      createSubscriberStore(db).claim("1", NOW, NOW + 1),
      createSubscriberStore(db).nextOwed("1"),
      createSubscriberStore(db).list([{ publisherId: "1" }, { instanceId: "2" }]),
      createDeliveryLog(db).replay("1", "1", NOW),
    ],
  ],
] as const)("every statement of %s finds its rows by an index", async (_, ask) => {
  const { db, asked } = overheard();
  await Promise.all(ask(db));
  expect(asked.length).toBeGreaterThan(0);
  const seen = new Set<string>();
  for (const [sql, values] of asked) {
    const needed = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, n]) => Number(n)));
    if (seen.has(sql) || values.length < needed || (values.length === 0 && sql.includes("?"))) continue;
    seen.add(sql);
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...values)
      .all<{ detail: string }>();
    const scans = results.map(({ detail }) => detail).filter((detail) => isScan(detail, sql));
    expect(scans, sql).toEqual([]);
  }
  expect(seen.size).toBeGreaterThan(0);
});
