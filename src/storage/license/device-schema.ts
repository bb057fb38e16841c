import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { COMMAND_TYPES } from "../../domain/license/device-command.ts";

export const deviceProofs = sqliteTable(
  "device_proofs",
  {
    jkt: text("jkt").notNull(),
    nonce: text("nonce").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.jkt, table.nonce] })],
);

export const deviceCommands = sqliteTable(
  "device_commands",
  {
    activationId: text("activation_id").notNull(),
    n: integer("n").notNull(),
    jti: text("jti").notNull(),
    type: text("type", { enum: COMMAND_TYPES }).notNull(),
    args: text("args").notNull().default("{}"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    ackedAt: integer("acked_at"),
  },
  (table) => [primaryKey({ columns: [table.activationId, table.n] })],
);

export const licenseTransfers = sqliteTable("license_transfers", {
  licenseId: integer("license_id").primaryKey(),
  toInstanceId: integer("to_instance_id").notNull(),
  toUserId: text("to_user_id").notNull(),
  offeredBy: text("offered_by").notNull(),
  offeredAt: integer("offered_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
});
