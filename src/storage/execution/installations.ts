import type { Installation } from "../../domain/execution/installation.ts";
import type { DeclaredRoute } from "../../domain/execution/route.ts";
import { type Schedule, wholeSchedule } from "../../domain/execution/schedule.ts";
import type { SettingField } from "../../domain/execution/settings.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Permission, PluginType, Tier } from "../../domain/manifest/permissions.ts";
import type { DeclaredUi } from "../../domain/ui/slots.ts";
import type { FoundInstallation } from "../../market/execution/ports.ts";
import { OWNED_INSTANCE } from "../console/owned.ts";
import { RUNNING_PLUGIN_STATE } from "../running-plugin-state.ts";

/**
 * Installations of one plugin on one device share what the first of them began (README, Storage). Only a run needs to
 * know it: a list of installations names each by itself.
 */
export const STORAGE_OF = `(SELECT o.id FROM activations o JOIN licenses ol ON ol.id = o.license_id
  WHERE o.instance_id = a.instance_id AND ol.plugin_id = l.plugin_id AND (o.device_id = a.device_id OR o.hardware_id = a.hardware_id)
  ORDER BY o.rowid LIMIT 1)`;

/**
 * Everything that decides whether an installation may run, in one read. Only these parts of the manifest are moved. What
 * runs is the installed version if it has consent, or asks for exactly what an earlier consent was given for; else the
 * newest older version that has consent: an update that asks for something else waits for its own.
 */
const installationWith = (storage: string) => `
  SELECT a.id, a.installation_id, a.instance_id, COALESCE(r.version, a.version) AS version, a.version AS installed_version,
    a.released_at, a.lease_until, a.paused_at,
    (SELECT h.suspended_at FROM installation_health h WHERE h.activation_id = a.id) AS suspended_at,
    ${storage} AS storage_id,
    EXISTS (SELECT 1 FROM instance_modes m WHERE m.instance_id = a.instance_id AND m.mode = 'pull') AS is_pull,
    i.state AS instance_state,
    l.id AS license_id, l.user_id, l.type AS tier, l.state AS license_state, l.starts_at, iif(l.fallback, NULL, COALESCE(l.grace_until, l.expires_at)) AS ends_at,
    (SELECT json_group_object(metric, cap) FROM license_limits WHERE license_id = l.id) AS limits,
    (SELECT json_group_array(code ORDER BY code) FROM license_entitlements e WHERE e.license_id = l.id
      AND COALESCE(e.starts_at, 0) <= unixepoch() AND COALESCE(e.ends_at, unixepoch() + 1) > unixepoch()) AS features,
    p.id AS plugin_id, p.name AS plugin_name, ${RUNNING_PLUGIN_STATE} AS plugin_state,
    r.state AS release_state, r.sha256, r.closure_digest, r.server_sha256,
    EXISTS (SELECT 1 FROM blocked_digests b WHERE b.sha256 = r.sha256) AS blocked,
    json_extract(r.manifest, '$.type') AS type,
    json_extract(r.manifest, '$.events') AS events,
    json_extract(r.manifest, '$.routes') AS routes,
    json_extract(r.manifest, '$.schedules') AS schedules,
    json_extract(r.manifest, '$.egress') AS egress,
    json_extract(r.manifest, '$.emits') AS emits,
    json_extract(r.manifest, '$.ui') AS ui,
    json_extract(r.manifest, '$.settings.fields') AS fields,
    json_extract(r.manifest, '$.settings.version') AS settings_version,
    (SELECT json_array(json(s.settings), s.revision, s.schema_version, s.release_version,
      (SELECT o.sha256 FROM releases o WHERE o.plugin_id = p.id AND o.version = s.release_version AND o.state <> 'rejected')) FROM installation_settings s WHERE s.activation_id = ${storage}) AS settings,
    (SELECT json_group_object(s.key, s.sealed) FROM installation_secrets s WHERE s.activation_id = ${storage}) AS sealed,
    g.permissions, g.closure_digest AS granted_closure
  FROM activations a
  JOIN instances i ON i.id = a.instance_id
  JOIN licenses l ON l.id = a.license_id
  JOIN plugins p ON p.id = l.plugin_id
  LEFT JOIN releases w ON w.plugin_id = p.id AND w.version = a.version AND w.state <> 'rejected'
  LEFT JOIN grants g ON g.id = COALESCE(
    (SELECT MAX(n.id) FROM grants n WHERE n.activation_id = a.id AND n.version = a.version),
    (SELECT MAX(n.id) FROM grants n WHERE n.activation_id = a.id AND n.closure_digest = w.closure_digest),
    (SELECT n.id FROM grants n
      JOIN releases o ON o.plugin_id = p.id AND o.version = n.version AND o.state <> 'rejected'
      WHERE n.activation_id = a.id AND o.version_sort < w.version_sort ORDER BY o.version_sort DESC, n.id DESC LIMIT 1))
  LEFT JOIN releases r ON r.plugin_id = p.id AND r.state <> 'rejected'
    AND r.version = iif(g.closure_digest = w.closure_digest, a.version, COALESCE(g.version, a.version))`;

export async function readInstallation(db: D1Database, activationId: string): Promise<Installation | null> {
  const row = await db
    .prepare(`${installationWith(STORAGE_OF)} WHERE a.id = ?1`)
    .bind(activationId)
    .first<InstallationRow>();
  return row && installationOf(row);
}

/** Installations of one instance whose seat is live; bounded, since every one may get a delivery in one write. */
export async function readInstallationsOf(
  db: D1Database,
  instanceId: string,
  now: number,
): Promise<readonly Installation[]> {
  const { results } = await db
    .prepare(
      `${installationWith("a.id")} WHERE a.instance_id = ?1 AND a.released_at IS NULL AND a.lease_until > ?2
       ORDER BY a.id LIMIT ${MAX_INSTALLATIONS}`,
    )
    .bind(Number(instanceId), now)
    .all<InstallationRow>();
  return results.map(installationOf);
}

/** By uuid or `act_…`, inside one instance or all instances of one account; the newest where an account has two. */
export async function findOwnInstallation(
  db: D1Database,
  id: string,
  owner: { readonly instanceId: string } | { readonly accountId: string },
): Promise<FoundInstallation | null> {
  const [isOwned, owned] =
    "instanceId" in owner ? ["a.instance_id = ?1", owner.instanceId] : [OWNED_INSTANCE, owner.accountId];
  const row = await db
    .prepare(
      `SELECT a.id, a.installation_id FROM activations a JOIN instances i ON i.id = a.instance_id
       WHERE ${isOwned} AND ${id.startsWith("act_") ? "a.id" : "a.installation_id"} = ?2
       ORDER BY a.granted_at DESC LIMIT 1`,
    )
    .bind(Number(owned), id)
    .first<{ id: string; installation_id: string }>();
  return row && { activationId: row.id, installationId: row.installation_id };
}

const MAX_INSTALLATIONS = 500;
const BYTES_PER_MB = 1_048_576;
const STORAGE_MB: Readonly<Record<Tier, number>> = { free: 10, trial: 10, basic: 100, premium: 1000, enterprise: -1 };

interface InstallationRow {
  id: string;
  installation_id: string;
  instance_id: number;
  version: string;
  installed_version: string;
  released_at: number | null;
  lease_until: number;
  paused_at: number | null;
  suspended_at: number | null;
  storage_id: string;
  is_pull: number;
  instance_state: string;
  license_id: number;
  user_id: string;
  tier: Tier;
  license_state: string;
  starts_at: number;
  ends_at: number | null;
  limits: string;
  features: string;
  plugin_id: number;
  plugin_name: string;
  plugin_state: string;
  release_state: string | null;
  sha256: string | null;
  closure_digest: string | null;
  server_sha256: string | null;
  blocked: number;
  type: PluginType | null;
  events: string | null;
  routes: string | null;
  schedules: string | null;
  egress: string | null;
  emits: string | null;
  ui: string | null;
  fields: string | null;
  settings_version: number | null;
  settings: string | null;
  sealed: string;
  permissions: string | null;
  granted_closure: string | null;
}

function installationOf(row: InstallationRow): Installation {
  const limits = parseColumn<{ [metric: string]: number }>(row.limits);
  const storageMb = limits.storage ?? STORAGE_MB[row.tier];
  return {
    activationId: row.id,
    installationId: row.installation_id,
    instanceId: String(row.instance_id),
    isInstanceSuspended: row.instance_state !== "active",
    version: row.version,
    installedVersion: row.installed_version,
    releasedAt: row.released_at,
    leaseUntil: row.lease_until,
    pausedAt: row.paused_at,
    suspendedAt: row.suspended_at,
    storageId: row.storage_id,
    isPull: row.is_pull === 1,
    license: {
      id: String(row.license_id),
      userId: row.user_id,
      tier: row.tier,
      state: row.license_state,
      startsAt: row.starts_at,
      endsAt: row.ends_at,
      storageBytes: storageMb === -1 ? null : storageMb * BYTES_PER_MB,
      features: parseColumn<string[]>(row.features),
      limits,
    },
    plugin: { id: String(row.plugin_id), name: row.plugin_name, state: row.plugin_state },
    release:
      row.release_state === null || row.sha256 === null || row.closure_digest === null || row.type === null
        ? null
        : {
            sha256: row.sha256,
            state: row.release_state,
            isBlocked: row.blocked === 1,
            type: row.type,
            closureDigest: row.closure_digest,
            moduleSha256: row.server_sha256,
            events: parseColumn<{ on: string; timeoutMs?: number }[]>(row.events ?? "[]"),
            routes: parseColumn<DeclaredRoute[]>(row.routes ?? "[]"),
            schedules: parseColumn<Partial<Schedule>[]>(row.schedules ?? "[]").map(wholeSchedule),
            egress: parseColumn<{ host: string; methods?: string[] }[]>(row.egress ?? "[]"),
            emits: parseColumn<string[]>(row.emits ?? "[]"),
            ui: parseColumn<DeclaredUi | null>(row.ui ?? "null"),
            settings: parseColumn<SettingField[]>(row.fields ?? "[]"),
            settingsVersion: row.settings_version ?? 1,
          },
    settings: {
      ...settingsOf(row.settings),
      sealed: parseColumn<{ [key: string]: string }>(row.sealed),
    },
    grant:
      row.permissions === null || row.granted_closure === null
        ? null
        : { permissions: parseColumn<Permission[]>(row.permissions), closureDigest: row.granted_closure },
  };
}

function settingsOf(column: string | null): Pick<Installation["settings"], "values" | "writtenFor"> {
  if (column === null) return { values: {}, writtenFor: null };
  const [values, revision, settingsVersion, release, bundleSha256] =
    parseColumn<[JsonObject, number, number | null, string | null, string | null]>(column);
  const isKnown = settingsVersion !== null && release !== null && bundleSha256 !== null;
  return { values, writtenFor: isKnown ? { settingsVersion, release, bundleSha256, revision } : null };
}

/** Columns of JSON were written by us from checked values. */
function parseColumn<T>(text: string): T {
  return JSON.parse(text) as T;
}
