import type { Actor } from "../../market/license/ports.ts";

/** The event of an act, on the license that the condition finds; `seq` has no gaps. */
export function appendEvent(
  db: D1Database,
  condition: string,
  subject: string | number,
  kind: string,
  actor: Actor,
  op: string,
  data: object,
  now: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO license_events (license_id, seq, at, kind, actor, actor_id, op, data)
      SELECT l.id, (SELECT COALESCE(MAX(e.seq), 0) + 1 FROM license_events e WHERE e.license_id = l.id),
        ?2, ?3, ?4, ?6, ?5, ?7 FROM licenses l WHERE ${condition}`,
    )
    .bind(subject, now, kind, actor.kind, op, actor.id, eventData(data, actor));
}

/** What an event says besides who did what: with it the network it came from, where that is known. */
export function eventData(data: object, actor: Actor): string {
  return JSON.stringify(actor.from === undefined ? data : { ...data, from: actor.from });
}

/** An act writes few events, the newest ones of its license. */
const EVENTS_OF_ACT = 8;

/**
 * A webhook for each event of an act, if that act wrote the license's newest one. The host knows events of creation and
 * revocation; it hears of all others as `event`, so that its sequence has no gaps.
 */
export function appendWebhook(
  db: D1Database,
  condition: string,
  subject: string | number,
  event: string,
  op: string,
  notBefore: number,
  now: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, sequence, not_before, created_at)
      SELECT l.instance_id, iif(e.kind IN ('license.created', 'license.revoked'), e.kind, ?2), 'license', l.id, e.seq, ?4, ?5
      FROM licenses l
      JOIN license_events e ON e.license_id = l.id
        AND e.seq > (SELECT MAX(n.seq) FROM license_events n WHERE n.license_id = l.id) - ${EVENTS_OF_ACT} AND e.op = ?3
      WHERE ${condition} ORDER BY e.seq`,
    )
    .bind(subject, event, op, notBefore, now);
}
