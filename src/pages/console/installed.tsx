import { consolePaths } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import { CONSOLE_LABEL } from "../../market/console/install-plugin.ts";
import type { InstalledRow, InstanceRow } from "../../market/console/ports.ts";
import type { ExecutionRow } from "../../market/execution/ports.ts";
import type { Suspension } from "../../market/execution/run-ports.ts";
import { Act, Section, Time } from "../account/form-parts.tsx";
import { plural } from "../format.ts";
import { Pages } from "../parts/pages.tsx";
import { tierWords } from "../words/codes.ts";
import { hasUpdate, InstalledList, InstalledMark } from "./installed-list.tsx";
import { ConsoleShell } from "./layout.tsx";
import { Empty, Facts, LinkButton, Mark, Note } from "./parts.tsx";

/** `/console/plugins` */
export function PluginsPage({
  rows,
  instances,
  chosen,
  now,
}: {
  rows: readonly InstalledRow[];
  instances: readonly InstanceRow[];
  chosen: string | null;
  now: number;
}) {
  const live = rows.filter(({ releasedAt }) => releasedAt === null);
  const past = rows.filter(({ releasedAt }) => releasedAt !== null);
  const updates = live.filter(hasUpdate).length;
  return (
    <ConsoleShell
      title="Installed plugins"
      at="plugins"
      lead={updates === 0 ? undefined : `${plural(updates, "plugin")} can be updated.`}
      actions={<LinkButton href={paths.plugins()}>Find a plugin</LinkButton>}
    >
      {instances.length < 2 ? null : (
        <form class="mt-6 flex max-w-md flex-wrap items-end gap-3" method="get" action={consolePaths.plugins()}>
          <div class="min-w-0 flex-1 basis-48">
            <label class="block text-sm font-medium" for="instance">
              Instance
            </label>
            <select id="instance" name="instance" class="field mt-1.5">
              <option value="">All</option>
              {instances.map(({ id, name }) => (
                <option value={id} selected={id === chosen}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <button type="submit" class="button button-quiet">
            Show
          </button>
        </form>
      )}
      {live.length === 0 ? (
        <Empty title="No plugin is installed">
          <p>Look through the marketplace and choose Install on the page of a plugin.</p>
        </Empty>
      ) : (
        <section class="card mt-6 px-6 py-2" aria-label="Installed">
          <InstalledList rows={live} now={now} />
        </section>
      )}
      {past.length === 0 ? null : (
        <Section id="past" title="Uninstalled">
          <InstalledList rows={past} now={now} />
        </Section>
      )}
    </ConsoleShell>
  );
}

export interface PluginView {
  readonly row: InstalledRow;
  readonly suspension: Suspension | null;
  readonly executions: readonly ExecutionRow[];
  readonly total: number;
  readonly page: number;
  readonly usage: readonly UsageLine[];
  readonly missing: number;
  readonly hasSettings: boolean;
  readonly now: number;
  readonly done: string | null;
}

export interface UsageLine {
  readonly metric: string;
  readonly used: number;
  /** Null or −1: unlimited. */
  readonly cap: number | null;
}

const METRIC_WORDS: Readonly<Record<string, string>> = {
  apiCalls: "Calls of your data",
  storage: "Storage in MB",
  users: "Users",
};

export const RUNS_A_PAGE = 20;

const DONE: Readonly<Record<string, string>> = {
  installed: "The new version is installed and runs from now on.",
  consented: "Your consent is kept. The server installs the version at its next look for updates.",
};

/** `/console/plugins/{act}` */
export function PluginPage({ view }: { view: PluginView }) {
  const { row, suspension, now } = view;
  const { activationId, plugin } = row;
  const isGone = row.releasedAt !== null;
  return (
    <ConsoleShell
      title={plugin.displayName}
      at="plugins"
      lead={
        <>
          <InstalledMark row={row} now={now} /> Version {row.version} on{" "}
          <a class="link" href={consolePaths.instance(row.instance.id)}>
            {row.instance.name}
          </a>
        </>
      }
      actions={
        <>
          {view.hasSettings && !isGone ? (
            <LinkButton href={consolePaths.settings(activationId)}>Settings</LinkButton>
          ) : null}
          {hasUpdate(row) ? (
            <LinkButton href={consolePaths.update(activationId)}>Update to {row.latestVersion}</LinkButton>
          ) : null}
        </>
      }
    >
      {view.done === null || DONE[view.done] === undefined ? null : (
        <div role="status">
          <Note tone="good">{DONE[view.done]}</Note>
        </div>
      )}
      {suspension === null ? null : (
        <Note tone="bad">
          Stopped <Time at={suspension.at} /> by {suspension.by === "system" ? "the marketplace" : "an admin"}:{" "}
          {suspension.reason}
        </Note>
      )}
      {view.missing > 0 && !isGone ? (
        <Note tone="warn">
          {plural(view.missing, "required setting has", "required settings have")} no value yet.{" "}
          <a class="underline underline-offset-2" href={consolePaths.settings(activationId)}>
            Fill them in
          </a>
        </Note>
      ) : null}
      <Section id="facts" title="Status">
        <Facts
          rows={[
            [
              "License",
              <a class="link" href={consolePaths.license(row.license.id)}>
                {tierWords(row.license.type)}, number {row.license.id}
              </a>,
            ],
            ["Seat", row.seatClass === "dev" ? "for development" : "counted"],
            ["Last heartbeat", <Time at={row.lastSeenAt} />],
            [row.leaseUntil > now ? "Right to run until" : "Right to run ended", <Time at={row.leaseUntil} />],
            ["Installed", <Time at={row.grantedAt} />],
            ["Environment", row.environment],
            ["In 24 hours", `${plural(row.runs, "run")}, ${row.failures} failed`],
            [
              "In the marketplace",
              <a class="link" href={paths.plugin(plugin.name)}>
                {plugin.name}
              </a>,
            ],
          ]}
        />
        {view.usage.length === 0 ? null : (
          <div class="mt-5">
            <h3 class="text-sm font-semibold">Used this month</h3>
            <ul class="mt-1 text-sm">
              {view.usage.map(({ metric, used, cap }) => (
                <li>
                  {METRIC_WORDS[metric] ?? metric}: {used}
                  {cap === null || cap === -1 ? "" : ` of ${cap}`}
                </li>
              ))}
            </ul>
          </div>
        )}
        <Acts row={row} isStopped={suspension !== null} />
      </Section>
      <Runs view={view} />
    </ConsoleShell>
  );
}

function Acts({ row, isStopped }: { row: InstalledRow; isStopped: boolean }) {
  const { activationId } = row;
  if (row.releasedAt !== null)
    return (
      <div class="mt-6 flex flex-wrap gap-3">
        <LinkButton href={consolePaths.exportData(activationId)} isQuiet>
          Export its data
        </LinkButton>
        <LinkButton href={consolePaths.confirm(activationId, "erase")} isQuiet>
          Erase its data
        </LinkButton>
      </div>
    );
  return (
    <div class="mt-6 flex flex-wrap gap-3">
      {row.pausedAt === null ? (
        <LinkButton href={consolePaths.confirm(activationId, "deactivate")} isQuiet>
          Deactivate
        </LinkButton>
      ) : (
        <Act to={consolePaths.act(activationId, "activate")} fields={{}}>
          Activate
        </Act>
      )}
      {isStopped ? (
        <Act to={consolePaths.act(activationId, "resume")} fields={{}}>
          Let it run again
        </Act>
      ) : (
        <LinkButton href={consolePaths.confirm(activationId, "suspend")} isQuiet>
          Stop at once
        </LinkButton>
      )}
      {row.label === CONSOLE_LABEL && !row.isDeviceBound ? (
        <Act to={consolePaths.act(activationId, "renew")} fields={{}}>
          Renew the right to run
        </Act>
      ) : null}
      <LinkButton href={consolePaths.exportData(activationId)} isQuiet>
        Export its data
      </LinkButton>
      <LinkButton href={consolePaths.confirm(activationId, "erase")} isQuiet>
        Erase its data
      </LinkButton>
      <LinkButton href={consolePaths.confirm(activationId, "uninstall")} isQuiet>
        Uninstall
      </LinkButton>
    </div>
  );
}

function Runs({ view }: { view: PluginView }) {
  const { row, executions, total, page } = view;
  return (
    <Section id="runs" title="Runs">
      {executions.length === 0 ? (
        <p class="text-muted-foreground">It has not run yet. It runs when something happens that it listens to.</p>
      ) : (
        <ul class="divide-y divide-border text-sm">
          {executions.map((run) => (
            <li class="py-3">
              <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <RunMark outcome={run.outcome} />
                <span class="font-medium">{run.eventName ?? run.kind}</span>
                <span class="text-muted-foreground">
                  <Time at={run.createdAt} />
                  {run.durationMs === null ? "" : ` · ${run.durationMs} ms`} · version {run.version}
                </span>
              </div>
              {run.message === null ? null : <p class="mt-1">{run.message}</p>}
              <RunDetails run={run} />
              {isDead(run) ? (
                <div class="mt-2">
                  <Act to={consolePaths.act(row.activationId, "replay")} fields={{ execution: run.id }}>
                    Run again
                  </Act>
                </div>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      <Pages
        page={page}
        last={Math.max(1, Math.ceil(total / RUNS_A_PAGE))}
        href={(number) => `${consolePaths.plugin(row.activationId, number)}#runs`}
      />
    </Section>
  );
}

function RunDetails({ run }: { run: ExecutionRow }) {
  const calls = Object.entries(run.calls);
  const denied = Object.entries(run.denied);
  if (calls.length + denied.length + run.logs.length === 0) return null;
  const logs = run.logs as readonly { readonly level: string; readonly text: string }[];
  return (
    <details class="mt-1">
      <summary class="inline-flex min-h-8 cursor-pointer items-center text-muted-foreground">
        {plural(calls.length + denied.length, "kind of call", "kinds of calls")}, {plural(logs.length, "line")} of log
      </summary>
      {calls.length === 0 ? null : <p>Called: {calls.map(([method, count]) => `${method} ×${count}`).join(", ")}</p>}
      {denied.length === 0 ? null : (
        <p class="text-destructive">Refused: {denied.map(([method, count]) => `${method} ×${count}`).join(", ")}</p>
      )}
      {logs.length === 0 ? null : (
        <pre class="mt-2 max-h-80 overflow-auto whitespace-pre-wrap rounded-lg bg-muted p-3 text-xs" tabindex={0}>
          {logs.map(({ level, text }) => `${level}  ${text}`).join("\n")}
        </pre>
      )}
    </details>
  );
}

function RunMark({ outcome }: { outcome: string }) {
  if (outcome === "ok") return <Mark tone="good">Done</Mark>;
  if (outcome === "queued" || outcome === "running")
    return <Mark tone="info">{outcome === "queued" ? "Waits" : "Runs"}</Mark>;
  if (outcome === "skipped") return <Mark tone="quiet">Skipped</Mark>;
  return <Mark tone="bad">{outcome.replaceAll("_", " ")}</Mark>;
}

/** Routes cannot be repeated: who asked is gone. */
function isDead({ outcome, kind }: ExecutionRow): boolean {
  return !["queued", "running", "ok", "skipped"].includes(outcome) && kind !== "route";
}
