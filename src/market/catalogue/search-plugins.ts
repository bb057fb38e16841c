import { highlight, readMarked, wordsOf } from "../../domain/catalogue/highlight.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { readFresh, type SearchWorld } from "./fresh-index.ts";
import { openCursor, sealCursor } from "./search-cursor.ts";
import type { FoundCards, SearchFacets, SearchHit, SearchPage, SearchQuery } from "./search-ports.ts";

/**
 * A page of what people search for, ranked by the public formula or in the order they chose. `cursor_expired`: the index was
 * rebuilt since; `VALIDATION_ERROR`: the cursor is none of ours, or of another search.
 */
export async function searchPlugins(
  world: SearchWorld & Pick<World, "cursorKey" | "clock">,
  query: SearchQuery,
): Promise<Result<SearchPage, Problem<"cursor_expired" | "VALIDATION_ERROR">>> {
  if (query.after === undefined) {
    const day = today(world);
    const search = () => world.searchIndex.search(query, null, day);
    const [generation, found] = await Promise.all([world.searchIndex.generation(), readFresh(world, search)]);
    return ok(await pageOf(world, query, found, generation));
  }
  const generation = await world.searchIndex.generation();
  const opened = await openCursor(world.cursorKey, query, generation);
  if (!opened.ok) return opened;
  const found = await readFresh(world, () => world.searchIndex.search(query, opened.value, opened.value.day));
  return ok(await pageOf(world, query, found, generation));
}

async function pageOf(
  world: Pick<World, "cursorKey">,
  query: SearchQuery,
  found: FoundCards,
  generation: number,
): Promise<SearchPage> {
  const words = wordsOf(query.text ?? "");
  return {
    items: found.items.map((item) => hitOf(item, words)),
    total: found.total,
    isTotalExact: found.isTotalExact,
    match: found.match,
    next: found.next === null ? null : await sealCursor(world.cursorKey, query, generation, found.next),
    page: query.page,
    limit: query.limit,
  };
}

/** Counts of every facet for the same query. */
export async function countSearchFacets(
  world: SearchWorld & Pick<World, "clock">,
  query: SearchQuery,
): Promise<SearchFacets> {
  return readFresh(world, () => world.searchIndex.facets(query, today(world)));
}

function today(world: Pick<World, "clock">): number {
  return Math.floor(unixSeconds(world.clock.now()) / DAY);
}

function hitOf({ card, excerpt, score }: FoundCards["items"][number], words: readonly string[]): SearchHit {
  const displayName = highlight(card.displayName, words);
  const description = highlight(card.description, words);
  const piece = excerpt === null ? null : readMarked(excerpt);
  const isNeeded = piece !== null && piece.ranges.length > 0 && displayName.length + description.length === 0;
  return { card, highlights: { displayName, description }, excerpt: isNeeded ? piece : null, score };
}
