import type { Actor } from "../../market/catalogue/ports.ts";
import type { ListingFacts, ListingStates, Suspension } from "../../market/publish/listing-state-ports.ts";
import { pluginSuspendedWebhook } from "../account/webhook-outbox.ts";
import { LATEST_CHECKS } from "./checks.ts";

/** Plugins off and on the shelves, on D1. */
export function listingStatesOnD1(db: D1Database): ListingStates {
  return {
    find: (pluginId) => readListing(db, pluginId),
    suspend: (suspension, at) => suspend(db, suspension, at),
    resume: (pluginId, isDesk, actor, at) => resume(db, pluginId, isDesk, actor, at),
    resubmit: (releaseId, actor, at) => resubmit(db, releaseId, actor, at),
  };
}

interface ListingRow {
  readonly id: number;
  readonly name: string;
  readonly publisher_id: number;
  readonly state: ListingFacts["state"];
  readonly latest_release_id: number | null;
  readonly by_desk: number | null;
  readonly reason: string | null;
  readonly release_id: number | null;
  readonly version: string | null;
  readonly release_state: NonNullable<ListingFacts["newest"]>["state"] | null;
  readonly is_dirty: number;
}

async function readListing(db: D1Database, pluginId: string): Promise<ListingFacts | null> {
  const row = await db
    .prepare(
      `SELECT p.id, p.name, p.publisher_id, p.state, p.latest_release_id, s.by_desk, s.reason, r.id AS release_id,
         r.version, r.state AS release_state, EXISTS (SELECT 1 FROM (${LATEST_CHECKS}) l
           WHERE l.release_id = r.id AND l.result = 'dirty' AND l.rejects = 1) AS is_dirty
       FROM plugins p LEFT JOIN plugin_suspensions s ON s.plugin_id = p.id
         LEFT JOIN releases r ON r.id = (SELECT max(id) FROM releases WHERE plugin_id = p.id)
       WHERE p.id = ?`,
    )
    .bind(Number(pluginId))
    .first<ListingRow>();
  if (row === null) return null;
  return {
    pluginId: String(row.id),
    name: row.name,
    publisherId: String(row.publisher_id),
    state: row.state,
    isApproved: row.latest_release_id !== null,
    suspension: row.reason === null ? null : { isDesk: row.by_desk === 1, reason: row.reason },
    newest:
      row.release_id === null || row.version === null || row.release_state === null
        ? null
        : {
            releaseId: String(row.release_id),
            version: row.version,
            state: row.release_state,
            isDirty: row.is_dirty === 1,
          },
  };
}

/** A second one changes nothing, except that the desk takes over what a publisher began. */
async function suspend(db: D1Database, suspension: Suspension, at: number): Promise<boolean> {
  const { pluginId, reason, isDesk, actor } = suspension;
  const id = Number(pluginId);
  const [written] = await db.batch<{ plugin_id: number }>([
    db
      .prepare(
        `INSERT INTO plugin_suspensions (plugin_id, by_desk, reason, actor_kind, actor_id, state, listed, at)
         SELECT id, ?2, ?3, ?4, ?5, state, listed, ?6 FROM plugins
         WHERE id = ?1 AND latest_release_id IS NOT NULL AND (state NOT IN ('quarantined', 'removed')
           OR EXISTS (SELECT 1 FROM plugin_suspensions WHERE plugin_id = ?1))
         ON CONFLICT (plugin_id) DO UPDATE SET by_desk = 1, reason = excluded.reason, actor_kind = excluded.actor_kind,
           actor_id = excluded.actor_id, at = excluded.at WHERE excluded.by_desk = 1 AND by_desk = 0
         RETURNING plugin_id`,
      )
      .bind(id, isDesk ? 1 : 0, reason, actor.kind, actor.id, at),
    db
      .prepare(
        `UPDATE plugins SET state = 'quarantined', listed = 0, rev = rev + 1, updated_at = ?2
         WHERE id = ?1 AND changes() = 1`,
      )
      .bind(id, at),
    ...records(db, id, "plugin.suspended", { reason, desk: isDesk }, actor, at),
    pluginSuspendedWebhook(db, pluginId, reason, at),
  ]);
  return written?.results.length === 1;
}

async function resume(db: D1Database, pluginId: string, isDesk: boolean, actor: Actor, at: number): Promise<boolean> {
  const id = Number(pluginId);
  const [updated] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE plugins SET rev = rev + 1, updated_at = ?3,
           state = (SELECT s.state FROM plugin_suspensions s WHERE s.plugin_id = ?1),
           listed = (SELECT s.listed FROM plugin_suspensions s WHERE s.plugin_id = ?1)
         WHERE id = ?1 AND state = 'quarantined'
           AND EXISTS (SELECT 1 FROM plugin_suspensions s WHERE s.plugin_id = ?1 AND s.by_desk <= ?2)
         RETURNING id`,
      )
      .bind(id, isDesk ? 1 : 0, at),
    ...records(db, id, "plugin.resumed", { desk: isDesk }, actor, at),
    db.prepare("DELETE FROM plugin_suspensions WHERE plugin_id = ? AND changes() = 1").bind(id),
  ]);
  return updated?.results.length === 1;
}

async function resubmit(db: D1Database, releaseId: string, actor: Actor, at: number): Promise<boolean> {
  const id = Number(releaseId);
  const [moved] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE OR IGNORE releases AS r SET state = 'review', decision_reason = NULL, decided_by = NULL,
           decided_at = NULL, review_at = ?2, next_check_at = ?2
         WHERE r.id = ?1 AND r.state = 'rejected' AND r.erased_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM releases o WHERE o.plugin_id = r.plugin_id AND o.id > r.id)
           AND NOT EXISTS (SELECT 1 FROM publisher_keys k WHERE k.key_id = r.statement_key_id AND k.state = 'compromised')
         RETURNING id`,
      )
      .bind(id, at),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
         SELECT ?1, ?2, ?3, 'release.resubmitted', 'release', CAST(id AS TEXT) FROM releases WHERE id = ?4 AND changes() = 1`,
      )
      .bind(at, actor.kind, actor.id, id),
  ]);
  return moved?.results.length === 1;
}

/** Each only if the statement before it changed its one row. */
function records(
  db: D1Database,
  id: number,
  action: string,
  data: { readonly [name: string]: string | boolean },
  actor: Actor,
  at: number,
): D1PreparedStatement[] {
  const text = JSON.stringify(data);
  return [
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?, ?, ?, ?, 'plugin', CAST(id AS TEXT), ? FROM plugins WHERE id = ? AND changes() = 1`,
      )
      .bind(at, actor.kind, actor.id, action, text, id),
    db
      .prepare(
        "INSERT INTO changes (at, kind, subject, data) SELECT ?, ?, name, ? FROM plugins WHERE id = ? AND changes() = 1",
      )
      .bind(at, action, text, id),
  ];
}
