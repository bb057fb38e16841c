import { EVICTION_WINDOW, evictionBudget } from "../../domain/license/seat-budget.ts";
import { DAY } from "../../domain/time.ts";
import type { LicenseDeviceStore, StoredMachine } from "../../market/license/device-ports.ts";
import { appendWebhook, eventData } from "./append-event.ts";
import { appendActivationEvent } from "./installations.ts";
import { appendRevocation } from "./revocations.ts";
import { ACTIVATION_SELECT, activationOf, type Row, text } from "./rows.ts";
import { transfersOn } from "./transfers.ts";

const COPY_TOLD_EVERY = DAY;

/** Devices on D1: copies, evictions, commands, transfers. */
export function licenseDevicesOnD1(db: D1Database): LicenseDeviceStore {
  return {
    ...transfersOn(db),

    async withComponents(licenseId) {
      const { results } = await db
        .prepare(
          `SELECT ${ACTIVATION_SELECT}, a.components FROM activations a
          WHERE a.license_id = ?1 AND a.components IS NOT NULL ORDER BY a.lease_until DESC LIMIT 1000`,
        )
        .bind(Number(licenseId))
        .all<Row>();
      return results.map(machineOf);
    },

    async noteCopy(activation, copy, actor, op, now) {
      await db.batch([
        db
          .prepare(
            `INSERT INTO license_events (license_id, seq, at, kind, activation_id, actor, actor_id, op, data)
            SELECT a.license_id, (SELECT COALESCE(MAX(e.seq), 0) + 1 FROM license_events e WHERE e.license_id = a.license_id),
              ?4, 'activation.cloned', a.id, ?5, ?6, ?3, json_patch(json_object('copy', ?2), ?8) FROM activations a WHERE a.id = ?1
              AND NOT EXISTS (SELECT 1 FROM license_events e WHERE e.license_id = a.license_id AND e.kind = 'activation.cloned'
                AND e.activation_id = a.id AND e.at > ?7 AND json_extract(e.data, '$.copy') = ?2)`,
          )
          .bind(activation.id, copy, op, now, actor.kind, actor.id, now - COPY_TOLD_EVERY, eventData({}, actor)),
        appendWebhook(db, "l.id = ?1", Number(activation.licenseId), "license.updated", op, now, now),
      ]);
    },

    async evict(activation, reason, actor, op, now) {
      // Released already costs no budget; an unlimited license has none to spend.
      const [evicted] = await db.batch([
        db
          .prepare(
            `UPDATE activations SET released_at = ?2, release_reason = 'evicted', last_op = ?3
            WHERE id = ?1 AND released_at IS NULL AND EXISTS (SELECT 1 FROM licenses l WHERE l.id = activations.license_id
              AND (l.seat_cap = -1 OR (SELECT COUNT(*) FROM license_events e WHERE e.license_id = l.id
                AND e.kind = 'activation.evicted' AND e.at > ?4) < MAX(?5, l.seat_cap)))
            RETURNING id`,
          )
          .bind(activation.id, now, op, now - EVICTION_WINDOW, evictionBudget(0)),
        appendActivationEvent(db, "TRUE", activation.id, op, "activation.evicted", actor, now, { reason }),
        // The list is public: what an owner wrote stays in the audit.
        appendRevocation(db, "act", activation.id, "evicted", "owner", op, now),
        appendWebhook(db, "l.id = ?1", Number(activation.licenseId), "license.updated", op, now, now),
      ]);
      if (evicted?.results.length === 1) return { kind: "evicted" };
      const row = await db
        .prepare(
          `SELECT a.released_at, (SELECT MIN(e.at) FROM license_events e WHERE e.license_id = a.license_id
            AND e.kind = 'activation.evicted' AND e.at > ?2) AS oldest FROM activations a WHERE a.id = ?1`,
        )
        .bind(activation.id, now - EVICTION_WINDOW)
        .first<{ released_at: number | null; oldest: number | null }>();
      if (row === null || row.released_at !== null) return { kind: "released" };
      return { kind: "budget", retryAfter: Math.max(1, (row.oldest ?? now) + EVICTION_WINDOW - now) };
    },

    async holdsFile(activationId, jti, now) {
      const row = await db
        .prepare(
          `SELECT 1 FROM leases f JOIN activations a ON a.id = f.activation_id AND a.device_jkt = f.device_jkt
          WHERE f.jti = ?2 AND f.activation_id = ?1 AND f.released_at IS NULL AND f.revoked_at IS NULL AND f.exp > ?3
            AND NOT EXISTS (SELECT 1 FROM license_events e WHERE e.license_id = f.license_id AND e.kind = 'activation.moved'
              AND e.activation_id = ?1 AND e.at >= f.iat)`,
        )
        .bind(activationId, jti, now)
        .first();
      return row !== null;
    },

    async lastAt(licenseId, kind) {
      return db
        .prepare("SELECT MAX(at) AS at FROM license_events WHERE license_id = ?1 AND kind = ?2")
        .bind(Number(licenseId), kind)
        .first<number>("at");
    },

    async countSince(licenseId, kind, activationId, since) {
      const count = await db
        .prepare(
          `SELECT COUNT(*) AS n FROM license_events WHERE license_id = ?1 AND kind = ?2 AND at > ?4
            AND (?3 IS NULL OR activation_id = ?3)`,
        )
        .bind(Number(licenseId), kind, activationId, since)
        .first<number>("n");
      return count ?? 0;
    },

    async addCommand({ activation, type, args, jti, expiresAt, op, now }) {
      const [inserted] = await db.batch<{ n: number }>([
        db
          .prepare(
            `INSERT INTO device_commands (activation_id, n, jti, type, args, created_at, expires_at)
            SELECT ?1, COALESCE(MAX(c.n), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM device_commands c WHERE c.activation_id = ?1
            RETURNING n`,
          )
          .bind(activation.id, jti, type, JSON.stringify(args), now, expiresAt),
        // Pings that are answered from memory look at the list: the entry makes the next one come here.
        db.prepare("UPDATE activations SET last_op = ?2 WHERE id = ?1").bind(activation.id, op),
        appendRevocation(db, "act", activation.id, "changed", "", op, now),
      ]);
      const n = inserted?.results[0]?.n;
      if (n === undefined) throw new Error("a command without a number");
      return { activationId: activation.id, n, jti, type, args, expiresAt };
    },

    async acknowledge(activationId, numbers, now) {
      await db
        .prepare(
          `UPDATE device_commands SET acked_at = ?2 WHERE activation_id = ?1 AND acked_at IS NULL
            AND n IN (SELECT value FROM json_each(?3))`,
        )
        .bind(activationId, now, JSON.stringify(numbers))
        .run();
    },

    async prune(now) {
      await db.batch([
        db.prepare("DELETE FROM device_proofs WHERE expires_at <= ?1").bind(now),
        db.prepare("DELETE FROM license_transfers WHERE expires_at <= ?1").bind(now),
      ]);
    },
  };
}

function machineOf(row: Row): StoredMachine {
  const activation = activationOf(row);
  if (activation === null) throw new Error("a machine without an installation");
  return { activation, components: JSON.parse(text(row, "components")) as string[] };
}
