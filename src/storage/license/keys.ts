import type { LicenseKeyStore, Rotation } from "../../market/license/key-ports.ts";
import { appendEvent } from "./append-event.ts";

export function createLicenseKeyStore(db: D1Database): LicenseKeyStore {
  return {
    rotate: (rotation) => rotateKey(db, rotation),
    async sealedOf(licenseId, serial) {
      return db
        .prepare("SELECT sealed FROM license_keys WHERE license_id = ?1 AND serial = ?2")
        .bind(Number(licenseId), serial)
        .first<string>("sealed");
    },
    async erase(now) {
      const { meta } = await db
        .prepare(
          `UPDATE license_keys SET sealed = NULL, state = iif(valid_until <= ?1, 'retired', state)
          WHERE sealed IS NOT NULL AND erase_at IS NOT NULL AND erase_at <= ?1
            AND NOT EXISTS (SELECT 1 FROM webhook_outbox w WHERE w.subject_kind = 'license'
              AND w.subject_id = license_keys.license_id AND w.state IN ('queued', 'sending'))`,
        )
        .bind(now)
        .run();
      return meta.changes;
    },
  };
}

async function rotateKey(db: D1Database, rotation: Rotation): Promise<boolean> {
  const { license, key, oldUntil, actor, op, now } = rotation;
  const id = Number(license.id);
  const mine = "EXISTS (SELECT 1 FROM licenses l WHERE l.id = ?1 AND l.last_op = ?2)";
  const isOver = oldUntil <= now;
  const ours = "l.id = ?1 AND l.last_op = ?5";
  const [moved] = await db.batch([
    db
      .prepare(
        `UPDATE licenses SET rev = rev + 1, last_op = ?3 WHERE id = ?1 AND rev = ?2 AND state <> 'revoked' RETURNING id`,
      )
      .bind(id, license.rev, op),
    db
      .prepare(
        `UPDATE license_keys SET state = ?3, valid_until = ?4, erase_at = ?4
        WHERE license_id = ?1 AND state = 'current' AND ${mine}`,
      )
      .bind(id, op, isOver ? "retired" : "overlap", oldUntil),
    db
      .prepare(
        `INSERT INTO license_keys (key_hash, license_id, kind, pepper_v, hint, sealed, state, serial)
        SELECT ?3, l.id, ?4, ?7, ?5, ?6, 'current',
          (SELECT MAX(k.serial) + 1 FROM license_keys k WHERE k.license_id = l.id)
        FROM licenses l WHERE l.id = ?1 AND l.last_op = ?2`,
      )
      .bind(id, op, key.hash, key.kind, key.hint, key.sealed, key.pepperV ?? 1),
    appendEvent(db, ours, id, "license.key_rotated", actor, op, { oldUntil }, now),
    appendEvent(db, ours, id, "license.key_issued", actor, op, { hint: key.hint }, now),
    db
      .prepare(
        `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, sequence, data, not_before, created_at)
        SELECT l.instance_id, iif(e.kind = 'license.key_rotated', 'license.revoked', 'license.created'), 'license', l.id,
          e.seq, json_object('serial', k.serial - (e.kind = 'license.key_rotated')), ?3, ?3
        FROM licenses l JOIN license_keys k ON k.license_id = l.id AND k.state = 'current'
        JOIN license_events e ON e.license_id = l.id AND e.op = ?2
          AND e.seq > (SELECT MAX(n.seq) FROM license_events n WHERE n.license_id = l.id) - 2
        WHERE l.id = ?1 AND l.last_op = ?2 ORDER BY e.seq`,
      )
      .bind(id, op, now),
  ]);
  return moved?.results.length === 1;
}
