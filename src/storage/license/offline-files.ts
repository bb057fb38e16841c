import type { KeptFile, OfflineFile, OfflineStore } from "../../market/license/offline-ports.ts";
import type { GrantOrder } from "../../market/license/ports.ts";
import { appendWebhook } from "./append-event.ts";
import { appendRevocation } from "./revocations.ts";

const MISSES = 5;
const MISS_WINDOW = 900;
const CODES_PER_HOUR = 20;

/** Files, handoff codes and misses on D1. */
export function createOfflineStore(db: D1Database): OfflineStore {
  return {
    byRequest: (requestHash) => findFile(db, "o.request_hash", requestHash),
    byJti: (jti) => findFile(db, "o.jti", jti),
    release: (jti, op, now) => releaseFile(db, jti, op, now),
    async addCode(codeHash, licenseId, madeBy, createdAt, expiresAt) {
      const row = await db
        .prepare(
          `INSERT INTO offline_codes (code_hash, license_id, made_by, created_at, expires_at)
          SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT COUNT(*) FROM offline_codes c
            WHERE c.license_id = ?2 AND c.created_at > ?4 - 3600) < ${CODES_PER_HOUR} RETURNING license_id`,
        )
        .bind(codeHash, Number(licenseId), madeBy, createdAt, expiresAt)
        .first();
      return row !== null;
    },
    async findCode(codeHash, subject, now) {
      // The try is counted before anything is said, so that parallel guesses share one budget.
      const [noted, found] = await db.batch<
        { id: number } | { license_id: number; expires_at: number; used_for: string | null }
      >([
        db
          .prepare(
            `INSERT INTO offline_misses (subject, at) SELECT ?1, ?2
            WHERE (SELECT COUNT(*) FROM offline_misses m WHERE m.subject = ?1 AND m.at > ?2 - ${MISS_WINDOW}) < ${MISSES}
            RETURNING id`,
          )
          .bind(subject, now),
        db
          .prepare(
            "SELECT license_id, expires_at, used_for FROM offline_codes WHERE code_hash = ?1 AND expires_at > ?2",
          )
          .bind(codeHash, now),
      ]);
      const note = noted?.results[0] as { id: number } | undefined;
      if (note === undefined) return "cooldown";
      const row = found?.results[0] as { license_id: number; expires_at: number; used_for: string | null } | undefined;
      if (row === undefined) return "unknown";
      await db.prepare("DELETE FROM offline_misses WHERE id = ?1").bind(note.id).run();
      return { licenseId: String(row.license_id), expiresAt: row.expires_at, usedFor: row.used_for };
    },
    async spendCode(codeHash, requestHash, now) {
      const row = await db
        .prepare(
          `UPDATE offline_codes SET used_at = COALESCE(used_at, ?3), used_for = ?2
          WHERE code_hash = ?1 AND expires_at > ?3 AND (used_for IS NULL OR used_for = ?2) RETURNING license_id`,
        )
        .bind(codeHash, requestHash, now)
        .first();
      return row !== null;
    },
    async prune(now) {
      await db.batch([
        db.prepare("DELETE FROM offline_misses WHERE at <= ?1").bind(now - MISS_WINDOW),
        db.prepare("DELETE FROM offline_codes WHERE expires_at <= ?1").bind(now - 3600),
      ]);
    },
  };
}

/** The file's row, in the transaction that gives its seat. The same request a second time changes nothing here. */
export function recordFile(db: D1Database, order: GrantOrder, file: OfflineFile): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO leases (jti, activation_id, license_id, request_hash, device_jkt, kid, iat, exp, document)
      SELECT ?3, a.id, a.license_id, ?4, ?5, ?6, ?7, ?8, ?9 FROM activations a WHERE a.id = ?1 AND a.last_op = ?2
      ON CONFLICT DO NOTHING`,
    )
    .bind(
      order.activationId,
      order.op,
      file.jti,
      file.requestHash,
      file.deviceJkt,
      file.kid,
      file.issuedAt,
      file.expiresAt,
      file.document,
    );
}

async function findFile(db: D1Database, column: "o.request_hash" | "o.jti", value: string): Promise<KeptFile | null> {
  const row = await db
    .prepare(
      `SELECT o.jti, o.request_hash AS requestHash, o.device_jkt AS deviceJkt, o.kid, o.iat AS issuedAt, o.exp AS expiresAt,
        o.document, o.license_id AS licenseId, o.activation_id AS activationId, a.installation_id AS installationId,
        o.released_at AS releasedAt, COALESCE(o.revoked_at, a.released_at) AS revokedAt
      FROM leases o JOIN activations a ON a.id = o.activation_id WHERE ${column} = ?1`,
    )
    .bind(value)
    .first<Omit<KeptFile, "licenseId"> & { licenseId: number }>();
  return row === null ? null : { ...row, licenseId: String(row.licenseId) };
}

async function releaseFile(db: D1Database, jti: string, op: string, now: number): Promise<boolean> {
  const mine =
    "EXISTS (SELECT 1 FROM leases o WHERE o.jti = ?1 AND o.activation_id = activations.id AND o.released_at IS NULL)";
  const ofFile = "(SELECT o.activation_id FROM leases o WHERE o.jti = ?1)";
  const [touched] = await db.batch<{ id: string }>([
    // Whoever turned the row over meanwhile keeps the seat only if it was free already.
    db
      .prepare(
        `UPDATE activations SET release_reason = iif(released_at IS NULL, 'released', release_reason),
          released_at = COALESCE(released_at, ?3), last_op = ?2 WHERE id = ${ofFile} AND ${mine} RETURNING id`,
      )
      .bind(jti, op, now),
    appendRevocation(db, "jti", jti, "released", "", op, now),
    db
      .prepare(
        `UPDATE leases SET released_at = ?3 WHERE jti = ?1
          AND EXISTS (SELECT 1 FROM activations a WHERE a.id = leases.activation_id AND a.last_op = ?2)`,
      )
      .bind(jti, op, now),
    db
      .prepare(
        `INSERT INTO license_events (license_id, seq, at, kind, activation_id, actor, actor_id, op)
        SELECT a.license_id, (SELECT COALESCE(MAX(e.seq), 0) + 1 FROM license_events e WHERE e.license_id = a.license_id),
          ?3, 'activation.released', a.id, 'device', NULL, ?2 FROM activations a WHERE a.id = ${ofFile} AND a.last_op = ?2`,
      )
      .bind(jti, op, now),
    appendWebhook(
      db,
      "l.id = (SELECT o.license_id FROM leases o WHERE o.jti = ?1)",
      jti,
      "license.updated",
      op,
      now,
      now,
    ),
  ]);
  return touched?.results.length === 1;
}
