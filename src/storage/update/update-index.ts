import type { RevocationEntry } from "../../domain/advisory/revocation.ts";
import type { Json } from "../../domain/json/json.ts";
import { capabilitiesOf } from "../../domain/manifest/capabilities.ts";
import { parseManifest } from "../../domain/manifest/manifest.ts";
import type { ConfirmedAdvisory, UpdateDocument, UpdateRelease } from "../../domain/update/document.ts";
import { releaseKey } from "../../domain/update/document.ts";
import type { Rollout, RolloutStep } from "../../domain/update/rollout.ts";
import type { UpdateIndexStore } from "../../market/update/ports.ts";

/** The index on D1: one batch for everything that is decided, one statement for what the chosen releases may do. */
export function updateIndexOnD1(db: D1Database): UpdateIndexStore {
  return {
    async read(installed, maxReleases) {
      const asked = JSON.stringify(installed.map(({ name, version }) => ({ name, version })));
      const [releases, advisories, revocations, lists] = await db.batch([
        db.prepare(RELEASES).bind(asked, maxReleases + 1),
        db.prepare(ADVISORIES).bind(asked),
        db.prepare(REVOCATIONS).bind(asked),
        db.prepare("SELECT COALESCE(MAX(epoch), 0) AS epoch FROM revocation_lists"),
      ]);
      const rows = (releases?.results ?? []) as ReleaseRow[];
      if (rows.length > maxReleases) return null;
      const hurts = Map.groupBy((advisories?.results ?? []) as AdvisoryRow[], ({ name }) => name);
      const documents = [...Map.groupBy(rows, ({ name }) => name)].map(
        ([name, own]) => [name, documentOf(own, hurts.get(name) ?? [])] as const,
      );
      return {
        documents: new Map(documents),
        revocations: ((revocations?.results ?? []) as RevocationRow[]).map(entryOf),
        epoch: (lists?.results as { epoch: number }[] | undefined)?.[0]?.epoch ?? 0,
      };
    },

    async installed(instanceId, pluginId) {
      const [plugins, others] = await db.batch<{ name: string; version: string }>([
        db.prepare("SELECT name, '' AS version FROM plugins WHERE id = ?1").bind(Number(pluginId)),
        db
          .prepare(
            `SELECT p.name, a.version, MAX(COALESCE(r.version_sort, '')) AS newest FROM activations a
             JOIN licenses l ON l.id = a.license_id JOIN plugins p ON p.id = l.plugin_id
             LEFT JOIN releases r ON r.plugin_id = p.id AND r.version = a.version AND r.state IN (${PUBLIC})
             WHERE a.instance_id = ?1 AND a.released_at IS NULL AND p.id <> ?2 GROUP BY p.name ORDER BY p.name`,
          )
          .bind(Number(instanceId), Number(pluginId)),
      ]);
      const plugin = plugins?.results[0]?.name;
      if (plugin === undefined) return null;
      return { plugin, installed: (others?.results ?? []).map(({ name, version }) => ({ name, version })) };
    },

    async capabilities(keys) {
      const { results } = await db
        .prepare(
          `SELECT p.name, r.version, r.manifest FROM json_each(?1) j
           JOIN plugins p ON p.name = substr(j.value, 1, instr(j.value, '@') - 1)
           JOIN releases r ON r.plugin_id = p.id AND r.version = substr(j.value, instr(j.value, '@') + 1)
             AND r.state IN (${PUBLIC})`,
        )
        .bind(JSON.stringify(keys))
        .all<{ name: string; version: string; manifest: string }>();
      return new Map(
        results.flatMap(({ name, version, manifest }) => {
          const parsed = parseManifest(JSON.parse(manifest) as Json);
          return parsed.ok ? [[releaseKey(name, version), capabilitiesOf(parsed.value)] as const] : [];
        }),
      );
    },
  };
}

const PUBLIC = "'published', 'deprecated', 'yanked', 'blocked'";

/** Of what is installed that release and the newer ones; of what else is needed everything. One row for a plugin of which nothing is left. */
const RELEASES = `
  WITH RECURSIVE asked (name, version) AS MATERIALIZED (
    SELECT json_extract(value, '$.name'), json_extract(value, '$.version') FROM json_each(?1)
  ), reach (name) AS (
    SELECT name FROM asked
    UNION
    SELECT d.key FROM reach JOIN plugins p ON p.name = reach.name
      LEFT JOIN asked a ON a.name = p.name
      LEFT JOIN releases i ON i.plugin_id = p.id AND i.version = a.version AND i.state IN (${PUBLIC})
      JOIN releases r ON r.plugin_id = p.id AND (a.name IS NULL OR r.version_sort >= i.version_sort)
        AND (r.state IN ('published', 'deprecated') OR r.id = i.id)
      JOIN json_each(r.manifest, '$.dependencies') d
  )
  SELECT p.name, p.state AS plugin_state, f.floor, r.version, r.state, r.channel, r.sha256, r.size, COALESCE(r.publication, 0) AS publication,
    COALESCE(r.published_at, r.created_at) AS published_at,
    json_extract(r.manifest, '$.publisher') AS publisher, json_extract(r.manifest, '$.dependencies') AS dependencies,
    r.min_app_version, r.max_app_version, r.yank_reason, r.notice, r.replacement,
    o.state AS rollout_state, o.starts_at, o.steps, o.least
  FROM reach JOIN plugins p ON p.name = reach.name
    LEFT JOIN asked a ON a.name = p.name
    LEFT JOIN releases i ON i.plugin_id = p.id AND i.version = a.version AND i.state IN (${PUBLIC})
    LEFT JOIN plugin_floors f ON f.plugin_id = p.id
    LEFT JOIN releases r ON r.plugin_id = p.id AND r.state IN (${PUBLIC})
      AND (a.name IS NULL OR r.version_sort >= i.version_sort)
    LEFT JOIN rollouts o ON o.release_id = r.id
  WHERE r.id IS NOT NULL OR EXISTS (SELECT 1 FROM releases x WHERE x.plugin_id = p.id AND x.state IN (${PUBLIC}))
  ORDER BY p.name, r.version_sort DESC LIMIT ?2`;

const ADVISORIES = `
  SELECT p.name, v.id, v.affected, v.fixed, v.confirmed_at
  FROM json_each(?1) j JOIN plugins p ON p.name = json_extract(j.value, '$.name')
    JOIN advisories v ON v.plugin_id = p.id AND v.state = 'confirmed'
  ORDER BY v.id`;

/** The newest word about each subject, unless it was taken back. */
const REVOCATIONS = `
  SELECT e.* FROM release_revocations e
  WHERE e.is_lifted = 0 AND (e.name IS NULL OR e.name IN (SELECT json_extract(value, '$.name') FROM json_each(?1)))
    AND NOT EXISTS (SELECT 1 FROM release_revocations n WHERE n.subject = e.subject AND n.seq > e.seq)
  ORDER BY e.seq`;

interface ReleaseRow {
  readonly name: string;
  readonly plugin_state: UpdateDocument["state"];
  readonly floor: string | null;
  /** Null: the plugin has nothing of what was asked for. */
  readonly version: string | null;
  readonly state: UpdateRelease["state"];
  readonly channel: UpdateRelease["channel"];
  readonly sha256: string;
  readonly size: number;
  readonly publication: number;
  readonly published_at: number;
  readonly publisher: string;
  readonly dependencies: string | null;
  readonly min_app_version: string;
  readonly max_app_version: string | null;
  readonly yank_reason: string | null;
  readonly notice: string | null;
  readonly replacement: string | null;
  readonly rollout_state: Rollout["state"] | null;
  readonly starts_at: number | null;
  readonly steps: string | null;
  readonly least: number | null;
}
interface AdvisoryRow {
  readonly name: string;
  readonly id: string;
  readonly affected: string;
  readonly fixed: string | null;
  readonly confirmed_at: number;
}
export interface RevocationRow {
  readonly seq: number;
  readonly kind: RevocationEntry["kind"];
  readonly name: string | null;
  readonly version: string | null;
  readonly sha256: string | null;
  readonly publisher: string | null;
  readonly key_id: string | null;
  readonly level: RevocationEntry["level"];
  readonly code: RevocationEntry["code"];
  readonly since: number;
  readonly replacement: string | null;
  readonly advisory: string | null;
  readonly note: string;
}

function documentOf(rows: readonly ReleaseRow[], advisories: readonly AdvisoryRow[]): UpdateDocument {
  const [first] = rows;
  if (first === undefined) throw new RangeError("a plugin without rows");
  return {
    name: first.name,
    state: first.plugin_state,
    floor: first.floor,
    advisories: advisories.map(
      ({ id, affected, fixed, confirmed_at }): ConfirmedAdvisory => ({
        id,
        affected,
        fixed,
        confirmedAt: confirmed_at,
      }),
    ),
    releases: rows.flatMap((row) => (row.version === null ? [] : [releaseOf(row, row.version)])),
  };
}

function releaseOf(row: ReleaseRow, version: string): UpdateRelease {
  return {
    version,
    state: row.state,
    channel: row.channel,
    sha256: row.sha256,
    size: row.size,
    publication: row.publication,
    publishedAt: row.published_at,
    publisher: row.publisher,
    dependencies: JSON.parse(row.dependencies ?? "{}") as { [name: string]: string },
    minAppVersion: row.min_app_version,
    maxAppVersion: row.max_app_version,
    notice: (row.state === "yanked" ? row.yank_reason : null) ?? row.notice,
    replacement: row.replacement,
    rollout:
      row.rollout_state === null || row.starts_at === null || row.steps === null
        ? null
        : {
            state: row.rollout_state,
            startsAt: row.starts_at,
            steps: JSON.parse(row.steps) as RolloutStep[],
            least: row.least ?? 0,
          },
  };
}

export function entryOf(row: RevocationRow): RevocationEntry {
  const { kind, name, version, sha256, publisher, key_id, level, code, since, replacement, advisory, note } = row;
  return { kind, name, version, sha256, publisher, keyId: key_id, level, code, since, replacement, advisory, note };
}
