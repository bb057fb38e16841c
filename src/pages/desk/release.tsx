import type { Child } from "hono/jsx";
import { deskPaths } from "../../contract/desk/paths.ts";
import { paths } from "../../contract/paths.ts";
import type { AuditRow } from "../../market/desk/ports.ts";
import type { BundleView } from "../../market/desk/show-bundle.ts";
import type { ReleaseView } from "../../market/publish/show-release.ts";
import { Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { ErrorSummary, Facts, LinkButton, Mark, Note } from "../console/parts.tsx";
import { formatBytes } from "../format.ts";
import { SpotList, StateMark } from "../publish/parts.tsx";
import { RELEASE_WORDS } from "../publish/release-words.ts";
import { wordsOf } from "../words/dictionary.ts";
import { AuditTable } from "./audit.tsx";
import { Decisions } from "./decisions.tsx";
import { DeskShell } from "./layout.tsx";
import { Asks, FileTree } from "./release-bundle.tsx";
import { REVIEW_WORDS } from "./review-words.ts";

export interface DeskReleaseView {
  readonly release: ReleaseView;
  readonly bundle: BundleView;
  readonly history: readonly AuditRow[];
  /** The operator belongs to the publisher. */
  readonly isOwn: boolean;
  readonly problem?: FormProblem | undefined;
  /** What was just done. */
  readonly done?: keyof (typeof REVIEW_WORDS)["en"]["done"] | undefined;
}

/** `/desk/releases/{id}` */
export function DeskReleasePage({ view }: { view: DeskReleaseView }) {
  const words = wordsOf(REVIEW_WORDS);
  const { release, bundle, history, isOwn, problem, done } = view;
  return (
    <DeskShell
      title={`${release.displayName} ${release.version}`}
      at="queue"
      lead={<StateMark state={release.state} />}
      actions={
        <>
          <LinkButton href={deskPaths.plugin(release.pluginId)} isQuiet>
            {words.download}
          </LinkButton>
          <LinkButton href="#decide">{words.decide}</LinkButton>
        </>
      }
      isWide
    >
      <ErrorSummary problem={problem} />
      {done === undefined ? null : <Note tone="good">{words.done[done]}</Note>}
      <div class="grid gap-x-8 lg:grid-cols-2">
        <Section id="about" title={words.about}>
          <About release={release} />
        </Section>
        <Section id="gates" title={words.gates}>
          {release.waits.length === 0 ? (
            <p class="text-muted-foreground">{words.noGates}</p>
          ) : (
            <Waits waits={release.waits} />
          )}
        </Section>
      </div>
      <Section id="checks" title={words.checks}>
        <Checks release={release} />
      </Section>
      <Section id="asks" title={words.asks}>
        <Asks bundle={bundle} />
      </Section>
      <Section id="files" title={words.files}>
        <FileTree bundle={bundle} />
      </Section>
      <Section id="dry-run" title={words.dryRun}>
        <p class="text-muted-foreground">{words.dryRunLead}</p>
        <p class="mt-4">
          <LinkButton href={deskPaths.dryRun(release.releaseId)} isQuiet>
            {words.dryRunNow}
          </LinkButton>
        </p>
      </Section>
      <Decisions release={release} isOwn={isOwn} problem={problem} />
      <Section id="history" title={words.history}>
        <AuditTable rows={history} caption={words.history} />
      </Section>
    </DeskShell>
  );
}

/** For whom it waits at each gate, as the desk sees it. */
function Waits({ waits }: { waits: ReleaseView["waits"] }) {
  const words = wordsOf(REVIEW_WORDS);
  const { gates } = wordsOf(RELEASE_WORDS);
  return (
    <ol class="divide-y divide-border">
      {waits.map(({ gate, who, earliest, why }) => (
        <li class="py-3">
          <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span class="font-semibold">{gates[gate].title}</span>
            <Mark tone={who === "desk" ? "warn" : "quiet"}>{words.who[who]}</Mark>
            {earliest === null ? null : (
              <span class="text-sm text-muted-foreground">
                {words.earliest} <Time at={earliest} />
              </span>
            )}
          </p>
          {why.map((reason) => (
            <p class="mt-1 text-sm break-words" lang="en">
              {reason}
            </p>
          ))}
        </li>
      ))}
    </ol>
  );
}

function About({ release }: { release: ReleaseView }) {
  const words = wordsOf(REVIEW_WORDS);
  const { block } = release;
  const rows: (readonly [string, Child])[] = [
    [
      words.plugin,
      <a class="link" href={paths.plugin(release.name)}>
        {release.name}
      </a>,
    ],
    [
      words.publisher,
      <a class="link" href={deskPaths.publisher(release.publisher)}>
        {release.publisher}
      </a>,
    ],
    [words.size, formatBytes(release.size)],
    [words.at, <Time at={release.createdAt} />],
    [words.uploadedBy, release.uploadedBy],
    [words.approvals, words.approvalsOf(release.approvals.by, release.approvals.of)],
    ...(release.reason === null ? [] : [[words.rejectedFor, release.reason] as const]),
    ...(block === null
      ? []
      : [
          [
            words.block,
            <>
              {words.codes[block.code]}: {block.reason} (
              {block.confirmedAt === null ? words.blockOpen : words.blockConfirmed})
            </>,
          ] as const,
        ]),
  ];
  return (
    <>
      <Facts rows={rows} />
      <p class="mt-4 text-sm text-muted-foreground">{words.digest}</p>
      <p class="font-mono text-sm break-all">{release.sha256}</p>
    </>
  );
}

const TONES = { clean: "good", dirty: "bad", unknown: "warn", waiting: "quiet" } as const;

function Checks({ release: { checks, findings } }: { release: ReleaseView }) {
  const words = wordsOf(REVIEW_WORDS);
  return (
    <>
      <ul class="flex flex-wrap gap-x-6 gap-y-2">
        {checks.map(({ name, result, accepted }) => (
          <li class="flex flex-wrap items-center gap-2 text-sm">
            <span>{words.checkNames[name] ?? name}</span>
            <Mark tone={accepted !== null && accepted.by >= accepted.of ? "info" : TONES[result]}>
              {words.results[result]}
              {accepted === null ? "" : `, ${words.accepted(accepted.by, accepted.of)}`}
            </Mark>
          </li>
        ))}
      </ul>
      <div class="mt-4">
        {findings.length === 0 ? (
          <p class="text-muted-foreground">{words.noFindings}</p>
        ) : (
          <SpotList spots={findings} />
        )}
      </div>
    </>
  );
}
