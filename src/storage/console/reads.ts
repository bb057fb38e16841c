import type { AuditRow, ConsoleReads, InstanceRow, TransferRow } from "../../market/console/ports.ts";
import { readInstalled } from "./installed.ts";
import { readLicenses } from "./licenses.ts";
import { OWNED_INSTANCE } from "./owned.ts";

/** The console's lists on D1. */
export function createConsoleReads(db: D1Database): ConsoleReads {
  return {
    instances: (accountId) => readInstances(db, accountId),
    installations: (accountId, wanted, now) => readInstalled(db, accountId, wanted, now),
    licenses: (accountId, wanted, now) => readLicenses(db, accountId, wanted, now),
    offers: (accountId, now) => readOffers(db, accountId, now),
    offered: (licenseId, now) => readOffered(db, licenseId, now),
    audit: (accountId, before, limit) => readAudit(db, accountId, before, limit),
  };
}

const MAX_INSTANCES = 200;

async function readInstances(db: D1Database, accountId: string): Promise<readonly InstanceRow[]> {
  const { results } = await db
    .prepare(
      `SELECT i.id, i.name, i.url, i.app_version, i.state, i.webhook_paused_at, i.host_api_key_sealed IS NOT NULL AS has_key,
         o.handle AS organization,
         EXISTS (SELECT 1 FROM instance_modes m WHERE m.instance_id = i.id AND m.mode = 'pull') AS is_pull,
         (SELECT MAX(a.last_seen_at) FROM activations a WHERE a.instance_id = i.id) AS last_seen_at,
         (SELECT COUNT(*) FROM activations a WHERE a.instance_id = i.id AND a.released_at IS NULL) AS installed,
         (SELECT COUNT(*) FROM licenses l WHERE l.instance_id = i.id AND l.state <> 'revoked') AS licenses
       FROM instances i LEFT JOIN publishers o ON o.id = i.organization_id
       WHERE ${OWNED_INSTANCE} ORDER BY i.name COLLATE NOCASE, i.id LIMIT ${MAX_INSTANCES}`,
    )
    .bind(Number(accountId))
    .all<{
      id: number;
      name: string;
      url: string;
      app_version: string;
      state: string;
      webhook_paused_at: number | null;
      has_key: number;
      organization: string | null;
      is_pull: number;
      last_seen_at: number | null;
      installed: number;
      licenses: number;
    }>();
  return results.map((row) => ({
    id: String(row.id),
    name: row.name,
    url: row.url,
    appVersion: row.app_version,
    isSuspended: row.state === "suspended",
    isPull: row.is_pull === 1,
    hasHostKey: row.has_key === 1,
    organization: row.organization,
    webhookPausedAt: row.webhook_paused_at,
    lastSeenAt: row.last_seen_at,
    installed: row.installed,
    licenses: row.licenses,
  }));
}

interface TransferSql {
  license_id: number;
  name: string;
  display_name: string;
  to_instance_id: number;
  to_name: string | null;
  to_user_id: string;
  expires_at: number;
}

async function readOffers(db: D1Database, accountId: string, now: number): Promise<readonly TransferRow[]> {
  // Only the account that registered an instance takes a license for it, as acceptance demands.
  const { results } = await db
    .prepare(
      `SELECT t.license_id, p.name, p.display_name, t.to_instance_id, i.name AS to_name, t.to_user_id, t.expires_at
       FROM instances i JOIN license_transfers t ON t.to_instance_id = i.id
       JOIN licenses l ON l.id = t.license_id JOIN plugins p ON p.id = l.plugin_id
       WHERE i.account_id = ?1 AND t.expires_at > ?2 ORDER BY t.offered_at DESC LIMIT 50`,
    )
    .bind(Number(accountId), now)
    .all<TransferSql>();
  return results.map(transferOf);
}

async function readOffered(db: D1Database, licenseId: string, now: number): Promise<TransferRow | null> {
  const row = await db
    .prepare(
      `SELECT t.license_id, p.name, p.display_name, t.to_instance_id, NULL AS to_name, t.to_user_id, t.expires_at
       FROM license_transfers t JOIN licenses l ON l.id = t.license_id JOIN plugins p ON p.id = l.plugin_id
       WHERE t.license_id = ?1 AND t.expires_at > ?2`,
    )
    .bind(Number(licenseId), now)
    .first<TransferSql>();
  return row === null ? null : transferOf(row);
}

function transferOf(row: TransferSql): TransferRow {
  return {
    licenseId: String(row.license_id),
    plugin: { name: row.name, displayName: row.display_name },
    toInstanceId: String(row.to_instance_id),
    toInstanceName: row.to_name,
    toUserId: row.to_user_id,
    expiresAt: row.expires_at,
  };
}

async function readAudit(
  db: D1Database,
  accountId: string,
  before: number | null,
  limit: number,
): Promise<readonly AuditRow[]> {
  const { results } = await db
    .prepare(
      `WITH owned AS (SELECT i.id FROM instances i WHERE ${OWNED_INSTANCE})
       SELECT id, at, actor_kind AS actorKind, actor_id AS actorId, action, subject_kind AS subjectKind,
         subject_id AS subjectId, data
       FROM audit
       WHERE id < ?2 AND (
         (subject_kind = 'instance' AND subject_id IN (SELECT CAST(id AS TEXT) FROM owned))
         OR (subject_kind = 'installation' AND subject_id IN
           (SELECT a.id FROM activations a WHERE a.instance_id IN (SELECT id FROM owned))))
       ORDER BY id DESC LIMIT ?3`,
    )
    .bind(Number(accountId), before ?? Number.MAX_SAFE_INTEGER, limit)
    .all<AuditRow>();
  return results;
}
