import { MAX_ACTIVE_KEYS } from "../../domain/trust/key-event.ts";
import { RECOVERY_LIFE_SECONDS, RECOVERY_WAIT_SECONDS } from "../../domain/trust/recovery.ts";
import type { NewKeyEvent } from "../../market/account/key-ports.ts";

/**
 * One event and all that follows from it. The first statement holds every condition; the others act only where the row of
 * this very act stands, so whoever lost a race changes nothing.
 */
export function keyEventStatements(db: D1Database, event: NewKeyEvent, at: number): D1PreparedStatement[] {
  const statements = [insertEvent(db, event, at)];
  if (event.event.action === "add") statements.push(...addKey(db, event, event.event.publicKey, at));
  if (event.event.action === "recover")
    statements.push(...addKey(db, event, event.event.publicKey, at), ...retireOthers(db, event));
  if (event.event.action === "retire") statements.push(...retireKey(db, event));
  if (event.event.action === "compromise")
    statements.push(...compromiseKey(db, event, event.event.fromSequence), ...voidStatements(db, event, at));
  return [...statements, ...record(db, event, at)];
}

function insertEvent(db: D1Database, event: NewKeyEvent, at: number): D1PreparedStatement {
  const { action, sequence, previous } = event.event;
  return db
    .prepare(
      `INSERT INTO key_events (publisher_id, sequence, sha256, action, key_id, signer_key_id, envelope, account_id, op, at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
       WHERE coalesce((SELECT max(sequence) FROM key_events WHERE publisher_id = ?1), 0) = ?2 - 1
         AND (SELECT sha256 FROM key_events WHERE publisher_id = ?1 AND sequence = ?2 - 1) IS ?11
         AND (?4 = 'recover'
           OR EXISTS (SELECT 1 FROM publisher_keys WHERE key_id = ?6 AND publisher_id = ?1 AND state = 'active'))
         AND CASE ?4
           WHEN 'add' THEN NOT EXISTS (SELECT 1 FROM publisher_keys WHERE key_id = ?5)
             AND (SELECT count(*) FROM publisher_keys WHERE publisher_id = ?1 AND state = 'active') < ${MAX_ACTIVE_KEYS}
             AND EXISTS (SELECT 1 FROM key_nonces WHERE nonce_hash = ?12 AND publisher_id = ?1 AND account_id = ?8
               AND public_key = ?13 AND expires_at > ?10)
           WHEN 'recover' THEN NOT EXISTS (SELECT 1 FROM publisher_keys WHERE key_id = ?5)
             AND EXISTS (SELECT 1 FROM key_nonces WHERE nonce_hash = ?12 AND publisher_id = ?1 AND account_id = ?8
               AND public_key = ?13 AND expires_at > ?10)
             AND EXISTS (SELECT 1 FROM key_recoveries WHERE publisher_id = ?1 AND public_key = ?13
               AND requested_at <= ?10 - ${RECOVERY_WAIT_SECONDS} AND requested_at > ?10 - ${RECOVERY_LIFE_SECONDS})
           WHEN 'retire' THEN EXISTS (SELECT 1 FROM publisher_keys WHERE key_id = ?5 AND publisher_id = ?1 AND state = 'active')
             AND (SELECT count(*) FROM publisher_keys WHERE publisher_id = ?1 AND state = 'active') > 1
           WHEN 'compromise' THEN EXISTS (SELECT 1 FROM publisher_keys WHERE key_id = ?5 AND publisher_id = ?1
             AND state IN ('active', 'retired'))
           ELSE 0 END
       ON CONFLICT DO NOTHING RETURNING sequence`,
    )
    .bind(
      Number(event.publisherId),
      sequence,
      event.sha256,
      action,
      event.keyId,
      event.signerKeyId,
      event.envelope,
      Number(event.accountId),
      event.op,
      at,
      previous,
      event.nonceHash,
      "publicKey" in event.event ? event.event.publicKey : null,
    );
}

const WRITTEN = "EXISTS (SELECT 1 FROM key_events e WHERE e.publisher_id = ?1 AND e.op = ?2)";

function addKey(db: D1Database, event: NewKeyEvent, publicKey: string, at: number): D1PreparedStatement[] {
  const publisher = Number(event.publisherId);
  return [
    db
      .prepare(
        `INSERT INTO publisher_keys (key_id, publisher_id, public_key, state, account_id, created_at, trusted_at)
         SELECT ?3, ?1, ?4, 'active', ?5, ?6, ?7 WHERE ${WRITTEN}`,
      )
      .bind(publisher, event.op, event.keyId, publicKey, Number(event.accountId), at, event.trustedAt),
    db
      .prepare(`DELETE FROM key_nonces WHERE nonce_hash = ?3 AND publisher_id = ?1 AND ${WRITTEN}`)
      .bind(publisher, event.op, event.nonceHash),
  ];
}

/** Whoever lost keys cannot say who has them now: none of the old ones signs any more, and the request is used up. */
function retireOthers(db: D1Database, event: NewKeyEvent): D1PreparedStatement[] {
  const bound = [Number(event.publisherId), event.op, event.keyId] as const;
  const others = "k.publisher_id = ?1 AND k.state = 'active' AND k.key_id <> ?3";
  return [
    db
      .prepare(
        `INSERT INTO key_cuts (key_id, plugin_id, from_sequence)
         SELECT k.key_id, p.id, p.head_sequence + 1 FROM publisher_keys k JOIN plugins p ON p.publisher_id = k.publisher_id
         WHERE ${others} AND ${WRITTEN}`,
      )
      .bind(...bound),
    db.prepare(`UPDATE publisher_keys AS k SET state = 'retired' WHERE ${others} AND ${WRITTEN}`).bind(...bound),
    db.prepare(`DELETE FROM key_recoveries WHERE publisher_id = ?1 AND ?3 IS NOT NULL AND ${WRITTEN}`).bind(...bound),
  ];
}

/** The cut is where every chain stands right now: what was accepted stays, nothing comes after. */
function retireKey(db: D1Database, event: NewKeyEvent): D1PreparedStatement[] {
  const publisher = Number(event.publisherId);
  return [
    setState(db, event, "retired"),
    db
      .prepare(
        `INSERT INTO key_cuts (key_id, plugin_id, from_sequence)
         SELECT ?3, p.id, p.head_sequence + 1 FROM plugins p WHERE p.publisher_id = ?1 AND ${WRITTEN}`,
      )
      .bind(publisher, event.op, event.keyId),
  ];
}

/** A plugin that is not named is cut at 1; no cut lies beyond the head, or the key would go on signing. */
function compromiseKey(
  db: D1Database,
  event: NewKeyEvent,
  fromSequence: { readonly [plugin: string]: number },
): D1PreparedStatement[] {
  const publisher = Number(event.publisherId);
  return [
    setState(db, event, "compromised"),
    db
      .prepare(
        `INSERT INTO key_cuts (key_id, plugin_id, from_sequence)
         SELECT ?3, p.id, min(p.head_sequence + 1, coalesce(
           (SELECT CAST(j.value AS INTEGER) FROM json_each(?4) j WHERE j.key = p.name), 1))
         FROM plugins p WHERE p.publisher_id = ?1 AND ${WRITTEN}
         ON CONFLICT (key_id, plugin_id) DO UPDATE SET from_sequence = excluded.from_sequence`,
      )
      .bind(publisher, event.op, event.keyId, JSON.stringify(fromSequence)),
  ];
}

/** Accepted at or after the cut: published releases are blocked until re-signed, waiting ones wait for a signature again. */
function voidStatements(db: D1Database, event: NewKeyEvent, at: number): D1PreparedStatement[] {
  const publisher = Number(event.publisherId);
  const fallen = `r.statement_key_id = ?3 AND r.plugin_id IN (SELECT id FROM plugins WHERE publisher_id = ?1)
    AND r.sequence >= (SELECT c.from_sequence FROM key_cuts c WHERE c.key_id = ?3 AND c.plugin_id = r.plugin_id)
    AND ${WRITTEN}`;
  return [
    db
      .prepare(
        `INSERT INTO void_statements (release_id, sequence, key_id, statement, statement_sha256, at)
         SELECT r.id, r.sequence, r.statement_key_id, r.statement, r.statement_sha256, ?4 FROM releases r
         WHERE r.state IN ('staged', 'scanning', 'review') AND ${fallen}`,
      )
      .bind(publisher, event.op, event.keyId, at),
    db
      .prepare(
        `UPDATE releases AS r SET statement = NULL, statement_sha256 = NULL, statement_key_id = NULL, sequence = NULL,
           needs_approval = 0, voided_at = ?4
         WHERE r.state IN ('staged', 'scanning', 'review') AND ${fallen}`,
      )
      .bind(publisher, event.op, event.keyId, at),
    db
      .prepare(
        `UPDATE releases AS r SET state = 'blocked', decision_reason = 'key_compromised', voided_at = ?4
         WHERE r.state IN ('published', 'deprecated', 'yanked') AND ${fallen}`,
      )
      .bind(publisher, event.op, event.keyId, at),
    db
      .prepare(
        `UPDATE plugins SET rev = rev + 1, updated_at = ?3,
           latest_release_id = (SELECT id FROM releases WHERE plugin_id = plugins.id AND state IN ('published', 'deprecated')
             ORDER BY channel = 'stable' DESC, version_sort DESC LIMIT 1)
         WHERE publisher_id = ?1 AND ${WRITTEN}
           AND EXISTS (SELECT 1 FROM releases r WHERE r.plugin_id = plugins.id AND r.voided_at = ?3)`,
      )
      .bind(publisher, event.op, at),
    db
      .prepare(
        `INSERT INTO changes (at, kind, subject, data)
         SELECT ?4, 'release.blocked', p.name, json_object('version', r.version, 'sha256', r.sha256, 'reason', 'key_compromised')
         FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE r.state = 'blocked' AND r.voided_at = ?4 AND ${fallen}`,
      )
      .bind(publisher, event.op, event.keyId, at),
  ];
}

function setState(db: D1Database, event: NewKeyEvent, state: "retired" | "compromised"): D1PreparedStatement {
  return db
    .prepare(`UPDATE publisher_keys SET state = ?4 WHERE key_id = ?3 AND publisher_id = ?1 AND ${WRITTEN}`)
    .bind(Number(event.publisherId), event.op, event.keyId, state);
}

function record(db: D1Database, event: NewKeyEvent, at: number): D1PreparedStatement[] {
  const facts = `json_object('keyId', ?3, 'sequence', CAST(?4 AS INTEGER), 'event', ?5)`;
  const bound = [Number(event.publisherId), event.op, event.keyId, event.event.sequence, event.sha256] as const;
  return [
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?6, 'account', ?7, ?8, 'publisher', ?9, ${facts} WHERE ${WRITTEN}`,
      )
      .bind(...bound, at, event.accountId, PAST[event.event.action], event.publisherId),
    db
      .prepare(`INSERT INTO changes (at, kind, subject, data) SELECT ?6, ?7, ?8, ${facts} WHERE ${WRITTEN}`)
      .bind(...bound, at, `publisher.${PAST[event.event.action]}`, event.handle),
  ];
}

const PAST = {
  add: "key.added",
  retire: "key.retired",
  compromise: "key.compromised",
  recover: "key.recovered",
} as const;
