import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Events and what plugins did with them, equal to the migrations; every *_at is Unix seconds. */
export const events = sqliteTable(
  "events",
  {
    instanceId: integer("instance_id").notNull(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    entity: text("entity").notNull(),
    entityId: text("entity_id").notNull(),
    body: text("body"),
    bodySha256: text("body_sha256").notNull(),
    postId: text("post_id").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.instanceId, table.id] })],
);

/** What admins set; a secret is never among the settings. */
export const installationSettings = sqliteTable("installation_settings", {
  activationId: text("activation_id").primaryKey(),
  settings: text("settings").notNull(),
  revision: integer("revision").notNull(),
  actor: text("actor").notNull(),
  updatedAt: integer("updated_at").notNull(),
  schemaVersion: integer("schema_version"),
  releaseVersion: text("release_version"),
});

/** What they were when an update left a version of the plugin's settings. */
export const installationSettingsPast = sqliteTable(
  "installation_settings_past",
  {
    activationId: text("activation_id").notNull(),
    schemaVersion: integer("schema_version").notNull(),
    settings: text("settings").notNull(),
    leftAt: integer("left_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.activationId, table.schemaVersion] })],
);

export const installationSecrets = sqliteTable(
  "installation_secrets",
  {
    activationId: text("activation_id").notNull(),
    key: text("key").notNull(),
    sealed: text("sealed").notNull(),
    actor: text("actor").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.activationId, table.key] })],
);

export const executions = sqliteTable("executions", {
  id: text("id").primaryKey(),
  activationId: text("activation_id").notNull(),
  instanceId: integer("instance_id").notNull(),
  pluginId: integer("plugin_id").notNull(),
  version: text("version").notNull(),
  kind: text("kind", { enum: ["event", "lifecycle", "route", "schedule"] }).notNull(),
  eventId: text("event_id"),
  eventName: text("event_name"),
  attempt: integer("attempt").notNull().default(0),
  outcome: text("outcome").notNull(),
  message: text("message"),
  durationMs: integer("duration_ms"),
  calls: text("calls").notNull().default("{}"),
  denied: text("denied").notNull().default("{}"),
  logs: text("logs").notNull().default("[]"),
  createdAt: integer("created_at").notNull(),
  startedAt: integer("started_at"),
  finishedAt: integer("finished_at"),
  notBefore: integer("not_before"),
  orderKey: text("order_key"),
  firstAttempt: integer("first_attempt").notNull().default(0),
  endSeq: integer("end_seq"),
});

/** What is left of runs whose rows were purged. */
export const executionCounts = sqliteTable(
  "execution_counts",
  {
    activationId: text("activation_id").notNull(),
    pluginId: integer("plugin_id").notNull(),
    day: text("day").notNull(),
    version: text("version").notNull(),
    kind: text("kind").notNull(),
    outcome: text("outcome").notNull(),
    runs: integer("runs").notNull(),
    totalMs: integer("total_ms").notNull(),
    maxMs: integer("max_ms").notNull(),
  },
  (table) => [primaryKey({ columns: [table.activationId, table.day, table.version, table.kind, table.outcome] })],
);

export const lifecycleTold = sqliteTable("lifecycle_told", {
  activationId: text("activation_id").primaryKey(),
  state: text("state", { enum: ["active", "paused", "released"] }).notNull(),
  version: text("version").notNull(),
  epoch: integer("epoch").notNull(),
  rev: integer("rev").notNull(),
  op: text("op").notNull(),
  toldAt: integer("told_at").notNull(),
});

export const sweepMarks = sqliteTable("sweep_marks", {
  name: text("name").primaryKey(),
  mark: text("mark").notNull(),
});

export const scheduleSlots = sqliteTable(
  "schedule_slots",
  {
    activationId: text("activation_id").notNull(),
    scheduleId: text("schedule_id").notNull(),
    slotAt: integer("slot_at").notNull(),
    dueAt: integer("due_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.activationId, table.scheduleId] })],
);

export const installationHealth = sqliteTable("installation_health", {
  activationId: text("activation_id").primaryKey(),
  failures: integer("failures").notNull().default(0),
  hourAt: integer("hour_at").notNull().default(0),
  hourFailures: integer("hour_failures").notNull().default(0),
  suspendedAt: integer("suspended_at"),
  suspendedBy: text("suspended_by"),
  reason: text("reason"),
});

export const eventHooks = sqliteTable("event_hooks", {
  instanceId: integer("instance_id").primaryKey(),
  secretSha256: text("secret_sha256").notNull(),
  previousSha256: text("previous_sha256"),
  previousUntil: integer("previous_until"),
  createdAt: integer("created_at").notNull(),
  rotatedAt: integer("rotated_at").notNull(),
  lastUsedAt: integer("last_used_at"),
});

export const instanceModes = sqliteTable("instance_modes", {
  instanceId: integer("instance_id").primaryKey(),
  mode: text("mode", { enum: ["push", "pull"] }).notNull(),
  changedAt: integer("changed_at").notNull(),
});

export const actions = sqliteTable("actions", {
  id: text("id").primaryKey(),
  seq: integer("seq").notNull(),
  instanceId: integer("instance_id").notNull(),
  activationId: text("activation_id").notNull(),
  executionId: text("execution_id").notNull(),
  plugin: text("plugin").notNull(),
  method: text("method").notNull(),
  request: text("request"),
  state: text("state", { enum: ["queued", "done", "failed", "expired"] }).notNull(),
  fetchedAt: integer("fetched_at"),
  status: integer("status"),
  error: text("error"),
  createdAt: integer("created_at").notNull(),
  endedAt: integer("ended_at"),
});

export const storageErasures = sqliteTable("storage_erasures", {
  storageId: text("storage_id").primaryKey(),
  erasedAt: integer("erased_at").notNull(),
  why: text("why", { enum: ["asked", "uninstalled"] }).notNull(),
});

export const watchedInstances = sqliteTable("watched_instances", {
  instanceId: integer("instance_id").primaryKey(),
  polledAt: integer("polled_at").notNull(),
  tellsItself: integer("tells_itself").notNull().default(0),
});

export const watchedRows = sqliteTable(
  "watched_rows",
  {
    instanceId: integer("instance_id").notNull(),
    entity: text("entity", { enum: ["customer", "request", "appointment", "user"] }).notNull(),
    entityId: integer("entity_id").notNull(),
    status: text("status").notNull(),
    assignee: integer("assignee"),
  },
  (table) => [primaryKey({ columns: [table.instanceId, table.entity, table.entityId] })],
);
