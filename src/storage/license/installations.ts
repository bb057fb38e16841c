import { MAX_MOVES, MOVE_WINDOW } from "../../domain/license/clone.ts";
import type { DeviceCommand } from "../../domain/license/device-command.ts";
import type { Actor, InstallationFacts, RefreshOrder } from "../../market/license/ports.ts";
import { RUNNING_PLUGIN_STATE } from "../running-plugin-state.ts";
import { appendWebhook, eventData } from "./append-event.ts";
import { spendProof } from "./grant.ts";
import { rightsIn } from "./read-licenses.ts";
import { appendRevocation } from "./revocations.ts";
import {
  ACTIVATION_SELECT,
  activationOf,
  INSTANCE_STATE,
  id,
  LICENSE_SELECT,
  licenseOf,
  RIGHTS_SELECT,
  type Row,
  text,
  textOrNull,
} from "./rows.ts";

const SEEN_EVERY = 900;

const COLUMNS = `${LICENSE_SELECT}, ${ACTIVATION_SELECT}, ${RIGHTS_SELECT},
  p.name AS p_name, ${RUNNING_PLUGIN_STATE} AS p_state, ${INSTANCE_STATE} AS i_state, i.account_id AS i_account_id`;
const COMMANDS = `(SELECT json_group_array(json_object('n', c.n, 'jti', c.jti, 'type', c.type, 'args', json(c.args),
  'expiresAt', c.expires_at)) FROM device_commands c WHERE c.activation_id = a.id AND c.acked_at IS NULL) AS commands`;
// Devices of a license that went to another instance are nobody's: the old one must not read on, nor the new one in its past.
const JOINED = `FROM activations a JOIN licenses l ON l.id = a.license_id AND l.instance_id = a.instance_id JOIN plugins p ON p.id = l.plugin_id
  JOIN instances i ON i.id = a.instance_id`;
const FACTS = `SELECT ${COLUMNS} ${JOINED}`;
const MIN_APP_VERSION = `(SELECT json_extract(r.manifest, '$.minAppVersion') FROM releases r
  WHERE r.plugin_id = l.plugin_id AND r.version = a.version) AS min_app_version`;
const FACTS_WITH_COMMANDS = `SELECT ${COLUMNS}, ${COMMANDS}, ${MIN_APP_VERSION} ${JOINED}`;

export async function findInstallation(
  db: D1Database,
  ref: { readonly instanceId: string; readonly installationId: string } | { readonly activationId: string },
  now: number,
): Promise<InstallationFacts | null> {
  const statement =
    "activationId" in ref
      ? db.prepare(`${FACTS_WITH_COMMANDS} WHERE a.id = ?1`).bind(ref.activationId)
      : db
          .prepare(`${FACTS_WITH_COMMANDS} WHERE a.instance_id = ?1 AND a.installation_id = ?2`)
          .bind(Number(ref.instanceId), ref.installationId);
  const row = await statement.first<Row>();
  return row === null
    ? null
    : { ...factsOf(row, now), commands: commandsOf(row), minAppVersion: textOrNull(row, "min_app_version") };
}

export async function listInstallations(
  db: D1Database,
  of: { readonly instanceId: string } | { readonly licenseId: string },
  now: number,
): Promise<readonly InstallationFacts[]> {
  const [column, value] = "instanceId" in of ? ["a.instance_id", of.instanceId] : ["a.license_id", of.licenseId];
  const { results } = await db
    .prepare(`${FACTS} WHERE ${column} = ?1 ORDER BY a.granted_at DESC, a.id LIMIT 1000`)
    .bind(Number(value))
    .all<Row>();
  return results.map((row) => factsOf(row, now));
}

/**
 * R1 (src/domain/license/README.md, Activation): renews a running lease and revives a lapsed one if a seat is free.
 * ?1 activation, ?2 jti presented, ?3 now, ?4 wanted end, ?5 op, ?6 rev, ?7 new jti, ?8 build entitled by fallback,
 * ?9 the lease goes to another copy of the device
 */
const R1 = `UPDATE activations SET gen = gen + (lease_until <= ?3), grant_op = iif(lease_until <= ?3, ?5, grant_op), last_op = ?5,
  prev_jti = iif(?9, NULL, jti), jti = ?7, lease_iat = ?3, last_seen_at = ?3,
  lease_epoch = (SELECT l.epoch FROM licenses l WHERE l.id = activations.license_id),
  lease_until = MIN(COALESCE(temporary_until, ?4 + lease_until), MAX(lease_until,
    (SELECT iif(?8 AND l.fallback, ?4, MIN(?4, COALESCE(l.grace_until, l.expires_at, ?4))) FROM licenses l WHERE l.id = activations.license_id)))
WHERE id = ?1 AND jti = ?2 AND released_at IS NULL AND (temporary_until IS NULL OR temporary_until > ?3)
  AND (NOT ?9 OR (SELECT COUNT(*) FROM license_events e WHERE e.license_id = activations.license_id AND e.activation_id = ?1
    AND e.kind = 'activation.moved' AND e.at > ?3 - ${MOVE_WINDOW}) < ${MAX_MOVES})
  AND EXISTS (
  WITH v AS (SELECT o.* FROM activations o WHERE o.license_id = activations.license_id AND o.released_at IS NULL AND o.lease_until > ?3
      AND o.seat_class = activations.seat_class AND (o.seat_key = activations.seat_key OR o.seat_class = 'dev') AND o.temporary_until IS NULL AND o.id <> activations.id),
    l AS (SELECT x.*, iif(activations.seat_class = 'dev', x.dev_seats, x.seat_cap) AS cap FROM licenses x WHERE x.id = activations.license_id)
  SELECT 1 FROM l WHERE l.rev = ?6 AND l.state = 'active' AND l.starts_at <= ?3 AND (COALESCE(l.grace_until, l.expires_at, ?3 + 1) > ?3 OR (?8 AND l.fallback))
    AND iif(activations.lease_until > ?3,
      l.shrink_at IS NULL OR l.cap = -1 OR l.cap > (SELECT COUNT(*) FROM v
        WHERE (-v.keep, v.granted_at, v.id) < (-activations.keep, activations.granted_at, activations.id)),
      activations.lease_until > ?3 - l.revive_window AND (l.cap = -1 OR l.cap > (SELECT COUNT(*) FROM v))))
RETURNING id`;

export async function refreshLease(db: D1Database, order: RefreshOrder): Promise<boolean> {
  const { activationId, op, now } = order;
  const [refreshed] = await db.batch([
    db
      .prepare(R1)
      .bind(
        activationId,
        order.presentedJti,
        now,
        order.leaseUntil,
        op,
        order.license.rev,
        order.jti,
        order.isEntitledByFallback ? 1 : 0,
        order.isMove === true ? 1 : 0,
      ),
    ...(order.isRunning
      ? []
      : [appendActivationEvent(db, "a.grant_op = ?2", activationId, op, "activation.revived", order.actor, now)]),
    ...(order.isMove === true
      ? [appendActivationEvent(db, "TRUE", activationId, op, "activation.moved", order.actor, now)]
      : []),
    // A lease that runs is renewed without an event, so nobody is owed anything.
    ...(order.isRunning && order.isMove !== true
      ? []
      : [appendWebhook(db, "l.id = ?1", Number(order.license.id), "license.updated", op, now, now)]),
  ]);
  return refreshed?.results.length === 1;
}

export async function releaseSeat(
  db: D1Database,
  activationId: string,
  reason: string,
  actor: Actor,
  op: string,
  now: number,
  proof: { readonly jkt: string; readonly nonce: string } | null = null,
): Promise<boolean> {
  const [released] = await db.batch([
    db
      .prepare(
        `UPDATE activations SET released_at = ?2, release_reason = ?3, last_op = ?4
        WHERE id = ?1 AND released_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM device_proofs q WHERE q.jkt = ?5 AND q.nonce = ?6) RETURNING id`,
      )
      .bind(activationId, now, reason, op, proof?.jkt ?? null, proof?.nonce ?? null),
    appendActivationEvent(db, "TRUE", activationId, op, "activation.released", actor, now),
    // Pings answered from memory look at the list, and so do devices that never call.
    appendRevocation(db, "act", activationId, "released", "", op, now),
    ...(proof === null ? [] : [spendProof(db, proof, activationId, op, now)]),
    appendWebhook(
      db,
      "l.id = (SELECT a.license_id FROM activations a WHERE a.id = ?1)",
      activationId,
      "license.updated",
      op,
      now,
      now,
    ),
  ]);
  return released?.results.length === 1;
}

export async function pauseInstallation(
  db: D1Database,
  activationId: string,
  pausedAt: number | null,
  actor: Actor,
  op: string,
  now: number,
): Promise<void> {
  await db.batch([
    db
      .prepare(
        `UPDATE activations SET paused_at = ?2, last_op = ?3
        WHERE id = ?1 AND released_at IS NULL AND (paused_at IS NULL) <> (?2 IS NULL)`,
      )
      .bind(activationId, pausedAt, op),
    appendActivationEvent(
      db,
      "TRUE",
      activationId,
      op,
      pausedAt === null ? "activation.resumed" : "activation.paused",
      actor,
      now,
    ),
    appendWebhook(
      db,
      "l.id = (SELECT a.license_id FROM activations a WHERE a.id = ?1)",
      activationId,
      "license.updated",
      op,
      now,
      now,
    ),
  ]);
}

/** One write per quarter of an hour at most. */
export async function markSeen(
  db: D1Database,
  activationId: string,
  appVersion: string | null,
  now: number,
): Promise<void> {
  await db
    .prepare(
      `UPDATE activations SET last_seen_at = ?2, app_version = COALESCE(?3, app_version)
      WHERE id = ?1 AND last_seen_at <= ?4`,
    )
    .bind(activationId, now, appVersion, now - SEEN_EVERY)
    .run();
}

/** The event of an act on an activation that the act wrote; numbers have no gaps. */
export function appendActivationEvent(
  db: D1Database,
  condition: string,
  activationId: string,
  op: string,
  kind: string,
  actor: Actor,
  now: number,
  data: object = {},
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO license_events (license_id, seq, at, kind, activation_id, actor, actor_id, op, data)
      SELECT a.license_id, (SELECT COALESCE(MAX(e.seq), 0) + 1 FROM license_events e WHERE e.license_id = a.license_id),
        ?3, ?4, a.id, ?5, ?6, ?2, ?7 FROM activations a WHERE a.id = ?1 AND a.last_op = ?2 AND ${condition}`,
    )
    .bind(activationId, op, now, kind, actor.kind, actor.id, eventData(data, actor));
}

function commandsOf(row: Row): readonly DeviceCommand[] {
  const commands = JSON.parse(text(row, "commands")) as Omit<DeviceCommand, "activationId">[];
  return commands.map((command) => ({ ...command, activationId: text(row, "a_id") })).sort((a, b) => a.n - b.n);
}

function factsOf(row: Row, now: number): InstallationFacts {
  const activation = activationOf(row);
  if (activation === null) throw new Error("an installation row without an installation");
  return {
    activation,
    license: licenseOf(row),
    pluginName: text(row, "p_name"),
    pluginState: text(row, "p_state"),
    instance: { state: text(row, "i_state") as "active" | "suspended", accountId: id(row, "i_account_id") },
    rights: rightsIn(row, now),
  };
}
