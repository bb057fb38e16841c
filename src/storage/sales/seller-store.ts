import { and, desc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Coupon } from "../../domain/sales/coupon.ts";
import type { InvoiceDocument } from "../../domain/sales/invoice.ts";
import type { SellerStore } from "../../market/sales/ports.ts";
import { publishers } from "../account/schema.ts";
import { coupons, invoices, sellers } from "./schema.ts";

const REDEMPTIONS = sql<number>`(SELECT COUNT(*) FROM orders o WHERE o.coupon_id = coupons.id AND o.state <> 'cancelled')`;

/** Sellers, their invoices and their coupons on D1. */
export function createSellerStore(db: D1Database): SellerStore {
  return {
    async find(publisherId) {
      const row = await drizzle(db)
        .select()
        .from(sellers)
        .where(eq(sellers.publisherId, Number(publisherId)))
        .get();
      if (row === undefined) return null;
      const { publisherId: _, updatedAt: __, ...seller } = row;
      return seller;
    },
    async save(publisherId, seller, now) {
      const row = { ...seller, updatedAt: now };
      await drizzle(db)
        .insert(sellers)
        .values({ publisherId: Number(publisherId), ...row })
        .onConflictDoUpdate({ target: sellers.publisherId, set: row });
    },
    async invoice(invoiceId) {
      const row = await drizzle(db)
        .select({ invoice: invoices, handle: publishers.handle })
        .from(invoices)
        .innerJoin(publishers, eq(publishers.id, invoices.publisherId))
        .where(eq(invoices.id, invoiceId))
        .get();
      if (row === undefined) return null;
      return {
        ...row.invoice,
        publisherId: String(row.invoice.publisherId),
        document: JSON.parse(row.invoice.document) as InvoiceDocument,
        handle: row.handle,
      };
    },
    async coupon(publisherId, code) {
      const row = await drizzle(db)
        .select({ coupon: coupons, redemptions: REDEMPTIONS })
        .from(coupons)
        .where(and(eq(coupons.publisherId, Number(publisherId)), eq(coupons.code, code)))
        .get();
      return row === undefined ? null : couponOf(row);
    },
    async coupons(publisherId) {
      const rows = await drizzle(db)
        .select({ coupon: coupons, redemptions: REDEMPTIONS })
        .from(coupons)
        .where(eq(coupons.publisherId, Number(publisherId)))
        .orderBy(desc(coupons.id))
        .limit(200);
      return rows.map(couponOf);
    },
    async addCoupon(coupon, now) {
      const [row] = await drizzle(db)
        .insert(coupons)
        .values({
          ...coupon,
          publisherId: Number(coupon.publisherId),
          pluginId: coupon.pluginId === null ? null : Number(coupon.pluginId),
          createdAt: now,
        })
        .onConflictDoNothing()
        .returning({ id: coupons.id });
      return row === undefined ? null : String(row.id);
    },
  };
}

function couponOf(row: { coupon: typeof coupons.$inferSelect; redemptions: number }): Coupon {
  const { createdBy: _, createdAt: __, ...coupon } = row.coupon;
  return {
    ...coupon,
    id: String(coupon.id),
    publisherId: String(coupon.publisherId),
    pluginId: coupon.pluginId === null ? null : String(coupon.pluginId),
    redemptions: row.redemptions,
  };
}
