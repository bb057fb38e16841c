import type { Hono } from "hono";
import { deskPaths, PLUGIN_ACTS, type PluginAct } from "../../contract/desk/paths.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { Result } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { showKeys } from "../../market/desk/show-keys.ts";
import { holdPlugin } from "../../market/moderation/desk.ts";
import type { World } from "../../market/ports.ts";
import { resumePlugin, suspendPlugin } from "../../market/publish/suspend-plugin.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { KeysPage } from "./keys.tsx";
import { DeskLicensePage, LicensesPage } from "./licenses.tsx";
import { type DeskContext, HANDLE, ID, onDesk, onDeskForm, reasonIn } from "./on-desk.ts";
import { DeskPluginPage } from "./plugin.tsx";
import { PublisherPage, PublishersPage } from "./publishers.tsx";

const MOST = 100;

/** Plugins, publishers, licenses and keys. */
export function registerSheetPages(app: Hono<PersonalEnv>): void {
  onDesk(app, deskPaths.publishers(), async (context) => {
    const query = queryOf(context);
    const rows = await context.get("world").desk.publishers(query, MOST);
    return privatePage(context, () => <PublishersPage rows={rows} query={query} />);
  });
  onDesk(app, `/desk/publishers/${HANDLE}`, async (context) => {
    const sheet = await context.get("world").desk.publisher(context.req.param("handle") ?? "");
    return sheet && privatePage(context, () => <PublisherPage sheet={sheet} />);
  });
  onDesk(app, deskPaths.licenses(), async (context) => {
    const query = queryOf(context);
    const rows = await context.get("world").desk.licenses(query, MOST);
    return privatePage(context, () => <LicensesPage rows={rows} query={query} />);
  });
  onDesk(app, `/desk/licenses/${ID}`, async (context) => {
    const world = context.get("world");
    const sheet = await world.desk.license(context.req.param("id") ?? "");
    const now = unixSeconds(world.clock.now());
    return sheet && privatePage(context, () => <DeskLicensePage sheet={sheet} now={now} />);
  });
  onDesk(app, deskPaths.keys(), async (context) => {
    const view = await showKeys(context.get("world"));
    return privatePage(context, () => <KeysPage view={view} />);
  });

  onDesk(app, `/desk/plugins/${ID}`, (context) => drawPlugin(context));
  for (const act of PLUGIN_ACTS)
    onDeskForm(app, `/desk/plugins/${ID}/${act}`, async (context, person, form) => {
      const pluginId = context.req.param("id") ?? "";
      const again = async (problem: FormProblem) =>
        (await drawPlugin(context, problem)) ?? refusalPage(context, "NOT_FOUND", 404);
      const { reason, fault } = reasonIn(context, form);
      if (fault !== null && act !== "resume") return again(invalidForm([{ field: `reason-${act}`, text: fault }]));
      const done = await perform(context.get("world"), person, pluginId, act, reason);
      return done.ok ? seeOther(deskPaths.plugin(pluginId)) : again(formProblem(done.problem));
    });
}

function perform(
  world: World,
  person: SessionPrincipal,
  pluginId: string,
  act: PluginAct,
  reason: string,
): Promise<Result<unknown, Problem<Reason>>> {
  switch (act) {
    case "suspend":
      return suspendPlugin(world, person, pluginId, reason);
    case "resume":
      return resumePlugin(world, person, pluginId);
    case "hold":
    case "release":
      return holdPlugin(world, person, pluginId, act, reason);
  }
}

async function drawPlugin(context: DeskContext, problem?: FormProblem): Promise<Response | null> {
  const plugin = await context.get("world").desk.plugin(context.req.param("id") ?? "");
  if (plugin === null) return null;
  return privatePage(
    context,
    () => <DeskPluginPage plugin={plugin} problem={problem} />,
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}

function queryOf(context: DeskContext): string {
  return (context.req.query("q") ?? "").trim().slice(0, 100);
}
