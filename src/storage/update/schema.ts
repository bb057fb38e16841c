import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Updates, equal to the migrations; every *_at is Unix seconds. */
export const rollouts = sqliteTable("rollouts", {
  releaseId: integer("release_id").primaryKey(),
  state: text("state", { enum: ["active", "paused", "halted"] })
    .notNull()
    .default("active"),
  startsAt: integer("starts_at").notNull(),
  steps: text("steps").notNull(),
  least: integer("least").notNull(),
  alive: integer("alive").notNull().default(0),
  stoppedAt: integer("stopped_at"),
  reason: text("reason"),
  evidence: text("evidence"),
  actor: text("actor").notNull().default("system"),
  rev: integer("rev").notNull().default(1),
  updatedAt: integer("updated_at").notNull(),
});

export const updateSettings = sqliteTable(
  "update_settings",
  {
    instanceId: integer("instance_id").notNull(),
    pluginId: integer("plugin_id").notNull(),
    channel: text("channel").notNull(),
    auto: integer("auto").notNull(),
    cooldownDays: integer("cooldown_days").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.instanceId, table.pluginId] })],
);

export const installLedger = sqliteTable("install_ledger", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  activationId: text("activation_id").notNull(),
  instanceId: integer("instance_id").notNull(),
  pluginId: integer("plugin_id").notNull(),
  kind: text("kind", { enum: ["moved", "released"] }).notNull(),
  fromVersion: text("from_version").notNull(),
  version: text("version").notNull(),
  at: integer("at").notNull(),
});

export const updateFailures = sqliteTable(
  "update_failures",
  {
    instanceId: integer("instance_id").notNull(),
    releaseId: integer("release_id").notNull(),
    why: text("why", { enum: ["activation", "startup"] }).notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.instanceId, table.releaseId] })],
);

export const pluginFloors = sqliteTable("plugin_floors", {
  pluginId: integer("plugin_id").primaryKey(),
  floor: text("floor").notNull(),
  advisoryId: text("advisory_id"),
  setAt: integer("set_at").notNull(),
});
