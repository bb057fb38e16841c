import type { Bytes } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { canonicalBytes } from "../../domain/json/canonical.ts";
import type { Json } from "../../domain/json/json.ts";
import { signedTime } from "../../domain/time.ts";
import type { Ed25519Signer } from "../../domain/trust/signer.ts";
import { REVOCATIONS_PATH } from "../../domain/tuf/roles.ts";
import { indexPath, releasePath } from "../../domain/tuf/target-path.ts";
import { currentList } from "../advisory/issue-list.ts";

export interface ListedTarget {
  readonly path: string;
  readonly length: number;
  readonly sha256: string;
}
/** A target whose bytes the repository stores itself. */
export interface WrittenTarget extends ListedTarget {
  readonly bytes: Bytes;
}
/** What is said of one plugin; no index and no releases where it has never been published. */
export interface PluginTargets {
  readonly index: WrittenTarget | null;
  readonly releases: readonly ListedTarget[];
}

interface ReleaseRow {
  readonly name: string;
  readonly handle: string;
  readonly plugin_state: string;
  readonly version: string;
  readonly state: string;
  readonly channel: string;
  readonly sha256: string;
  readonly size: number;
  readonly delivery: string;
  readonly publication: number;
  readonly receipt: string;
  readonly receipt_sha256: string;
  readonly statement: string;
  readonly dependencies: string | null;
  readonly min_app_version: string;
  readonly max_app_version: string | null;
  readonly yank_reason: string | null;
  readonly notice: string | null;
  readonly replacement: string | null;
  readonly sealed_sha256: string | null;
  readonly sealed_size: number | null;
  readonly floor: string | null;
  readonly rollout_state: string | null;
  readonly starts_at: number;
  readonly steps: string;
  readonly least: number;
}
interface AdvisoryRow {
  readonly name: string;
  readonly id: string;
  readonly affected: string;
  readonly fixed: string | null;
  readonly confirmed_at: number;
}
interface KeyRow {
  readonly name: string;
  readonly key_id: string;
  readonly public_key: string;
  readonly state: string;
}

/** Indexes and release targets of the named plugins, two reads for all of them. */
export async function readPluginTargets(
  db: D1Database,
  names: readonly string[],
): Promise<ReadonlyMap<string, PluginTargets>> {
  const bound = JSON.stringify(names);
  const [releases, keys, advisories] = await db.batch<ReleaseRow | KeyRow | AdvisoryRow>([
    db
      .prepare(
        `SELECT p.name, u.handle, p.state AS plugin_state, r.version, r.state, r.channel, r.sha256, r.size, r.delivery,
           r.publication, r.receipt, r.receipt_sha256, r.statement, json_extract(r.manifest, '$.dependencies') AS dependencies,
           r.min_app_version, r.max_app_version, r.yank_reason, r.notice, r.replacement,
           s.sha256 AS sealed_sha256, s.size AS sealed_size,
           f.floor, o.state AS rollout_state, o.starts_at, o.steps, o.least
         FROM plugins p JOIN publishers u ON u.id = p.publisher_id JOIN releases r ON r.plugin_id = p.id
         LEFT JOIN sealed_bundles s ON s.release_id = r.id AND s.statement_sha256 = r.statement_sha256
         LEFT JOIN plugin_floors f ON f.plugin_id = p.id LEFT JOIN rollouts o ON o.release_id = r.id
         WHERE p.name IN (SELECT value FROM json_each(?1)) AND r.receipt IS NOT NULL
           AND r.state IN ('published', 'deprecated', 'yanked', 'blocked')
         ORDER BY p.name, r.publication`,
      )
      .bind(bound),
    db
      .prepare(
        `SELECT p.name, k.key_id, k.public_key, k.state FROM plugins p
         JOIN publisher_keys k ON k.publisher_id = p.publisher_id
         WHERE p.name IN (SELECT value FROM json_each(?1)) ORDER BY p.name, k.key_id`,
      )
      .bind(bound),
    db
      .prepare(
        `SELECT p.name, v.id, v.affected, v.fixed, v.confirmed_at FROM advisories v JOIN plugins p ON p.id = v.plugin_id
         WHERE p.name IN (SELECT value FROM json_each(?1)) AND v.state = 'confirmed' ORDER BY v.id`,
      )
      .bind(bound),
  ]);
  const rows = Map.groupBy((releases?.results ?? []) as ReleaseRow[], (row) => row.name);
  const hurts = Map.groupBy((advisories?.results ?? []) as AdvisoryRow[], (row) => row.name);
  const keysOf = Map.groupBy((keys?.results ?? []) as KeyRow[], (row) => row.name);
  return new Map(
    await Promise.all(
      names.map(
        async (name) =>
          [name, await targetsOf(name, rows.get(name) ?? [], keysOf.get(name) ?? [], hurts.get(name) ?? [])] as const,
      ),
    ),
  );
}

/** The plugins a page of the change feed is about, and where the next page begins. */
export async function readChangedPlugins(
  db: D1Database,
  after: number,
  limit: number,
): Promise<{ readonly names: readonly string[]; readonly cursor: number; readonly hasMore: boolean }> {
  const { results } = await db
    .prepare(
      `SELECT id, kind, subject FROM changes
       WHERE id > ?1 AND (kind LIKE 'release.%' OR kind LIKE 'plugin.%' OR kind LIKE 'publisher.%' OR kind LIKE 'rollout.%'
         OR kind LIKE 'advisory.%') ORDER BY id LIMIT ?2`,
    )
    .bind(after, limit)
    .all<{ id: number; kind: string; subject: string }>();
  const handles = results.filter(({ kind }) => kind.startsWith("publisher.")).map(({ subject }) => subject);
  const named = results.filter(({ kind }) => !kind.startsWith("publisher.")).map(({ subject }) => subject);
  const owned = handles.length === 0 ? [] : await pluginsOf(db, handles);
  return {
    names: [...new Set([...named, ...owned])],
    cursor: results.at(-1)?.id ?? after,
    hasMore: results.length === limit,
  };
}

/** The revocation list in force, as everybody gets it: the role signs its place, the list's own signature its words. */
export async function readRevocations(
  db: D1Database,
  signer: Ed25519Signer,
  marketplace: string,
  now: number,
): Promise<WrittenTarget> {
  const { document } = await currentList(db, signer, marketplace, now);
  return written(REVOCATIONS_PATH, { ...document, signatures: document.signatures.map((one) => ({ ...one })) });
}

async function pluginsOf(db: D1Database, handles: readonly string[]): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT p.name FROM plugins p JOIN publishers u ON u.id = p.publisher_id
       WHERE u.handle IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(handles))
    .all<{ name: string }>();
  return results.map(({ name }) => name);
}

async function targetsOf(
  name: string,
  rows: readonly ReleaseRow[],
  keys: readonly KeyRow[],
  advisories: readonly AdvisoryRow[],
): Promise<PluginTargets> {
  const [first] = rows;
  if (first === undefined) return { index: null, releases: [] };
  const index = await written(indexPath(name), {
    type: "rbsm-index/1",
    name,
    publisher: first.handle,
    state: first.plugin_state,
    floor: first.floor,
    advisories: advisories.map(({ id, affected, fixed, confirmed_at }) => ({
      id,
      affected,
      fixed,
      confirmedAt: signedTime(confirmed_at),
    })),
    keys: keys.map((key) => ({ keyId: key.key_id, publicKey: key.public_key, state: key.state })),
    releases: rows.map(indexEntry),
  });
  const handedOut = rows.filter((row) => row.state !== "blocked").map((row) => releaseTarget(name, row));
  return { index, releases: handedOut.filter((target) => target !== null) };
}

function indexEntry(row: ReleaseRow): Json {
  return {
    version: row.version,
    state: row.state,
    channel: row.channel,
    sha256: row.sha256,
    size: row.size,
    delivery: row.delivery,
    sealed: row.sealed_sha256 === null ? null : { sha256: row.sealed_sha256, size: row.sealed_size },
    publication: row.publication,
    statement: JSON.parse(row.statement) as Json,
    receipt: JSON.parse(row.receipt) as Json,
    receiptSha256: row.receipt_sha256,
    dependencies: row.dependencies === null ? {} : (JSON.parse(row.dependencies) as Json),
    app: { min: row.min_app_version, max: row.max_app_version },
    yankReason: row.yank_reason,
    notice: row.notice === null ? null : { message: row.notice, replacement: row.replacement },
    rollout:
      row.rollout_state === null
        ? null
        : {
            state: row.rollout_state,
            startsAt: signedTime(row.starts_at),
            steps: JSON.parse(row.steps) as Json,
            least: row.least,
          },
  };
}

function releaseTarget(name: string, row: ReleaseRow): ListedTarget | null {
  if (row.delivery !== "sealed")
    return { path: releasePath(name, row.version, "plain"), length: row.size, sha256: row.sha256 };
  if (row.sealed_sha256 === null || row.sealed_size === null) return null;
  return { path: releasePath(name, row.version, "sealed"), length: row.sealed_size, sha256: row.sealed_sha256 };
}

async function written(path: string, value: Json): Promise<WrittenTarget> {
  const bytes = canonicalBytes(value);
  return { path, bytes, length: bytes.length, sha256: await sha256Hex(bytes) };
}
