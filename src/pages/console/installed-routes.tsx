import type { Hono } from "hono";
import { consolePaths, INSTALLATION_ACTS, type InstallationAct } from "../../contract/console/paths.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { Result } from "../../domain/result.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { reactivate } from "../../market/console/install-plugin.ts";
import { eraseStorage, exportStorage } from "../../market/execution/keep-storage.ts";
import { listExecutions } from "../../market/execution/list-executions.ts";
import { showSettings } from "../../market/execution/settings.ts";
import {
  replayExecution,
  resumeInstallation,
  showSuspension,
  suspendInstallation,
} from "../../market/execution/supervise.ts";
import { pauseInstallation } from "../../market/license/pause-installation.ts";
import { releaseInstallation } from "../../market/license/release-installation.ts";
import { showUsage } from "../../market/license/usage.ts";
import { onForm } from "../account/on-form.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { ConfirmPage } from "./confirm.tsx";
import { findInstalled } from "./find-installed.ts";
import { statusOf } from "./form-problem.ts";
import { PluginPage, PluginsPage, RUNS_A_PAGE, type UsageLine } from "./installed.tsx";
import { QUESTION_WORDS } from "./installed-words.ts";
import { ACTIVATION, type ConsoleContext, idIn, nowOf, onPage, partOf } from "./on-console.ts";
import { Input } from "./parts.tsx";
import { registerUpdatePages } from "./update-routes.tsx";

const BASE = `/console/plugins/${ACTIVATION}`;
const MAX_EXPORT_PAGES = 1000;

/** Installed plugins: what they do, and everything that can be done with them. */
export function registerInstalledPages(app: Hono<PersonalEnv>): void {
  onPage(app, consolePaths.plugins(), async (context, { accountId }) => {
    const world = context.get("world");
    const now = nowOf(context);
    const chosen = idIn(new URL(context.req.url).searchParams.get("instance"));
    const [instances, rows] = await Promise.all([
      world.console.instances(accountId, now),
      world.console.installations(accountId, chosen === null ? {} : { instanceId: chosen }, now),
    ]);
    return privatePage(context, () => <PluginsPage rows={rows} instances={instances} chosen={chosen} now={now} />);
  });

  onPage(app, BASE, showOne);

  onPage(app, `${BASE}/confirm/:what{${INSTALLATION_ACTS.join("|")}}`, async (context, person) => {
    const row = await findInstalled(context, person);
    const what = INSTALLATION_ACTS.find((act) => act === partOf(context, "what"));
    if (row === null || what === undefined || (row.releasedAt !== null && what !== "erase")) return null;
    const words = wordsOf(QUESTION_WORDS, languageOf(context.req.raw));
    const { title, lead, button } = words[what];
    return privatePage(context, () => (
      <ConfirmPage
        at="plugins"
        title={title(row.plugin.displayName)}
        lead={lead}
        button={button}
        to={consolePaths.act(row.activationId, what)}
        back={consolePaths.plugin(row.activationId)}
      >
        {what === "suspend" ? <Input id="reason" label={words.why} max={200} isRequired={false} /> : null}
      </ConfirmPage>
    ));
  });

  act(app, "deactivate", (context, person, id) => pauseInstallation(context.get("world"), person, id, "inactive"));
  act(app, "activate", (context, person, id) => pauseInstallation(context.get("world"), person, id, "active"));
  act(app, "uninstall", (context, person, id) => releaseInstallation(context.get("world"), person, id));
  act(app, "suspend", (context, { accountId }, id, form) => {
    const reason =
      (form.get("reason") ?? "").trim().slice(0, 200) ||
      wordsOf(QUESTION_WORDS, languageOf(context.req.raw)).stoppedByAdmin;
    return suspendInstallation(context.get("world"), { accountId }, id, reason);
  });
  act(app, "resume", (context, { accountId }, id) => resumeInstallation(context.get("world"), { accountId }, id));
  act(app, "erase", (context, { accountId }, id) => eraseStorage(context.get("world"), { accountId }, id));
  act(app, "replay", (context, { accountId }, _, form) =>
    replayExecution(context.get("world"), { accountId }, form.get("execution") ?? ""),
  );
  act(app, "renew", async (context, person) => {
    const row = await findInstalled(context, person);
    if (row === null || row.releasedAt !== null) return { ok: false, problem: { reason: "NOT_FOUND" } };
    return reactivate(context.get("world"), person, row, row.version);
  });

  onPage(app, `${BASE}/data.json`, async (context, { accountId }) => {
    const world = context.get("world");
    const id = partOf(context, "act");
    const entries: unknown[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_EXPORT_PAGES; page++) {
      const read = await exportStorage(world, { accountId }, id, cursor);
      if (!read.ok) return read.problem.reason === "RATE_LIMITED" ? refusalPage(context, "RATE_LIMITED", 429) : null;
      const { items = [], cursor: next } = read.value as {
        readonly items?: readonly unknown[];
        readonly cursor?: string;
      };
      entries.push(...items);
      if (next === undefined || next === null) break;
      cursor = next;
    }
    return new Response(JSON.stringify({ installation: id, items: entries }, null, 2), {
      headers: {
        "content-type": "application/json",
        "content-disposition": `attachment; filename="${id}.json"`,
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
      },
    });
  });

  registerUpdatePages(app);
}

type Acted = Result<unknown, Problem<Reason>>;

function act(
  app: Hono<PersonalEnv>,
  name: InstallationAct | "activate" | "resume" | "renew" | "replay",
  perform: (context: ConsoleContext, person: SessionPrincipal, id: string, form: URLSearchParams) => Promise<Acted>,
): void {
  onForm(app, `${BASE}/${name}`, async (context, person, form) => {
    const id = partOf(context, "act");
    const row = await findInstalled(context, person);
    const done: Acted = row === null ? ABSENT : await perform(context, person, id, form);
    if (done.ok) return seeOther(consolePaths.plugin(id));
    const { reason } = done.problem;
    const status = statusOf(reason);
    return refusalPage(context, status === 404 ? "NOT_FOUND" : reason, status);
  });
}
const ABSENT: Acted = { ok: false, problem: { reason: "NOT_FOUND" } };

async function showOne(context: ConsoleContext, person: SessionPrincipal): Promise<Response | null> {
  const row = await findInstalled(context, person);
  if (row === null) return null;
  const world = context.get("world");
  const owner = { accountId: person.accountId };
  const { activationId } = row;
  const asked = new URL(context.req.url).searchParams;
  const page = Math.min(10_000, Number(idIn(asked.get("page")) ?? 1));
  const [state, runs, settings, usage] = await Promise.all([
    showSuspension(world, owner, activationId),
    listExecutions(world, owner, activationId, { page, limit: RUNS_A_PAGE }),
    showSettings(world, owner, activationId),
    showUsage(world, person, row.license.id),
  ]);
  const lines = usage.ok ? ((usage.value.usage ?? []) as unknown as readonly UsageLine[]) : [];
  return privatePage(context, () => (
    <PluginPage
      view={{
        row,
        suspension: state.ok ? state.value.suspension : null,
        executions: runs.ok ? runs.value.rows : [],
        total: runs.ok ? runs.value.total : 0,
        page,
        usage: lines,
        missing: settings.ok ? settings.value.missing.length : 0,
        hasSettings: settings.ok && settings.value.fields.length > 0,
        now: nowOf(context),
        done: asked.get("done"),
      }}
    />
  ));
}
