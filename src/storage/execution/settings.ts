import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { JsonObject } from "../../domain/json/json.ts";
import type { SettingsStore } from "../../market/execution/capability-ports.ts";
import { installationSecrets, installationSettings, installationSettingsPast } from "./schema.ts";

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

    async saveValues(activationId, values, { settingsVersion, release }, actor, now) {
      await db
        .prepare(
          `INSERT INTO installation_settings (activation_id, settings, revision, actor, updated_at, schema_version, release_version)
           VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6)
           ON CONFLICT (activation_id) DO UPDATE SET settings = excluded.settings, revision = revision + 1,
             actor = excluded.actor, updated_at = excluded.updated_at,
             schema_version = excluded.schema_version, release_version = excluded.release_version`,
        )
        .bind(activationId, JSON.stringify(values), actor, now, settingsVersion, release)
        .run();
    },

    async past(activationId, settingsVersion) {
      const row = await db
        .prepare(
          `SELECT schema_version, settings FROM installation_settings_past
           WHERE activation_id = ?1 AND schema_version <= ?2 ORDER BY schema_version DESC LIMIT 1`,
        )
        .bind(activationId, settingsVersion)
        .first<{ schema_version: number; settings: string }>();
      return row && { settingsVersion: row.schema_version, values: JSON.parse(row.settings) as JsonObject };
    },

    async bring(activationId, from, to, values, now) {
      // Every statement looks for the revision that was read; the last one moves it.
      const guard = "(SELECT 1 FROM installation_settings WHERE activation_id = ?1 AND revision = ?2)";
      const [, moved] = await db.batch([
        from.settingsVersion < to.settingsVersion
          ? db
              .prepare(
                `INSERT INTO installation_settings_past (activation_id, schema_version, settings, left_at)
                 SELECT activation_id, schema_version, settings, ?3 FROM installation_settings
                 WHERE activation_id = ?1 AND revision = ?2
                 ON CONFLICT (activation_id, schema_version) DO UPDATE SET settings = excluded.settings, left_at = excluded.left_at`,
              )
              .bind(activationId, from.revision, now)
          : db
              .prepare(
                `DELETE FROM installation_settings_past WHERE activation_id = ?1 AND schema_version >= ?3 AND EXISTS ${guard}`,
              )
              .bind(activationId, from.revision, to.settingsVersion),
        db
          .prepare(
            `UPDATE installation_settings SET settings = ?3, schema_version = ?4, release_version = ?5,
               revision = revision + 1, actor = 'system', updated_at = ?6
             WHERE activation_id = ?1 AND revision = ?2`,
          )
          .bind(activationId, from.revision, JSON.stringify(values), to.settingsVersion, to.release, now),
      ]);
      return moved?.meta.changes === 1;
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
        orm.delete(installationSettingsPast).where(eq(installationSettingsPast.activationId, activationId)),
        orm.delete(installationSecrets).where(eq(installationSecrets.activationId, activationId)),
      ]);
    },
  };
}
