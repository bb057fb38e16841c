import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { INVOICE_KINDS } from "../../domain/sales/invoice.ts";
import { ORDER_KINDS, ORDER_STATES, PROVIDERS, SOLD_TIERS } from "../../domain/sales/order.ts";
import { PAYMENT_KINDS } from "../../domain/sales/payments.ts";

/** Orders and payments, equal to the migrations. Money is minor units; every *_at and *_until is Unix seconds. */
export const orders = sqliteTable("orders", {
  id: text("id").primaryKey(),
  instanceId: integer("instance_id").notNull(),
  userId: text("user_id").notNull(),
  pluginId: integer("plugin_id").notNull(),
  publisherId: integer("publisher_id").notNull(),
  tier: text("tier", { enum: SOLD_TIERS }).notNull(),
  kind: text("kind", { enum: ORDER_KINDS }).notNull(),
  termDays: integer("term_days"),
  listPrice: integer("list_price").notNull(),
  discount: integer("discount").notNull().default(0),
  amount: integer("amount").notNull(),
  currency: text("currency").notNull(),
  couponId: integer("coupon_id"),
  provider: text("provider", { enum: PROVIDERS }).notNull(),
  sessionId: text("session_id"),
  sessionUrl: text("session_url"),
  sessionUntil: integer("session_until"),
  sessions: integer("sessions").notNull().default(0),
  paymentRef: text("payment_ref"),
  refunded: integer("refunded").notNull().default(0),
  state: text("state", { enum: ORDER_STATES }).notNull().default("open"),
  attention: text("attention"),
  licenseId: integer("license_id"),
  autoRenew: integer("auto_renew").notNull().default(0),
  billing: text("billing"),
  createdBy: text("created_by").notNull(),
  rev: integer("rev").notNull().default(0),
  lastOp: text("last_op").notNull().default(""),
  appliedRev: integer("applied_rev").notNull().default(0),
  fulfilledAt: integer("fulfilled_at"),
  collectedAt: integer("collected_at"),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  paidAt: integer("paid_at"),
  updatedAt: integer("updated_at").notNull(),
});

export const paymentEvents = sqliteTable(
  "payment_events",
  {
    provider: text("provider", { enum: PROVIDERS }).notNull(),
    eventId: text("event_id").notNull(),
    orderId: text("order_id"),
    paymentRef: text("payment_ref"),
    kind: text("kind", { enum: PAYMENT_KINDS }).notNull(),
    at: integer("at").notNull(),
    amount: integer("amount"),
    currency: text("currency"),
    note: text("note").notNull().default(""),
    actor: text("actor").notNull(),
    receivedAt: integer("received_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.eventId] })],
);

export const invoices = sqliteTable(
  "invoices",
  {
    publisherId: integer("publisher_id").notNull(),
    number: integer("number").notNull(),
    id: text("id").notNull(),
    orderId: text("order_id").notNull(),
    kind: text("kind", { enum: INVOICE_KINDS }).notNull(),
    amount: integer("amount").notNull(),
    currency: text("currency").notNull(),
    document: text("document").notNull(),
    issuedAt: integer("issued_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.publisherId, table.number] })],
);

export const sellers = sqliteTable("sellers", {
  publisherId: integer("publisher_id").primaryKey(),
  legalName: text("legal_name").notNull(),
  address: text("address").notNull(),
  taxId: text("tax_id").notNull().default(""),
  taxNote: text("tax_note").notNull().default(""),
  instructions: text("instructions").notNull().default(""),
  updatedAt: integer("updated_at").notNull(),
});

export const coupons = sqliteTable("coupons", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  publisherId: integer("publisher_id").notNull(),
  code: text("code").notNull(),
  pluginId: integer("plugin_id"),
  percentOff: integer("percent_off"),
  amountOff: integer("amount_off"),
  maxRedemptions: integer("max_redemptions"),
  expiresAt: integer("expires_at"),
  createdBy: text("created_by").notNull(),
  createdAt: integer("created_at").notNull(),
});
