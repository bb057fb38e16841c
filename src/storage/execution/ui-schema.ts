import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const uiTickets = sqliteTable("ui_tickets", {
  ticketSha256: text("ticket_sha256").primaryKey(),
  filesSha256: text("files_sha256").notNull(),
  activationId: text("activation_id").notNull(),
  slot: text("slot").notNull(),
  user: text("user").notNull(),
  entityId: text("entity_id"),
  theme: text("theme").notNull(),
  hostOrigin: text("host_origin").notNull(),
  createdAt: integer("created_at").notNull(),
  validUntil: integer("valid_until").notNull(),
});
