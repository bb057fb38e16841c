import { type PriceKind, priceKindsOf } from "../../domain/catalogue/card-facets.ts";
import { foldText } from "../../domain/catalogue/highlight.ts";
import { type RankingFacts, scoreOf } from "../../domain/catalogue/ranking.ts";
import type { SearchSource } from "./search-source.ts";

/** What ranking and facets ask of a card, besides its columns. */
export interface CardFacts {
  readonly ranking: RankingFacts;
  readonly tags: readonly string[];
  readonly permissions: readonly string[];
  readonly prices: readonly PriceKind[];
}

/** What was read of one plugin, or that there is nothing to show of it. */
export interface Draft {
  readonly pluginId: number;
  readonly changeId: number;
  readonly source: SearchSource | null;
}

/** Of a readme, so much is searched. */
const MAX_README_CHARS = 20_000;

/**
 * One plugin's rows, written anew. The first statement refuses what is older than the row it would replace; the others act
 * only if the row now says this very change and generation.
 */
export function projectionOf(search: D1Database, draft: Draft, generation: number, now: number): D1PreparedStatement[] {
  const { pluginId, changeId, source } = draft;
  const mine = "EXISTS (SELECT 1 FROM projected WHERE plugin_id = ?1 AND change_id = ?2 AND generation = ?3)";
  const guard = [pluginId, changeId, generation];
  const statements = [
    search
      .prepare(
        `INSERT INTO projected (plugin_id, change_id, generation, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (plugin_id) DO UPDATE SET change_id = excluded.change_id, generation = excluded.generation, at = excluded.at
         WHERE excluded.generation > projected.generation
           OR (excluded.generation = projected.generation AND excluded.change_id >= projected.change_id)`,
      )
      .bind(...guard, now),
    // By name as well: a name is one plugin's, whatever number a restored catalogue gave it.
    search
      .prepare(`DELETE FROM cards WHERE (id = ?1 OR name = ?4) AND ${mine}`)
      .bind(...guard, source?.card.name ?? ""),
    search.prepare(`DELETE FROM words WHERE rowid = ?1 AND ${mine}`).bind(...guard),
    search.prepare(`DELETE FROM grams WHERE rowid = ?1 AND ${mine}`).bind(...guard),
  ];
  if (source === null) return statements;
  const { card, ranking } = source;
  const prices = priceKindsOf(card.pricing.tiers, card.trialDays);
  const permissions = card.permissions.map(({ code }) => code);
  const facts: CardFacts = { ranking, tags: card.tags, permissions, prices };
  const insert = (into: string, values: readonly (string | number | null)[]) =>
    search
      .prepare(`INSERT INTO ${into} SELECT ${values.map((_, at) => `?${at + 4}`).join(", ")} WHERE ${mine}`)
      .bind(...guard, ...values);
  const several = (facet: string, values: readonly string[]) =>
    search
      .prepare(
        `INSERT OR IGNORE INTO card_facets (facet, value, card_id) SELECT ?4, value, ?1 FROM json_each(?5) WHERE ${mine}`,
      )
      .bind(...guard, facet, JSON.stringify(values));
  return [
    ...statements,
    insert(
      `cards (id, name, folded, display_folded, publisher_id, publisher, type, category, downloads, rating, created_at,
         released_at, version_sort, min_app_sort, max_app_sort, is_verified, is_free, has_trial, is_paid, no_network,
         no_personal, rank, facts, card)`,
      [
        pluginId,
        card.name,
        [card.name, card.displayName, card.description].map(lowerText).join("\n"),
        foldText(card.displayName).trim(),
        Number(card.publisher.id),
        card.publisher.handle,
        card.type,
        card.category,
        card.downloads,
        card.rating.average,
        card.createdAt,
        ranking.releasedAt,
        source.versionSort,
        source.minAppSort,
        source.maxAppSort,
        Number(ranking.isDomainProven),
        Number(prices.includes("free")),
        Number(prices.includes("trial")),
        Number(prices.includes("paid")),
        Number(!source.hasNetwork),
        Number(!source.hasPersonalData),
        scoreOf(0, ranking, now).score,
        JSON.stringify(facts),
        JSON.stringify(card),
      ],
    ),
    several("tag", card.tags),
    several("permission", permissions),
    insert("words (rowid, name, display, tags, summary, publisher, readme)", [
      pluginId,
      card.name,
      plainText(card.displayName),
      card.tags.join(" "),
      plainText(card.description),
      plainText(`${card.publisher.handle} ${card.publisher.displayName}`),
      plainText(source.readme.slice(0, MAX_README_CHARS)),
    ]),
    insert("grams (rowid, name, display, summary)", [
      pluginId,
      card.name,
      lowerText(card.displayName),
      lowerText(card.description),
    ]),
  ];
}

/** As the host compares: without case, letter by letter. */
export function lowerText(text: string): string {
  return plainText(text).toLowerCase();
}

/** Without control characters: the index marks words with two of them. */
function plainText(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}+/gu, " ");
}
