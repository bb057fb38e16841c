import { unixSeconds } from "../../domain/time.ts";
import type { SearchProjection } from "../../market/catalogue/search-ports.ts";
import type { Clock } from "../../market/ports.ts";
import { type Draft, projectionOf } from "./search-rows.ts";
import { readSearchSources } from "./search-source.ts";

/** Plugins of one transaction of the search database. */
const AT_ONCE = 25;

const PUBLISHED = "FROM plugins WHERE latest_release_id IS NOT NULL OR publications > 0";

interface Due {
  readonly id: number;
  readonly plugin_id: number;
}

/**
 * Keeps the search database true. What is due stands in `search_outbox` of the catalogue, in the order of the changes; a row
 * goes only after its plugin was projected, and only that row: a change that came meanwhile has a row of its own.
 */
export function createSearchProjection(db: D1Database, search: D1Database, clock: Clock): SearchProjection {
  const now = () => unixSeconds(clock.now());
  return {
    async isBehind() {
      return (await db.prepare("SELECT id FROM search_outbox WHERE is_urgent = 1 LIMIT 1").first()) !== null;
    },
    async project(limit) {
      const { results } = await db
        .prepare("SELECT id, plugin_id FROM search_outbox ORDER BY is_urgent DESC, id LIMIT ?")
        .bind(limit)
        .all<Due>();
      const { number } = await readGeneration(search);
      for (let from = 0; from < results.length; from += AT_ONCE) {
        const due = results.slice(from, from + AT_ONCE);
        await projectAll(db, search, due, number, now());
        await db
          .prepare("DELETE FROM search_outbox WHERE id IN (SELECT value FROM json_each(?))")
          .bind(JSON.stringify(due.map(({ id }) => id)))
          .run();
      }
      if (results.length === 0 && !(await fillIfEmpty(db, search))) await finish(search, now());
      return results.length;
    },
    async refresh(before, limit) {
      const { results } = await search
        .prepare(
          `SELECT change_id AS id, plugin_id FROM projected WHERE at < ? AND plugin_id IN (SELECT id FROM cards)
           ORDER BY at LIMIT ?`,
        )
        .bind(before, limit)
        .all<Due>();
      if (results.length === 0) return 0;
      const { number } = await readGeneration(search);
      for (let from = 0; from < results.length; from += AT_ONCE)
        await projectAll(db, search, results.slice(from, from + AT_ONCE), number, now());
      return results.length;
    },
    async rebuild(at) {
      const generation = await search
        .prepare("UPDATE generation SET number = number + 1, started_at = ?, finished_at = NULL RETURNING number")
        .bind(at)
        .first<number>("number");
      // New rows after the new number: a projection under way takes away only rows it read before.
      const plugins = await enqueueAll(db);
      return { generation: generation ?? 0, plugins };
    },
    async progress() {
      const [{ number, finished_at }, due, cards] = await Promise.all([
        readGeneration(search),
        db.prepare("SELECT count(*) AS n FROM search_outbox").first<number>("n"),
        search.prepare("SELECT coalesce(sum(count), 0) AS n FROM card_counts").first<number>("n"),
      ]);
      return { generation: number, due: due ?? 0, cards: cards ?? 0, isFinished: finished_at !== null };
    },
  };
}

export async function readGeneration(search: D1Database): Promise<{ number: number; finished_at: number | null }> {
  const row = await search
    .prepare("SELECT number, finished_at FROM generation")
    .first<{ number: number; finished_at: number | null }>();
  if (row === null) throw new Error("the search database has no generation: apply its migrations");
  return row;
}

async function enqueueAll(db: D1Database): Promise<number> {
  const [, , queued] = await db.batch<{ plugins: number }>([
    db.prepare("DELETE FROM search_outbox WHERE is_urgent = 0"),
    db.prepare(`INSERT INTO search_outbox (plugin_id, is_urgent) SELECT id, 0 ${PUBLISHED} ORDER BY id`),
    db.prepare(`SELECT count(*) AS plugins ${PUBLISHED}`),
  ]);
  return queued?.results[0]?.plugins ?? 0;
}

/** A search database that never saw a plugin, new or lost, is filled without being told. */
async function fillIfEmpty(db: D1Database, search: D1Database): Promise<boolean> {
  const known = await search.prepare("SELECT plugin_id FROM projected LIMIT 1").first();
  return known === null && (await enqueueAll(db)) > 0;
}

/** The change is read before the plugin is: what is written is at least as new as its number. */
async function projectAll(
  db: D1Database,
  search: D1Database,
  due: readonly Due[],
  generation: number,
  now: number,
): Promise<void> {
  const sources = await readSearchSources(
    db,
    due.map(({ plugin_id }) => plugin_id),
    now,
  );
  const found = new Map(sources.map((source) => [Number(source.card.id), source]));
  const drafts = due.map(
    ({ id, plugin_id }): Draft => ({ pluginId: plugin_id, changeId: id, source: found.get(plugin_id) ?? null }),
  );
  await search.batch(drafts.flatMap((draft) => projectionOf(search, draft, generation, now)));
}

/** Nothing is due: what the newest generation did not bring is gone from the catalogue. */
async function finish(search: D1Database, now: number): Promise<void> {
  await search.batch([
    search.prepare(
      `DELETE FROM cards WHERE (SELECT finished_at IS NULL FROM generation)
         AND id NOT IN (SELECT p.plugin_id FROM projected p JOIN generation g ON p.generation = g.number)`,
    ),
    search.prepare("UPDATE generation SET finished_at = ? WHERE finished_at IS NULL").bind(now),
  ]);
}
