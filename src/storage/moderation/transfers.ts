import type { Transfer, TransferStore } from "../../market/moderation/ports.ts";

interface TransferRow {
  readonly id: number;
  readonly plugin_id: number;
  readonly plugin: string;
  readonly from_publisher: number;
  readonly from_handle: string;
  readonly to_publisher: number;
  readonly to_handle: string;
  readonly state: Transfer["state"];
  readonly offered_at: number;
  readonly hold_until: number | null;
  readonly ended_at: number | null;
}

const TRANSFER = `SELECT t.id, t.plugin_id, p.name AS plugin, t.from_publisher, f.handle AS from_handle, t.to_publisher,
    g.handle AS to_handle, t.state, t.offered_at, t.hold_until, t.ended_at
  FROM transfers t JOIN plugins p ON p.id = t.plugin_id JOIN publishers f ON f.id = t.from_publisher
    JOIN publishers g ON g.id = t.to_publisher`;

/** Plugins that change hands, on D1. */
export function transfersOnD1(db: D1Database): TransferStore {
  return {
    async find(transferId) {
      const row = await db.prepare(`${TRANSFER} WHERE t.id = ?`).bind(Number(transferId)).first<TransferRow>();
      return row === null ? null : transferOf(row);
    },
    async list(publisherIds, limit) {
      const { results } = await db
        .prepare(
          `${TRANSFER} WHERE t.from_publisher IN (SELECT value FROM json_each(?1))
             OR t.to_publisher IN (SELECT value FROM json_each(?1)) ORDER BY t.id DESC LIMIT ?2`,
        )
        .bind(JSON.stringify(publisherIds.map(Number)), limit)
        .all<TransferRow>();
      return results.map(transferOf);
    },
    async ofPlugin(pluginId) {
      const row = await db
        .prepare(`${TRANSFER} WHERE t.plugin_id = ? AND t.state <> 'canceled' ORDER BY t.id DESC LIMIT 1`)
        .bind(Number(pluginId))
        .first<TransferRow>();
      return row === null ? null : transferOf(row);
    },
    async plugin(pluginId) {
      const row = await db
        .prepare("SELECT id, name, publisher_id FROM plugins WHERE id = ?")
        .bind(Number(pluginId))
        .first<{ id: number; name: string; publisher_id: number }>();
      return row === null ? null : { id: String(row.id), name: row.name, publisherId: String(row.publisher_id) };
    },
    async publisher(handle) {
      const row = await db
        .prepare("SELECT id, handle FROM publishers WHERE handle = ?")
        .bind(handle)
        .first<{ id: number; handle: string }>();
      return row === null ? null : { id: String(row.id), handle: row.handle };
    },
    async offer({ pluginId, from, to, accountId }, at) {
      const [made] = await db.batch<{ id: number }>([
        db
          .prepare(
            `INSERT INTO transfers (plugin_id, from_publisher, to_publisher, offered_by, offered_at)
             SELECT id, publisher_id, ?3, ?4, ?5 FROM plugins WHERE id = ?1 AND publisher_id = ?2 AND state <> 'removed'
             ON CONFLICT DO NOTHING RETURNING id`,
          )
          .bind(Number(pluginId), Number(from), Number(to), Number(accountId), at),
        moved(db, "transfer.offered", pluginId, accountId, at),
      ]);
      const row = made?.results[0];
      return row === undefined ? null : String(row.id);
    },
    async accept(transferId, accountId, holdUntil, at) {
      const id = Number(transferId);
      const [accepted] = await db.batch<{ plugin_id: number }>([
        db
          .prepare(
            `UPDATE transfers SET state = 'held', accepted_by = ?2, hold_until = ?3 WHERE id = ?1 AND state = 'offered'
             RETURNING plugin_id`,
          )
          .bind(id, Number(accountId), holdUntil),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
             SELECT ?1, 'account', ?2, 'transfer.accepted', 'plugin', CAST(plugin_id AS TEXT) FROM transfers
             WHERE id = ?3 AND changes() = 1`,
          )
          .bind(at, accountId, id),
      ]);
      return accepted?.results.length === 1;
    },
    async cancel(transferId, accountId, at) {
      const id = Number(transferId);
      const [canceled] = await db.batch<{ id: number }>([
        db
          .prepare(
            `UPDATE transfers SET state = 'canceled', ended_by = ?2, ended_at = ?3
             WHERE id = ?1 AND state IN ('offered', 'held') RETURNING id`,
          )
          .bind(id, Number(accountId), at),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
             SELECT ?1, 'account', ?2, 'transfer.canceled', 'plugin', CAST(plugin_id AS TEXT) FROM transfers
             WHERE id = ?3 AND changes() = 1`,
          )
          .bind(at, accountId, id),
      ]);
      return canceled?.results.length === 1;
    },
    async due(at, limit) {
      const { results } = await db
        .prepare("SELECT id FROM transfers WHERE state = 'held' AND hold_until <= ? ORDER BY hold_until LIMIT ?")
        .bind(at, limit)
        .all<{ id: number }>();
      return results.map(({ id }) => String(id));
    },
    complete: (transferId, at) => complete(db, Number(transferId), at),
    async holders(pluginId, limit) {
      const { results } = await db
        .prepare(
          `SELECT DISTINCT o.email FROM licenses l JOIN activations a ON a.license_id = l.id AND a.released_at IS NULL
           JOIN instances i ON i.id = a.instance_id JOIN accounts o ON o.id = i.account_id
           WHERE l.plugin_id = ? AND o.email IS NOT NULL LIMIT ?`,
        )
        .bind(Number(pluginId), limit)
        .all<{ email: string }>();
      return results.map(({ email }) => email);
    },
  };
}

/** The plugin, its licenses and the feed in one batch; each statement acts only on what the first wrote at this second. */
async function complete(db: D1Database, id: number, at: number): Promise<boolean> {
  const completed = `EXISTS (SELECT 1 FROM transfers t WHERE t.id = ?1 AND t.state = 'completed' AND t.ended_at = ?2)`;
  const [done] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE transfers SET state = 'completed', ended_at = ?2 WHERE id = ?1 AND state = 'held' AND hold_until <= ?2
           AND EXISTS (SELECT 1 FROM plugins p WHERE p.id = transfers.plugin_id AND p.publisher_id = transfers.from_publisher)
         RETURNING id`,
      )
      .bind(id, at),
    db
      .prepare(
        `UPDATE plugins SET publisher_id = (SELECT to_publisher FROM transfers WHERE id = ?1), rev = rev + 1, updated_at = ?2
         WHERE id = (SELECT plugin_id FROM transfers WHERE id = ?1) AND changes() = 1`,
      )
      .bind(id, at),
    db
      .prepare(
        `INSERT INTO changes (at, kind, subject, data) SELECT ?2, 'plugin.transferred', p.name, json_object('from', f.handle,
           'to', g.handle) FROM transfers t JOIN plugins p ON p.id = t.plugin_id JOIN publishers f ON f.id = t.from_publisher
           JOIN publishers g ON g.id = t.to_publisher WHERE t.id = ?1 AND changes() = 1`,
      )
      .bind(id, at),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
         SELECT ?2, 'system', 'transfers', 'transfer.completed', 'plugin', CAST(plugin_id AS TEXT) FROM transfers
         WHERE id = ?1 AND changes() = 1`,
      )
      .bind(id, at),
    // Whoever sells the plugin from now on answers for what was sold.
    db
      .prepare(
        `UPDATE licenses SET publisher_id = (SELECT to_publisher FROM transfers WHERE id = ?1)
         WHERE plugin_id = (SELECT plugin_id FROM transfers WHERE id = ?1) AND ${completed}`,
      )
      .bind(id, at),
  ]);
  return done?.results.length === 1;
}

function moved(db: D1Database, action: string, pluginId: string, accountId: string, at: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
       SELECT ?1, 'account', ?2, ?3, 'plugin', ?4 WHERE changes() = 1`,
    )
    .bind(at, accountId, action, pluginId);
}

function transferOf(row: TransferRow): Transfer {
  return {
    id: String(row.id),
    pluginId: String(row.plugin_id),
    plugin: row.plugin,
    from: { id: String(row.from_publisher), handle: row.from_handle },
    to: { id: String(row.to_publisher), handle: row.to_handle },
    state: row.state,
    offeredAt: row.offered_at,
    holdUntil: row.hold_until,
    endedAt: row.ended_at,
  };
}
