import { publisherPaths } from "../../contract/publisher/paths.ts";
import { TIERS } from "../../domain/manifest/permissions.ts";
import type { IssuedLicense, IssuedPage, OwnPlugin } from "../../market/publisher/ports.ts";
import { Act, Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { Empty, ErrorSummary, Facts, Input, LinkButton, Mark, Select } from "../console/parts.tsx";
import { formatCount } from "../format.ts";
import { Pages } from "../parts/pages.tsx";
import { tierWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { PublishShell } from "./layout.tsx";
import type { Seat } from "./on-publish.ts";
import { LICENSE_WORDS } from "./sales-words.ts";
import { FRAME_WORDS } from "./words.ts";

export const LICENSE_STATES = ["pending", "active", "suspended", "revoked"] as const;

export interface LicenseFilter {
  readonly pluginId?: string | undefined;
  readonly state?: (typeof LICENSE_STATES)[number] | undefined;
  readonly page: number;
}

function StateMark({ license, now }: { license: IssuedLicense; now: number }) {
  const { states } = wordsOf(LICENSE_WORDS);
  const end = license.graceUntil ?? license.expiresAt;
  if (license.state === "active" && end !== null && end <= now) return <Mark tone="bad">{states.expired}</Mark>;
  const tones = { active: "good", pending: "warn", suspended: "bad", revoked: "quiet" } as const;
  return <Mark tone={tones[license.state]}>{states[license.state]}</Mark>;
}

function seats(
  { liveSeats, maxInstalls }: IssuedLicense,
  words: { unlimited: string; seatsTaken: (live: string, max: string) => string },
): string {
  return words.seatsTaken(formatCount(liveSeats), maxInstalls === null ? words.unlimited : formatCount(maxInstalls));
}

/** `/publish/{handle}/licenses` */
export function LicensesPage({
  seat,
  issued,
  plugins,
  filter,
  limit,
  now,
}: {
  seat: Seat;
  issued: IssuedPage;
  plugins: readonly OwnPlugin[];
  filter: LicenseFilter;
  limit: number;
  now: number;
}) {
  const words = wordsOf(LICENSE_WORDS);
  const { handle } = seat.member;
  const query = (page: number) => {
    const chosen = new URLSearchParams();
    if (filter.pluginId !== undefined) chosen.set("plugin", filter.pluginId);
    if (filter.state !== undefined) chosen.set("state", filter.state);
    if (page > 1) chosen.set("page", String(page));
    return chosen.size === 0 ? publisherPaths.licenses(handle) : `${publisherPaths.licenses(handle)}?${chosen}`;
  };
  return (
    <PublishShell
      seat={seat}
      title={words.title}
      at="licenses"
      lead={words.lead}
      actions={<LinkButton href={publisherPaths.newLicense(handle)}>{words.issue}</LinkButton>}
    >
      <form class="mt-6 flex flex-wrap items-end gap-3" method="get" action={publisherPaths.licenses(handle)}>
        <Select
          id="plugin"
          label={words.plugin}
          value={filter.pluginId ?? ""}
          options={[["", words.all], ...plugins.map(({ id, displayName }) => [id, displayName] as const)]}
        />
        <Select
          id="state"
          label={words.state}
          value={filter.state ?? ""}
          options={[["", words.anyState], ...LICENSE_STATES.map((state) => [state, words.states[state]] as const)]}
        />
        <button type="submit" class="button button-quiet">
          {words.filter}
        </button>
      </form>
      {issued.items.length === 0 ? (
        <Empty title={words.none}>
          <p>{words.noneText}</p>
        </Empty>
      ) : (
        <ul class="card mt-8 divide-y divide-border px-6 py-2">
          {issued.items.map((license) => (
            <li class="py-4">
              <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <h2 class="font-semibold">
                  <a class="link" href={publisherPaths.license(handle, license.id)}>
                    {license.plugin.displayName}, {tierWords(license.type)}
                  </a>
                </h2>
                <StateMark license={license} now={now} />
              </div>
              <p class="mt-1 text-sm text-muted-foreground">
                {words.number(license.id)} {words.of} {license.instance.name} · {seats(license, words)} ·{" "}
                {license.expiresAt === null ? words.endless : `${words.until} `}
                {license.expiresAt === null ? null : <Time at={license.graceUntil ?? license.expiresAt} />}
              </p>
            </li>
          ))}
        </ul>
      )}
      <Pages page={filter.page} last={Math.ceil(issued.total / limit)} href={query} />
    </PublishShell>
  );
}

/** `/publish/{handle}/licenses/new` */
export function NewLicensePage({
  seat,
  plugins,
  typed,
  problem,
}: {
  seat: Seat;
  plugins: readonly OwnPlugin[];
  typed?: URLSearchParams | undefined;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(LICENSE_WORDS);
  const { cancel } = wordsOf(FRAME_WORDS);
  const { handle } = seat.member;
  return (
    <PublishShell seat={seat} title={words.issue} at="licenses" lead={words.issueLead}>
      <ErrorSummary problem={problem} />
      <form class="card mt-8 grid grid-cols-1 gap-5 p-6" method="post" action={publisherPaths.newLicense(handle)}>
        <Select
          id="plugin"
          label={words.plugin}
          value={typed?.get("plugin") ?? ""}
          options={plugins.map(({ id, displayName }) => [id, displayName] as const)}
        />
        <Select
          id="tier"
          label={words.tier}
          value={typed?.get("tier") ?? "basic"}
          options={TIERS.map((tier) => [tier, tierWords(tier)] as const)}
        />
        <Input
          id="instance"
          label={words.instance}
          hint={words.instanceHint}
          max={15}
          value={typed?.get("instance") ?? ""}
          problem={problem}
        />
        <Input id="user" label={words.user} max={15} value={typed?.get("user") ?? "1"} problem={problem} />
        <Input
          id="days"
          type="number"
          label={words.days}
          hint={words.daysHint}
          isRequired={false}
          value={typed?.get("days") ?? ""}
          problem={problem}
        />
        <Input
          id="seats"
          type="number"
          label={words.seats}
          hint={words.seatsHint}
          isRequired={false}
          value={typed?.get("seats") ?? ""}
          problem={problem}
        />
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            {words.issue}
          </button>
          <LinkButton href={publisherPaths.licenses(handle)} isQuiet>
            {cancel}
          </LinkButton>
        </div>
      </form>
    </PublishShell>
  );
}

/** Shown once. */
export function LicenseKeyPage({ seat, id, licenseKey }: { seat: Seat; id: string; licenseKey: string }) {
  const words = wordsOf(LICENSE_WORDS);
  return (
    <PublishShell seat={seat} title={words.key} at="licenses" lead={words.keyText}>
      <div class="card mt-8 p-6">
        <pre class="whitespace-pre-wrap rounded-lg bg-muted p-4 font-mono">{licenseKey}</pre>
        <p class="mt-5">
          <LinkButton href={publisherPaths.license(seat.member.handle, id)}>{words.copied}</LinkButton>
        </p>
      </div>
    </PublishShell>
  );
}

export interface HistoryLine {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly actor: { readonly kind: string };
}

/** `/publish/{handle}/licenses/{id}` */
export function LicensePage({
  seat,
  license,
  history,
  now,
  problem,
}: {
  seat: Seat;
  license: IssuedLicense;
  history: readonly HistoryLine[];
  now: number;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(LICENSE_WORDS);
  const { handle } = seat.member;
  const to = (act: string) => publisherPaths.licenseAct(handle, license.id, act);
  return (
    <PublishShell
      seat={seat}
      title={`${license.plugin.displayName}, ${tierWords(license.type)}`}
      at="licenses"
      lead={
        <>
          <StateMark license={license} now={now} /> {words.number(license.id)} {words.of} {license.instance.name}
        </>
      }
    >
      <ErrorSummary problem={problem} />
      <section class="card mt-8 p-6">
        <Facts
          rows={[
            [words.keyHint, license.keyHint === null ? "–" : <code class="font-mono">…{license.keyHint}</code>],
            [words.user, license.userId],
            [words.began, <Time at={license.startsAt} />],
            [
              words.ends,
              license.expiresAt === null ? words.never : <Time at={license.graceUntil ?? license.expiresAt} />,
            ],
            [words.seats, seats(license, words)],
            [words.order, license.orderId ?? words.given],
          ]}
        />
      </section>
      {license.state === "revoked" ? null : (
        <Section id="acts" title={words.acts}>
          <div class="grid gap-8">
            {license.state === "suspended" ? (
              <div>
                <p class="mb-3 text-muted-foreground">{words.reactivateText}</p>
                <Act to={to("reactivate")} fields={{}}>
                  {words.reactivate}
                </Act>
              </div>
            ) : (
              <ReasonForm
                id="suspend"
                to={to("suspend")}
                text={words.suspendText}
                button={words.suspend}
                problem={problem}
              />
            )}
            {license.expiresAt === null ? null : (
              <form class="grid gap-3" method="post" action={to("renew")}>
                <p class="text-muted-foreground">{words.renewText}</p>
                <Input id="days" type="number" label={words.days} value="365" problem={problem} />
                <div>
                  <button type="submit" class="button button-quiet">
                    {words.renew}
                  </button>
                </div>
              </form>
            )}
            <ReasonForm id="revoke" to={to("revoke")} text={words.revokeText} button={words.revoke} problem={problem} />
          </div>
        </Section>
      )}
      <Section id="history" title={words.history}>
        <ol class="divide-y divide-border text-sm">
          {history.map((line) => (
            <li class="py-2">
              {line.seq}. <time datetime={line.at}>{line.at.slice(0, 16).replace("T", " ")} UTC</time> ·{" "}
              <code class="font-mono">{line.kind}</code> · {line.actor.kind}
            </li>
          ))}
        </ol>
        <p class="mt-3">
          <a class="link" href={to("events.jsonl")}>
            {words.file}
          </a>
        </p>
      </Section>
    </PublishShell>
  );
}

function ReasonForm({
  id,
  to,
  text,
  button,
  problem,
}: {
  id: string;
  to: string;
  text: string;
  button: string;
  problem: FormProblem | undefined;
}) {
  const { reason } = wordsOf(LICENSE_WORDS);
  return (
    <form class="grid gap-3" method="post" action={to}>
      <p class="text-muted-foreground">{text}</p>
      <Input id={`${id}-reason`} label={reason} max={200} problem={problem} />
      <div>
        <button type="submit" class="button button-quiet">
          {button}
        </button>
      </div>
    </form>
  );
}
