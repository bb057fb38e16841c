import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const collections = sqliteTable("collections", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  slug: text("slug").notNull().unique(),
  titleEn: text("title_en").notNull(),
  titleDe: text("title_de").notNull(),
  leadEn: text("lead_en").notNull().default(""),
  leadDe: text("lead_de").notNull().default(""),
  position: integer("position").notNull().default(0),
  updatedAt: integer("updated_at").notNull(),
});

export const collectionPlugins = sqliteTable(
  "collection_plugins",
  {
    collectionId: integer("collection_id").notNull(),
    pluginId: integer("plugin_id").notNull(),
    position: integer("position").notNull(),
  },
  (table) => [primaryKey({ columns: [table.collectionId, table.pluginId] })],
);

export const pluginNeeds = sqliteTable(
  "plugin_needs",
  { needs: text("needs").notNull(), pluginId: integer("plugin_id").notNull() },
  (table) => [primaryKey({ columns: [table.needs, table.pluginId] })],
);
