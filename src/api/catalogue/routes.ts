import type { Hono } from "hono";
import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { ok } from "../../domain/result.ts";
import { countFacets } from "../../market/catalogue/count-facets.ts";
import { delistPlugin, editPlugin } from "../../market/catalogue/edit-plugin.ts";
import { listPopular, listRecommended } from "../../market/catalogue/list-favorites.ts";
import { listReviews } from "../../market/catalogue/list-reviews.ts";
import type { PluginRef } from "../../market/catalogue/ports.ts";
import { searchCatalogue } from "../../market/catalogue/search-catalogue.ts";
import { showPluginCard } from "../../market/catalogue/show-plugin.ts";
import { showMarketStats, showPluginStats } from "../../market/catalogue/show-stats.ts";
import { listVersions, showVersion } from "../../market/catalogue/show-versions.ts";
import type { PluginCard } from "../../market/catalogue/views.ts";
import { writeReview } from "../../market/catalogue/write-review.ts";
import type { World } from "../../market/ports.ts";
import { showRevenue } from "../../market/sales/show-revenue.ts";
import type { ApiEnv } from "../context.ts";
import { type Answer, route } from "../route.ts";
import { cacheControl, notModified } from "./cache.ts";
import { presentPlugin, presentReview, presentVersion, presentVersions } from "./present.ts";
import { DEFAULT_LIMIT, limitOf, pageOf, readQuery } from "./query.ts";

const OPS = CATALOGUE_OPERATIONS;
const IMMUTABLE = "public, max-age=31536000, immutable";

/** Browsing, listings, versions, numbers and reviews. */
export function registerCatalogueRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.listPlugins, async ({ world, query, principal }) => {
    const wanted = readQuery(query);
    if (wanted === null) return ok({ body: { data: [], total: 0 }, headers: fresh(principal) });
    const page = await searchCatalogue(world, wanted, principal);
    return ok({ body: { data: presentAll(page.items, world), total: page.total }, headers: fresh(principal) });
  });
  route(app, OPS.listPopular, async ({ world, query, principal }) =>
    ok({ body: presentAll(await listPopular(world, limitOf(query.limit, 10)), world), headers: fresh(principal) }),
  );
  route(app, OPS.listRecommended, async ({ world, query, principal }) =>
    ok({ body: presentAll(await listRecommended(world, limitOf(query.limit, 10)), world), headers: fresh(principal) }),
  );
  route(app, OPS.listCategories, async ({ world, principal }) =>
    ok({ body: (await countFacets(world)).categories, headers: fresh(principal) }),
  );
  route(app, OPS.listTags, async ({ world, principal }) =>
    ok({ body: (await countFacets(world)).tags, headers: fresh(principal) }),
  );
  route(app, OPS.getPlugin, async ({ world, params, principal, request }) =>
    onePlugin(world, { id: params.id ?? "" }, principal, request),
  );
  route(app, OPS.getPluginByName, async ({ world, params, principal, request }) =>
    onePlugin(world, { name: params.name ?? "" }, principal, request),
  );
  route(app, OPS.editPlugin, async ({ world, params, principal, body }) => {
    const edited = await editPlugin(world, principal, params.id ?? "", body);
    return edited.ok ? ok({ body: presentPlugin(edited.value, world.site.origin) }) : edited;
  });
  route(app, OPS.delistPlugin, async ({ world, params, principal }) => {
    const delisted = await delistPlugin(world, principal, params.id ?? "");
    return delisted.ok ? ok({ body: { id: delisted.value.id, deleted: true } }) : delisted;
  });
  route(app, OPS.listVersions, async ({ world, params, principal }) => {
    const list = await listVersions(world, params.id ?? "", principal);
    return list.ok ? ok({ body: presentVersions(list.value), headers: fresh(principal) }) : list;
  });
  route(app, OPS.getVersion, async ({ world, params, principal }) => {
    const version = await showVersion(world, params.id ?? "", params.v ?? "");
    return version.ok ? ok({ body: presentVersion(version.value), headers: fresh(principal) }) : version;
  });
  route(app, OPS.getReleaseDocuments, async ({ world, params }) => {
    const version = await showVersion(world, params.id ?? "", params.v ?? "");
    if (!version.ok) return version;
    const { statement, receipt } = version.value;
    const body = { statement: JSON.parse(statement), receipt: JSON.parse(receipt) };
    return ok({ body, headers: { "cache-control": IMMUTABLE } });
  });
  route(app, OPS.getPluginStats, async ({ world, params, principal }) => {
    const stats = await showPluginStats(world, params.id ?? "", principal);
    if (!stats.ok) return stats;
    const { downloads, activeInstalls, rating } = stats.value;
    const revenue = await showRevenue(world, principal, params.id ?? "");
    // The host's interface reads another name than its connector declares.
    return ok({
      body: { downloads, revenue, totalRevenue: revenue, activeInstalls, ratings: rating },
      headers: fresh(principal),
    });
  });
  route(app, OPS.getStats, async ({ world, principal }) => {
    const { plugins, downloads, top } = await showMarketStats(world);
    const body = {
      totalPlugins: plugins,
      totalDownloads: downloads,
      totalRevenue: await showRevenue(world, principal, null),
      topPlugins: presentAll(top, world),
    };
    return ok({ body, headers: fresh(principal) });
  });
  route(app, OPS.listReviews, async ({ world, params, query, principal }) => {
    const plugin = await showPluginCard(world, { id: params.id ?? "" }, principal);
    if (!plugin.ok) return plugin;
    const page = { page: pageOf(query.page), limit: limitOf(query.limit, DEFAULT_LIMIT) };
    const { items, total } = await listReviews(world, plugin.value.id, page);
    return ok({ body: { data: items.map(presentReview), total }, headers: fresh(principal) });
  });
  route(app, OPS.writeReview, async ({ world, params, principal, body }) => {
    const { userId, userName = "", rating, title = "", comment = "" } = body;
    const written = await writeReview(world, principal, params.id ?? "", { userId, userName, rating, title, comment });
    return written.ok ? ok({ status: written.value.isNew ? 201 : 200, body: { id: written.value.id } }) : written;
  });
}

async function onePlugin(world: World, ref: PluginRef, principal: Principal, request: Request) {
  const card = await showPluginCard(world, ref, principal);
  if (!card.ok) return card;
  const tag = `p${card.value.id}-${card.value.rev}`;
  const headers = fresh(principal);
  const known = principal.kind === "anonymous" ? notModified(request, tag, headers) : null;
  if (known !== null) return known;
  const answer: Answer = {
    body: presentPlugin(card.value, world.site.origin),
    headers: { ...headers, ...(principal.kind === "anonymous" ? { etag: `"${tag}"` } : {}) },
  };
  return ok(answer);
}

function fresh(principal: Principal): Record<string, string> {
  return { "cache-control": cacheControl(principal), vary: "Authorization" };
}

function presentAll(cards: readonly PluginCard[], world: World): object[] {
  return cards.map((card) => presentPlugin(card, world.site.origin));
}
