import { MAX_MOVES, MOVE_WINDOW } from "../../domain/license/clone.ts";
import { PROOF_WINDOW } from "../../domain/license/device-proof.ts";
import { DRIFT_WINDOW, MAX_DRIFTS } from "../../domain/license/drift.ts";
import { DAY } from "../../domain/time.ts";
import type { Granted, GrantOrder, LicenseStore } from "../../market/license/ports.ts";
import { appendWebhook, eventData } from "./append-event.ts";
import { recordFile } from "./offline-files.ts";

const REPLY_KEPT = DAY;

/**
 * A1 (src/domain/license/README.md, Activation): the one statement that gives a seat. Everything that can refuse stands in
 * its conditions, so no interleaving of requests passes the cap. Beyond the printed form it refuses a foreign
 * installation id, a device whose row appeared under another id meanwhile, an idempotency key answered meanwhile and a
 * trial claimed by another license. Conditions that nothing in the order or in the license (tied to it by `rev`) can meet
 * are left out: reading the text is what a statement costs most.
 * ?1 license, ?2 activation, ?3 installation, ?4 device, ?5 hardware, ?6 env, ?7 now, ?8 wanted end, ?9 op, ?10 rev read,
 * ?11 version, ?12 jti, ?13 user, ?14 build entitled by fallback, ?15 device key, ?16 seal key, ?17 components,
 * ?18 origin, ?19 label, ?20 app version, ?21 scope and ?22 idempotency key, ?23 trial hardware claim, ?24 nonce of the
 * device proof, ?25 end of a copy let in for a while, ?26 what is noted about the device: a drift, a move or such a copy
 */
function seatStatement(order: GrantOrder): string {
  const { license, idempotency, trialHardwareHash, proof, note } = order;
  // A file goes beside the online lease that runs; it does not take its place.
  const isRunning = "released_at IS NULL AND lease_until > ?7";
  const jti = order.offline == null ? "?12" : `iif(${isRunning}, jti, ?12)`;
  const previous = order.offline == null ? "jti" : `iif(${isRunning}, prev_jti, jti)`;
  return `INSERT INTO activations (id, license_id, instance_id, installation_id, device_id, hardware_id, env, seat_key,
  seat_class, over, version, gen, granted_at, lease_iat, lease_until, jti, last_seen_at, last_op, grant_op,
  device_jkt, seal_key, components, origin, label, app_version, temporary_until, lease_epoch)
WITH l AS MATERIALIZED (
  SELECT x.id, x.instance_id, x.plugin_id, x.epoch, x.fallback, x.grace_until, x.expires_at, x.max_installs, x.seat_cap, x.dev_seats,
    x.activation_budget, iif(x.seat_scope = 'user', ?13, '') AS sk FROM licenses x
  WHERE x.id = ?1 AND x.rev = ?10 AND x.state = 'active' AND x.starts_at <= ?7
    AND (COALESCE(x.grace_until, x.expires_at, ?7 + 1) > ?7 OR (?14 AND x.fallback))
    AND (x.hardware_id IS NULL OR x.hardware_id = ?5)),
v AS (SELECT * FROM activations WHERE license_id = ?1 AND released_at IS NULL AND lease_until > ?7),
s AS MATERIALIZED (
  SELECT ${license.seatCap === null ? "0" : PAID} AS paid,
    ${order.environment === "production" ? "0" : DEV_OK} AS dev_ok,
    EXISTS (SELECT 1 FROM v WHERE v.device_id = ?4 AND v.seat_key = l.sk AND (v.env = ?6 OR v.seat_class = 'paid')) AS own,
    (SELECT COUNT(*) FROM license_events e WHERE e.license_id = ?1 AND e.kind = 'activation.granted' AND e.at > ?7 - 3600) AS churn
  FROM l)
SELECT ?2, l.id, l.instance_id, ?3, ?4, ?5, ?6, l.sk, iif(s.dev_ok OR ?25 IS NOT NULL, 'dev', 'paid'),
  ?25 IS NULL AND NOT s.dev_ok AND l.max_installs <> -1 AND s.paid >= l.max_installs,
  ?11, 1, ?7, ?7, iif(?14 AND l.fallback, ?8, MIN(?8, COALESCE(l.grace_until, l.expires_at, ?8))), ?12, ?7, ?9, ?9,
  ?15, ?16, ?17, ?18, ?19, ?20, ?25, l.epoch
FROM l, s
WHERE (s.own OR (s.churn < l.activation_budget AND (l.seat_cap = -1 OR s.paid < l.seat_cap OR s.dev_ok OR ?25 IS NOT NULL)))
  ${license.uniqueness === "license" ? "" : UNIQUE}
  ${proof === null ? "" : UNSPENT_PROOF}
  ${note === null ? "" : NOTE_BUDGET}
  AND NOT EXISTS (SELECT 1 FROM activations z WHERE z.instance_id = l.instance_id AND z.installation_id = ?3 AND z.id <> ?2)
  AND NOT EXISTS (SELECT 1 FROM activations z WHERE z.id = ?2 AND (z.device_id <> ?4 OR z.installation_id <> ?3))
  ${idempotency === null ? "" : UNANSWERED}
  ${trialHardwareHash === null ? "" : UNCLAIMED}
ON CONFLICT (license_id, device_id) DO UPDATE SET
  seat_class = iif(released_at IS NULL AND lease_until > ?7 AND (env = excluded.env OR seat_class = 'paid'), seat_class, excluded.seat_class),
  over = iif(released_at IS NULL AND lease_until > ?7, over, excluded.over),
  granted_at = iif(released_at IS NULL AND lease_until > ?7, granted_at, ?7),
  grant_op = iif(released_at IS NULL AND lease_until > ?7, grant_op, ?9),
  gen = gen + (released_at IS NOT NULL OR lease_until <= ?7),
  instance_id = excluded.instance_id, env = excluded.env, seat_key = excluded.seat_key,
  hardware_id = COALESCE(?5, hardware_id), version = ?11, lease_iat = ?7,
  lease_until = iif(released_at IS NULL AND lease_until > ?7 AND temporary_until IS NOT NULL,
    MIN(temporary_until, MAX(lease_until, excluded.lease_until)), MAX(lease_until, excluded.lease_until)),
  lease_epoch = excluded.lease_epoch,
  temporary_until = iif(released_at IS NULL AND lease_until > ?7, temporary_until, excluded.temporary_until),
  former_jkt = iif(?15 IS NOT NULL AND device_jkt <> ?15, device_jkt, former_jkt),
  prev_jti = iif(?26 IS 'activation.moved', NULL, ${previous}), jti = ${jti}, last_seen_at = ?7, last_op = ?9, released_at = NULL, release_reason = NULL,
  device_jkt = COALESCE(?15, device_jkt), seal_key = COALESCE(?16, seal_key), components = COALESCE(?17, components),
  origin = COALESCE(?18, origin), label = COALESCE(?19, label), app_version = COALESCE(?20, app_version)
RETURNING seat_class AS class, over, gen, grant_op = last_op AS granted`;
}

const PAID = `iif(l.seat_cap = -1, 0, (SELECT COUNT(*) FROM v WHERE v.seat_class = 'paid' AND v.seat_key = l.sk AND v.device_id <> ?4))`;
const DEV_OK = `(l.dev_seats = -1
      OR (SELECT COUNT(*) FROM v WHERE v.seat_class = 'dev' AND v.temporary_until IS NULL AND v.device_id <> ?4) < l.dev_seats)`;
const UNIQUE = `AND NOT EXISTS (SELECT 1 FROM activations a JOIN licenses y ON y.id = a.license_id
    WHERE a.hardware_id = ?5 AND y.plugin_id = l.plugin_id AND a.license_id <> l.id AND a.released_at IS NULL AND a.lease_until > ?7)`;
const UNSPENT_PROOF = "AND NOT EXISTS (SELECT 1 FROM device_proofs q WHERE q.jkt = ?15 AND q.nonce = ?24)";
const NOTE_BUDGET = `AND (SELECT COUNT(*) FROM license_events e WHERE e.license_id = ?1 AND e.kind = ?26
      AND (e.activation_id = ?2 OR ?26 = 'activation.temporary')
      AND e.at > CASE ?26 WHEN 'activation.drifted' THEN ?7 - ${DRIFT_WINDOW} WHEN 'activation.moved' THEN ?7 - ${MOVE_WINDOW} ELSE 0 END)
    < CASE ?26 WHEN 'activation.drifted' THEN ${MAX_DRIFTS} WHEN 'activation.moved' THEN ${MAX_MOVES} ELSE 1 END`;
const UNANSWERED = "AND NOT EXISTS (SELECT 1 FROM idempotency_keys y WHERE y.scope = ?21 AND y.key = ?22)";
const UNCLAIMED = `AND NOT EXISTS (SELECT 1 FROM trial_claims c WHERE c.plugin_id = l.plugin_id AND c.subject_kind = 'hardware'
    AND c.subject_hash IN (substr(?23, 1, 64), substr(?23, 65)) AND c.license_id <> l.id)`;

// ?1 activation, ?2 op, ?3 reply, ?4 code of a seat within the limit
const REPLY = `json_set(?3, '$.code', iif(a.over AND ?4 = 'VALID', 'OVERAGE', ?4), '$.seat',
  json_object('class', a.seat_class, 'overage', json(iif(a.over, 'true', 'false')), 'generation', a.gen))`;
const STATUS = "iif(a.grant_op = a.last_op, 201, 200)";

/** The seat with its event, consent, claim, webhook and stored reply: one transaction, all or nothing. */
export async function grantSeat(db: D1Database, order: GrantOrder): Promise<Granted> {
  const { license, op, now, activationId } = order;
  const reply = JSON.stringify(order.reply);
  const before =
    order.idempotency === null
      ? []
      : [
          db
            .prepare("DELETE FROM idempotency_keys WHERE scope = ?1 AND key = ?2 AND expires_at <= ?3")
            .bind(order.idempotency.scope, order.idempotency.key, now),
        ];
  const results = await db.batch<unknown>([
    ...before,
    db
      .prepare(seatStatement(order))
      .bind(
        Number(license.id),
        activationId,
        order.installationId,
        order.deviceId,
        order.hardwareId,
        order.environment,
        now,
        order.leaseUntil,
        op,
        license.rev,
        order.version,
        order.jti,
        order.seatUser,
        order.isEntitledByFallback ? 1 : 0,
        order.deviceJkt,
        order.sealKey,
        order.components === null ? null : JSON.stringify(order.components),
        order.origin,
        order.label,
        order.appVersion,
        order.idempotency?.scope ?? null,
        order.idempotency?.key ?? null,
        order.trialHardwareHash,
        order.proof?.nonce ?? null,
        order.temporaryUntil,
        order.note?.kind ?? null,
      ),
    db
      .prepare(
        `INSERT INTO license_events (license_id, seq, at, kind, activation_id, actor, actor_id, op, data)
        SELECT a.license_id, (SELECT COALESCE(MAX(e.seq), 0) + 1 FROM license_events e WHERE e.license_id = a.license_id),
          a.granted_at, 'activation.granted', a.id, ?3, ?4, ?2,
          json_patch(json_object('version', a.version, 'seatClass', a.seat_class, 'generation', a.gen), ?5)
        FROM activations a WHERE a.id = ?1 AND a.last_op = ?2 AND a.grant_op = ?2`,
      )
      .bind(activationId, op, order.actor.kind, order.actor.id, eventData({}, order.actor)),
    ...(order.note === null ? [] : [recordNote(db, order, order.note)]),
    ...(order.proof === null ? [] : [spendProof(db, order.proof, activationId, op, now)]),
    ...(order.consent === null ? [] : [recordConsent(db, order, order.consent)]),
    ...(order.trialHardwareHash === null
      ? []
      : [
          db
            .prepare(
              `INSERT INTO trial_claims (plugin_id, subject_kind, subject_hash, license_id)
              SELECT l.plugin_id, 'hardware', substr(?3, 1, 64), l.id FROM activations a JOIN licenses l ON l.id = a.license_id
              WHERE a.id = ?1 AND a.last_op = ?2 ON CONFLICT DO NOTHING`,
            )
            .bind(activationId, op, order.trialHardwareHash),
        ]),
    ...((license.life.firstTermSeconds ?? null) === null ? [] : [beginTerm(db, order)]),
    ...(license.seatCap === null ? [] : [noteLastSeat(db, order)]),
    appendWebhook(db, "l.id = ?1", Number(license.id), "license.updated", op, now, now),
    ...(order.offline === undefined || order.offline === null ? [] : [recordFile(db, order, order.offline)]),
    ...(order.idempotency === null ? [] : [storeReply(db, order, reply)]),
  ]);
  const seat = results[before.length]?.results[0] as Seat | undefined;
  if (seat === undefined) return null;
  if (order.idempotency === null) return { status: seat.granted === 1 ? 201 : 200, body: fillIn(order, seat) };
  const row = results.at(-1)?.results[0] as { status: number; body: string };
  return { status: row.status === 201 ? 201 : 200, body: row.body };
}

/** What A1 says of the seat it wrote. */
interface Seat {
  readonly class: string;
  readonly over: number;
  readonly gen: number;
  readonly granted: number;
}

/** The reply that nobody stores; the same bytes as {@link REPLY} makes. */
function fillIn({ reply }: GrantOrder, { class: seatClass, over, gen }: Seat): string {
  const code = over === 1 && reply.code === "VALID" ? "OVERAGE" : reply.code;
  return JSON.stringify({ ...reply, code, seat: { class: seatClass, overage: over === 1, generation: gen } });
}

function recordNote(db: D1Database, order: GrantOrder, note: NonNullable<GrantOrder["note"]>): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO license_events (license_id, seq, at, kind, activation_id, actor, actor_id, op, data)
      SELECT a.license_id, (SELECT COALESCE(MAX(e.seq), 0) + 1 FROM license_events e WHERE e.license_id = a.license_id),
        ?3, ?4, a.id, ?5, ?6, ?2, ?7 FROM activations a WHERE a.id = ?1 AND a.last_op = ?2`,
    )
    .bind(
      order.activationId,
      order.op,
      order.now,
      note.kind,
      order.actor.kind,
      order.actor.id,
      eventData(note.data, order.actor),
    );
}

/** A proof that wrote something writes nothing again. */
export function spendProof(
  db: D1Database,
  proof: { readonly jkt: string; readonly nonce: string },
  activationId: string,
  op: string,
  now: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO device_proofs (jkt, nonce, expires_at)
      SELECT ?3, ?4, ?5 FROM activations a WHERE a.id = ?1 AND a.last_op = ?2 ON CONFLICT DO NOTHING`,
    )
    .bind(activationId, op, proof.jkt, proof.nonce, now + 2 * PROOF_WINDOW);
}

/** `seat.limit_reached`, with the grant that took the last seat. */
function noteLastSeat(db: D1Database, { activationId, op, now }: GrantOrder): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO license_events (license_id, seq, at, kind, actor, op, data)
      SELECT a.license_id, (SELECT COALESCE(MAX(e.seq), 0) + 1 FROM license_events e WHERE e.license_id = a.license_id),
        a.granted_at, 'seat.limit_reached', 'system', ?2, json_object('cap', l.seat_cap)
      FROM activations a JOIN licenses l ON l.id = a.license_id
      WHERE a.id = ?1 AND a.last_op = ?2 AND a.grant_op = ?2 AND a.seat_class = 'paid' AND l.seat_cap <> -1
        AND l.seat_cap <= (SELECT COUNT(*) FROM activations v WHERE v.license_id = a.license_id AND v.released_at IS NULL
          AND v.seat_class = 'paid' AND v.seat_key = a.seat_key AND v.lease_until > ?3)`,
    )
    .bind(activationId, op, now);
}

/** A5: a term that begins with the first seat. */
function beginTerm(db: D1Database, { license, activationId, op, now }: GrantOrder): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE licenses SET expires_at = CAST(?3 AS INTEGER) + duration_s,
        fallback_until = iif(fallback, CAST(?3 AS INTEGER) + duration_s, NULL), rev = rev + 1
      WHERE id = ?4 AND expires_at IS NULL AND expiry_basis = 'first_activation' AND duration_s IS NOT NULL
        AND EXISTS (SELECT 1 FROM activations a WHERE a.id = ?1 AND a.last_op = ?2 AND a.grant_op = ?2)`,
    )
    .bind(activationId, op, now, Number(license.id));
}

function storeReply(db: D1Database, order: GrantOrder, reply: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO idempotency_keys (scope, key, request_hash, expires_at, status, body)
      SELECT ?5, ?6, ?7, ?8, ${STATUS}, ${REPLY} FROM activations a WHERE a.id = ?1 AND a.last_op = ?2
      RETURNING status, body`,
    )
    .bind(
      order.activationId,
      order.op,
      reply,
      order.reply.code,
      order.idempotency?.scope ?? null,
      order.idempotency?.key ?? null,
      order.idempotency?.requestHash ?? null,
      order.now + REPLY_KEPT,
    );
}

/** Append-only; the same consent once more is not written again. */
function recordConsent(
  db: D1Database,
  order: GrantOrder,
  consent: NonNullable<GrantOrder["consent"]>,
): D1PreparedStatement {
  const permissions = JSON.stringify(consent.permissions);
  return db
    .prepare(
      `INSERT INTO grants (activation_id, version, permissions, declined, closure_digest, actor, at)
      SELECT a.id, a.version, ?3, ?4, ?5, ?6, a.lease_iat FROM activations a WHERE a.id = ?1 AND a.last_op = ?2
        AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = (SELECT MAX(n.id) FROM grants n
            WHERE n.activation_id = a.id AND n.version = a.version)
          AND g.permissions = ?3 AND g.declined = ?4 AND g.closure_digest = ?5)`,
    )
    .bind(
      order.activationId,
      order.op,
      permissions,
      JSON.stringify(consent.declined),
      consent.closureDigest,
      `${order.actor.kind === "owner" ? "account" : "instance"}:${order.actor.id}`,
    );
}

/** Looks at the committed rows for the condition of A1 that failed, in the order of the answer precedence. */
export async function explainRefusal(db: D1Database, order: GrantOrder): ReturnType<LicenseStore["explainRefusal"]> {
  const row = await db
    .prepare(
      `SELECT l.rev,
        EXISTS (SELECT 1 FROM idempotency_keys y WHERE y.scope = ?6 AND y.key = ?7 AND y.expires_at > ?5) AS answered,
        EXISTS (SELECT 1 FROM activations z WHERE z.instance_id = l.instance_id AND z.installation_id = ?3 AND z.id <> ?2) AS taken,
        EXISTS (SELECT 1 FROM activations z WHERE z.id = ?2 AND (z.device_id <> ?4 OR z.installation_id <> ?3)) AS appeared,
        l.uniqueness = 'plugin' AND EXISTS (SELECT 1 FROM activations a JOIN licenses y ON y.id = a.license_id
          WHERE a.hardware_id = ?9 AND y.plugin_id = l.plugin_id AND a.license_id <> l.id AND a.released_at IS NULL
            AND a.lease_until > ?5) AS elsewhere,
        EXISTS (SELECT 1 FROM trial_claims c WHERE c.plugin_id = l.plugin_id AND c.subject_kind = 'hardware'
          AND c.subject_hash IN (substr(?8, 1, 64), substr(?8, 65)) AND c.license_id <> l.id) AS claimed,
        EXISTS (SELECT 1 FROM device_proofs q WHERE q.jkt = ?10 AND q.nonce = ?11) AS proven,
        (SELECT COUNT(*) FROM license_events e WHERE e.license_id = l.id AND e.kind = ?12 AND (e.activation_id = ?2
          OR ?12 = 'activation.temporary') AND e.at > CASE ?12 WHEN 'activation.drifted' THEN ?5 - ${DRIFT_WINDOW}
          WHEN 'activation.moved' THEN ?5 - ${MOVE_WINDOW} ELSE 0 END) AS noted,
        (SELECT COUNT(*) FROM license_events e WHERE e.license_id = l.id AND e.kind = 'activation.granted'
          AND e.at > ?5 - 3600) >= l.activation_budget AS churned
      FROM licenses l WHERE l.id = ?1`,
    )
    .bind(
      Number(order.license.id),
      order.activationId,
      order.installationId,
      order.deviceId,
      order.now,
      order.idempotency?.scope ?? null,
      order.idempotency?.key ?? null,
      order.trialHardwareHash,
      order.hardwareId,
      order.proof?.jkt ?? null,
      order.proof?.nonce ?? null,
      order.note?.kind ?? null,
    )
    .first<{ [fact: string]: number }>();
  if (row === null || row.rev !== order.license.rev || row.appeared) return "STATE_CHANGED";
  if (row.answered) return "IDEMPOTENT";
  if (row.proven) return "DEVICE_PROOF_INVALID";
  if (row.taken) return "INSTALLATION_TAKEN";
  const noted = row.noted ?? 0;
  if (order.note?.kind === "activation.drifted" && noted >= MAX_DRIFTS) return "DEVICE_MISMATCH";
  if (order.note?.kind === "activation.moved" && noted >= MAX_MOVES) return "DEVICE_CLONED";
  if (order.note?.kind === "activation.temporary" && noted >= 1) return "DEVICE_CLONED";
  if (row.elsewhere) return "DEVICE_IN_USE";
  if (row.claimed) return "TRIAL_ALREADY_USED";
  return row.churned ? "ACTIVATION_BUDGET" : "SEAT_LIMIT";
}
