import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Webhooks of publishers and operators, equal to the migrations; every *_at is Unix seconds. JSON columns are texts. */
export const hooks = sqliteTable("hooks", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  publisherId: integer("publisher_id"),
  accountId: integer("account_id").notNull(),
  url: text("url").notNull(),
  events: text("events").notNull().default("[]"),
  secretRow: text("secret_row").notNull(),
  secretSealed: text("secret_sealed").notNull(),
  previousRow: text("previous_row"),
  previousSealed: text("previous_sealed"),
  previousUntil: integer("previous_until"),
  failures: integer("failures").notNull().default(0),
  pausedAt: integer("paused_at"),
  createdAt: integer("created_at").notNull(),
  removedAt: integer("removed_at"),
});

export const hookDeliveries = sqliteTable("hook_deliveries", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  hookId: integer("hook_id").notNull(),
  sequence: integer("sequence").notNull(),
  type: text("type").notNull(),
  data: text("data").notNull(),
  at: integer("at").notNull(),
  state: text("state", { enum: ["queued", "sending", "delivered", "dead"] })
    .notNull()
    .default("queued"),
  attempts: integer("attempts").notNull().default(0),
  notBefore: integer("not_before").notNull(),
  lastStatus: integer("last_status"),
  deliveredAt: integer("delivered_at"),
});
