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
});
