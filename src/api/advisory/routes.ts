import type { Hono } from "hono";
import { ADVISORY_OPERATIONS } from "../../contract/advisory/operations.ts";
import type { Advisory, AdvisoryText } from "../../domain/advisory/advisory.ts";
import { severityOf } from "../../domain/advisory/cvss.ts";
import { osvOf } from "../../domain/advisory/osv.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import {
  decideAdvisory,
  draftAdvisory,
  listOwnAdvisories,
  listSubmittedAdvisories,
  rewriteAdvisory,
  submitAdvisory,
} from "../../market/advisory/manage-advisories.ts";
import { listAdvisories, showAdvisory } from "../../market/advisory/show-advisories.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = ADVISORY_OPERATIONS;
const PUBLIC = { "cache-control": "public, max-age=60", "access-control-allow-origin": "*" };
const USUAL_PAGE = 50;

/** Advisories: read by everybody in OSV form, written by publishers, decided by the desk. */
export function registerAdvisoryRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.listAdvisories, async ({ world, query }) => {
    const { plugin = null, after = null, limit = USUAL_PAGE } = query;
    const page = await listAdvisories(world, { plugin, after, limit: Number(limit) });
    if (!page.ok) return page;
    const { advisories, next } = page.value;
    const vulns = advisories.map((advisory) => osvOf(advisory, world.site.origin));
    return ok({ body: { vulns, ...(next === null ? {} : { next }) }, headers: PUBLIC });
  });
  route(app, OPS.showAdvisory, async ({ world, params }) => {
    const found = await showAdvisory(world, params.id ?? "");
    return found.ok ? ok({ body: osvOf(found.value, world.site.origin), headers: PUBLIC }) : found;
  });
  route(app, OPS.draftAdvisory, async ({ world, principal, params, body }) => {
    const { fixed = null, details = "", aliases = [], credits = [], links = [], ...rest } = body;
    const text = { ...rest, fixed, details, aliases, credits, links };
    const drafted = await draftAdvisory(world, principal, params.id ?? "", text);
    return drafted.ok ? ok({ status: 201, body: presentAdvisory(drafted.value) }) : drafted;
  });
  route(app, OPS.listOwnAdvisories, async ({ world, principal, params }) => {
    const listed = await listOwnAdvisories(world, principal, params.id ?? "");
    return listed.ok ? ok({ body: { advisories: listed.value.map(presentAdvisory) } }) : listed;
  });
  route(app, OPS.rewriteAdvisory, async ({ world, principal, params, body }) => {
    const given = Object.entries(body).filter(([, value]) => value !== undefined);
    const change: Partial<AdvisoryText> = Object.fromEntries(given);
    const rewritten = await rewriteAdvisory(world, principal, params.id ?? "", change);
    return rewritten.ok ? ok({ body: presentAdvisory(rewritten.value) }) : rewritten;
  });
  route(app, OPS.submitAdvisory, async ({ world, principal, params, body }) => {
    const wish = body.retract === true ? "retract" : "submit";
    const submitted = await submitAdvisory(world, principal, params.id ?? "", wish);
    return submitted.ok ? ok({ body: presentAdvisory(submitted.value) }) : submitted;
  });
  route(app, OPS.listSubmittedAdvisories, async ({ world, principal }) => {
    const listed = await listSubmittedAdvisories(world, principal);
    return listed.ok ? ok({ body: { advisories: listed.value.map(presentAdvisory) } }) : listed;
  });
  route(app, OPS.decideAdvisory, async ({ world, principal, params, body }) => {
    const { floor = null, warns = false, ...rest } = body;
    const decided = await decideAdvisory(world, principal, params.id ?? "", { ...rest, floor, warns });
    return decided.ok ? ok({ body: presentAdvisory(decided.value) }) : decided;
  });
}

function presentAdvisory(advisory: Advisory) {
  const { id, plugin, pluginId, publisher, state, affected, fixed, versions, summary, details } = advisory;
  const { aliases, credits, links, decision, severity, score } = advisory;
  return {
    id,
    plugin,
    pluginId,
    publisher,
    state,
    severity: { vector: severity, score: score / 10, level: severityOf(score) },
    affected,
    fixed,
    versions,
    summary,
    details,
    aliases,
    credits,
    links,
    decision,
    createdAt: isoTime(advisory.createdAt),
    updatedAt: isoTime(advisory.updatedAt),
    confirmedAt: advisory.confirmedAt === null ? null : isoTime(advisory.confirmedAt),
  };
}
