import type { Look, LookComparison, StoredAutomaticFacts, Surroundings } from "../../market/publish/pipeline-ports.ts";
import { LATEST_CHECKS } from "./checks.ts";

/** SQL: the release of the same plugin that was published last before release `r`. */
const PREVIOUS = `(SELECT o.id FROM releases o WHERE o.plugin_id = r.plugin_id AND o.id <> r.id AND o.publication IS NOT NULL
  AND o.state IN ('published', 'deprecated', 'yanked') ORDER BY o.publication DESC LIMIT 1)`;
const TRANSFERRED = `(SELECT max(t.ended_at) FROM transfers t WHERE t.plugin_id = r.plugin_id AND t.state = 'completed')`;

export async function readSurroundings(db: D1Database, releaseId: string): Promise<Surroundings | null> {
  const row = await db
    .prepare(
      `SELECT r.plugin_id, p.publisher_id, EXISTS (SELECT 1 FROM host_containers h WHERE h.release_id = r.id) AS converted,
         (SELECT b.verified_domain FROM publishers b WHERE b.id = p.publisher_id) AS proven_domain, v.version, v.manifest, v.size, ${TRANSFERRED} AS transferred_at
       FROM releases r JOIN plugins p ON p.id = r.plugin_id LEFT JOIN releases v ON v.id = ${PREVIOUS} WHERE r.id = ?`,
    )
    .bind(Number(releaseId))
    .first<{
      plugin_id: number;
      publisher_id: number;
      converted: number;
      proven_domain: string | null;
      version: string | null;
      manifest: string | null;
      size: number | null;
      transferred_at: number | null;
    }>();
  if (row === null) return null;
  const { version, manifest, size } = row;
  return {
    pluginId: String(row.plugin_id),
    publisherId: String(row.publisher_id),
    isConverted: row.converted === 1,
    provenDomain: row.proven_domain,
    previous: version === null || manifest === null || size === null ? null : { version, manifest, size },
    transferredAt: row.transferred_at,
  };
}

/** So many installations make a plugin one that others are mistaken for. */
const WELL_KNOWN_INSTALLATIONS = 20;
const MAX_OTHERS = 5000;
/** SQL: live installations of plugin `p`, counted up to a bound. */
export function installationsUpTo(bound: number): string {
  return `(SELECT count(*) FROM (SELECT 1 FROM licenses l JOIN activations a ON a.license_id = l.id
    WHERE l.plugin_id = p.id AND a.released_at IS NULL LIMIT ${bound}))`;
}

export async function compareLooks(db: D1Database, pluginId: string, look: Look): Promise<LookComparison> {
  const id = Number(pluginId);
  const { skeleton, displaySkeleton, iconHash } = look;
  const [known, others] = await db.batch<Record<string, never>>([
    db
      .prepare(
        `SELECT 1 FROM plugin_looks k JOIN plugins p ON p.id = k.plugin_id AND p.latest_release_id IS NOT NULL
         WHERE k.plugin_id = ?1 AND k.skeleton = ?2 AND k.display_skeleton = ?3 AND k.icon_hash IS ?4`,
      )
      .bind(id, skeleton, displaySkeleton, iconHash),
    db
      .prepare(
        `SELECT p.name, k.skeleton, k.display_skeleton, k.icon_hash,
           b.verified_domain IS NOT NULL OR ${installationsUpTo(WELL_KNOWN_INSTALLATIONS)} >= ${WELL_KNOWN_INSTALLATIONS} AS known
         FROM plugin_looks k JOIN plugins p ON p.id = k.plugin_id AND p.latest_release_id IS NOT NULL
           JOIN publishers b ON b.id = p.publisher_id
         WHERE p.publisher_id <> (SELECT publisher_id FROM plugins WHERE id = ?1) AND (k.skeleton = ?2 OR k.display_skeleton = ?3
           OR k.icon_hash IS NOT NULL OR abs(length(k.skeleton) - length(?2)) <= 2
           OR abs(length(k.display_skeleton) - length(?3)) <= 2) LIMIT ${MAX_OTHERS}`,
      )
      .bind(id, skeleton, displaySkeleton),
    db
      .prepare(
        `INSERT INTO plugin_looks (plugin_id, skeleton, display_skeleton, icon_hash) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET skeleton = ?2, display_skeleton = ?3, icon_hash = ?4`,
      )
      .bind(id, skeleton, displaySkeleton, iconHash),
  ]);
  const rows = (others?.results ?? []) as unknown as readonly {
    name: string;
    skeleton: string;
    display_skeleton: string;
    icon_hash: string | null;
    known: number;
  }[];
  return {
    isKnown: (known?.results.length ?? 0) > 0,
    others: rows.map((row) => ({
      name: row.name,
      skeleton: row.skeleton,
      displaySkeleton: row.display_skeleton,
      iconHash: row.icon_hash,
      isWellKnown: row.known === 1,
    })),
  };
}

export async function readStandingOf(
  db: D1Database,
  names: readonly string[],
): Promise<readonly { name: string; state: string }[]> {
  const { results } = await db
    .prepare(
      "SELECT name, state FROM plugins WHERE name IN (SELECT value FROM json_each(?)) AND state IN ('quarantined', 'removed') ORDER BY name",
    )
    .bind(JSON.stringify(names))
    .all<{ name: string; state: string }>();
  return results;
}

export async function readOwners(db: D1Database, publisherId: string): Promise<readonly string[]> {
  const { results } = await db
    .prepare(
      `SELECT a.email FROM publisher_members m JOIN accounts a ON a.id = m.account_id
       WHERE m.publisher_id = ? AND m.role = 'owner' AND a.email IS NOT NULL ORDER BY a.id`,
    )
    .bind(Number(publisherId))
    .all<{ email: string }>();
  return results.map(({ email }) => email);
}

interface AutomaticRow {
  readonly sha256: string;
  readonly size: number;
  readonly manifest: string;
  readonly findings: string;
  readonly before_manifest: string | null;
  readonly before_size: number | null;
  readonly before_at: number | null;
  readonly publisher_releases: number;
  readonly proven_at: number | null;
  readonly key_since: number | null;
  readonly since_transfer: number | null;
  readonly open_reports: number;
  readonly was_decided: number;
}

export async function readAutomaticFacts(db: D1Database, releaseId: string): Promise<StoredAutomaticFacts | null> {
  const row = await db
    .prepare(
      `SELECT r.sha256, r.size, r.manifest, v.manifest AS before_manifest, v.size AS before_size, v.published_at AS before_at,
         (SELECT json_group_array(json(f.value)) FROM (${LATEST_CHECKS}) l, json_each(l.findings) f WHERE l.release_id = r.id)
           AS findings,
         (SELECT count(*) FROM releases o JOIN plugins q ON q.id = o.plugin_id
          WHERE q.publisher_id = p.publisher_id AND o.state IN ('published', 'deprecated')) AS publisher_releases,
         (SELECT d.verified_at FROM domain_proofs d WHERE d.publisher_id = p.publisher_id) AS proven_at,
         (SELECT coalesce(k.trusted_at, k.created_at) FROM publisher_keys k WHERE k.key_id = r.statement_key_id) AS key_since,
         CASE WHEN ${TRANSFERRED} IS NOT NULL THEN (SELECT count(*) FROM releases o WHERE o.plugin_id = r.plugin_id
           AND o.published_at > ${TRANSFERRED}) END AS since_transfer,
         (SELECT count(*) FROM reports o WHERE o.plugin_id = r.plugin_id AND o.state IN ('open', 'triaged')) AS open_reports,
         EXISTS (SELECT 1 FROM audit a WHERE a.subject_kind = 'release' AND a.subject_id = CAST(r.id AS TEXT)
           AND a.action IN ('release.rejected', 'release.withdrawn')) AS was_decided
       FROM releases r JOIN plugins p ON p.id = r.plugin_id LEFT JOIN releases v ON v.id = ${PREVIOUS} WHERE r.id = ?`,
    )
    .bind(Number(releaseId))
    .first<AutomaticRow>();
  if (row === null) return null;
  const { before_manifest: manifest, before_size: size, before_at: publishedAt } = row;
  const findings: StoredAutomaticFacts["findings"] = JSON.parse(row.findings);
  return {
    sha256: row.sha256,
    size: row.size,
    manifest: row.manifest,
    findings,
    previous: manifest === null || size === null || publishedAt === null ? null : { manifest, size, publishedAt },
    publisherReleases: row.publisher_releases,
    domainProvenAt: row.proven_at,
    keySince: row.key_since,
    releasesSinceTransfer: row.since_transfer,
    openReports: row.open_reports,
    wasDecided: row.was_decided === 1,
  };
}
