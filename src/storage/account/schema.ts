import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Accounts, publishers, keys, instances and what is owed to them, equal to the migrations; every *_at is Unix seconds. */
export const accounts = sqliteTable("accounts", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  name: text("name").notNull(),
  email: text("email"),
  isOperator: integer("is_operator").notNull().default(0),
  state: text("state", { enum: ["active", "suspended"] })
    .notNull()
    .default("active"),
  createdAt: integer("created_at").notNull(),
  emailVerifiedAt: integer("email_verified_at"),
  publishingHeldUntil: integer("publishing_held_until"),
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
  organizationId: integer("organization_id"),
});

export const tokens = sqliteTable("tokens", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  accountId: integer("account_id").notNull(),
  kind: text("kind", { enum: ["pat", "ci", "adm"] }).notNull(),
  hash: text("hash").notNull(),
  hint: text("hint").notNull(),
  name: text("name").notNull().default(""),
  scopes: text("scopes").notNull(),
  plugins: text("plugins"),
  ipRanges: text("ip_ranges"),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  revokedAt: integer("revoked_at"),
  parentId: integer("parent_id"),
});

export const keyNonces = sqliteTable("key_nonces", {
  nonceHash: text("nonce_hash").primaryKey(),
  accountId: integer("account_id").notNull(),
  publisherId: integer("publisher_id").notNull(),
  expiresAt: integer("expires_at").notNull(),
  publicKey: text("public_key"),
});

export const keyRecoveries = sqliteTable("key_recoveries", {
  publisherId: integer("publisher_id").primaryKey(),
  keyId: text("key_id").notNull(),
  publicKey: text("public_key").notNull(),
  accountId: integer("account_id").notNull(),
  requestedAt: integer("requested_at").notNull(),
});

export const keyEvents = sqliteTable(
  "key_events",
  {
    publisherId: integer("publisher_id").notNull(),
    sequence: integer("sequence").notNull(),
    sha256: text("sha256").notNull(),
    action: text("action", { enum: ["add", "retire", "compromise", "recover"] }).notNull(),
    keyId: text("key_id").notNull(),
    signerKeyId: text("signer_key_id").notNull(),
    envelope: text("envelope").notNull(),
    accountId: integer("account_id").notNull(),
    op: text("op").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.publisherId, table.sequence] })],
);

export const keyCuts = sqliteTable(
  "key_cuts",
  {
    keyId: text("key_id").notNull(),
    pluginId: integer("plugin_id").notNull(),
    fromSequence: integer("from_sequence").notNull(),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.pluginId] })],
);

export const audit = sqliteTable("audit", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  at: integer("at").notNull(),
  actorKind: text("actor_kind", { enum: ["account", "instance", "system"] }).notNull(),
  actorId: text("actor_id").notNull(),
  action: text("action").notNull(),
  subjectKind: text("subject_kind").notNull(),
  subjectId: text("subject_id").notNull(),
  data: text("data").notNull().default("{}"),
});

export const webhookOutbox = sqliteTable("webhook_outbox", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  instanceId: integer("instance_id").notNull(),
  event: text("event").notNull(),
  subjectKind: text("subject_kind", { enum: ["license", "plugin", "other"] }).notNull(),
  subjectId: integer("subject_id"),
  sequence: integer("sequence").notNull().default(0),
  data: text("data").notNull().default("{}"),
  state: text("state", { enum: ["queued", "sending", "delivered", "dead"] })
    .notNull()
    .default("queued"),
  attempts: integer("attempts").notNull().default(0),
  notBefore: integer("not_before").notNull(),
  lastStatus: integer("last_status"),
  createdAt: integer("created_at").notNull(),
  deliveredAt: integer("delivered_at"),
  replayedAt: integer("replayed_at"),
});
