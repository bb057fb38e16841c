import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { REVIEW_REPORT_KINDS } from "../../domain/catalogue/review-reports.ts";
import { type Category, PLUGIN_TYPES } from "../../domain/manifest/permissions.ts";

/** What the catalogue shows and delivers, equal to the migrations; every *_at is Unix seconds. JSON columns are texts. */
export const plugins = sqliteTable("plugins", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  uuid: text("uuid").notNull(),
  name: text("name").notNull(),
  publisherId: integer("publisher_id").notNull(),
  state: text("state", { enum: ["active", "deprecated", "archived", "quarantined", "removed"] })
    .notNull()
    .default("active"),
  listed: integer("listed").notNull().default(1),
  displayName: text("display_name").notNull(),
  description: text("description").notNull(),
  category: text("category").$type<Category>().notNull(),
  type: text("type", { enum: PLUGIN_TYPES }).notNull(),
  tags: text("tags").notNull().default("[]"),
  icon: text("icon"),
  screenshots: text("screenshots").notNull().default("[]"),
  pricing: text("pricing").notNull(),
  trialDays: integer("trial_days").notNull().default(0),
  latestReleaseId: integer("latest_release_id"),
  headSequence: integer("head_sequence").notNull().default(0),
  headStatementSha256: text("head_statement_sha256"),
  publications: integer("publications").notNull().default(0),
  lastReceiptSha256: text("last_receipt_sha256"),
  downloads: integer("downloads").notNull().default(0),
  ratingCount: integer("rating_count").notNull().default(0),
  ratingSum: integer("rating_sum").notNull().default(0),
  rating: real("rating").notNull().default(0),
  edited: text("edited").notNull().default("[]"),
  rev: integer("rev").notNull().default(1),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export const catalogueCounts = sqliteTable(
  "catalogue_counts",
  {
    type: text("type").notNull(),
    category: text("category").notNull(),
    stars: integer("stars").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.type, table.category, table.stars] })],
);

export const pluginTags = sqliteTable(
  "plugin_tags",
  {
    tag: text("tag").notNull(),
    pluginId: integer("plugin_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tag, table.pluginId] })],
);

export const reviews = sqliteTable("reviews", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  pluginId: integer("plugin_id").notNull(),
  instanceId: integer("instance_id").notNull(),
  userId: text("user_id").notNull(),
  userName: text("user_name").notNull().default(""),
  rating: integer("rating").notNull(),
  title: text("title").notNull().default(""),
  comment: text("comment").notNull().default(""),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  version: text("version").notNull().default(""),
  helpful: integer("helpful").notNull().default(0),
  notHelpful: integer("not_helpful").notNull().default(0),
  reply: text("reply"),
  repliedAt: integer("replied_at"),
  heldAt: integer("held_at"),
  lookedAt: integer("looked_at"),
  removedAt: integer("removed_at"),
});

export const reviewEdits = sqliteTable("review_edits", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  reviewId: integer("review_id").notNull(),
  rating: integer("rating").notNull(),
  title: text("title").notNull(),
  comment: text("comment").notNull(),
  version: text("version").notNull(),
  writtenAt: integer("written_at").notNull(),
  replacedAt: integer("replaced_at").notNull(),
});

export const reviewVotes = sqliteTable(
  "review_votes",
  {
    reviewId: integer("review_id").notNull(),
    instanceId: integer("instance_id").notNull(),
    isHelpful: integer("is_helpful").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.reviewId, table.instanceId] })],
);

export const reviewReports = sqliteTable("review_reports", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  reviewId: integer("review_id").notNull(),
  kind: text("kind", { enum: REVIEW_REPORT_KINDS }).notNull(),
  text: text("text").notNull(),
  reporter: text("reporter").notNull(),
  state: text("state", { enum: ["open", "acted", "dismissed"] })
    .notNull()
    .default("open"),
  at: integer("at").notNull(),
  decidedAt: integer("decided_at"),
});

export const releaseAlive = sqliteTable(
  "release_alive",
  {
    releaseId: integer("release_id").notNull(),
    day: text("day").notNull(),
    installations: integer("installations").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.day] })],
);

export const downloadCountries = sqliteTable(
  "download_countries",
  {
    releaseId: integer("release_id").notNull(),
    day: text("day").notNull(),
    country: text("country").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.day, table.country] })],
);

export const downloadTokens = sqliteTable("download_tokens", {
  hash: text("hash").primaryKey(),
  releaseId: integer("release_id").notNull(),
  licenseId: integer("license_id"),
  activationId: text("activation_id"),
  instanceId: integer("instance_id").notNull(),
  expiresAt: integer("expires_at").notNull(),
  usedAt: integer("used_at"),
});

export const downloadDays = sqliteTable(
  "download_days",
  {
    releaseId: integer("release_id").notNull(),
    day: text("day").notNull(),
    purpose: text("purpose").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.day, table.purpose] })],
);

export const downloadSeen = sqliteTable(
  "download_seen",
  {
    day: text("day").notNull(),
    releaseId: integer("release_id").notNull(),
    clientHash: text("client_hash").notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.releaseId, table.clientHash] })],
);

export const downloadSalts = sqliteTable("download_salts", {
  day: text("day").primaryKey(),
  salt: text("salt").notNull(),
});

export const changes = sqliteTable("changes", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  at: integer("at").notNull(),
  kind: text("kind").notNull(),
  subject: text("subject").notNull(),
  data: text("data").notNull().default("{}"),
});

export const feed = sqliteTable("feed", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  at: integer("at").notNull(),
  kind: text("kind").notNull(),
  subject: text("subject").notNull(),
  data: text("data").notNull().default("{}"),
});

export const searchOutbox = sqliteTable("search_outbox", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  pluginId: integer("plugin_id").notNull(),
  isUrgent: integer("is_urgent").notNull(),
});
