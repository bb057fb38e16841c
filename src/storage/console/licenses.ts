import type { LicenseRow, LicensesWanted } from "../../market/console/ports.ts";
import { OWNED_INSTANCE } from "./owned.ts";

const MAX_LICENSES = 500;
/** How the table spells unlimited. */
const UNLIMITED = -1;

interface LicenseSql {
  id: number;
  instance_id: number;
  instance_name: string;
  plugin_id: number;
  plugin_name: string;
  display_name: string;
  user_id: string;
  type: LicenseRow["type"];
  state: LicenseRow["state"];
  starts_at: number;
  expires_at: number | null;
  grace_until: number | null;
  max_installs: number;
  offline_days: number;
  live: number;
  hint: string | null;
}

/** Licenses of the account's instances, those that count first; a filter that is left out holds everything. */
export async function readLicenses(
  db: D1Database,
  accountId: string,
  { licenseId, instanceId, pluginId }: LicensesWanted,
  now: number,
): Promise<readonly LicenseRow[]> {
  const { results } = await db
    .prepare(
      `SELECT l.id, l.instance_id, i.name AS instance_name, p.id AS plugin_id, p.name AS plugin_name, p.display_name,
         l.user_id, l.type, l.state, l.starts_at, l.expires_at, l.grace_until, l.max_installs, l.offline_days,
         (SELECT COUNT(*) FROM activations a WHERE a.license_id = l.id AND a.seat_class = 'paid'
           AND a.released_at IS NULL AND a.lease_until > ?5) AS live,
         (SELECT k.hint FROM license_keys k WHERE k.license_id = l.id AND k.state = 'current' LIMIT 1) AS hint
       FROM licenses l JOIN instances i ON i.id = l.instance_id JOIN plugins p ON p.id = l.plugin_id
       WHERE ${OWNED_INSTANCE} AND (?2 IS NULL OR l.id = ?2) AND (?3 IS NULL OR l.instance_id = ?3)
         AND (?4 IS NULL OR l.plugin_id = ?4)
       ORDER BY l.state = 'revoked', l.id DESC LIMIT ${MAX_LICENSES}`,
    )
    .bind(Number(accountId), numberOf(licenseId), numberOf(instanceId), numberOf(pluginId), now)
    .all<LicenseSql>();
  return results.map((row) => ({
    id: String(row.id),
    instance: { id: String(row.instance_id), name: row.instance_name },
    plugin: { id: String(row.plugin_id), name: row.plugin_name, displayName: row.display_name },
    userId: row.user_id,
    type: row.type,
    state: row.state,
    startsAt: row.starts_at,
    expiresAt: row.expires_at,
    graceUntil: row.grace_until,
    maxInstalls: row.max_installs === UNLIMITED ? null : row.max_installs,
    liveSeats: row.live,
    keyHint: row.hint,
    offlineDays: row.offline_days,
  }));
}

function numberOf(id: string | undefined): number | null {
  return id === undefined ? null : Number(id);
}
