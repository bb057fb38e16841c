import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Capability objects by digest of the bundle: derived, may be emptied at any time. */
export const capabilityObjects = sqliteTable("capability_objects", {
  sha256: text("sha256").primaryKey(),
  object: text("object").notNull(),
});

/** Times this database was put back to an older state; Unix seconds. */
export const restores = sqliteTable("restores", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  at: integer("at").notNull(),
  backupAt: integer("backup_at").notNull(),
  versionFloor: integer("version_floor").notNull(),
});
