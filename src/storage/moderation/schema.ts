import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { REPORT_KINDS, REPORT_STATES } from "../../domain/release/reports.ts";

/** What the desk looks into, what it did, and plugins that change hands, equal to the migrations; every *_at is Unix seconds. */
export const cases = sqliteTable("cases", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  pluginId: integer("plugin_id").notNull(),
  releaseId: integer("release_id"),
  kind: text("kind", { enum: ["reports", "retro_scan"] }).notNull(),
  summary: text("summary").notNull(),
  findings: text("findings").notNull().default("[]"),
  state: text("state", { enum: ["open", "acted", "dismissed"] })
    .notNull()
    .default("open"),
  openedAt: integer("opened_at").notNull(),
  closedBy: integer("closed_by"),
  closedReason: text("closed_reason"),
  closedAt: integer("closed_at"),
});

export const reports = sqliteTable("reports", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  pluginId: integer("plugin_id").notNull(),
  version: text("version"),
  caseId: integer("case_id").notNull(),
  kind: text("kind", { enum: REPORT_KINDS }).notNull(),
  text: text("text").notNull(),
  email: text("email"),
  reporter: text("reporter"),
  state: text("state", { enum: REPORT_STATES }).notNull().default("open"),
  createdAt: integer("created_at").notNull(),
  dueAt: integer("due_at").notNull(),
  triagedAt: integer("triaged_at"),
  decidedBy: integer("decided_by"),
  outcome: text("outcome"),
  decidedAt: integer("decided_at"),
});

export const deskChain = sqliteTable("desk_chain", {
  number: integer("number").primaryKey({ autoIncrement: true }),
  auditId: integer("audit_id").notNull(),
  chain: text("chain"),
});

export const transfers = sqliteTable("transfers", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  pluginId: integer("plugin_id").notNull(),
  fromPublisher: integer("from_publisher").notNull(),
  toPublisher: integer("to_publisher").notNull(),
  state: text("state", { enum: ["offered", "held", "completed", "canceled"] })
    .notNull()
    .default("offered"),
  offeredBy: integer("offered_by").notNull(),
  offeredAt: integer("offered_at").notNull(),
  acceptedBy: integer("accepted_by"),
  holdUntil: integer("hold_until"),
  endedBy: integer("ended_by"),
  endedAt: integer("ended_at"),
});

export const domainProofs = sqliteTable("domain_proofs", {
  publisherId: integer("publisher_id").primaryKey(),
  domain: text("domain").notNull(),
  nonce: text("nonce").notNull(),
  method: text("method", { enum: ["dns", "file"] }),
  askedAt: integer("asked_at").notNull(),
  verifiedAt: integer("verified_at"),
  nextCheckAt: integer("next_check_at"),
  failingSince: integer("failing_since"),
});
