import { effectiveSettings, readSettings, type SettingField } from "../../domain/execution/settings.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { bringSettings, type SettingsWorld } from "./bring-settings.ts";
import { noteChange } from "./note-change.ts";
import { type InstallationOwner, ownInstallation } from "./own-installation.ts";
import type { SecretView } from "./secrets.ts";

/** The form of a plugin's settings, filled in as far as it is. Times are Unix seconds. */
export interface SettingsView {
  readonly activationId: string;
  readonly installationId: string;
  /** The version whose fields these are: the one that runs. */
  readonly version: string;
  readonly fields: readonly SettingField[];
  readonly values: JsonObject;
  readonly secrets: readonly SecretView[];
  /** Required fields without a value. */
  readonly missing: readonly string[];
  readonly updatedAt?: number;
}

export async function showSettings(
  world: SettingsWorld,
  owner: InstallationOwner,
  installationId: string,
): Promise<Result<SettingsView, Problem<Reason>>> {
  const own = await ownInstallation(world, owner, installationId);
  if (!own.ok) return own;
  const installation = await bringSettings(world, own.value.installation);
  const fields = installation.release?.settings ?? [];
  const kept = await world.settings.read(installation.storageId);
  const values = effectiveSettings(fields, kept.values);
  const setAt = new Map(kept.secrets.map(({ key, updatedAt }) => [key, updatedAt]));
  const secrets = fields
    .filter(({ type }) => type === "secret")
    .map(({ key }): SecretView => {
      const updatedAt = setAt.get(key);
      return updatedAt === undefined ? { key, isSet: false } : { key, isSet: true, updatedAt };
    });
  const missing = fields
    .filter(({ key, required }) => required === true && !Object.hasOwn(values, key) && !setAt.has(key))
    .map(({ key }) => key);
  return ok({
    activationId: installation.activationId,
    installationId: installation.installationId,
    version: installation.version,
    fields,
    values,
    secrets,
    missing,
    ...(kept.updatedAt === null ? {} : { updatedAt: kept.updatedAt }),
  });
}

/** Replaces all values: what is not sent falls back to its default. Every fault is named, and then nothing is kept. */
export async function saveSettings(
  world: SettingsWorld,
  owner: InstallationOwner,
  installationId: string,
  sent: JsonObject,
): Promise<Result<SettingsView, Problem<Reason>>> {
  const own = await ownInstallation(world, owner, installationId);
  if (!own.ok) return own;
  const { installation, actor } = own.value;
  if (installation.releasedAt !== null) return refuse({ reason: "installation_not_found" });
  const read = readSettings(installation.release?.settings ?? [], sent);
  if (!read.ok) {
    const errors = read.problem.map(({ pointer, detail }) => ({ pointer: `/values${pointer}`, detail }));
    return refuse({ reason: "VALIDATION_ERROR", facts: { errors } });
  }
  const now = unixSeconds(world.clock.now());
  await bringSettings(world, installation);
  const writtenFor = { settingsVersion: installation.release?.settingsVersion ?? 1, release: installation.version };
  await world.settings.saveValues(installation.storageId, read.value, writtenFor, actor, now);
  const keys = Object.keys(read.value).sort();
  await noteChange(world, owner, installation.activationId, "installation.settings", { keys }, now);
  return showSettings(world, owner, installationId);
}
