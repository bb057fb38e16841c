import { DAY } from "../../domain/time.ts";
import type { InstallationsWanted, InstalledRow, LicenseTerms } from "../../market/console/ports.ts";
import { OWNED_INSTANCE } from "./owned.ts";

const MAX_INSTALLATIONS = 500;

interface InstalledSql {
  id: string;
  installation_id: string;
  instance_id: number;
  instance_name: string;
  plugin_id: number;
  plugin_name: string;
  display_name: string;
  icon: string | null;
  version: string;
  latest_version: string | null;
  label: string | null;
  env: string;
  hardware_id: string | null;
  device_jkt: string | null;
  seat_class: "paid" | "dev";
  granted_at: number;
  last_seen_at: number;
  lease_until: number;
  paused_at: number | null;
  released_at: number | null;
  suspended_at: number | null;
  license_id: number;
  type: LicenseTerms["type"];
  state: LicenseTerms["state"];
  starts_at: number;
  expires_at: number | null;
  grace_until: number | null;
  runs: number;
  failures: number;
}

/** Installations of the account's instances; a filter that is left out holds everything. */
export async function readInstalled(
  db: D1Database,
  accountId: string,
  { activationId, instanceId, licenseId, isReleased = true }: InstallationsWanted,
  now: number,
): Promise<readonly InstalledRow[]> {
  const runs = "FROM executions x WHERE x.activation_id = a.id AND x.created_at > ?5";
  const { results } = await db
    .prepare(
      `SELECT a.id, a.installation_id, a.instance_id, i.name AS instance_name, p.id AS plugin_id, p.name AS plugin_name,
         p.display_name, p.icon, a.version, r.version AS latest_version, a.label, a.env, a.hardware_id, a.device_jkt,
         a.seat_class, a.granted_at, a.last_seen_at, a.lease_until, a.paused_at, a.released_at, h.suspended_at,
         l.id AS license_id, l.type, l.state, l.starts_at, l.expires_at, l.grace_until,
         (SELECT COUNT(*) ${runs}) AS runs,
         (SELECT COUNT(*) ${runs} AND x.outcome NOT IN ('queued', 'running', 'ok', 'skipped')) AS failures
       FROM activations a
       JOIN instances i ON i.id = a.instance_id
       JOIN licenses l ON l.id = a.license_id
       JOIN plugins p ON p.id = l.plugin_id
       LEFT JOIN releases r ON r.id = p.latest_release_id
       LEFT JOIN installation_health h ON h.activation_id = a.id
       WHERE ${OWNED_INSTANCE} AND (?2 IS NULL OR a.id = ?2) AND (?3 IS NULL OR a.instance_id = ?3)
         AND (?4 IS NULL OR a.license_id = ?4) AND (?6 = 1 OR a.released_at IS NULL)
       ORDER BY a.released_at IS NOT NULL, a.granted_at DESC, a.id LIMIT ${MAX_INSTALLATIONS}`,
    )
    .bind(
      Number(accountId),
      activationId ?? null,
      instanceId === undefined ? null : Number(instanceId),
      licenseId === undefined ? null : Number(licenseId),
      now - DAY,
      isReleased ? 1 : 0,
    )
    .all<InstalledSql>();
  return results.map(installedOf);
}

function installedOf(row: InstalledSql): InstalledRow {
  return {
    activationId: row.id,
    installationId: row.installation_id,
    instance: { id: String(row.instance_id), name: row.instance_name },
    plugin: { id: String(row.plugin_id), name: row.plugin_name, displayName: row.display_name, icon: row.icon },
    version: row.version,
    latestVersion: row.latest_version,
    label: row.label,
    environment: row.env,
    hardwareId: row.hardware_id,
    isDeviceBound: row.device_jkt !== null,
    seatClass: row.seat_class,
    grantedAt: row.granted_at,
    lastSeenAt: row.last_seen_at,
    leaseUntil: row.lease_until,
    pausedAt: row.paused_at,
    releasedAt: row.released_at,
    suspendedAt: row.suspended_at,
    license: {
      id: String(row.license_id),
      type: row.type,
      state: row.state,
      startsAt: row.starts_at,
      expiresAt: row.expires_at,
      graceUntil: row.grace_until,
    },
    runs: row.runs,
    failures: row.failures,
  };
}
