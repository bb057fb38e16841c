import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Channel } from "../../domain/manifest/permissions.ts";
import { RELEASE_STATES } from "../../domain/release/states.ts";

/** Releases and what was found and kept about them, equal to the migrations; every *_at is Unix seconds. JSON columns are texts. */
export const releases = sqliteTable("releases", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  pluginId: integer("plugin_id").notNull(),
  version: text("version").notNull(),
  versionSort: text("version_sort").notNull(),
  channel: text("channel").$type<Channel>().notNull(),
  state: text("state", { enum: RELEASE_STATES }).notNull(),
  sha256: text("sha256").notNull(),
  sha512: text("sha512").notNull(),
  size: integer("size").notNull(),
  manifest: text("manifest").notNull(),
  manifestSha256: text("manifest_sha256").notNull(),
  capabilitiesSha256: text("capabilities_sha256").notNull(),
  closureDigest: text("closure_digest").notNull(),
  serverSha256: text("server_sha256"),
  changelog: text("changelog").notNull().default(""),
  readme: text("readme").notNull().default(""),
  minAppVersion: text("min_app_version").notNull(),
  maxAppVersion: text("max_app_version"),
  sequence: integer("sequence"),
  statement: text("statement"),
  statementSha256: text("statement_sha256"),
  statementKeyId: text("statement_key_id"),
  publication: integer("publication"),
  receipt: text("receipt"),
  receiptSha256: text("receipt_sha256"),
  delivery: text("delivery", { enum: ["public", "gated", "sealed"] }),
  expectedChecks: text("expected_checks").notNull(),
  needsApproval: integer("needs_approval").notNull().default(0),
  velocityUntil: integer("velocity_until"),
  nextCheckAt: integer("next_check_at"),
  decisionReason: text("decision_reason"),
  decidedBy: integer("decided_by"),
  uploadedBy: text("uploaded_by").notNull(),
  downloads: integer("downloads").notNull().default(0),
  createdAt: integer("created_at").notNull(),
  publishedAt: integer("published_at"),
  voidedAt: integer("voided_at"),
  yankReason: text("yank_reason"),
  notice: text("notice"),
  replacement: text("replacement"),
  reproducible: text("reproducible", { enum: ["yes", "no"] }),
  reviewAt: integer("review_at"),
  decidedAt: integer("decided_at"),
  erasedAt: integer("erased_at"),
  deskReasons: text("desk_reasons").notNull().default("[]"),
  provenance: text("provenance"),
});

export const releaseChecks = sqliteTable("release_checks", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  releaseId: integer("release_id").notNull(),
  name: text("name").notNull(),
  attempt: integer("attempt").notNull(),
  result: text("result", { enum: ["clean", "dirty", "unknown"] }).notNull(),
  findings: text("findings").notNull().default("[]"),
  at: integer("at").notNull(),
  rejects: integer("rejects").notNull().default(1),
});

export const voidStatements = sqliteTable(
  "void_statements",
  {
    releaseId: integer("release_id").notNull(),
    sequence: integer("sequence").notNull(),
    keyId: text("key_id").notNull(),
    statement: text("statement").notNull(),
    statementSha256: text("statement_sha256").notNull(),
    publication: integer("publication"),
    receipt: text("receipt"),
    receiptSha256: text("receipt_sha256"),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.sequence] })],
);

export const sealedBundles = sqliteTable(
  "sealed_bundles",
  {
    releaseId: integer("release_id").notNull(),
    statementSha256: text("statement_sha256").notNull(),
    sha256: text("sha256").notNull(),
    size: integer("size").notNull(),
    commitment: text("commitment").notNull(),
    contentKey: text("content_key").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.statementSha256] })],
);

export const hostContainers = sqliteTable(
  "host_containers",
  {
    releaseId: integer("release_id").notNull(),
    sha256: text("sha256").notNull(),
    size: integer("size").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.sha256] })],
);

export const pluginSuspensions = sqliteTable("plugin_suspensions", {
  pluginId: integer("plugin_id").primaryKey(),
  byDesk: integer("by_desk").notNull(),
  reason: text("reason").notNull(),
  actorKind: text("actor_kind").notNull(),
  actorId: text("actor_id").notNull(),
  state: text("state").notNull(),
  listed: integer("listed").notNull(),
  at: integer("at").notNull(),
});

export const blockedDigests = sqliteTable("blocked_digests", {
  sha256: text("sha256").primaryKey(),
  reason: text("reason").notNull(),
  at: integer("at").notNull(),
});

export const reservedNames = sqliteTable("reserved_names", {
  name: text("name").primaryKey(),
  kind: text("kind", { enum: ["reserved", "tombstone"] }).notNull(),
  publisherId: integer("publisher_id"),
  at: integer("at").notNull(),
});

export const orphans = sqliteTable("orphans", {
  key: text("key").primaryKey(),
  markedAt: integer("marked_at").notNull(),
});

export const checkAcceptances = sqliteTable(
  "check_acceptances",
  {
    releaseId: integer("release_id").notNull(),
    name: text("name").notNull(),
    attempt: integer("attempt").notNull(),
    accountId: integer("account_id").notNull(),
    reason: text("reason").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.name, table.attempt, table.accountId] })],
);

export const releaseApprovals = sqliteTable(
  "release_approvals",
  {
    releaseId: integer("release_id").notNull(),
    sha256: text("sha256").notNull(),
    accountId: integer("account_id").notNull(),
    reason: text("reason").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.sha256, table.accountId] })],
);

export const releaseBlocks = sqliteTable("release_blocks", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  releaseId: integer("release_id").notNull(),
  former: text("former", { enum: ["published", "deprecated", "yanked"] }).notNull(),
  code: text("code").notNull(),
  reason: text("reason").notNull(),
  askedBy: integer("asked_by").notNull(),
  askedAt: integer("asked_at").notNull(),
  confirmedBy: integer("confirmed_by"),
  confirmedAt: integer("confirmed_at"),
  lapsedAt: integer("lapsed_at"),
  liftAskedBy: integer("lift_asked_by"),
  liftReason: text("lift_reason"),
  liftedBy: integer("lifted_by"),
  liftedAt: integer("lifted_at"),
});

export const appeals = sqliteTable("appeals", {
  releaseId: integer("release_id").primaryKey(),
  reason: text("reason").notNull(),
  accountId: integer("account_id").notNull(),
  at: integer("at").notNull(),
  dueAt: integer("due_at").notNull(),
  outcome: text("outcome", { enum: ["upheld", "overturned"] }),
  decidedBy: integer("decided_by"),
  decisionReason: text("decision_reason"),
  decidedAt: integer("decided_at"),
});

export const pluginLooks = sqliteTable("plugin_looks", {
  pluginId: integer("plugin_id").primaryKey(),
  skeleton: text("skeleton").notNull(),
  displaySkeleton: text("display_skeleton").notNull(),
  iconHash: text("icon_hash"),
});

export const pluginNotices = sqliteTable("plugin_notices", {
  pluginId: integer("plugin_id").primaryKey(),
  message: text("message").notNull(),
  replacement: text("replacement"),
  at: integer("at").notNull(),
});

export const retroScans = sqliteTable(
  "retro_scans",
  {
    releaseId: integer("release_id").notNull(),
    ruleSet: text("rule_set").notNull(),
    hits: integer("hits").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.ruleSet] })],
);

export const trustedBuilds = sqliteTable("trusted_builds", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  publisherId: integer("publisher_id").notNull(),
  plugin: text("plugin").notNull(),
  issuer: text("issuer").notNull(),
  ownerId: text("owner_id").notNull(),
  repositoryId: text("repository_id").notNull(),
  workflow: text("workflow").notNull(),
  environment: text("environment").notNull(),
  accountId: integer("account_id").notNull(),
  createdAt: integer("created_at").notNull(),
  removedAt: integer("removed_at"),
});
