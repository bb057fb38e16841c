import { LIMITS } from "../../domain/bundle/limits.ts";
import type { Installation } from "../../domain/execution/installation.ts";
import { migrateSettings, undoMigrations } from "../../domain/execution/migrate-settings.ts";
import { parseJson } from "../../domain/json/strict.ts";
import { type Migration, parseMigration } from "../../domain/manifest/migration.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { type PluginBundle, readPluginFile } from "./read-plugin-file.ts";

export type SettingsWorld = Pick<World, "executions" | "settings" | "licenses" | "bundles" | "audit" | "clock">;

/**
 * The installation with settings that are written for what runs. After an update or a rollback whoever comes first – a
 * run, or the form – brings them there with the migrations of the newer release; who comes second finds them done.
 * Migrations that cannot be read leave the settings as they are: values that do not fit their field are not read anyway.
 */
export async function bringSettings(world: SettingsWorld, installation: Installation): Promise<Installation> {
  const { release, settings, storageId, activationId, plugin, version } = installation;
  const from = settings.writtenFor ?? null;
  const to = { settingsVersion: release?.settingsVersion ?? 1, release: version };
  if (release === null || from === null || from.settingsVersion === to.settingsVersion) return installation;
  const isUpdate = from.settingsVersion < to.settingsVersion;
  const newer = isUpdate
    ? { version, bundleSha256: release.sha256 }
    : { version: from.release, bundleSha256: from.bundleSha256 };
  const past = isUpdate ? null : await world.settings.past(storageId, to.settingsVersion);
  const low = isUpdate ? from.settingsVersion : (past?.settingsVersion ?? to.settingsVersion);
  const high = Math.max(from.settingsVersion, to.settingsVersion);
  const migrations = await readMigrations(world, { pluginId: plugin.id, ...newer }, low, high);
  if (migrations === null) return installation;
  const found = migrations.slice(0, to.settingsVersion - low);
  const values = isUpdate
    ? migrateSettings(settings.values, migrations)
    : undoMigrations(settings.values, migrateSettings(past?.values ?? {}, found), migrations.slice(found.length));
  const now = unixSeconds(world.clock.now());
  if (!(await world.settings.bring(storageId, from, to, values, now)))
    return (await world.executions.installation(activationId)) ?? installation;
  await world.audit.append(
    {
      actorKind: "system",
      actorId: "settings",
      action: "installation.settings_migrated",
      subjectKind: "installation",
      subjectId: activationId,
      data: { from: from.settingsVersion, to: to.settingsVersion, keys: Object.keys(values).sort() },
    },
    now,
  );
  return {
    ...installation,
    settings: { ...settings, values, writtenFor: { ...to, bundleSha256: release.sha256, revision: from.revision + 1 } },
  };
}

/** `settings-<low + 1>.json` to `settings-<high>.json`; null where one is not there, or is none. */
async function readMigrations(
  world: SettingsWorld,
  bundle: PluginBundle,
  low: number,
  high: number,
): Promise<readonly Migration[] | null> {
  const migrations: Migration[] = [];
  for (let n = low + 1; n <= high; n++) {
    const bytes = await readPluginFile(world, bundle, `migrations/settings-${n}.json`);
    const json = bytes === null ? null : parseJson(bytes, { maxDepth: LIMITS.maxJsonDepth, numbers: "integer" });
    const migration = json?.ok === true ? parseMigration(json.value) : null;
    if (migration?.ok !== true) return null;
    migrations.push(migration.value);
  }
  return migrations;
}
