import { accountPaths } from "../../contract/account/paths.ts";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { MAX_HANDLE } from "../../domain/account/publisher.ts";
import type { Membership } from "../../market/account/ports.ts";
import type { ReleaseView } from "../../market/publish/show-release.ts";
import type { OwnPlugin, OwnRelease } from "../../market/publisher/ports.ts";
import { Column, Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { ErrorSummary, Input, LinkButton, Mark, Note } from "../console/parts.tsx";
import { formatCount } from "../format.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { PublishShell } from "./layout.tsx";
import { holds, type Seat } from "./on-publish.ts";
import { Figure, StateMark } from "./parts.tsx";
import { RELEASE_WORDS } from "./release-words.ts";
import { FRAME_WORDS, OVERVIEW_WORDS } from "./words.ts";

/** `/publish` of somebody who is in several organizations, or in none yet. */
export function StartPage({
  memberships,
  typed = { handle: "", display: "" },
  problem,
}: {
  memberships: readonly Membership[];
  typed?: { readonly handle: string; readonly display: string };
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(OVERVIEW_WORDS);
  const { roles } = wordsOf(FRAME_WORDS);
  const isNew = memberships.length === 0;
  const title = isNew ? words.startTitle : words.choose;
  return (
    <Shell title={`${title} – Rising BSM Marketplace`} isHidden at="console">
      <Column title={title} lead={isNew ? words.startLead : words.chooseLead}>
        <ErrorSummary problem={problem} />
        {isNew ? null : (
          <ul class="mt-8 grid gap-4">
            {memberships.map(({ handle, displayName, role }) => (
              <li class="card p-5">
                <h2 class="text-lg font-semibold">
                  <a class="link" href={publisherPaths.home(handle)}>
                    {displayName}
                  </a>
                </h2>
                <p class="mt-1 text-sm text-muted-foreground">
                  {handle} · {roles[role]}
                </p>
              </li>
            ))}
          </ul>
        )}
        <form class="card mt-8 grid grid-cols-1 gap-5 p-6" method="post" action={publisherPaths.start()}>
          <h2 class="text-xl font-semibold">{words.make}</h2>
          <Input
            id="handle"
            label={words.handle}
            hint={words.handleHint}
            value={typed.handle}
            max={MAX_HANDLE}
            problem={problem}
          />
          <Input
            id="display"
            label={words.name}
            hint={words.nameHint}
            value={typed.display}
            max={100}
            problem={problem}
          />
          <div>
            <button type="submit" class="button">
              {words.make}
            </button>
          </div>
        </form>
      </Column>
    </Shell>
  );
}

export interface Overview {
  readonly plugins: readonly OwnPlugin[];
  readonly open: readonly ReleaseView[];
  readonly latest: readonly OwnRelease[];
  readonly hasKey: boolean;
}

/** `/publish/{handle}` */
export function OverviewPage({ seat, view }: { seat: Seat; view: Overview }) {
  const words = wordsOf(OVERVIEW_WORDS);
  const { handle, displayName } = seat.member;
  const { plugins, open, latest } = view;
  const { heldUntil } = seat.person;
  return (
    <PublishShell
      seat={seat}
      title={displayName}
      at="overview"
      lead={words.lead}
      actions={
        holds(seat, "edit") ? (
          <LinkButton href={publisherPaths.upload(handle)}>{words.uploadNow}</LinkButton>
        ) : undefined
      }
    >
      {heldUntil === null ? null : (
        <Note tone="warn">
          {words.held} <Time at={heldUntil} />.
        </Note>
      )}
      <Figures plugins={plugins} />
      {view.hasKey && plugins.length > 0 ? null : <FirstSteps seat={seat} view={view} />}
      <Section id="waiting" title={words.waiting}>
        {open.length === 0 ? (
          <p class="text-muted-foreground">{words.nothingWaits}</p>
        ) : (
          <ul class="divide-y divide-border">
            {open.map((release) => (
              <Waiting handle={handle} release={release} />
            ))}
          </ul>
        )}
      </Section>
      <Section id="latest" title={words.latest}>
        {latest.length === 0 ? (
          <p class="text-muted-foreground">{words.none}</p>
        ) : (
          <ul class="divide-y divide-border">
            {latest.map((release) => (
              <li class="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-3">
                <p class="min-w-0">
                  <a class="link" href={publisherPaths.release(handle, release.releaseId)}>
                    {release.displayName} {release.version}
                  </a>
                  <span class="ml-2 text-sm text-muted-foreground">
                    <Time at={release.createdAt} />
                  </span>
                </p>
                <StateMark state={release.state} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <p class="mt-6 text-sm">
        <a class="link" href={accountPaths.organization(handle)}>
          {words.members}
        </a>
      </p>
    </PublishShell>
  );
}

function Figures({ plugins }: { plugins: readonly OwnPlugin[] }) {
  const words = wordsOf(OVERVIEW_WORDS);
  const sum = (of: (plugin: OwnPlugin) => number) => plugins.reduce((total, plugin) => total + of(plugin), 0);
  const ratings = sum(({ rating }) => rating.count);
  const stars = sum(({ rating }) => rating.average * rating.count);
  return (
    <dl class="mt-8 grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <Figure
        label={words.plugins}
        value={formatCount(plugins.length)}
        hint={`${words.published}: ${plugins.filter(({ latestVersion }) => latestVersion !== null).length}`}
      />
      <Figure label={words.downloads} value={formatCount(sum(({ downloads }) => downloads))} />
      <Figure
        label={words.installs}
        value={formatCount(sum(({ activeInstalls }) => activeInstalls))}
        hint={words.installsHint}
      />
      <Figure
        label={words.rating}
        value={ratings === 0 ? words.noRating : (stars / ratings).toFixed(1)}
        hint={ratings === 0 ? undefined : words.ratings(formatCount(ratings))}
      />
    </dl>
  );
}

function FirstSteps({ seat, view }: { seat: Seat; view: Overview }) {
  const words = wordsOf(OVERVIEW_WORDS);
  const { handle } = seat.member;
  const steps = [
    { isDone: view.hasKey, title: words.stepKey, text: words.stepKeyText, href: publisherPaths.keys(handle) },
    {
      isDone: view.plugins.length > 0,
      title: words.stepUpload,
      text: words.stepUploadText,
      href: publisherPaths.upload(handle),
    },
  ];
  return (
    <Section id="first-steps" title={words.firstSteps}>
      <ol class="divide-y divide-border">
        {steps.map(({ isDone, title, text, href }) => (
          <li class="py-3">
            <p class="flex flex-wrap items-center gap-3 font-medium">
              {isDone ? (
                title
              ) : (
                <a class="link" href={href}>
                  {title}
                </a>
              )}
              {isDone ? <Mark tone="good">✓</Mark> : null}
            </p>
            <p class="mt-1 text-sm text-muted-foreground">{text}</p>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Waiting({ handle, release }: { handle: string; release: ReleaseView }) {
  const words = wordsOf(OVERVIEW_WORDS);
  const { gates } = wordsOf(RELEASE_WORDS);
  return (
    <li class="py-3">
      <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
        <a class="link font-medium" href={publisherPaths.release(handle, release.releaseId)}>
          {release.displayName} {release.version}
        </a>
        <StateMark state={release.state} />
      </p>
      {release.gates.length === 0 ? null : (
        <p class="mt-1 text-sm text-muted-foreground">
          {words.waitsFor} {release.gates.map((gate) => gates[gate].waits).join(", ")}
        </p>
      )}
    </li>
  );
}
