import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The same tables as migrations/core/0001_accounts.sql with the columns of 0005; every *_at is Unix seconds. */
export const accounts = sqliteTable("accounts", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  name: text("name").notNull(),
  email: text("email"),
  isOperator: integer("is_operator").notNull().default(0),
  state: text("state", { enum: ["active", "suspended"] })
    .notNull()
    .default("active"),
  createdAt: integer("created_at").notNull(),
});

export const publishers = sqliteTable("publishers", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  handle: text("handle").notNull(),
  displayName: text("display_name").notNull(),
  verifiedDomain: text("verified_domain"),
  createdAt: integer("created_at").notNull(),
});

export const publisherMembers = sqliteTable(
  "publisher_members",
  {
    publisherId: integer("publisher_id").notNull(),
    accountId: integer("account_id").notNull(),
    role: text("role", { enum: ["owner", "maintainer", "developer", "analyst", "billing"] }).notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.publisherId, table.accountId] })],
);

export const publisherKeys = sqliteTable("publisher_keys", {
  keyId: text("key_id").primaryKey(),
  publisherId: integer("publisher_id").notNull(),
  publicKey: text("public_key").notNull(),
  state: text("state", { enum: ["active", "retired", "compromised"] }).notNull(),
  accountId: integer("account_id").notNull(),
  createdAt: integer("created_at").notNull(),
  trustedAt: integer("trusted_at"),
});

export const instances = sqliteTable("instances", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  accountId: integer("account_id").notNull(),
  publisherId: integer("publisher_id"),
  name: text("name").notNull(),
  url: text("url").notNull(),
  appVersion: text("app_version").notNull(),
  webhookUrl: text("webhook_url").notNull(),
  apiUrl: text("api_url").notNull(),
  keyShape: text("key_shape", { enum: ["rbsm", "legacy"] })
    .notNull()
    .default("rbsm"),
  apiKey: text("api_key").notNull(),
  apiSecretSealed: text("api_secret_sealed").notNull(),
  webhookSecretSealed: text("webhook_secret_sealed").notNull(),
  hostApiKeySealed: text("host_api_key_sealed"),
  state: text("state", { enum: ["active", "suspended"] })
    .notNull()
    .default("active"),
  webhookPausedAt: integer("webhook_paused_at"),
  webhookFailures: integer("webhook_failures").notNull().default(0),
  createdAt: integer("created_at").notNull(),
});
