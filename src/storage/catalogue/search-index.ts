import type { SearchIndex } from "../../market/catalogue/search-ports.ts";
import { browseCards } from "./search-browse.ts";
import { countSearchFacets } from "./search-facets.ts";
import { countCards, listCards } from "./search-list.ts";
import { readGeneration } from "./search-projection.ts";
import { rankCards } from "./search-ranked.ts";

/** The search database on D1: everything here is read from it alone. */
export function createSearchIndex(search: D1Database): SearchIndex {
  return {
    generation: async () => (await readGeneration(search)).number,
    list: (query) => listCards(search, query),
    search: (query, after, day) =>
      (query.text ?? "").trim() === "" || query.sort !== "relevance"
        ? browseCards(search, query, after, day)
        : rankCards(search, query, after, day),
    facets: (query, day) => countSearchFacets(search, query, day),
    counts: () => countCards(search),
  };
}
