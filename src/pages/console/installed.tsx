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
import { wordsOf } from "../words/dictionary.ts";
import { hasUpdate, InstalledList, InstalledMark } from "./installed-list.tsx";
import { INSTALLED_WORDS, RUN_WORDS } from "./installed-words.ts";
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
  const words = wordsOf(INSTALLED_WORDS);
  const live = rows.filter(({ releasedAt }) => releasedAt === null);
  const past = rows.filter(({ releasedAt }) => releasedAt !== null);
  const updates = live.filter(hasUpdate).length;
  return (
    <ConsoleShell
      title={words.title}
      at="plugins"
      lead={updates === 0 ? undefined : words.canUpdate(plural(updates, words.plugin, words.plugins))}
      actions={<LinkButton href={paths.plugins()}>{words.find}</LinkButton>}
    >
      {instances.length < 2 ? null : (
        <form class="mt-6 flex max-w-md flex-wrap items-end gap-3" method="get" action={consolePaths.plugins()}>
          <div class="min-w-0 flex-1 basis-48">
            <label class="block text-sm font-medium" for="instance">
              {words.instance}
            </label>
            <select id="instance" name="instance" class="field mt-1.5">
              <option value="">{words.all}</option>
              {instances.map(({ id, name }) => (
                <option value={id} selected={id === chosen}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <button type="submit" class="button button-quiet">
            {words.show}
          </button>
        </form>
      )}
      {live.length === 0 ? (
        <Empty title={words.empty}>
          <p>{words.emptyText}</p>
        </Empty>
      ) : (
        <section class="card mt-6 px-6 py-2" aria-label={words.installed}>
          <InstalledList rows={live} now={now} />
        </section>
      )}
      {past.length === 0 ? null : (
        <Section id="past" title={words.past}>
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

export const RUNS_A_PAGE = 20;

/** `/console/plugins/{act}` */
export function PluginPage({ view }: { view: PluginView }) {
  const { row, suspension, now } = view;
  const { activationId, plugin } = row;
  const words = wordsOf(INSTALLED_WORDS);
  const done = view.done === null || !Object.hasOwn(words.done, view.done) ? null : words.done[view.done];
  const isGone = row.releasedAt !== null;
  return (
    <ConsoleShell
      title={plugin.displayName}
      at="plugins"
      lead={
        <>
          <InstalledMark row={row} now={now} /> {words.versionOn(row.version)}{" "}
          <a class="link" href={consolePaths.instance(row.instance.id)}>
            {row.instance.name}
          </a>
        </>
      }
      actions={
        <>
          {view.hasSettings && !isGone ? (
            <LinkButton href={consolePaths.settings(activationId)}>{words.settings}</LinkButton>
          ) : null}
          {hasUpdate(row) ? (
            <LinkButton href={consolePaths.update(activationId)}>{words.updateTo(row.latestVersion ?? "")}</LinkButton>
          ) : null}
        </>
      }
    >
      {done === null ? null : (
        <div role="status">
          <Note tone="good">{done}</Note>
        </div>
      )}
      {suspension === null ? null : (
        <Note tone="bad">
          {words.stoppedAt} <Time at={suspension.at} />{" "}
          {suspension.by === "system" ? words.byMarketplace : words.byAdmin}: {suspension.reason}
        </Note>
      )}
      {view.missing > 0 && !isGone ? (
        <Note tone="warn">
          {plural(view.missing, words.missingOne, words.missingMany)} {words.noValue}{" "}
          <a class="underline underline-offset-2" href={consolePaths.settings(activationId)}>
            {words.fillIn}
          </a>
        </Note>
      ) : null}
      <Section id="facts" title={words.status}>
        <Facts
          rows={[
            [
              words.license,
              <a class="link" href={consolePaths.license(row.license.id)}>
                {words.licenseNumber(tierWords(row.license.type), row.license.id)}
              </a>,
            ],
            [words.seat, row.seatClass === "dev" ? words.seatDev : words.seatCounted],
            [words.heartbeat, <Time at={row.lastSeenAt} />],
            [row.leaseUntil > now ? words.rightUntil : words.rightEnded, <Time at={row.leaseUntil} />],
            [words.installed, <Time at={row.grantedAt} />],
            [words.environment, words.environments[row.environment] ?? row.environment],
            [words.day, `${plural(row.runs, words.run, words.runs)}, ${words.failed(row.failures)}`],
            [
              words.listing,
              <a class="link" href={paths.plugin(plugin.name)}>
                {plugin.name}
              </a>,
            ],
          ]}
        />
        {view.usage.length === 0 ? null : (
          <div class="mt-5">
            <h3 class="text-sm font-semibold">{words.usage}</h3>
            <ul class="mt-1 text-sm">
              {view.usage.map(({ metric, used, cap }) => (
                <li>
                  {words.metrics[metric] ?? metric}: {used}
                  {cap === null || cap === -1 ? "" : words.ofCap(cap)}
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
  const words = wordsOf(INSTALLED_WORDS);
  if (row.releasedAt !== null)
    return (
      <div class="mt-6 flex flex-wrap gap-3">
        <LinkButton href={consolePaths.exportData(activationId)} isQuiet>
          {words.exportData}
        </LinkButton>
        <LinkButton href={consolePaths.confirm(activationId, "erase")} isQuiet>
          {words.eraseData}
        </LinkButton>
      </div>
    );
  return (
    <div class="mt-6 flex flex-wrap gap-3">
      {row.pausedAt === null ? (
        <LinkButton href={consolePaths.confirm(activationId, "deactivate")} isQuiet>
          {words.deactivate}
        </LinkButton>
      ) : (
        <Act to={consolePaths.act(activationId, "activate")} fields={{}}>
          {words.activate}
        </Act>
      )}
      {isStopped ? (
        <Act to={consolePaths.act(activationId, "resume")} fields={{}}>
          {words.resume}
        </Act>
      ) : (
        <LinkButton href={consolePaths.confirm(activationId, "suspend")} isQuiet>
          {words.stop}
        </LinkButton>
      )}
      {row.label === CONSOLE_LABEL && !row.isDeviceBound ? (
        <Act to={consolePaths.act(activationId, "renew")} fields={{}}>
          {words.renew}
        </Act>
      ) : null}
      <LinkButton href={consolePaths.exportData(activationId)} isQuiet>
        {words.exportData}
      </LinkButton>
      <LinkButton href={consolePaths.confirm(activationId, "erase")} isQuiet>
        {words.eraseData}
      </LinkButton>
      <LinkButton href={consolePaths.confirm(activationId, "uninstall")} isQuiet>
        {words.uninstall}
      </LinkButton>
    </div>
  );
}

function Runs({ view }: { view: PluginView }) {
  const { row, executions, total, page } = view;
  const words = wordsOf(RUN_WORDS);
  return (
    <Section id="runs" title={words.title}>
      {executions.length === 0 ? (
        <p class="text-muted-foreground">{words.none}</p>
      ) : (
        <ul class="divide-y divide-border text-sm">
          {executions.map((run) => (
            <li class="py-3">
              <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <RunMark outcome={run.outcome} />
                <span class="font-medium">{run.eventName ?? words.kinds[run.kind] ?? run.kind}</span>
                <span class="text-muted-foreground">
                  <Time at={run.createdAt} />
                  {run.durationMs === null ? "" : ` · ${run.durationMs} ms`} · {words.version(run.version)}
                </span>
              </div>
              {run.message === null ? null : <p class="mt-1">{run.message}</p>}
              <RunDetails run={run} />
              {isDead(run) ? (
                <div class="mt-2">
                  <Act to={consolePaths.act(row.activationId, "replay")} fields={{ execution: run.id }}>
                    {words.again}
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
  const words = wordsOf(RUN_WORDS);
  const calls = Object.entries(run.calls);
  const denied = Object.entries(run.denied);
  if (calls.length + denied.length + run.logs.length === 0) return null;
  const logs = run.logs as readonly { readonly level: string; readonly text: string }[];
  return (
    <details class="mt-1">
      <summary class="inline-flex min-h-8 cursor-pointer items-center text-muted-foreground">
        {plural(calls.length + denied.length, words.kindOfCall, words.kindsOfCalls)},{" "}
        {plural(logs.length, words.line, words.lines)} {words.ofLog}
      </summary>
      {calls.length === 0 ? null : (
        <p>
          {words.called} {calls.map(([method, count]) => `${method} ×${count}`).join(", ")}
        </p>
      )}
      {denied.length === 0 ? null : (
        <p class="text-destructive">
          {words.refused} {denied.map(([method, count]) => `${method} ×${count}`).join(", ")}
        </p>
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
  const words = wordsOf(RUN_WORDS);
  if (outcome === "ok") return <Mark tone="good">{words.ok}</Mark>;
  if (outcome === "queued" || outcome === "running")
    return <Mark tone="info">{outcome === "queued" ? words.queued : words.running}</Mark>;
  if (outcome === "skipped") return <Mark tone="quiet">{words.skipped}</Mark>;
  return <Mark tone="bad">{words.outcomes[outcome] ?? outcome.replaceAll("_", " ")}</Mark>;
}

/** Routes cannot be repeated: who asked is gone. */
function isDead({ outcome, kind }: ExecutionRow): boolean {
  return !["queued", "running", "ok", "skipped"].includes(outcome) && kind !== "route";
}
