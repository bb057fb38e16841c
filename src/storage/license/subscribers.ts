import type { JsonObject } from "../../domain/json/json.ts";
import {
  type ClaimedEvent,
  type NewSubscriber,
  SUBSCRIBER_SECRET,
  type Subscriber,
  type SubscriberOwner,
  type SubscriberStore,
} from "../../market/license/subscriber-ports.ts";
import { id, integer, integerOrNull, type Row, text, textOrNull } from "./rows.ts";

const OWED_BEFORE = `o.subscriber_id = w.subscriber_id AND o.license_id = w.license_id AND o.state IN ('queued', 'sending')`;

export function createSubscriberStore(db: D1Database): SubscriberStore {
  const set = (sql: string, ...values: (string | number | null)[]) =>
    db
      .prepare(sql)
      .bind(...values)
      .run();
  return {
    add: (subscriber, now) => addSubscriber(db, subscriber, now),
    list: (owners) => listSubscribers(db, owners),
    async find(subscriberId) {
      const row = await db
        .prepare("SELECT * FROM webhook_subscribers WHERE id = ?1 AND removed_at IS NULL")
        .bind(Number(subscriberId))
        .first<Row>();
      return row && subscriberOf(row);
    },
    async remove(subscriberId, now) {
      await db.batch([
        db.prepare("UPDATE webhook_subscribers SET removed_at = ?2 WHERE id = ?1").bind(Number(subscriberId), now),
        db
          .prepare(
            "UPDATE license_outbox SET state = 'dead' WHERE subscriber_id = ?1 AND state IN ('queued', 'sending')",
          )
          .bind(Number(subscriberId)),
      ]);
    },
    async resume(subscriberId) {
      await set("UPDATE webhook_subscribers SET paused_at = NULL, failures = 0 WHERE id = ?1", Number(subscriberId));
    },
    claim: (rowId, now, leaseUntil) => claim(db, rowId, now, leaseUntil),
    async delivered(rowId, status, now) {
      await db.batch([
        db
          .prepare("UPDATE license_outbox SET state = 'delivered', last_status = ?2, delivered_at = ?3 WHERE id = ?1")
          .bind(Number(rowId), status, now),
        db
          .prepare(
            `UPDATE webhook_subscribers SET failures = 0 WHERE failures > 0
              AND id = (SELECT subscriber_id FROM license_outbox WHERE id = ?1)`,
          )
          .bind(Number(rowId)),
      ]);
    },
    async postpone(rowId, status, notBefore) {
      const sql = "UPDATE license_outbox SET state = 'queued', last_status = ?2, not_before = ?3 WHERE id = ?1";
      await set(sql, Number(rowId), status, notBefore);
    },
    async bury(rowId, status) {
      await set("UPDATE license_outbox SET state = 'dead', last_status = ?2 WHERE id = ?1", Number(rowId), status);
    },
    async countRefusal(subscriberId, limit, now) {
      await set(
        `UPDATE webhook_subscribers SET failures = failures + 1,
          paused_at = iif(failures + 1 >= ?2, COALESCE(paused_at, ?3), paused_at) WHERE id = ?1`,
        Number(subscriberId),
        limit,
        now,
      );
    },
    async nextOwed(rowId) {
      const row = await db
        .prepare(
          `SELECT o.id, o.not_before FROM license_outbox w JOIN license_outbox o ON ${OWED_BEFORE} AND o.id <> w.id
          WHERE w.id = ?1 ORDER BY o.id LIMIT 1`,
        )
        .bind(Number(rowId))
        .first<{ id: number; not_before: number }>();
      return row && { id: String(row.id), notBefore: row.not_before };
    },
  };
}

async function addSubscriber(db: D1Database, { owner, ...subscriber }: NewSubscriber, now: number): Promise<string> {
  const { meta } = await db
    .prepare(
      `INSERT INTO webhook_subscribers (publisher_id, instance_id, url, secret_sealed, secret_row, events, created_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
    )
    .bind(
      "publisherId" in owner ? Number(owner.publisherId) : null,
      "instanceId" in owner ? Number(owner.instanceId) : null,
      subscriber.url,
      subscriber.secretSealed,
      subscriber.secretRow,
      JSON.stringify(subscriber.events),
      now,
    )
    .run();
  return String(meta.last_row_id);
}

async function listSubscribers(db: D1Database, owners: readonly SubscriberOwner[]): Promise<readonly Subscriber[]> {
  const publishers = owners.flatMap((owner) => ("publisherId" in owner ? [Number(owner.publisherId)] : []));
  const instances = owners.flatMap((owner) => ("instanceId" in owner ? [Number(owner.instanceId)] : []));
  const { results } = await db
    .prepare(
      `SELECT * FROM webhook_subscribers WHERE removed_at IS NULL AND (publisher_id IN (SELECT value FROM json_each(?1))
        OR instance_id IN (SELECT value FROM json_each(?2))) ORDER BY id LIMIT 200`,
    )
    .bind(JSON.stringify(publishers), JSON.stringify(instances))
    .all<Row>();
  return results.map(subscriberOf);
}

async function claim(db: D1Database, rowId: string, now: number, leaseUntil: number): Promise<ClaimedEvent | null> {
  const [claimed, found] = await db.batch<Row>([
    db
      .prepare(
        `UPDATE license_outbox AS w SET state = 'sending', attempts = attempts + 1, not_before = ?2
        WHERE w.id = ?1 AND w.state = 'queued' AND w.not_before <= ?3
          AND NOT EXISTS (SELECT 1 FROM license_outbox o WHERE ${OWED_BEFORE} AND o.id < w.id)
          AND EXISTS (SELECT 1 FROM webhook_subscribers s WHERE s.id = w.subscriber_id AND s.paused_at IS NULL
            AND s.removed_at IS NULL)
        RETURNING id`,
      )
      .bind(Number(rowId), leaseUntil, now),
    db
      .prepare(
        `SELECT e.*, w.id AS w_id, w.attempts AS w_attempts, w.created_at AS w_created_at, s.id AS s_id, s.url AS s_url,
          s.secret_sealed AS s_secret_sealed, s.secret_row AS s_secret_row
        FROM license_outbox w JOIN webhook_subscribers s ON s.id = w.subscriber_id
        JOIN license_events e ON e.license_id = w.license_id AND e.seq = w.seq WHERE w.id = ?1`,
      )
      .bind(Number(rowId)),
  ]);
  const row = found?.results[0];
  if (claimed?.results.length !== 1 || row === undefined) return null;
  return {
    id: id(row, "w_id"),
    subscriberId: id(row, "s_id"),
    url: text(row, "s_url"),
    secret: { purpose: SUBSCRIBER_SECRET, row: text(row, "s_secret_row"), sealed: text(row, "s_secret_sealed") },
    attempts: integer(row, "w_attempts"),
    createdAt: integer(row, "w_created_at"),
    event: eventOf(row),
  };
}

export function eventOf(row: Row): ClaimedEvent["event"] {
  return {
    licenseId: id(row, "license_id"),
    seq: integer(row, "seq"),
    at: integer(row, "at"),
    kind: text(row, "kind"),
    activationId: textOrNull(row, "activation_id"),
    actor: text(row, "actor"),
    actorId: textOrNull(row, "actor_id"),
    op: text(row, "op"),
    data: JSON.parse(text(row, "data")) as JsonObject,
    chain: textOrNull(row, "chain"),
    salt: textOrNull(row, "salt"),
    personal: textOrNull(row, "personal"),
  };
}

function subscriberOf(row: Row): Subscriber {
  const publisherId = textOrNull(row, "publisher_id");
  return {
    id: id(row, "id"),
    owner: publisherId === null ? { instanceId: id(row, "instance_id") } : { publisherId },
    url: text(row, "url"),
    events: JSON.parse(text(row, "events")) as string[],
    failures: integer(row, "failures"),
    pausedAt: integerOrNull(row, "paused_at"),
    createdAt: integer(row, "created_at"),
  };
}
