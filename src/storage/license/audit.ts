import { CHAIN_START } from "../../domain/license/audit.ts";
import type { LicenseAudit } from "../../market/license/audit-ports.ts";
import { type Row, textOrNull } from "./rows.ts";
import { eventOf } from "./subscribers.ts";

export function createLicenseAudit(db: D1Database): LicenseAudit {
  return {
    async events(licenseId, after, limit) {
      const { results } = await db
        .prepare("SELECT * FROM license_events WHERE license_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")
        .bind(Number(licenseId), after, limit)
        .all<Row>();
      return results.map(eventOf);
    },
    async unsealed(limit) {
      const { results } = await db
        .prepare(
          `SELECT e.*, iif(e.seq = 1, '${CHAIN_START}', p.chain) AS previous
          FROM license_events e INDEXED BY license_events_unsealed
          LEFT JOIN license_events p ON p.license_id = e.license_id AND p.seq = e.seq - 1
          WHERE e.chain IS NULL ORDER BY e.license_id, e.seq LIMIT ?1`,
        )
        .bind(limit)
        .all<Row>();
      return results.map((row) => ({ event: eventOf(row), previous: textOrNull(row, "previous") }));
    },
    async seal(seals) {
      if (seals.length === 0) return;
      const statement = db.prepare(
        `UPDATE license_events SET chain = ?3, salt = ?4, personal = ?5 WHERE license_id = ?1 AND seq = ?2 AND chain IS NULL
          AND (?6 = '${CHAIN_START}' AND seq = 1 OR EXISTS (SELECT 1 FROM license_events p
            WHERE p.license_id = ?1 AND p.seq = ?2 - 1 AND p.chain = ?6))`,
      );
      await db.batch(
        seals.map(({ licenseId, seq, chain, salt, personal, previous }) =>
          statement.bind(Number(licenseId), seq, chain, salt, personal, previous),
        ),
      );
    },
    async erase(licenseId) {
      const { meta } = await db
        .prepare(
          `UPDATE license_events SET actor_id = NULL, data = '{}', salt = NULL
          WHERE license_id = ?1 AND chain IS NOT NULL AND salt IS NOT NULL`,
        )
        .bind(Number(licenseId))
        .run();
      return meta.changes;
    },
  };
}
