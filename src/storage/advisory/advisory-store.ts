import { type Advisory, affectedVersions } from "../../domain/advisory/advisory.ts";
import type { AdvisoryMove, AdvisoryStore } from "../../market/advisory/ports.ts";
import { insertEntry } from "./revocation-store.ts";

const MOST = 200;

export function createAdvisoryStore(db: D1Database): AdvisoryStore {
  const many = async (where: string, ...values: (string | number | null)[]) => {
    const { results } = await db
      .prepare(`${SELECT} ${where}`)
      .bind(...values)
      .all<AdvisoryRow>();
    return results.map(advisoryOf);
  };
  return {
    async subject(pluginId) {
      const row = await db
        .prepare("SELECT id, name, publisher_id FROM plugins WHERE id = ?1 AND publications > 0")
        .bind(Number(pluginId))
        .first<{ id: number; name: string; publisher_id: number }>();
      return row && { pluginId: String(row.id), name: row.name, publisherId: String(row.publisher_id) };
    },

    async draft(subject, text, accountId, at) {
      const year = new Date(at * 1000).getUTCFullYear();
      const row = await db
        .prepare(
          `INSERT INTO advisory_numbers (year, last) VALUES (?1, 1) ON CONFLICT (year) DO UPDATE SET last = last + 1
           RETURNING last`,
        )
        .bind(year)
        .first<{ last: number }>();
      const id = `RBSM-${year}-${row?.last ?? 1}`;
      await db.batch([
        db
          .prepare(
            `INSERT INTO advisories (id, plugin_id, severity, score, affected, fixed, summary, details, aliases, credits, links,
               drafted_by, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)`,
          )
          .bind(id, Number(subject.pluginId), ...wordsOf(text), Number(accountId), at),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
             VALUES (?1, 'account', ?2, 'advisory.drafted', 'advisory', ?3, ?4)`,
          )
          .bind(at, accountId, id, JSON.stringify({ plugin: subject.name })),
      ]);
      return id;
    },

    async find(id) {
      return (await many("WHERE v.id = ?1", id))[0] ?? null;
    },
    published: ({ plugin, after, limit }) =>
      many(
        `WHERE v.confirmed_at IS NOT NULL AND (?1 IS NULL OR p.name = ?1)
           AND (?2 IS NULL OR v.confirmed_at < ?2 OR (v.confirmed_at = ?2 AND v.id > ?3))
         ORDER BY v.confirmed_at DESC, v.id LIMIT ?4`,
        plugin,
        after?.confirmedAt ?? null,
        after?.id ?? null,
        limit,
      ),
    ofPublisher: (publisherId) =>
      many(`WHERE p.publisher_id = ?1 ORDER BY v.created_at DESC, v.id LIMIT ${MOST}`, Number(publisherId)),
    submitted: () => many(`WHERE v.state = 'submitted' ORDER BY v.updated_at, v.id LIMIT ${MOST}`),

    async rewrite({ id, rev }, text, at) {
      const { meta } = await db
        .prepare(
          `UPDATE advisories SET severity = ?2, score = ?3, affected = ?4, fixed = ?5, summary = ?6, details = ?7, aliases = ?8,
             credits = ?9, links = ?10, state = 'draft', rev = rev + 1, updated_at = ?11
           WHERE id = ?1 AND rev = ?12 AND state IN ('draft', 'rejected')`,
        )
        .bind(id, ...wordsOf(text), at, rev)
        .run();
      return meta.changes === 1;
    },

    move: (advisory, move, at) => moveAdvisory(db, advisory, move, at),
  };
}

/** The first statement names the state it leaves; each of the others asks for what that one wrote. */
async function moveAdvisory(db: D1Database, advisory: Advisory, move: AdvisoryMove, at: number): Promise<boolean> {
  const { id, rev, plugin, pluginId, versions } = advisory;
  const { to, accountId, reason, floor, warns } = move;
  const isDecision = to === "confirmed" || to === "rejected" || to === "withdrawn";
  const done = "EXISTS (SELECT 1 FROM advisories WHERE id = ?1 AND rev = ?2)";
  const statements = [
    db
      .prepare(
        `UPDATE advisories SET state = ?2, rev = rev + 1, updated_at = ?3, decision = COALESCE(?4, decision),
           decided_by = COALESCE(?5, decided_by), confirmed_at = iif(?2 = 'confirmed', ?3, confirmed_at),
           withdrawn_at = iif(?2 = 'withdrawn', ?3, withdrawn_at)
         WHERE id = ?1 AND rev = ?6 AND state = ?7`,
      )
      .bind(id, to, at, reason, isDecision ? Number(accountId) : null, rev, advisory.state),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?3, 'account', ?4, ?5, ?6, ?7, ?8 WHERE ${done}`,
      )
      .bind(
        id,
        rev + 1,
        at,
        accountId,
        to === "confirmed" ? "advisory.published" : `advisory.${to}`,
        // Of a plugin, so that its publisher's webhooks hear of it.
        to === "confirmed" ? "plugin" : "advisory",
        to === "confirmed" ? pluginId : id,
        JSON.stringify({
          advisory: id,
          plugin,
          severity: advisory.severity,
          affected: advisory.affected,
          fixed: advisory.fixed,
          reason,
        }),
      ),
  ];
  if (to === "confirmed" || to === "withdrawn")
    statements.push(
      db
        .prepare(`INSERT INTO changes (at, kind, subject, data) SELECT ?3, ?4, ?5, ?6 WHERE ${done}`)
        .bind(
          id,
          rev + 1,
          at,
          to === "confirmed" ? "advisory.published" : "advisory.withdrawn",
          plugin,
          JSON.stringify({ id }),
        ),
    );
  if (to === "confirmed" && floor !== null)
    statements.push(
      db
        .prepare(
          `INSERT INTO plugin_floors (plugin_id, floor, advisory_id, set_at) SELECT ?3, ?4, ?1, ?5 WHERE ${done}
           ON CONFLICT (plugin_id) DO UPDATE SET floor = excluded.floor, advisory_id = excluded.advisory_id, set_at = excluded.set_at`,
        )
        .bind(id, rev + 1, Number(pluginId), floor, at),
    );
  if (to === "withdrawn")
    statements.push(
      db.prepare(`DELETE FROM plugin_floors WHERE advisory_id = ?1 AND ${done}`).bind(id, rev + 1),
      db
        .prepare(
          `INSERT INTO release_revocations (subject, kind, name, version, sha256, level, code, since, is_lifted)
           SELECT e.subject, e.kind, e.name, e.version, e.sha256, e.level, e.code, ?3, 1 FROM release_revocations e
           WHERE e.advisory = ?1 AND e.is_lifted = 0 AND e.level = 'soft' AND ${done}
             AND NOT EXISTS (SELECT 1 FROM release_revocations n WHERE n.subject = e.subject AND n.seq > e.seq)`,
        )
        .bind(id, rev + 1, at),
    );
  const [moved] = await db.batch(statements);
  if (moved?.meta.changes !== 1) return false;
  if (to === "confirmed" && warns) await warnOf(db, advisory, versions, at);
  return true;
}

/** A crash in between leaves a confirmed advisory without warnings; every update check names it all the same. */
async function warnOf(
  db: D1Database,
  { id, plugin, summary }: Advisory,
  versions: readonly string[],
  at: number,
): Promise<void> {
  const entries = versions.map((version) =>
    insertEntry(
      db,
      { kind: "release", name: plugin, version, code: "vulnerability", note: summary, replacement: null, advisory: id },
      at,
    ),
  );
  for (let from = 0; from < entries.length; from += MOST) await db.batch(entries.slice(from, from + MOST));
}

const SELECT = `
  SELECT v.*, p.name, p.display_name, p.publisher_id, u.handle,
    (SELECT json_group_array(r.version) FROM releases r WHERE r.plugin_id = v.plugin_id
       AND r.state IN ('published', 'deprecated', 'yanked', 'blocked') AND r.receipt IS NOT NULL) AS all_versions
  FROM advisories v JOIN plugins p ON p.id = v.plugin_id JOIN publishers u ON u.id = p.publisher_id`;

interface AdvisoryRow {
  readonly id: string;
  readonly plugin_id: number;
  readonly name: string;
  readonly display_name: string;
  readonly publisher_id: number;
  readonly handle: string;
  readonly state: Advisory["state"];
  readonly severity: string;
  readonly score: number;
  readonly affected: string;
  readonly fixed: string | null;
  readonly summary: string;
  readonly details: string;
  readonly aliases: string;
  readonly credits: string;
  readonly links: string;
  readonly decision: string | null;
  readonly rev: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly confirmed_at: number | null;
  readonly withdrawn_at: number | null;
  readonly all_versions: string;
}

function advisoryOf(row: AdvisoryRow): Advisory {
  const list = (text: string) => JSON.parse(text) as readonly string[];
  return {
    id: row.id,
    pluginId: String(row.plugin_id),
    plugin: row.name,
    displayName: row.display_name,
    publisherId: String(row.publisher_id),
    publisher: row.handle,
    state: row.state,
    severity: row.severity,
    score: row.score,
    affected: row.affected,
    fixed: row.fixed,
    summary: row.summary,
    details: row.details,
    aliases: list(row.aliases),
    credits: list(row.credits),
    links: list(row.links),
    decision: row.decision,
    rev: row.rev,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    confirmedAt: row.confirmed_at,
    withdrawnAt: row.withdrawn_at,
    versions: affectedVersions(row.affected, list(row.all_versions)),
  };
}

function wordsOf(text: Parameters<AdvisoryStore["draft"]>[1]) {
  const { severity, score, affected, fixed, summary, details, aliases, credits, links } = text;
  return [
    severity,
    score,
    affected,
    fixed,
    summary,
    details,
    JSON.stringify(aliases),
    JSON.stringify(credits),
    JSON.stringify(links),
  ] as const;
}
