import type { Json } from "../../domain/json/json.ts";
import type { ReleaseState } from "../../domain/release/states.ts";
import type {
  AuditFilter,
  AuditRow,
  DeskCounts,
  DeskPlugin,
  DeskReads,
  DeskRelease,
  OpenBlock,
} from "../../market/desk/ports.ts";
import { readDead } from "./dead.ts";
import { readLicenses } from "./licenses.ts";
import { readPublishers } from "./publishers.ts";

/** What operators look at, on D1. */
export function createDeskReads(db: D1Database): DeskReads {
  return {
    counts: () => readCounts(db),
    release: (releaseId) => readRelease(db, releaseId),
    plugin: (pluginId) => readPlugin(db, pluginId),
    openBlocks: (limit) => readOpenBlocks(db, limit),
    async isMember(accountId, pluginId) {
      const row = await db
        .prepare(
          `SELECT 1 FROM plugins p JOIN publisher_members m ON m.publisher_id = p.publisher_id
           WHERE p.id = ?1 AND m.account_id = ?2`,
        )
        .bind(Number(pluginId), Number(accountId))
        .first();
      return row !== null;
    },
    audit: (filter, limit) => readAudit(db, filter, limit),
    async pepperUse() {
      const { results } = await db
        .prepare("SELECT pepper_v AS version, COUNT(*) AS count FROM license_keys GROUP BY pepper_v ORDER BY pepper_v")
        .all<{ version: number; count: number }>();
      return results;
    },
    ...readPublishers(db),
    ...readLicenses(db),
    ...readDead(db),
  };
}

/** Beyond this nobody counts on: a queue that long has other troubles. */
const MOST = 1000;

async function readCounts(db: D1Database): Promise<DeskCounts> {
  const counted = (from: string) => `(SELECT COUNT(*) FROM (SELECT 1 FROM ${from} LIMIT ${MOST}))`;
  const row = await db
    .prepare(
      `SELECT ${counted("releases WHERE state = 'review'")} AS review,
         ${counted("appeals WHERE outcome IS NULL")} AS appeals,
         ${counted("release_blocks WHERE confirmed_at IS NULL AND lapsed_at IS NULL AND lifted_at IS NULL")} AS blocks,
         ${counted("cases WHERE state = 'open'")} AS cases,
         ${counted("reports WHERE state = 'open'")} AS reports,
         ${counted("executions WHERE outcome NOT IN ('queued', 'running', 'ok', 'skipped') AND kind <> 'route'")} AS deadRuns,
         ${counted("webhook_outbox WHERE state = 'dead'")} AS deadWebhooks,
         ${counted("hook_deliveries WHERE state = 'dead'")} AS deadHooks`,
    )
    .first<DeskCounts>();
  if (row === null) throw new Error("counting answers one row");
  return row;
}

interface ReleaseRow {
  readonly id: number;
  readonly plugin_id: number;
  readonly name: string;
  readonly version: string;
  readonly state: ReleaseState;
  readonly sha256: string;
  readonly server_sha256: string | null;
  readonly manifest: string;
  readonly erased_at: number | null;
}

/** Before it: the newest that was published, by precedence; a release that nobody got is nothing to compare with. */
async function readRelease(db: D1Database, releaseId: string): Promise<DeskRelease | null> {
  const [own, before] = await db.batch<ReleaseRow>([
    db
      .prepare(
        `SELECT r.id, r.plugin_id, p.name, r.version, r.state, r.sha256, r.server_sha256, r.manifest, r.erased_at
         FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE r.id = ?1`,
      )
      .bind(Number(releaseId)),
    db
      .prepare(
        `SELECT b.id, b.version, b.sha256, b.manifest FROM releases r JOIN releases b ON b.plugin_id = r.plugin_id
           AND b.id <> r.id AND b.published_at IS NOT NULL AND b.version_sort < r.version_sort
         WHERE r.id = ?1 ORDER BY b.version_sort DESC LIMIT 1`,
      )
      .bind(Number(releaseId)),
  ]);
  const row = own?.results[0];
  if (row === undefined) return null;
  const previous = before?.results[0];
  return {
    releaseId: String(row.id),
    pluginId: String(row.plugin_id),
    name: row.name,
    version: row.version,
    state: row.state,
    sha256: row.sha256,
    serverSha256: row.server_sha256,
    manifest: row.manifest,
    isErased: row.erased_at !== null,
    previous:
      previous === undefined
        ? null
        : {
            releaseId: String(previous.id),
            version: previous.version,
            sha256: previous.sha256,
            manifest: previous.manifest,
          },
  };
}

interface PluginRow {
  readonly id: number;
  readonly name: string;
  readonly display_name: string;
  readonly handle: string;
  readonly state: DeskPlugin["state"];
  readonly reason: string | null;
  readonly by_desk: number | null;
  readonly suspended_at: number | null;
  readonly installations: number;
}
interface VersionRow {
  readonly id: number;
  readonly version: string;
  readonly state: ReleaseState;
  readonly created_at: number;
}
const MOST_VERSIONS = 200;

async function readPlugin(db: D1Database, pluginId: string): Promise<DeskPlugin | null> {
  const [plugins, releases] = await db.batch<PluginRow & VersionRow>([
    db
      .prepare(
        `SELECT p.id, p.name, p.display_name, b.handle, p.state, s.reason, s.by_desk, s.at AS suspended_at,
           (SELECT COUNT(*) FROM activations a JOIN licenses l ON l.id = a.license_id
            WHERE l.plugin_id = p.id AND a.released_at IS NULL AND a.lease_until > unixepoch()) AS installations
         FROM plugins p JOIN publishers b ON b.id = p.publisher_id LEFT JOIN plugin_suspensions s ON s.plugin_id = p.id
         WHERE p.id = ?1`,
      )
      .bind(Number(pluginId)),
    db
      .prepare(
        `SELECT id, version, state, created_at FROM releases WHERE plugin_id = ?1 ORDER BY id DESC LIMIT ${MOST_VERSIONS}`,
      )
      .bind(Number(pluginId)),
  ]);
  const row = plugins?.results[0];
  if (row === undefined) return null;
  return {
    pluginId: String(row.id),
    name: row.name,
    displayName: row.display_name,
    publisher: row.handle,
    state: row.state,
    suspension:
      row.reason === null ? null : { reason: row.reason, isDesk: row.by_desk === 1, at: row.suspended_at ?? 0 },
    installations: row.installations,
    releases: (releases?.results ?? []).map(({ id, version, state, created_at }) => ({
      releaseId: String(id),
      version,
      state,
      createdAt: created_at,
    })),
  };
}

interface BlockRow {
  readonly release_id: number;
  readonly name: string;
  readonly version: string;
  readonly code: string;
  readonly reason: string;
  readonly asked_by: string;
  readonly asked_at: number;
  readonly is_lift_asked: number;
}

async function readOpenBlocks(db: D1Database, limit: number): Promise<readonly OpenBlock[]> {
  const { results } = await db
    .prepare(
      `SELECT k.release_id, p.name, r.version, k.code, k.reason, c.name AS asked_by, k.asked_at,
         k.lift_asked_by IS NOT NULL AS is_lift_asked
       FROM release_blocks k JOIN releases r ON r.id = k.release_id JOIN plugins p ON p.id = r.plugin_id
         JOIN accounts c ON c.id = k.asked_by
       WHERE k.lapsed_at IS NULL AND k.lifted_at IS NULL AND (k.confirmed_at IS NULL OR k.lift_asked_by IS NOT NULL)
       ORDER BY k.asked_at LIMIT ?1`,
    )
    .bind(limit)
    .all<BlockRow>();
  return results.map((row) => ({
    releaseId: String(row.release_id),
    name: row.name,
    version: row.version,
    code: row.code,
    reason: row.reason,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    isLiftAsked: row.is_lift_asked === 1,
  }));
}

interface StoredAudit {
  readonly id: number;
  readonly at: number;
  readonly actor_kind: AuditRow["actorKind"];
  readonly actor_id: string;
  readonly actor_name: string | null;
  readonly action: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly data: string;
  readonly is_desk: number;
  readonly chain: string | null;
}

async function readAudit(
  db: D1Database,
  { action, subject, actor, before }: AuditFilter,
  limit: number,
): Promise<readonly AuditRow[]> {
  const [subjectKind = null, subjectId = null] = subject?.split(":", 2) ?? [];
  const [actorKind = null, actorId = null] = actor?.split(":", 2) ?? [];
  const { results } = await db
    .prepare(
      `SELECT a.id, a.at, a.actor_kind, a.actor_id, c.name AS actor_name, a.action, a.subject_kind, a.subject_id, a.data,
         d.number IS NOT NULL AS is_desk, d.chain
       FROM audit a LEFT JOIN accounts c ON a.actor_kind = 'account' AND c.id = CAST(a.actor_id AS INTEGER)
         LEFT JOIN desk_chain d ON d.audit_id = a.id
       WHERE (?1 IS NULL OR a.id < ?1) AND (?2 IS NULL OR a.action = ?2 OR a.action LIKE ?2 || '.%')
         AND (?3 IS NULL OR a.subject_kind = ?3) AND (?4 IS NULL OR a.subject_id = ?4)
         AND (?5 IS NULL OR a.actor_kind = ?5) AND (?6 IS NULL OR a.actor_id = ?6)
       ORDER BY a.id DESC LIMIT ?7`,
    )
    .bind(
      before === undefined ? null : Number(before),
      action ?? null,
      subjectKind,
      subjectId,
      actorKind,
      actorId,
      limit,
    )
    .all<StoredAudit>();
  return results.map((row) => ({
    id: String(row.id),
    at: row.at,
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    actorName: row.actor_name,
    action: row.action,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    data: JSON.parse(row.data) as { [key: string]: Json },
    ...(row.is_desk === 1 ? { chain: row.chain } : {}),
  }));
}
