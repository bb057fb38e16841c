import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { JsonObject } from "../../domain/json/json.ts";
import type { SettingsStore } from "../../market/execution/capability-ports.ts";
import { installationSecrets, installationSettings } from "./schema.ts";

/** What admins set, on D1. */
export function settingsOnD1(db: D1Database): SettingsStore {
  const orm = drizzle(db);
  const ownSecret = (activationId: string, key: string) =>
    and(eq(installationSecrets.activationId, activationId), eq(installationSecrets.key, key));
  return {
    async read(activationId) {
      const [rows, secrets] = await orm.batch([
        orm.select().from(installationSettings).where(eq(installationSettings.activationId, activationId)),
        orm
          .select({ key: installationSecrets.key, updatedAt: installationSecrets.updatedAt })
          .from(installationSecrets)
          .where(eq(installationSecrets.activationId, activationId)),
      ]);
      const [row] = rows;
      return {
        values: row === undefined ? {} : (JSON.parse(row.settings) as JsonObject),
        updatedAt: row?.updatedAt ?? null,
        secrets,
      };
    },

    async saveValues(activationId, values, actor, now) {
      await db
        .prepare(
          `INSERT INTO installation_settings (activation_id, settings, revision, actor, updated_at) VALUES (?1, ?2, 1, ?3, ?4)
           ON CONFLICT (activation_id) DO UPDATE SET settings = excluded.settings, revision = revision + 1,
             actor = excluded.actor, updated_at = excluded.updated_at`,
        )
        .bind(activationId, JSON.stringify(values), actor, now)
        .run();
    },

    async saveSecret(activationId, key, sealed, actor, now) {
      await orm
        .insert(installationSecrets)
        .values({ activationId, key, sealed, actor, updatedAt: now })
        .onConflictDoUpdate({
          target: [installationSecrets.activationId, installationSecrets.key],
          set: { sealed, actor, updatedAt: now },
        });
    },

    async dropSecret(activationId, key) {
      const dropped = await orm
        .delete(installationSecrets)
        .where(ownSecret(activationId, key))
        .returning({ key: installationSecrets.key });
      return dropped.length > 0;
    },

    async erase(activationId) {
      await orm.batch([
        orm.delete(installationSettings).where(eq(installationSettings.activationId, activationId)),
        orm.delete(installationSecrets).where(eq(installationSecrets.activationId, activationId)),
      ]);
    },
  };
}
