import type { Child } from "hono/jsx";
import { deskPaths } from "../../contract/desk/paths.ts";
import type { Case, Report } from "../../market/moderation/ports.ts";
import { Act, Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { ErrorSummary, Mark, Note } from "../console/parts.tsx";
import { SpotList } from "../publish/parts.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { DeskShell } from "./layout.tsx";
import { ReasonField } from "./parts.tsx";
import { REPORT_WORDS } from "./report-words.ts";

export interface ReportsView {
  /** Open and triaged ones, the most urgent first. */
  readonly reports: readonly Report[];
  readonly cases: readonly Case[];
  /** Unix seconds. */
  readonly now: number;
  readonly problem?: FormProblem | undefined;
  readonly isDone?: boolean;
}

/** `/desk/reports` */
export function ReportsPage({ view: { reports, cases, now, problem, isDone = false } }: { view: ReportsView }) {
  const words = wordsOf(REPORT_WORDS);
  return (
    <DeskShell title={words.title} at="reports" lead={words.lead}>
      <ErrorSummary problem={problem} />
      {isDone && problem === undefined ? <Note tone="good">{words.done}</Note> : null}
      <Section id="reports" title={words.reports}>
        {reports.length === 0 ? (
          <p class="text-muted-foreground">{words.noReports}</p>
        ) : (
          <ul class="divide-y divide-border">
            {reports.map((report) => (
              <ReportItem report={report} now={now} problem={problem} />
            ))}
          </ul>
        )}
      </Section>
      <Section id="cases" title={words.cases}>
        {cases.length === 0 ? (
          <p class="text-muted-foreground">{words.noCases}</p>
        ) : (
          <ul class="divide-y divide-border">
            {cases.map((item) => (
              <CaseItem item={item} problem={problem} />
            ))}
          </ul>
        )}
      </Section>
    </DeskShell>
  );
}

interface ReportItemProps {
  readonly report: Report;
  readonly now: number;
  readonly problem: FormProblem | undefined;
}

function ReportItem({ report, now, problem }: ReportItemProps) {
  const words = wordsOf(REPORT_WORDS);
  const { id, pluginId, plugin, version, kind, text, hasEmail, state, createdAt, dueAt } = report;
  const isLate = state === "open" && dueAt < now;
  return (
    <li class="py-5">
      <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Mark tone={kind === "malware" ? "bad" : "info"}>{words.kinds[kind]}</Mark>
        <a class="link font-medium" href={deskPaths.plugin(pluginId)}>
          {plugin} {version ?? ""}
        </a>
        <Mark tone="quiet">{words.states[state]}</Mark>
        {isLate ? <Mark tone="bad">{words.late}</Mark> : null}
      </p>
      <p class="mt-1 text-sm text-muted-foreground">
        <Time at={createdAt} />
        {state === "open" ? (
          <>
            {" · "}
            {words.due} <Time at={dueAt} />
          </>
        ) : null}
        {hasEmail ? ` · ${words.wantsAnswer}` : ""}
      </p>
      <p class="mt-3 whitespace-pre-wrap break-words">{text}</p>
      <div class="mt-4 flex flex-wrap items-start gap-6">
        {state === "open" ? (
          <Act to={deskPaths.triage(id)} fields={{}}>
            {words.triage}
          </Act>
        ) : null}
        <Outcome to={deskPaths.decideReport(id)} id={`report-${id}`} hint={words.outcomeHint} problem={problem}>
          {words.decide}
        </Outcome>
      </div>
    </li>
  );
}

function CaseItem({ item, problem }: { item: Case; problem: FormProblem | undefined }) {
  const words = wordsOf(REPORT_WORDS);
  const { id, pluginId, plugin, releaseId, kind, summary, findings, openedAt } = item;
  return (
    <li class="py-5">
      <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Mark tone="info">{words.caseKinds[kind]}</Mark>
        <a class="link font-medium" href={deskPaths.plugin(pluginId)}>
          {plugin}
        </a>
        {releaseId === null ? null : (
          <a class="link" href={deskPaths.release(releaseId)}>
            {words.release} {releaseId}
          </a>
        )}
      </p>
      <p class="mt-1 text-sm text-muted-foreground">
        {words.opened} <Time at={openedAt} />
      </p>
      <p class="mt-3 break-words">{summary}</p>
      {findings.length === 0 ? null : <SpotList spots={findings} />}
      <div class="mt-4">
        <Outcome to={deskPaths.closeCase(id)} id={`case-${id}`} problem={problem}>
          {words.close}
        </Outcome>
      </div>
    </li>
  );
}

interface OutcomeProps {
  readonly to: string;
  readonly id: string;
  readonly hint?: string;
  readonly problem: FormProblem | undefined;
  readonly children?: Child;
}

/** Acted or not, and why; folded until it is needed. */
function Outcome({ to, id, hint, problem, children }: OutcomeProps) {
  const words = wordsOf(REPORT_WORDS);
  const isOpen = problem?.errors.some(({ field }) => field === `reason-${id}`) === true;
  return (
    <details class="min-w-0 flex-1 basis-72" open={isOpen}>
      <summary class="min-h-11 cursor-pointer py-2 font-medium">{children}</summary>
      <form class="mt-3 grid gap-4" method="post" action={to}>
        <fieldset>
          <legend class="text-sm font-medium">{words.outcome}</legend>
          <div class="mt-1.5 flex flex-wrap gap-x-6">
            {(["acted", "dismissed"] as const).map((state, index) => (
              <label class="inline-flex min-h-11 items-center gap-2">
                <input type="radio" name="state" value={state} checked={index === 0} />
                {words[state]}
              </label>
            ))}
          </div>
        </fieldset>
        <ReasonField id={`reason-${id}`} hint={hint} problem={problem} />
        <div>
          <button type="submit" class="button button-quiet">
            {children}
          </button>
        </div>
      </form>
    </details>
  );
}
