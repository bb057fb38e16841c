import { touchesPersonalData } from "../../domain/catalogue/card-facets.ts";
import type { RankingFacts } from "../../domain/catalogue/ranking.ts";
import { versionSort } from "../../domain/release/version.ts";
import { DAY } from "../../domain/time.ts";
import type { PluginCard } from "../../market/catalogue/views.ts";
import { CARD_FROM, CARD_SELECT, type CardRow, readCard } from "./rows.ts";

/** What the search database keeps of a plugin, read from the catalogue of record. */
export interface SearchSource {
  readonly card: PluginCard;
  readonly ranking: RankingFacts;
  readonly readme: string;
  readonly versionSort: string;
  /** Lowest and highest version of Rising-BSM that some installable release fits; null: no upper end. */
  readonly minAppSort: string;
  readonly maxAppSort: string | null;
  readonly hasNetwork: boolean;
  readonly hasPersonalData: boolean;
}

/** Alive: seen within that time. Verified: registered that long ago by somebody who is not of the publisher. */
const ALIVE = 30 * DAY;
const VERIFIED = 7 * DAY;

const FACTS = `,
  b.verified_domain, r.readme, r.version_sort, r.provenance, json_extract(r.manifest, '$.egress') AS egress,
  p.rating_sum,
  (SELECT max(n.published_at) FROM releases n WHERE n.plugin_id = p.id AND n.state IN ('published', 'deprecated')) AS released_at,
  (SELECT json_group_array(json_array(n.min_app_version, n.max_app_version)) FROM releases n
    WHERE n.plugin_id = p.id AND n.state IN ('published', 'deprecated')) AS app_ranges,
  (SELECT count(DISTINCT a.instance_id) FROM licenses l JOIN activations a ON a.license_id = l.id
    JOIN instances i ON i.id = a.instance_id
    WHERE l.plugin_id = p.id AND l.env = 'live' AND a.released_at IS NULL AND a.last_seen_at > ?2 AND i.state = 'active'
      AND i.created_at <= ?3
      AND i.account_id NOT IN (SELECT m.account_id FROM publisher_members m WHERE m.publisher_id = p.publisher_id)) AS alive,
  (SELECT max(d.at) FROM (
    SELECT a.at FROM audit a WHERE a.subject_kind = 'plugin' AND a.subject_id = CAST(p.id AS TEXT)
      AND (a.action IN ('plugin.quarantined', 'plugin.removed')
        OR (a.action = 'plugin.suspended' AND json_extract(a.data, '$.desk')))
    UNION ALL SELECT a.at FROM releases n JOIN audit a ON a.subject_kind = 'release' AND a.subject_id = CAST(n.id AS TEXT)
      WHERE n.plugin_id = p.id AND a.action = 'release.blocked') d) AS desk_acted_at,
  coalesce((SELECT max(t.ended_at) FROM transfers t WHERE t.plugin_id = p.id AND t.state = 'completed'),
    (SELECT min(n.published_at) FROM releases n WHERE n.plugin_id = p.id), p.created_at) AS owned_since,
  EXISTS (SELECT 1 FROM plugin_looks mine JOIN plugin_looks o
      ON o.skeleton = mine.skeleton OR o.display_skeleton = mine.display_skeleton
    JOIN plugins q ON q.id = o.plugin_id
    WHERE mine.plugin_id = p.id AND q.id < p.id AND q.publisher_id <> p.publisher_id AND q.publications > 0) AS looks_alike`;

interface SourceRow extends CardRow {
  readonly verified_domain: string | null;
  readonly readme: string;
  readonly version_sort: string;
  readonly provenance: string | null;
  readonly egress: string | null;
  readonly rating_sum: number;
  readonly released_at: number | null;
  readonly app_ranges: string;
  readonly alive: number;
  readonly desk_acted_at: number | null;
  readonly owned_since: number;
  readonly looks_alike: number;
}

/** Those of the plugins that anybody may see; the others have no card. One query. */
export async function readSearchSources(db: D1Database, ids: readonly number[], now: number): Promise<SearchSource[]> {
  const { results } = await db
    .prepare(
      `${CARD_SELECT}${FACTS} ${CARD_FROM}
       WHERE p.id IN (SELECT value FROM json_each(?1)) AND p.listed = 1 AND p.latest_release_id IS NOT NULL`,
    )
    .bind(JSON.stringify(ids), now - ALIVE, now - VERIFIED)
    .all<SourceRow>();
  return results.map(readSource);
}

function readSource(row: SourceRow): SearchSource {
  const card = readCard(row);
  const egress: unknown[] = JSON.parse(row.egress ?? "[]");
  const ranges: [string, string | null][] = JSON.parse(row.app_ranges);
  const lowest = ranges.map(([min]) => versionSort(min)).sort()[0];
  const highest = ranges.map(([, max]) => (max === null ? null : versionSort(max)));
  return {
    card,
    ranking: {
      aliveInstances: row.alive,
      isDomainProven: row.verified_domain !== null,
      ownedSince: row.owned_since,
      deskActedAt: row.desk_acted_at,
      hasProvenance: row.provenance !== null,
      starSum: row.rating_sum,
      starCount: row.rating_count,
      releasedAt: row.released_at ?? row.created_at,
      isDeprecated: row.release_state === "deprecated" || row.plugin_state === "deprecated",
      isArchived: row.plugin_state === "archived",
      isLookAlike: row.looks_alike === 1,
    },
    readme: row.readme,
    versionSort: row.version_sort,
    minAppSort: lowest ?? versionSort(row.min_app_version),
    maxAppSort: highest.includes(null) ? null : (highest.sort().at(-1) ?? null),
    hasNetwork: egress.length > 0,
    hasPersonalData: touchesPersonalData(card.permissions.map(({ code }) => code)),
  };
}
