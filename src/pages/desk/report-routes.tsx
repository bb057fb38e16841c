import type { Hono } from "hono";
import { deskPaths } from "../../contract/desk/paths.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { Result } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { closeCase, decideReport, triageReport } from "../../market/moderation/desk.ts";
import type { World } from "../../market/ports.ts";
import { privatePage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { type DeskContext, ID, onDesk, onDeskForm, reasonIn } from "./on-desk.ts";
import { ReportsPage } from "./reports.tsx";

const MOST = 100;

/** What people reported, what newer rules found, and what became of it. */
export function registerReportPages(app: Hono<PersonalEnv>): void {
  onDesk(app, deskPaths.reports(), (context) => drawReports(context));

  onDeskForm(app, `/desk/reports/${ID}/triage`, async (context, person) =>
    answer(context, await triageReport(context.get("world"), person, context.req.param("id") ?? "")),
  );
  onOutcome(app, `/desk/reports/${ID}/decide`, "report", (world, person, id, { state, reason }) =>
    decideReport(world, person, id, { state, outcome: reason }),
  );
  onOutcome(app, `/desk/cases/${ID}/close`, "case", (world, person, id, outcome) =>
    closeCase(world, person, id, outcome),
  );
}

interface Outcome {
  readonly state: "acted" | "dismissed";
  readonly reason: string;
}
type Decide = (
  world: World,
  person: SessionPrincipal,
  id: string,
  outcome: Outcome,
) => Promise<Result<unknown, Problem<Reason>>>;

function onOutcome(app: Hono<PersonalEnv>, path: string, kind: "report" | "case", decide: Decide): void {
  onDeskForm(app, path, async (context, person, form) => {
    const id = context.req.param("id") ?? "";
    const { reason, fault } = reasonIn(context, form);
    if (fault !== null) return drawReports(context, invalidForm([{ field: `reason-${kind}-${id}`, text: fault }]));
    const state = form.get("state") === "acted" ? "acted" : "dismissed";
    return answer(context, await decide(context.get("world"), person, id, { state, reason }));
  });
}

function answer(context: DeskContext, done: Result<unknown, Problem<Reason>>): Response | Promise<Response> {
  return done.ok ? seeOther(`${deskPaths.reports()}?done=1`) : drawReports(context, formProblem(done.problem));
}

async function drawReports(context: DeskContext, problem?: FormProblem): Promise<Response> {
  const world = context.get("world");
  const [open, triaged, cases] = await Promise.all([
    world.moderation.reports("open", MOST),
    world.moderation.reports("triaged", MOST),
    world.moderation.cases("open", MOST),
  ]);
  const reports = [...open.toSorted((a, b) => a.dueAt - b.dueAt), ...triaged];
  const isDone = context.req.query("done") !== undefined;
  const view = { reports, cases, now: unixSeconds(world.clock.now()), problem, isDone };
  return privatePage(
    context,
    () => <ReportsPage view={view} />,
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}
