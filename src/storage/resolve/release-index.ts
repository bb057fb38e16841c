import type { Json } from "../../domain/json/json.ts";
import { type Capabilities, capabilitiesOf } from "../../domain/manifest/capabilities.ts";
import { parseManifest } from "../../domain/manifest/manifest.ts";
import type { Channel } from "../../domain/manifest/permissions.ts";
import type { IndexDocument, IndexedRelease } from "../../domain/resolve/index-document.ts";
import type { ReleaseIndex } from "../../market/resolve/ports.ts";

interface IndexRow {
  readonly name: string;
  readonly plugin_state: string;
  readonly floor: string | null;
  readonly version: string;
  readonly state: IndexedRelease["state"];
  readonly channel: Channel;
  readonly sha256: string;
  /** Kept under the digest of the bundle; null until somebody asked first. */
  readonly capabilities: string | null;
  /** Only where the capabilities are not kept. */
  readonly manifest: string | null;
  readonly dependencies: string | null;
  readonly min_app_version: string;
  readonly max_app_version: string | null;
  readonly yank_reason: string | null;
  readonly notice: string | null;
  readonly replacement: string | null;
}

/** The index on D1: however deep the needs go, one statement follows them. */
export function releaseIndexOnD1(db: D1Database): ReleaseIndex {
  return {
    async reachable(names, maxReleases) {
      const { results } = await db
        .prepare(REACHABLE)
        .bind(JSON.stringify(names), maxReleases + 1)
        .all<IndexRow>();
      if (results.length > maxReleases) return null;
      await keepObjects(db, results);
      const found = new Map<string, { state: IndexDocument["state"]; floor?: string; releases: IndexedRelease[] }>();
      for (const row of results) {
        const state = STARTS_NOBODY.has(row.plugin_state) ? "quarantined" : "active";
        const floor = row.floor === null ? {} : { floor: row.floor };
        const document = found.get(row.name) ?? { state, ...floor, releases: [] };
        found.set(row.name, document);
        document.releases.push(readRelease(row));
      }
      return new Map([...found].map(([name, document]) => [name, { name, ...document }]));
    },
  };
}

const STARTS_NOBODY = new Set(["quarantined", "removed"]);

const REACHABLE = `
  WITH RECURSIVE reach (name) AS (
    SELECT value FROM json_each(?1)
    UNION
    SELECT d.key FROM reach JOIN plugins p ON p.name = reach.name
      JOIN releases r ON r.plugin_id = p.id AND r.state IN ('published', 'deprecated', 'yanked')
      JOIN json_each(r.manifest, '$.dependencies') d
  )
  SELECT p.name, p.state AS plugin_state, f.floor, r.version, r.state, r.channel, r.sha256,
    o.object AS capabilities, CASE WHEN o.object IS NULL THEN r.manifest END AS manifest,
    json_extract(r.manifest, '$.dependencies') AS dependencies, r.min_app_version, r.max_app_version, r.yank_reason,
    r.notice, r.replacement
  -- CROSS JOIN: what is reached comes first, whatever the planner thinks of a catalogue it has no statistics of.
  FROM reach CROSS JOIN plugins p ON p.name = reach.name LEFT JOIN plugin_floors f ON f.plugin_id = p.id
    CROSS JOIN releases r ON r.plugin_id = p.id AND r.state IN ('published', 'deprecated', 'yanked', 'blocked')
    LEFT JOIN capability_objects o ON o.sha256 = r.sha256
  ORDER BY p.name, r.version_sort DESC LIMIT ?2`;

function readRelease(row: IndexRow): IndexedRelease {
  return {
    version: row.version,
    state: row.state,
    channel: row.channel,
    sha256: row.sha256,
    dependencies: JSON.parse(row.dependencies ?? "{}") as { [name: string]: string },
    minAppVersion: row.min_app_version,
    maxAppVersion: row.max_app_version,
    notice: (row.state === "yanked" ? row.yank_reason : null) ?? row.notice,
    replacement: row.replacement,
    // Parsed when asked for: of many releases few are chosen.
    get capabilities() {
      return row.capabilities === null ? manifestCapabilities(row) : (JSON.parse(row.capabilities) as Capabilities);
    },
  };
}

/** Objects that this is the first to ask for; later ones parse no manifest. A bundle says one thing for ever. */
const KEPT_AT_ONCE = 500;
async function keepObjects(db: D1Database, rows: readonly IndexRow[]): Promise<void> {
  const fresh = new Map(rows.filter((row) => row.capabilities === null).map((row) => [row.sha256, row]));
  if (fresh.size === 0) return;
  const objects = [...fresh.values()]
    .slice(0, KEPT_AT_ONCE)
    .map((row) => ({ sha256: row.sha256, object: JSON.stringify(manifestCapabilities(row)) }));
  await db
    .prepare(
      `INSERT INTO capability_objects (sha256, object)
       SELECT value ->> 'sha256', value ->> 'object' FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
    )
    .bind(JSON.stringify(objects))
    .run();
}

function manifestCapabilities({ name, version, manifest }: IndexRow): Capabilities {
  const parsed = parseManifest(JSON.parse(manifest ?? "null") as Json);
  if (!parsed.ok) throw new Error(`the manifest of ${name} ${version} does not parse`);
  return capabilitiesOf(parsed.value);
}
