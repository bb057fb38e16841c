import type { Hono } from "hono";
import type * as z from "zod";
import { SEARCH_OPERATIONS } from "../../contract/catalogue/search-operations.ts";
import type { Problem } from "../../domain/problem.ts";
import { parseVersion } from "../../domain/release/version.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { type ChangePage, listChanges } from "../../market/catalogue/list-changes.ts";
import { rebuildSearch } from "../../market/catalogue/rebuild-search.ts";
import { countSearchFacets, searchPlugins } from "../../market/catalogue/search-plugins.ts";
import type { SearchHit, SearchQuery } from "../../market/catalogue/search-ports.ts";
import type { World } from "../../market/ports.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { cacheControl, notModified } from "./cache.ts";
import { presentPlugin } from "./present.ts";
import { DEFAULT_LIMIT } from "./query.ts";

const OPS = SEARCH_OPERATIONS;
const DEFAULT_CHANGES = 100;
const POLL_MILLISECONDS = 500;

/** Search, its facets, the change feed, and the desk's command to rebuild. */
export function registerSearchRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.searchPlugins, async ({ world, query, principal }) => {
    const choices = readChoices(query);
    if (!choices.ok) return choices;
    const { sortBy = "relevance", sortDirection, page, limit, after, explain } = query;
    const found = await searchPlugins(world, {
      ...choices.value,
      sort: sortBy,
      direction: sortDirection ?? (sortBy === "name" ? "asc" : "desc"),
      page: Number(page ?? 1),
      limit: Number(limit ?? DEFAULT_LIMIT),
      ...(after === undefined ? {} : { after }),
    });
    if (!found.ok) return found;
    const { items, total, isTotalExact, match, next } = found.value;
    const data = items.map((hit) => presentHit(hit, world.site.origin, explain === "1"));
    const body = { data, total, isTotalExact, match, ...(next === null ? {} : { next }) };
    return ok({ body, headers: { "cache-control": cacheControl(principal), vary: "Authorization" } });
  });
  route(app, OPS.searchFacets, async ({ world, query, principal }) => {
    const choices = readChoices(query);
    if (!choices.ok) return choices;
    const wanted = { ...choices.value, sort: "relevance", direction: "desc", page: 1, limit: 1 } as const;
    const body = await countSearchFacets(world, wanted);
    return ok({ body, headers: { "cache-control": cacheControl(principal), vary: "Authorization" } });
  });
  route(app, OPS.showSearchState, async ({ world }) => ok({ body: await world.searchProjection.progress() }));
  route(app, OPS.rebuildSearch, async ({ world }) => ok({ status: 202, body: await rebuildSearch(world) }));
  route(app, OPS.listChanges, async ({ world, query, request }) => {
    const page = await waitForChanges(world, Number(query.after ?? 0), query);
    const body = {
      changes: page.changes.map(({ at, ...change }) => ({ ...change, at: isoTime(at) })),
      next: String(page.next),
      hasMore: page.hasMore,
    };
    // What lies before a cursor never changes: the tag is where the answer begins and ends.
    const tag = `c${query.after ?? 0}-${page.next}${page.hasMore ? "-more" : ""}`;
    const headers = { "cache-control": "public, no-cache" };
    return notModified(request, tag, headers) ?? ok({ body, headers: { ...headers, etag: `"${tag}"` } });
  });
}

type Choices = Omit<SearchQuery, "sort" | "direction" | "page" | "limit" | "after">;

function readChoices(
  query: z.output<(typeof OPS)["searchFacets"]["query"]>,
): Result<Choices, Problem<"VALIDATION_ERROR">> {
  const { appVersion, minRating, updatedWithin } = query;
  if (appVersion !== undefined && parseVersion(appVersion) === null)
    return refuse({
      reason: "VALIDATION_ERROR",
      facts: { errors: [{ pointer: "/appVersion", detail: "not a version" }] },
    });
  return ok({
    text: query.query,
    type: query.type,
    category: query.category,
    tag: query.tag,
    price: query.price,
    permission: query.permission,
    noNetwork: query.network === undefined ? undefined : true,
    noPersonalData: query.personal === undefined ? undefined : true,
    verified: query.verified === undefined ? undefined : true,
    minRating: minRating === undefined ? undefined : Number(minRating),
    updatedWithin: updatedWithin === undefined ? undefined : Number(updatedWithin),
    appVersion,
    publisher: query.publisher,
  });
}

function presentHit({ card, highlights, excerpt, score }: SearchHit, origin: string, isExplained: boolean): object {
  return {
    plugin: presentPlugin(card, origin),
    highlights,
    ...(excerpt === null ? {} : { excerpt }),
    ...(isExplained && score !== null ? { score } : {}),
  };
}

/** Long poll: answers as soon as there is a change after the cursor. */
async function waitForChanges(
  world: World,
  after: number,
  { limit, wait }: { readonly limit?: string | undefined; readonly wait?: string | undefined },
): Promise<ChangePage> {
  const until = world.clock.now() + Number(wait ?? 0) * 1000;
  for (;;) {
    const page = await listChanges(world, after, Number(limit ?? DEFAULT_CHANGES));
    if (page.changes.length > 0 || world.clock.now() >= until) return page;
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
