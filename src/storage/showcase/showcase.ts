import type { PluginCard } from "../../market/catalogue/views.ts";
import type { Collection, NewsOf, PublisherProfile, ReleaseNews, Showcase } from "../../market/showcase/ports.ts";
import { CARD_FROM, CARD_SELECT, type CardRow, readCard } from "../catalogue/rows.ts";

/** Visible to strangers: listed, with a published release. Every statement here holds it. */
const PUBLIC = "p.listed = 1 AND p.latest_release_id IS NOT NULL";

/** The public pages on D1. Reads only what anybody may see, whatever is asked. */
export function createShowcase(db: D1Database): Showcase {
  async function cards(names: readonly string[]): Promise<readonly PluginCard[]> {
    const { results } = await db
      .prepare(`${CARD_SELECT} ${CARD_FROM} JOIN json_each(?1) n ON n.value = p.name WHERE ${PUBLIC} ORDER BY n.key`)
      .bind(JSON.stringify(names))
      .all<CardRow>();
    return results.map(readCard);
  }

  return {
    async publisher(handle) {
      const row = await db
        .prepare(
          `SELECT b.id, b.handle, b.display_name, b.verified_domain, b.created_at, count(p.id) AS plugins,
             coalesce(sum(p.downloads), 0) AS downloads
           FROM publishers b JOIN plugins p ON p.publisher_id = b.id AND ${PUBLIC}
           WHERE b.handle = ?1 GROUP BY b.id`,
        )
        .bind(handle)
        .first<PublisherRow>();
      return row === null ? null : readPublisher(row);
    },

    async dependents(name, limit) {
      const { results } = await db
        .prepare(
          `SELECT p.name FROM plugin_needs n JOIN plugins p ON p.id = n.plugin_id
           WHERE n.needs = ?1 AND ${PUBLIC} ORDER BY p.downloads DESC, p.name LIMIT ?2`,
        )
        .bind(name, limit)
        .all<{ name: string }>();
      return results.map((row) => row.name);
    },

    cards,

    async news(of, limit) {
      const { from, where, value } = newsFilter(of);
      const { results } = await db
        .prepare(
          `SELECT p.id, p.name, p.display_name, p.description, p.category, b.handle, b.display_name AS publisher_name,
             r.version, json_extract(r.manifest, '$.changes') AS changes, r.published_at
           FROM ${from} WHERE ${where} AND ${PUBLIC} AND r.state IN ('published', 'deprecated') AND r.published_at IS NOT NULL
           ORDER BY r.published_at DESC, r.id DESC LIMIT ?1`,
        )
        .bind(limit, ...(value === undefined ? [] : [value]))
        .all<NewsRow>();
      return results.map(readNews);
    },

    async siteEntries(chunk, size) {
      const { results } = await db
        .prepare(
          `SELECT p.name, p.updated_at FROM plugins p WHERE p.id > ?1 AND p.id <= ?2 AND ${PUBLIC} ORDER BY p.id`,
        )
        .bind(chunk * size, (chunk + 1) * size)
        .all<{ name: string; updated_at: number }>();
      return results.map((row) => ({ name: row.name, updatedAt: row.updated_at }));
    },

    async siteChunks(size) {
      const { results } = await db
        .prepare(
          `SELECT CAST((p.id - 1) / ?1 AS INTEGER) AS chunk, max(p.updated_at) AS updated_at FROM plugins p
           WHERE ${PUBLIC} GROUP BY chunk ORDER BY chunk`,
        )
        .bind(size)
        .all<{ chunk: number; updated_at: number }>();
      return results.map((row) => ({ chunk: row.chunk, updatedAt: row.updated_at }));
    },

    async publishers(limit) {
      const { results } = await db
        .prepare(
          `SELECT b.handle, max(p.updated_at) AS updated_at FROM publishers b
           JOIN plugins p ON p.publisher_id = b.id AND ${PUBLIC} GROUP BY b.id ORDER BY b.handle LIMIT ?1`,
        )
        .bind(limit)
        .all<{ handle: string; updated_at: number }>();
      return results.map((row) => ({ handle: row.handle, updatedAt: row.updated_at }));
    },

    async collections() {
      const { results } = await db
        .prepare(
          `${COLLECTION_SELECT} JOIN collection_plugins m ON m.collection_id = c.id
           JOIN plugins p ON p.id = m.plugin_id AND ${PUBLIC} GROUP BY c.id ORDER BY c.position, c.slug LIMIT 100`,
        )
        .all<CollectionRow>();
      return results.map(readCollection);
    },

    async collection(slug) {
      const [found, members] = await db.batch<CollectionRow & { name: string }>([
        db
          .prepare(
            `${COLLECTION_SELECT} LEFT JOIN collection_plugins m ON m.collection_id = c.id
             LEFT JOIN plugins p ON p.id = m.plugin_id AND ${PUBLIC} WHERE c.slug = ?1 GROUP BY c.id`,
          )
          .bind(slug),
        db
          .prepare(
            `SELECT p.name FROM collections c JOIN collection_plugins m ON m.collection_id = c.id
             JOIN plugins p ON p.id = m.plugin_id WHERE c.slug = ?1 AND ${PUBLIC} ORDER BY m.position`,
          )
          .bind(slug),
      ]);
      const row = found?.results[0];
      if (row === undefined) return null;
      return { ...readCollection(row), items: await cards((members?.results ?? []).map(({ name }) => name)) };
    },

    async putCollection({ slug, title, lead, position, plugins }, at) {
      await db.batch([
        db
          .prepare(
            `INSERT INTO collections (slug, title_en, title_de, lead_en, lead_de, position, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (slug) DO UPDATE SET title_en = excluded.title_en,
             title_de = excluded.title_de, lead_en = excluded.lead_en, lead_de = excluded.lead_de,
             position = excluded.position, updated_at = excluded.updated_at`,
          )
          .bind(slug, title.en, title.de, lead.en, lead.de, position, at),
        db
          .prepare("DELETE FROM collection_plugins WHERE collection_id = (SELECT id FROM collections WHERE slug = ?1)")
          .bind(slug),
        db
          .prepare(
            `INSERT OR IGNORE INTO collection_plugins (collection_id, plugin_id, position)
             SELECT c.id, p.id, n.key FROM collections c, json_each(?2) n JOIN plugins p ON p.name = n.value
             WHERE c.slug = ?1 AND ${PUBLIC}`,
          )
          .bind(slug, JSON.stringify(plugins)),
      ]);
    },

    async dropCollection(slug) {
      const [, dropped] = await db.batch([
        db
          .prepare("DELETE FROM collection_plugins WHERE collection_id = (SELECT id FROM collections WHERE slug = ?1)")
          .bind(slug),
        db.prepare("DELETE FROM collections WHERE slug = ?1").bind(slug),
      ]);
      return (dropped?.meta.changes ?? 0) > 0;
    },
  };
}

interface PublisherRow {
  readonly id: number;
  readonly handle: string;
  readonly display_name: string;
  readonly verified_domain: string | null;
  readonly created_at: number;
  readonly plugins: number;
  readonly downloads: number;
}

function readPublisher(row: PublisherRow): PublisherProfile {
  return {
    id: String(row.id),
    handle: row.handle,
    displayName: row.display_name,
    domain: row.verified_domain,
    since: row.created_at,
    plugins: row.plugins,
    downloads: row.downloads,
  };
}

interface NewsRow {
  readonly id: number;
  readonly name: string;
  readonly display_name: string;
  readonly description: string;
  readonly category: string;
  readonly handle: string;
  readonly publisher_name: string;
  readonly version: string;
  readonly changes: string | null;
  readonly published_at: number;
}

/** The index of the whole feed is walked by time; narrower feeds start at their plugins. */
function newsFilter({ category, publisher, plugin }: NewsOf): { from: string; where: string; value?: string } {
  const byPlugin = "plugins p JOIN publishers b ON b.id = p.publisher_id JOIN releases r ON r.plugin_id = p.id";
  if (plugin !== undefined) return { from: byPlugin, where: "p.name = ?2", value: plugin };
  if (publisher !== undefined) return { from: byPlugin, where: "b.handle = ?2", value: publisher };
  if (category !== undefined) return { from: byPlugin, where: "p.category = ?2", value: category };
  return {
    from: "releases r JOIN plugins p ON p.id = r.plugin_id JOIN publishers b ON b.id = p.publisher_id",
    where: "1",
  };
}

function readNews(row: NewsRow): ReleaseNews {
  return {
    pluginId: String(row.id),
    name: row.name,
    displayName: row.display_name,
    description: row.description,
    category: row.category,
    publisher: { handle: row.handle, displayName: row.publisher_name },
    version: row.version,
    changes: JSON.parse(row.changes ?? "[]"),
    publishedAt: row.published_at,
  };
}

const COLLECTION_SELECT = `SELECT c.slug, c.title_en, c.title_de, c.lead_en, c.lead_de, c.updated_at, count(p.id) AS plugins
  FROM collections c`;

interface CollectionRow {
  readonly slug: string;
  readonly title_en: string;
  readonly title_de: string;
  readonly lead_en: string;
  readonly lead_de: string;
  readonly updated_at: number;
  readonly plugins: number;
}

function readCollection(row: CollectionRow): Collection {
  return {
    slug: row.slug,
    title: { en: row.title_en, de: row.title_de },
    lead: { en: row.lead_en, de: row.lead_de },
    count: row.plugins,
    updatedAt: row.updated_at,
  };
}
