import type { Hono } from "hono";
import { MODERATION_OPERATIONS } from "../../contract/moderation/operations.ts";
import { ok } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { closeCase, decideReport, holdPlugin, triageReport } from "../../market/moderation/desk.ts";
import { sealDeskActs, verifyDeskActs } from "../../market/moderation/desk-chain.ts";
import type { Case, HistoryEntry, Report } from "../../market/moderation/ports.ts";
import { reportPlugin } from "../../market/moderation/report-plugin.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = MODERATION_OPERATIONS;
const PAGE = 200;
const MONTHS = 12;

/** Reports, cases, the desk's record, public figures. */
export function registerModerationRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.reportPlugin, async ({ world, body, request }) => {
    // Only the platform's own header says who is calling.
    const address = request.headers.get("cf-connecting-ip") ?? "unknown";
    const { plugin, kind, text, version = null, email = null } = body;
    const made = await reportPlugin(world, address, { plugin, kind, text, version, email });
    if (!made.ok) return made;
    return ok({ status: 201, body: { reportId: made.value.reportId, dueAt: isoTime(made.value.dueAt) } });
  });
  route(app, OPS.transparency, async ({ world }) => {
    const months = await world.moderation.figures(MONTHS, unixSeconds(world.clock.now()));
    return ok({ body: { months }, headers: { "cache-control": "public, max-age=3600" } });
  });
  route(app, OPS.listReports, async ({ world, query }) => {
    const reports = await world.moderation.reports(query.state ?? null, PAGE);
    return ok({ body: { reports: reports.map(presentReport) } });
  });
  route(app, OPS.triageReport, async ({ world, principal, params }) => {
    const triaged = await triageReport(world, principal, params.id ?? "");
    return triaged.ok ? ok({ body: triaged.value }) : triaged;
  });
  route(app, OPS.decideReport, async ({ world, principal, params, body }) => {
    const decided = await decideReport(world, principal, params.id ?? "", body);
    return decided.ok ? ok({ body: decided.value }) : decided;
  });
  route(app, OPS.listCases, async ({ world, query }) => {
    const cases = await world.moderation.cases(query.state ?? null, PAGE);
    return ok({ body: { cases: cases.map(presentCase) } });
  });
  route(app, OPS.closeCase, async ({ world, principal, params, body }) => {
    const closed = await closeCase(world, principal, params.id ?? "", body);
    return closed.ok ? ok({ body: closed.value }) : closed;
  });
  route(app, OPS.pluginHistory, async ({ world, params }) => {
    const entries = await world.moderation.history(params.id ?? "", PAGE);
    return ok({ body: { entries: entries.map(presentEntry) } });
  });
  route(app, OPS.holdPlugin, async ({ world, principal, params, body }) => {
    const held = await holdPlugin(world, principal, params.id ?? "", "hold", body.reason);
    return held.ok ? ok({ body: held.value }) : held;
  });
  route(app, OPS.releasePlugin, async ({ world, principal, params, body }) => {
    const released = await holdPlugin(world, principal, params.id ?? "", "release", body.reason);
    return released.ok ? ok({ body: released.value }) : released;
  });
  route(app, OPS.verifyDeskActs, async ({ world }) => {
    await sealDeskActs(world);
    return ok({ body: await verifyDeskActs(world) });
  });
}

function presentReport(report: Report): object {
  const { id, caseId, plugin, pluginId, version, kind, text, hasEmail, state } = report;
  return {
    id,
    caseId,
    plugin,
    pluginId,
    ...(version === null ? {} : { version }),
    kind,
    text,
    wantsAnswer: hasEmail,
    state,
    createdAt: isoTime(report.createdAt),
    dueAt: isoTime(report.dueAt),
    ...(report.outcome === null ? {} : { outcome: report.outcome }),
    ...(report.decidedAt === null ? {} : { decidedAt: isoTime(report.decidedAt) }),
  };
}

function presentCase(found: Case): object {
  const { id, plugin, pluginId, releaseId, kind, summary, findings, state } = found;
  return {
    id,
    plugin,
    pluginId,
    ...(releaseId === null ? {} : { releaseId }),
    kind,
    summary,
    findings,
    state,
    openedAt: isoTime(found.openedAt),
    ...(found.closedReason === null ? {} : { closedReason: found.closedReason }),
    ...(found.closedAt === null ? {} : { closedAt: isoTime(found.closedAt) }),
  };
}

function presentEntry(entry: HistoryEntry): object {
  const data: object = JSON.parse(entry.data);
  return {
    at: isoTime(entry.at),
    actor: `${entry.actorKind}:${entry.actorId}`,
    action: entry.action,
    subject: `${entry.subjectKind}:${entry.subjectId}`,
    data,
  };
}
