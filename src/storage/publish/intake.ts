import {
  HOURLY_RELEASES,
  PEAK_FACTOR,
  VELOCITY_RELEASES,
  VELOCITY_WINDOW_SECONDS,
  WEEK_SECONDS,
} from "../../domain/release/limits.ts";
import { DAY } from "../../domain/time.ts";
import type { Actor } from "../../market/catalogue/ports.ts";
import type { IntakeFacts, NewRelease, NewStatement } from "../../market/publish/ports.ts";
import type { plugins } from "../catalogue/schema.ts";
import type { SqlRow } from "../sql-row.ts";
import { listingValues } from "./listing-values.ts";
import type { releases, reservedNames } from "./schema.ts";

export async function readIntake(
  db: D1Database,
  name: string,
  version: string,
  publisherId: string | null,
  at: number,
): Promise<IntakeFacts> {
  const publisher = publisherId === null ? null : Number(publisherId);
  const [plugins, names, releases, counts] = await db.batch<Record<string, never>>([
    db
      .prepare(
        `SELECT p.id, p.publisher_id, b.handle, p.state, p.head_sequence, p.head_statement_sha256
         FROM plugins p JOIN publishers b ON b.id = p.publisher_id WHERE p.name = ?`,
      )
      .bind(name),
    db.prepare("SELECT kind, publisher_id FROM reserved_names WHERE name = ?").bind(name),
    db
      .prepare(
        `SELECT r.id, r.sha256, r.state, r.statement_sha256, r.voided_at FROM releases r JOIN plugins p ON p.id = r.plugin_id
         WHERE p.name = ? AND r.version = ? AND r.state <> 'rejected'`,
      )
      .bind(name, version),
    db
      .prepare(
        `SELECT
           (SELECT count(*) FROM plugins WHERE publisher_id = ?1 AND created_at > ?2) AS new_plugins,
           (SELECT count(*) FROM plugins p JOIN releases r ON r.plugin_id = p.id
            WHERE p.publisher_id = ?1 AND r.created_at > ?3) AS uploads,
           (SELECT count(*) FROM plugins p WHERE p.publisher_id = ?1 AND p.latest_release_id IS NULL
            AND EXISTS (SELECT 1 FROM releases r WHERE r.plugin_id = p.id AND r.state IN ('staged', 'scanning', 'review')))
             AS pending`,
      )
      .bind(publisher, at - WEEK_SECONDS, at - DAY),
  ]);
  return {
    plugin: readPlugin(plugins?.results[0]),
    reserved: readReserved(names?.results[0]),
    release: readRelease(releases?.results[0]),
    ...readCounts(counts?.results[0]),
  };
}

function readPlugin(row: unknown): IntakeFacts["plugin"] {
  if (row === undefined) return null;
  const plugin = row as Pick<
    SqlRow<typeof plugins>,
    "id" | "publisher_id" | "state" | "head_sequence" | "head_statement_sha256"
  > & { handle: string };
  return {
    id: String(plugin.id),
    publisherId: String(plugin.publisher_id),
    publisherHandle: plugin.handle,
    state: plugin.state,
    headSequence: plugin.head_sequence,
    headStatementSha256: plugin.head_statement_sha256,
  };
}

function readReserved(row: unknown): IntakeFacts["reserved"] {
  if (row === undefined) return null;
  const name = row as Pick<SqlRow<typeof reservedNames>, "kind" | "publisher_id">;
  return { kind: name.kind, publisherId: name.publisher_id === null ? null : String(name.publisher_id) };
}

function readRelease(row: unknown): IntakeFacts["release"] {
  if (row === undefined) return null;
  const release = row as Pick<SqlRow<typeof releases>, "id" | "sha256" | "state" | "statement_sha256" | "voided_at">;
  return {
    id: String(release.id),
    sha256: release.sha256,
    state: release.state,
    statementSha256: release.statement_sha256,
    isVoid: release.voided_at !== null,
  };
}

function readCounts(row: unknown): {
  newPluginsThisWeek: number;
  uploadsToday: number;
  pendingFirstReleases: number;
} {
  const counts = row as { new_plugins: number; uploads: number; pending: number };
  return {
    newPluginsThisWeek: counts.new_plugins,
    uploadsToday: counts.uploads,
    pendingFirstReleases: counts.pending,
  };
}

/** SQL: until when releases of a key that joined lately wait; 0 for all others. */
function youngKeyUntil(keyId: string, at: string): string {
  return `coalesce((SELECT k.trusted_at FROM publisher_keys k WHERE k.key_id = ${keyId} AND k.trusted_at > ${at}), 0)`;
}

/** SQL: how many releases of plugin `p`'s publisher match. */
function ownReleases(condition: string): string {
  return `(SELECT count(*) FROM plugins o JOIN releases e ON e.plugin_id = o.id WHERE o.publisher_id = p.publisher_id AND ${condition})`;
}

/**
 * Plugin if new, release, head of the statement chain and audit in one batch. Every condition stands in SQL: of fifty
 * uploads of one version one row appears, and a statement that is not the next link makes none.
 */
export async function insertRelease(
  db: D1Database,
  release: NewRelease,
  at: number,
): Promise<{ pluginId: string; releaseId: string } | null> {
  const publisher = Number(release.publisherId);
  const { statement } = release;
  const sequence = statement?.sequence ?? null;
  const previous = statement?.previous ?? null;
  const results = await db.batch<{ id: number; plugin_id: number }>([
    insertPlugin(db, release, at),
    db
      .prepare(
        `INSERT INTO releases (plugin_id, version, version_sort, channel, state, sha256, sha512, size, manifest,
           manifest_sha256, capabilities_sha256, closure_digest, server_sha256, changelog, readme, min_app_version,
           max_app_version, sequence, statement, statement_sha256, statement_key_id, needs_approval, expected_checks,
           uploaded_by, created_at, velocity_until)
         SELECT p.id, ?1, ?2, ?3, 'staged', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
           ?21, ?22, ?23,
           nullif(max(CASE WHEN (SELECT count(*) FROM plugins o JOIN releases e ON e.plugin_id = o.id
             WHERE o.publisher_id = p.publisher_id AND e.created_at > ?23 - ${VELOCITY_WINDOW_SECONDS}) >= ${VELOCITY_RELEASES}
             THEN ?23 + ${VELOCITY_WINDOW_SECONDS} ELSE 0 END, CASE WHEN ${ownReleases("e.created_at > ?23 - 3600")} >= max(${HOURLY_RELEASES},
               ${PEAK_FACTOR} * coalesce((SELECT max(h.n) FROM (SELECT count(*) AS n FROM plugins o JOIN releases e ON e.plugin_id = o.id
               WHERE o.publisher_id = p.publisher_id AND e.created_at BETWEEN ?23 - ${WEEK_SECONDS} AND ?23 - 3600
               GROUP BY e.created_at / 3600) h), 0)) THEN ?23 + 3600 ELSE 0 END, ${youngKeyUntil("?19", "?23")}), 0)
         FROM plugins p
         WHERE p.name = ?24 AND p.publisher_id = ?25 AND p.state IN ('active', 'deprecated')
           AND NOT EXISTS (SELECT 1 FROM releases e WHERE e.plugin_id = p.id AND e.version = ?1 AND e.state <> 'rejected')
           AND NOT EXISTS (SELECT 1 FROM publisher_keys k WHERE k.key_id = ?19 AND k.state <> 'active')
           AND (?16 IS NULL OR (p.head_sequence = ?16 - 1 AND p.head_statement_sha256 IS ?26))
         RETURNING id, plugin_id`,
      )
      .bind(
        release.version,
        release.versionSort,
        release.channel,
        release.sha256,
        release.sha512,
        release.size,
        release.manifest,
        release.manifestSha256,
        release.capabilitiesSha256,
        release.closureDigest,
        release.serverSha256,
        release.changelog,
        release.readme,
        release.minAppVersion,
        release.maxAppVersion,
        sequence,
        statement?.envelope ?? null,
        statement?.sha256 ?? null,
        statement?.keyId ?? null,
        statement?.needsApproval === true ? 1 : 0,
        JSON.stringify(release.expected),
        `${release.actor.kind}:${release.actor.id}`,
        at,
        release.name,
        publisher,
        previous,
      ),
    insertContainer(db, release, at),
    advanceHead(db, statement),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, ?2, ?3, 'release.staged', 'release', CAST(r.id AS TEXT), json_object('name', ?4, 'version', ?5, 'sha256', ?6)
         FROM releases r JOIN plugins p ON p.id = r.plugin_id
         WHERE p.name = ?4 AND r.version = ?5 AND r.sha256 = ?6 AND r.state = 'staged' AND r.created_at = ?1
           AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.subject_kind = 'release' AND a.subject_id = CAST(r.id AS TEXT))`,
      )
      .bind(at, release.actor.kind, release.actor.id, release.name, release.version, release.sha256),
  ]);
  const row = results[1]?.results[0];
  return row === undefined ? null : { pluginId: String(row.plugin_id), releaseId: String(row.id) };
}

/** Directly after the release: it names what was sent, or, of a bundle, nothing. */
function insertContainer(db: D1Database, { name, version, container }: NewRelease, at: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO host_containers (release_id, sha256, size, at)
       SELECT r.id, ?1, ?2, ?3 FROM releases r JOIN plugins p ON p.id = r.plugin_id
       WHERE changes() = 1 AND ?1 IS NOT NULL AND p.name = ?4 AND r.version = ?5 AND r.state = 'staged'
       RETURNING release_id AS id, release_id AS plugin_id`,
    )
    .bind(container?.sha256 ?? null, container?.size ?? null, at, name, version);
}

function insertPlugin(db: D1Database, release: NewRelease, at: number): D1PreparedStatement {
  const { listing } = release;
  return db
    .prepare(
      `INSERT INTO plugins (uuid, name, publisher_id, display_name, description, category, type, tags, icon, screenshots,
         pricing, trial_days, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING RETURNING id, id AS plugin_id`,
    )
    .bind(release.uuid, release.name, Number(release.publisherId), ...listingValues(listing), at, at);
}

/** Only if the release that carries the statement exists: whoever lost the race moves no head. */
function advanceHead(db: D1Database, statement: NewStatement | null): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE plugins SET head_sequence = ?1, head_statement_sha256 = ?2
       WHERE head_sequence = ?1 - 1 AND head_statement_sha256 IS ?3
         AND id = (SELECT plugin_id FROM releases WHERE statement_sha256 = ?2 AND sequence = ?1)
       RETURNING id, id AS plugin_id`,
    )
    .bind(statement?.sequence ?? null, statement?.sha256 ?? null, statement?.previous ?? null);
}

/**
 * The signature that an upload without one waited for, or that replaces one made by a compromised key; it becomes the next
 * link of the chain. A blocked release goes back to the desk: its new pair is published like any other.
 */
export async function signRelease(
  db: D1Database,
  releaseId: string,
  statement: NewStatement,
  actor: Actor,
  at: number,
): Promise<boolean> {
  const id = Number(releaseId);
  const [, signed] = await db.batch<{ id: number }>([
    db
      .prepare(
        `INSERT INTO void_statements (release_id, sequence, key_id, statement, statement_sha256, publication, receipt,
           receipt_sha256, at)
         SELECT r.id, r.sequence, r.statement_key_id, r.statement, r.statement_sha256, r.publication, r.receipt,
           r.receipt_sha256, ?2 FROM releases r
         WHERE r.id = ?1 AND r.statement IS NOT NULL AND ${mayBeSigned("?3", "?4", "?5")}`,
      )
      .bind(id, at, statement.sequence, statement.previous, statement.keyId),
    db
      .prepare(
        `UPDATE releases AS r SET statement = ?1, statement_sha256 = ?2, statement_key_id = ?3, sequence = ?4,
           needs_approval = ?5, voided_at = NULL, publication = NULL, receipt = NULL, receipt_sha256 = NULL,
           velocity_until = nullif(max(coalesce(velocity_until, 0), ${youngKeyUntil("?3", "?8")}), 0),
           decision_reason = NULL, decided_by = NULL, state = CASE state WHEN 'blocked' THEN 'review' ELSE state END
         WHERE r.id = ?6 AND ${mayBeSigned("?4", "?7", "?3")}
         RETURNING id`,
      )
      .bind(
        statement.envelope,
        statement.sha256,
        statement.keyId,
        statement.sequence,
        statement.needsApproval ? 1 : 0,
        id,
        statement.previous,
        at,
      ),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
         SELECT ?, ?, ?, 'release.signed', 'release', CAST(r.id AS TEXT) FROM releases r JOIN plugins p ON p.id = r.plugin_id
         WHERE r.id = ? AND r.statement_sha256 = ? AND p.head_sequence = r.sequence - 1`,
      )
      .bind(at, actor.kind, actor.id, id, statement.sha256),
    advanceHead(db, statement),
  ]);
  return (signed?.results.length ?? 0) === 1;
}

/** SQL: release `r` waits for a statement, the next link is this one, and its key is in use. */
function mayBeSigned(sequence: string, previous: string, keyId: string): string {
  return `((r.statement IS NULL AND r.state IN ('staged', 'scanning', 'review'))
      OR (r.state = 'blocked' AND r.voided_at IS NOT NULL))
    AND NOT EXISTS (SELECT 1 FROM publisher_keys k WHERE k.key_id = ${keyId} AND k.state <> 'active')
    AND EXISTS (SELECT 1 FROM plugins p WHERE p.id = r.plugin_id
      AND p.head_sequence = ${sequence} - 1 AND p.head_statement_sha256 IS ${previous})`;
}
