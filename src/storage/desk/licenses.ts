import type { DeskReads, LicenseRow, LicenseSheet } from "../../market/desk/ports.ts";
import { containing } from "./like.ts";

interface StoredLicense {
  readonly id: number;
  readonly uuid: string;
  readonly plugin: string;
  readonly publisher: string;
  readonly instance_id: number;
  readonly instance: string;
  readonly user_id: string;
  readonly type: string;
  readonly state: LicenseRow["state"];
  readonly state_reason: string | null;
  readonly issued_at: number;
  readonly expires_at: number | null;
  readonly seat_cap: number;
  readonly used: number;
}
interface StoredActivation {
  readonly activation_id: string;
  readonly version: string;
  readonly granted_at: number;
  readonly lease_until: number;
  readonly released_at: number | null;
}
interface StoredEvent {
  readonly at: number;
  readonly kind: string;
}

const ROW = `SELECT l.id, l.uuid, p.name AS plugin, b.handle AS publisher, l.instance_id, i.name AS instance, l.user_id, l.type,
  l.state, l.state_reason, l.issued_at, l.expires_at, l.seat_cap,
  (SELECT COUNT(*) FROM activations a WHERE a.license_id = l.id AND a.released_at IS NULL AND a.lease_until > unixepoch()) AS used
  FROM licenses l JOIN plugins p ON p.id = l.plugin_id JOIN publishers b ON b.id = l.publisher_id
    JOIN instances i ON i.id = l.instance_id`;
const MOST = 200;

export function readLicenses(db: D1Database): Pick<DeskReads, "licenses" | "license"> {
  return {
    async licenses(query, limit) {
      const { results } = await db
        .prepare(
          `${ROW} WHERE ?1 = '' OR l.id = CAST(?1 AS INTEGER) OR l.uuid = ?1 OR p.name LIKE ?2 ESCAPE '\\'
             OR i.name LIKE ?2 ESCAPE '\\' OR EXISTS (SELECT 1 FROM license_keys k WHERE k.license_id = l.id AND k.hint = ?1)
           ORDER BY l.id DESC LIMIT ?3`,
        )
        .bind(query, containing(query), limit)
        .all<StoredLicense>();
      return results.map(rowOf);
    },

    async license(licenseId) {
      const [rows, activations, events] = await db.batch<StoredLicense & StoredActivation & StoredEvent>([
        db.prepare(`${ROW} WHERE l.id = ?1`).bind(Number(licenseId)),
        db
          .prepare(
            `SELECT id AS activation_id, version, granted_at, lease_until, released_at FROM activations
             WHERE license_id = ?1 ORDER BY granted_at DESC LIMIT ${MOST}`,
          )
          .bind(Number(licenseId)),
        db
          .prepare(`SELECT at, kind FROM license_events WHERE license_id = ?1 ORDER BY seq DESC LIMIT ${MOST}`)
          .bind(Number(licenseId)),
      ]);
      const row = rows?.results[0];
      if (row === undefined) return null;
      return {
        ...rowOf(row),
        uuid: row.uuid,
        stateReason: row.state_reason,
        activations: (activations?.results ?? []).map(activationOf),
        events: (events?.results ?? []).map(({ at, kind }) => ({ at, kind })),
      };
    },
  };
}

function rowOf(row: StoredLicense): LicenseRow {
  return {
    licenseId: String(row.id),
    plugin: row.plugin,
    publisher: row.publisher,
    instanceId: String(row.instance_id),
    instance: row.instance,
    userId: row.user_id,
    tier: row.type,
    state: row.state,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    seats: row.seat_cap,
    seatsUsed: row.used,
  };
}

function activationOf(row: StoredActivation): LicenseSheet["activations"][number] {
  return {
    activationId: row.activation_id,
    version: row.version,
    grantedAt: row.granted_at,
    leaseUntil: row.lease_until,
    releasedAt: row.released_at,
  };
}
