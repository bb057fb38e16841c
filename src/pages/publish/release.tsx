import { paths } from "../../contract/paths.ts";
import { publisherPaths, type ReleaseAct } from "../../contract/publisher/paths.ts";
import type { ReleaseView } from "../../market/publish/show-release.ts";
import type { OwnRelease } from "../../market/publisher/ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { ErrorSummary, Facts, HintAndFault, Input, LinkButton, Mark, Note } from "../console/parts.tsx";
import { formatBytes, formatCount } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { PublishShell } from "./layout.tsx";
import { holds, type Seat } from "./on-publish.ts";
import { GateList, SpotList, StateMark } from "./parts.tsx";
import { RELEASE_WORDS } from "./release-words.ts";
import { FRAME_WORDS } from "./words.ts";

export interface ReleasePageView {
  readonly release: ReleaseView;
  readonly row: OwnRelease;
  readonly problem?: FormProblem | undefined;
}

/** What may become of a release from where it stands. */
export function actsOf(state: ReleaseView["state"]): readonly ReleaseAct[] {
  if (state === "review") return ["withdraw"];
  if (state === "rejected") return ["resubmit"];
  if (state === "published") return ["deprecate", "yank"];
  if (state === "deprecated") return ["undeprecate", "yank"];
  return state === "yanked" ? ["unyank"] : [];
}

/** `/publish/{handle}/releases/{id}` */
export function ReleasePage({ seat, view }: { seat: Seat; view: ReleasePageView }) {
  const words = wordsOf(RELEASE_WORDS);
  const { handle } = seat.member;
  const { release, row, problem } = view;
  const isRunning = release.state === "staged" || release.state === "scanning";
  const isPublic = row.publishedAt !== null && release.state !== "blocked";
  return (
    <PublishShell
      seat={seat}
      title={words.title(release.displayName, release.version)}
      at="plugins"
      lead={<StateMark state={release.state} />}
      actions={
        isPublic ? (
          <LinkButton href={paths.release(release.name, release.version)} isQuiet>
            {words.onPage}
          </LinkButton>
        ) : undefined
      }
    >
      <ErrorSummary problem={problem} />
      {release.reason === null || release.state !== "rejected" ? null : (
        <Note tone="bad">
          <p class="font-semibold">{words.states.rejected}</p>
          <p class="mt-1 whitespace-pre-line">{release.reason}</p>
          {holds(seat, "edit") ? (
            <p class="mt-2">
              <a class="underline underline-offset-2" href={publisherPaths.upload(handle)}>
                {words.newUpload}
              </a>
            </p>
          ) : null}
        </Note>
      )}
      <Appealing seat={seat} release={release} problem={problem} />
      {release.block === null ? null : (
        <Note tone="bad">
          <p class="font-semibold">{words.blocked}</p>
          <p class="mt-1">{release.block.reason}</p>
        </Note>
      )}
      {row.notice === null ? null : <Note tone="warn">{row.notice}</Note>}
      {release.gates.length === 0 ? null : (
        <Section id="gates" title={words.openGates}>
          <GateList waits={release.waits} />
          {release.gates.includes("approval") && holds(seat, "publish") ? (
            <form class="mt-4" method="post" action={publisherPaths.releaseAct(handle, release.releaseId, "approve")}>
              <p class="mb-3 text-muted-foreground">{words.approveLead}</p>
              <button type="submit" class="button">
                {words.approveNow}
              </button>
            </form>
          ) : null}
          {release.gates.includes("statement") && holds(seat, "publish") ? (
            <p class="mt-4">
              <LinkButton href={publisherPaths.releaseAct(handle, release.releaseId, "sign")}>{words.sign}</LinkButton>
            </p>
          ) : null}
        </Section>
      )}
      <Section id="findings" title={words.findings}>
        {release.findings.length > 0 ? (
          <SpotList spots={release.findings} />
        ) : (
          <p class="text-muted-foreground">{isRunning ? words.notYet : words.noFindings}</p>
        )}
      </Section>
      <Section id="checks" title={words.checks}>
        <ul class="grid gap-x-8 gap-y-2 text-sm sm:grid-cols-2">
          {release.checks.map(({ name, result }) => (
            <li class="flex items-center justify-between gap-3">
              <code class="font-mono">{name}</code>
              <Mark tone={CHECK_TONES[result]}>{words.checkResults[result]}</Mark>
            </li>
          ))}
        </ul>
      </Section>
      <Section id="facts" title={words.facts}>
        <Facts
          rows={[
            [
              words.plugin,
              <a class="link" href={publisherPaths.plugin(handle, release.name)}>
                {release.name}
              </a>,
            ],
            [words.channel, row.channel],
            [words.size, formatBytes(release.size)],
            [words.download, formatCount(row.downloads)],
            [
              words.uploaded,
              <>
                <Time at={release.createdAt} />{" "}
                {release.uploadedBy.startsWith("instance:") ? words.uploader.instance : words.uploader.account}
              </>,
            ],
            ...(row.publishedAt === null ? [] : [[words.publishedAt, <Time at={row.publishedAt} />] as const]),
            [words.digest, <code class="font-mono text-xs">{release.sha256}</code>],
          ]}
        />
      </Section>
      {holds(seat, "publish") && actsOf(release.state).length > 0 ? (
        <Section id="more" title={words.more}>
          <div class="flex flex-wrap gap-3">
            {actsOf(release.state).map((act) => (
              <LinkButton href={publisherPaths.releaseAct(handle, release.releaseId, act)} isQuiet>
                {words.acts[act].button}
              </LinkButton>
            ))}
          </div>
        </Section>
      ) : null}
    </PublishShell>
  );
}

const CHECK_TONES = { clean: "good", dirty: "bad", unknown: "warn", waiting: "quiet" } as const;

/** Against a rejection, once; and what became of it. */
function Appealing({ seat, release, problem }: { seat: Seat; release: ReleaseView; problem: FormProblem | undefined }) {
  const words = wordsOf(RELEASE_WORDS);
  const { appeal, appealUntil } = release;
  if (appeal !== null)
    return (
      <Note tone="info">
        <p>
          {words.appealed} <Time at={appeal.dueAt} />.{" "}
          {appeal.outcome === null ? "" : words.appealOutcomes[appeal.outcome]}
        </p>
        <p class="mt-1 whitespace-pre-line">{appeal.decisionReason ?? appeal.reason}</p>
      </Note>
    );
  if (appealUntil === null || !holds(seat, "publish")) return null;
  const fault = problem?.errors.find(({ field }) => field === "appeal")?.text;
  return (
    <Section id="appeal-title" title={words.appeal}>
      <p class="text-muted-foreground">
        {words.appealLead} ({words.appealUntil} <Time at={appealUntil} />)
      </p>
      <form
        class="mt-4"
        method="post"
        action={publisherPaths.releaseAct(seat.member.handle, release.releaseId, "appeal")}
      >
        <label class="block text-sm font-medium" for="appeal">
          {words.appealText}
        </label>
        <textarea
          id="appeal"
          name="appeal"
          rows={4}
          maxlength={2000}
          required
          class="field mt-1.5"
          aria-invalid={fault === undefined ? undefined : "true"}
          aria-describedby={fault === undefined ? undefined : "appeal-fault"}
        />
        <HintAndFault id="appeal" fault={fault} />
        <button type="submit" class="button button-quiet mt-3">
          {words.appealNow}
        </button>
      </form>
    </Section>
  );
}

/** Every act on a release is asked about once; what readers are told of it is written here. */
export function ReleaseActPage({
  seat,
  release,
  act,
  typed = {},
  problem,
}: {
  seat: Seat;
  release: ReleaseView;
  act: ReleaseAct;
  typed?: Readonly<Record<string, string>>;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(RELEASE_WORDS);
  const frame = wordsOf(FRAME_WORDS);
  const { handle } = seat.member;
  const { title, lead, button } = words.acts[act];
  const asks = act === "yank" || act === "deprecate" || act === "withdraw";
  return (
    <PublishShell
      seat={seat}
      title={title}
      at="plugins"
      lead={`${words.title(release.displayName, release.version)}: ${lead}`}
    >
      <ErrorSummary problem={problem} />
      <form
        class="card mt-8 grid grid-cols-1 gap-5 p-6"
        method="post"
        action={publisherPaths.releaseAct(handle, release.releaseId, act)}
      >
        {asks ? (
          <Input
            id="reason"
            label={words.reasonLabel}
            hint={act === "withdraw" ? undefined : words.reasonHint}
            max={500}
            value={typed.reason ?? ""}
            isRequired={act !== "withdraw"}
            problem={problem}
          />
        ) : null}
        {act === "deprecate" ? (
          <Input
            id="replacement"
            label={words.replacement}
            hint={words.replacementHint}
            max={50}
            value={typed.replacement ?? ""}
            isRequired={false}
            problem={problem}
          />
        ) : null}
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            {button}
          </button>
          <LinkButton href={publisherPaths.release(handle, release.releaseId)} isQuiet>
            {frame.back}
          </LinkButton>
        </div>
      </form>
    </PublishShell>
  );
}
