import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Advisories and the revocation list, equal to the migrations; every *_at is Unix seconds. */
export const advisories = sqliteTable("advisories", {
  id: text("id").primaryKey(),
  pluginId: integer("plugin_id").notNull(),
  state: text("state", { enum: ["draft", "submitted", "confirmed", "rejected", "withdrawn"] })
    .notNull()
    .default("draft"),
  severity: text("severity").notNull(),
  score: integer("score").notNull(),
  affected: text("affected").notNull(),
  fixed: text("fixed"),
  summary: text("summary").notNull(),
  details: text("details").notNull().default(""),
  aliases: text("aliases").notNull().default("[]"),
  credits: text("credits").notNull().default("[]"),
  links: text("links").notNull().default("[]"),
  draftedBy: integer("drafted_by").notNull(),
  decidedBy: integer("decided_by"),
  decision: text("decision"),
  rev: integer("rev").notNull().default(1),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  confirmedAt: integer("confirmed_at"),
  withdrawnAt: integer("withdrawn_at"),
});

export const advisoryNumbers = sqliteTable("advisory_numbers", {
  year: integer("year").primaryKey(),
  last: integer("last").notNull(),
});

export const releaseRevocations = sqliteTable("release_revocations", {
  seq: integer("seq").primaryKey({ autoIncrement: true }),
  subject: text("subject").notNull(),
  kind: text("kind", { enum: ["release", "plugin", "publisher", "key"] }).notNull(),
  name: text("name"),
  version: text("version"),
  sha256: text("sha256"),
  publisher: text("publisher"),
  keyId: text("key_id"),
  level: text("level", { enum: ["soft", "hard"] }).notNull(),
  code: text("code").notNull(),
  since: integer("since").notNull(),
  replacement: text("replacement"),
  advisory: text("advisory"),
  note: text("note").notNull().default(""),
  isLifted: integer("is_lifted").notNull().default(0),
});

export const revocationLists = sqliteTable("revocation_lists", {
  epoch: integer("epoch").primaryKey(),
  upTo: integer("up_to").notNull(),
  issuedAt: integer("issued_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  sha256: text("sha256").notNull(),
  document: text("document"),
});
