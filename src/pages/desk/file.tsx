import { deskPaths } from "../../contract/desk/paths.ts";
import { type DiffGap, type DiffLine, foldSame } from "../../domain/desk/line-diff.ts";
import type { Finding } from "../../domain/release/checks.ts";
import type { FileView } from "../../market/desk/show-file.ts";
import type { TrialView } from "../../market/desk/try-module.ts";
import { Section } from "../account/form-parts.tsx";
import { LinkButton, Mark, Note } from "../console/parts.tsx";
import { formatBytes, formatCount } from "../format.ts";
import { SpotList } from "../publish/parts.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { DeskShell } from "./layout.tsx";
import { REVIEW_WORDS } from "./review-words.ts";

/** `/desk/releases/{id}/file?path=…` */
export function FilePage({ view, findings }: { view: FileView; findings: readonly Finding[] }) {
  const words = wordsOf(REVIEW_WORDS);
  const { bundle, path, size, sizeBefore, content } = view;
  const { release } = bundle;
  const about = [
    `${release.name} ${release.version}`,
    ...(size === null ? [words.kinds.removed] : [formatBytes(size)]),
    ...(sizeBefore === null || release.previous === null
      ? []
      : [`${release.previous.version}: ${formatBytes(sizeBefore)}`]),
  ];
  return (
    <DeskShell
      title={path}
      at="queue"
      lead={about.join(" · ")}
      actions={
        <LinkButton href={`${deskPaths.release(release.releaseId)}#files`} isQuiet>
          {words.back}
        </LinkButton>
      }
      isWide
    >
      {findings.length === 0 ? null : (
        <Section id="findings" title={words.found}>
          <SpotList spots={findings} />
        </Section>
      )}
      {content.kind === "text" ? (
        <Text lines={content.lines} isCompared={content.isCompared} path={path} findings={findings} />
      ) : (
        <Note tone="info">{words[content.kind]}</Note>
      )}
    </DeskShell>
  );
}

function Text({
  lines,
  isCompared,
  path,
  findings,
}: {
  lines: readonly DiffLine[];
  isCompared: boolean;
  path: string;
  findings: readonly Finding[];
}) {
  const words = wordsOf(REVIEW_WORDS);
  const hasChanges = lines.some(({ kind }) => kind !== "same");
  const marked = new Set(findings.flatMap(({ line }) => (line === undefined ? [] : [line])));
  const whole = lines.filter(({ after }) => after !== null);
  return (
    <>
      {isCompared && hasChanges ? (
        <Section id="changes" title={words.change}>
          <Lines lines={foldSame(lines)} label={`${words.change}: ${path}`} marked={marked} hasSides />
        </Section>
      ) : null}
      {isCompared && !hasChanges ? <Note tone="info">{words.sameText}</Note> : null}
      <Section id="whole" title={words.whole}>
        <Lines
          lines={whole.map((line) => ({ ...line, kind: "same" as const }))}
          label={path}
          marked={marked}
          hasSides={false}
        />
      </Section>
    </>
  );
}

const SIGNS = { added: "+", removed: "−", same: " " } as const;

/** Lines of code with their numbers; a line somebody found something in is marked and can be led to. */
function Lines({
  lines,
  label,
  marked,
  hasSides,
}: {
  lines: readonly (DiffLine | DiffGap)[];
  label: string;
  marked: ReadonlySet<number>;
  hasSides: boolean;
}) {
  const words = wordsOf(REVIEW_WORDS);
  return (
    <section class="code-lines" aria-label={label} tabindex={0}>
      <table>
        <tbody>
          {lines.map((line) =>
            line.kind === "gap" ? (
              <tr class="gap">
                <td colspan={hasSides ? 4 : 2}>{words.unchanged(formatCount(line.lines))}</td>
              </tr>
            ) : (
              <tr
                class={`${line.kind} ${line.after !== null && marked.has(line.after) ? "marked" : ""}`}
                id={!hasSides && line.after !== null ? `L${line.after}` : undefined}
              >
                {hasSides ? <td class="line-number">{line.before ?? ""}</td> : null}
                <td class="line-number">{line.after ?? ""}</td>
                {hasSides ? (
                  <td class="sign">
                    <span aria-hidden="true">{SIGNS[line.kind]}</span>
                    {line.kind === "same" ? null : <span class="sr-only">{words[line.kind]}: </span>}
                  </td>
                ) : null}
                <td class="code">{line.text}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </section>
  );
}

/** `/desk/releases/{id}/dry-run` */
export function DryRunPage({ releaseId, title, trial }: { releaseId: string; title: string; trial: TrialView }) {
  const words = wordsOf(REVIEW_WORDS);
  return (
    <DeskShell
      title={words.dryRun}
      at="queue"
      lead={`${title}. ${words.dryRunLead}`}
      actions={
        <LinkButton href={deskPaths.release(releaseId)} isQuiet>
          {words.back}
        </LinkButton>
      }
    >
      <Trial trial={trial} />
    </DeskShell>
  );
}

function Trial({ trial }: { trial: TrialView }) {
  const words = wordsOf(REVIEW_WORDS);
  switch (trial.kind) {
    case "no_module":
      return <Note tone="info">{words.noModule}</Note>;
    case "gone":
      return <Note tone="warn">{words.gone}</Note>;
    case "unknown":
      return <Note tone="warn">{words.unknown}</Note>;
    case "failed":
      return (
        <Note tone="bad">
          {words.failed} <code class="font-mono text-sm">{trial.code}</code> {trial.message}
        </Note>
      );
    case "loaded": {
      const groups = Object.entries(trial.handlers).filter(([, names]) => names.length > 0);
      if (groups.length === 0) return <Note tone="info">{words.noHandlers}</Note>;
      return (
        <>
          <Note tone="good">{words.loaded}</Note>
          <dl class="card mt-4 divide-y divide-border">
            {groups.map(([group, names]) => (
              <div class="grid gap-x-6 gap-y-1 px-5 py-3 sm:grid-cols-[10rem_minmax(0,1fr)]">
                <dt class="text-muted-foreground">{group}</dt>
                <dd class="flex flex-wrap gap-2">
                  {names.map((name) => (
                    <Mark tone="quiet">{name}</Mark>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </>
      );
    }
  }
}
