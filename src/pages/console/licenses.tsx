import { consolePaths } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import { deriveState } from "../../domain/license/states.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import type { InstalledRow, InstanceRow, LicenseRow, TransferRow } from "../../market/console/ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import { formatPrice } from "../format.ts";
import { tierWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import type { FormProblem } from "./form-problem.ts";
import { licenseWords } from "./install.tsx";
import { InstalledMark } from "./installed-list.tsx";
import { ConsoleShell } from "./layout.tsx";
import { LICENSE_ACT_WORDS, LICENSE_WORDS } from "./license-words.ts";
import { Empty, ErrorSummary, Facts, Input, LinkButton, Mark, Note } from "./parts.tsx";

export function LicenseMark({ license, now }: { license: LicenseRow; now: number }) {
  const state = deriveState(license, now);
  const words = licenseWords(license, now);
  const tone =
    state === "active" || state === "trialing"
      ? "good"
      : state === "past_due" || state === "pending" || state === "scheduled"
        ? "warn"
        : "bad";
  return <Mark tone={tone}>{words.charAt(0).toUpperCase() + words.slice(1)}</Mark>;
}

function seatWords({ liveSeats, maxInstalls }: LicenseRow): string {
  const words = wordsOf(LICENSE_WORDS);
  return maxInstalls === null ? words.noLimit(liveSeats) : words.taken(liveSeats, maxInstalls);
}

/** `/console/licenses` */
export function LicensesPage({
  licenses,
  offers,
  now,
}: {
  licenses: readonly LicenseRow[];
  offers: readonly TransferRow[];
  now: number;
}) {
  const words = wordsOf(LICENSE_WORDS);
  return (
    <ConsoleShell title={words.title} at="licenses" lead={words.lead}>
      {offers.length === 0 ? null : (
        <Section id="offers" title={words.offers}>
          <ul class="divide-y divide-border">
            {offers.map((offer) => (
              <li class="flex flex-wrap items-center justify-between gap-3 py-3">
                <p class="min-w-0">
                  <span class="font-medium">{offer.plugin.displayName}</span> {words.forInstance}{" "}
                  {offer.toInstanceName ?? words.yourInstance}
                  {words.until} <Time at={offer.expiresAt} />
                </p>
                <LinkButton href={consolePaths.licenseAccept(offer.licenseId)}>{words.take}</LinkButton>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {licenses.length === 0 ? (
        <Empty title={words.none}>
          <p>
            {words.noneText}{" "}
            <a class="link" href={paths.plugins()}>
              {words.find}
            </a>
          </p>
        </Empty>
      ) : (
        <ul class="card mt-8 divide-y divide-border px-6 py-2">
          {licenses.map((license) => (
            <li class="py-4">
              <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <h2 class="font-semibold">
                  <a class="link" href={consolePaths.license(license.id)}>
                    {license.plugin.displayName}
                  </a>
                </h2>
                <LicenseMark license={license} now={now} />
              </div>
              <p class="mt-1 text-sm text-muted-foreground">
                {tierWords(license.type)} · {license.instance.name} · {seatWords(license)}
                {license.expiresAt === null ? words.withoutEnd : words.listUntil}
                {license.expiresAt === null ? null : <Time at={license.graceUntil ?? license.expiresAt} />}
              </p>
            </li>
          ))}
        </ul>
      )}
    </ConsoleShell>
  );
}

export interface LicenseView {
  readonly license: LicenseRow;
  readonly seats: readonly InstalledRow[];
  readonly offered: TransferRow | null;
  readonly events: readonly LicenseEventLine[];
  /** What can be bought; null where the plugin is no longer listed. */
  readonly plugin: PluginDetail | null;
  readonly now: number;
  readonly problem?: FormProblem | undefined;
}

export interface LicenseEventLine {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly actor: { readonly kind: string };
}

/** `/console/licenses/{id}` */
export function LicensePage({ view }: { view: LicenseView }) {
  const { license, seats, offered, events, now, problem } = view;
  const words = wordsOf(LICENSE_WORDS);
  const isOver = license.state === "revoked";
  return (
    <ConsoleShell
      title={`${license.plugin.displayName}, ${tierWords(license.type)}`}
      at="licenses"
      lead={
        <>
          <LicenseMark license={license} now={now} /> {words.numberOf(license.id, license.instance.name)}
        </>
      }
    >
      <ErrorSummary problem={problem} />
      {offered === null ? null : (
        <Note tone="info">
          {words.offeredTo(offered.toInstanceId)} <Time at={offered.expiresAt} />. {words.staysHere}
        </Note>
      )}
      <Section id="facts" title={words.facts}>
        <Facts
          rows={[
            [words.key, license.keyHint === null ? words.noKey : <code>…{license.keyHint}</code>],
            [words.user, license.userId],
            [words.began, <Time at={license.startsAt} />],
            [
              words.ends,
              license.expiresAt === null ? words.never : <Time at={license.graceUntil ?? license.expiresAt} />,
            ],
            [words.seats, seatWords(license)],
            [words.offline, license.offlineDays === 0 ? words.noOffline : words.days(license.offlineDays)],
          ]}
        />
        {isOver ? null : (
          <div class="mt-5 flex flex-wrap gap-3">
            <LinkButton href={consolePaths.licenseKey(license.id)} isQuiet>
              {words.newKey}
            </LinkButton>
            <LinkButton href={consolePaths.licenseTransfer(license.id)} isQuiet>
              {words.transfer}
            </LinkButton>
            {license.offlineDays === 0 ? null : (
              <LinkButton href={consolePaths.licenseOffline(license.id)} isQuiet>
                {words.offlineDevice}
              </LinkButton>
            )}
          </div>
        )}
      </Section>
      <Buy view={view} />
      <Section id="seats" title={words.seats}>
        {seats.length === 0 ? (
          <p class="text-muted-foreground">{words.noSeat}</p>
        ) : (
          <ul class="divide-y divide-border text-sm">
            {seats.map((row) => (
              <li class="flex flex-wrap items-center justify-between gap-3 py-3">
                <div class="min-w-0">
                  <p class="font-medium">
                    <a class="link" href={consolePaths.plugin(row.activationId)}>
                      {row.label ?? row.activationId}
                    </a>{" "}
                    <InstalledMark row={row} now={now} />
                  </p>
                  <p class="text-muted-foreground">
                    {words.lastHeard(row.version)} <Time at={row.lastSeenAt} />
                    {row.hardwareId === null ? "" : words.hardware(row.hardwareId.slice(0, 8))}
                  </p>
                </div>
                {row.releasedAt === null ? (
                  <LinkButton href={`${consolePaths.licenseEvict(license.id)}?seat=${row.activationId}`} isQuiet>
                    {words.evict}
                  </LinkButton>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section id="events" title={words.events}>
        <ol class="divide-y divide-border text-sm">
          {events.map((event) => (
            <li class="py-2.5">
              <Time at={Math.floor(Date.parse(event.at) / 1000)} /> · <code>{event.kind}</code>
              <span class="text-muted-foreground">
                {" "}
                · {words.by(words.actors[event.actor.kind] ?? event.actor.kind)}
              </span>
            </li>
          ))}
        </ol>
        <p class="mt-4">
          <a class="link" href={consolePaths.licenseEvents(license.id)} download>
            {words.download}
          </a>
        </p>
      </Section>
    </ConsoleShell>
  );
}

function Buy({ view: { plugin, license, problem } }: { view: LicenseView }) {
  const words = wordsOf(LICENSE_WORDS);
  const tiers =
    plugin?.pricing.tiers.filter(({ id, price }) => id !== "free" && id !== "trial" && price !== null) ?? [];
  if (tiers.length === 0 || license.state === "revoked") return null;
  return (
    <Section id="buy" title={words.buy}>
      <form class="grid grid-cols-1 gap-4" method="post" action={consolePaths.licenseOrder(license.id)}>
        <div class="max-w-md">
          <label class="block text-sm font-medium" for="tier">
            {words.tier}
          </label>
          <select id="tier" name="tier" class="field mt-1.5">
            {tiers.map((tier) => (
              <option value={tier.id} selected={tier.id === license.type}>
                {tierWords(tier.id)} – {formatPrice(tier)}
                {tier.id === license.type ? words.current : ""}
              </option>
            ))}
          </select>
        </div>
        <div class="max-w-md">
          <Input id="coupon" label={words.coupon} max={40} isRequired={false} problem={problem} />
        </div>
        <div>
          <button type="submit" class="button button-quiet">
            {words.toOrder}
          </button>
        </div>
      </form>
    </Section>
  );
}

export function NewKeyPage({
  license,
  licenseKey,
  oldUntil,
}: {
  license: LicenseRow;
  licenseKey: string;
  oldUntil: string | null;
}) {
  const words = wordsOf(LICENSE_ACT_WORDS);
  return (
    <ConsoleShell title={words.keyTitle} at="licenses" lead={words.keyLead}>
      <section class="card mt-8 p-6" aria-label={words.key}>
        <pre class="overflow-x-auto whitespace-pre-wrap break-all rounded-lg bg-muted p-4" tabindex={0}>
          {licenseKey}
        </pre>
        {oldUntil === null ? null : (
          <p class="mt-3 text-muted-foreground">
            {words.oldUntil} <Time at={Math.floor(Date.parse(oldUntil) / 1000)} />.
          </p>
        )}
        <div class="mt-5">
          <LinkButton href={consolePaths.license(license.id)}>{words.copied}</LinkButton>
        </div>
      </section>
    </ConsoleShell>
  );
}

export function OfflinePage({
  license,
  code,
  until,
}: {
  license: LicenseRow;
  code: string | null;
  until: string | null;
}) {
  const words = wordsOf(LICENSE_ACT_WORDS);
  return (
    <ConsoleShell title={words.offline} at="licenses" lead={words.offlineLead}>
      <section class="card mt-8 p-6" aria-label={words.code}>
        {code === null || until === null ? (
          <form method="post" action={consolePaths.licenseOffline(license.id)}>
            <p>{words.codeText}</p>
            <button type="submit" class="button mt-4">
              {words.makeCode}
            </button>
          </form>
        ) : (
          <>
            <p class="text-3xl font-bold tracking-widest">{code}</p>
            <p class="mt-2 text-muted-foreground">
              {words.goodUntil} <Time at={Math.floor(Date.parse(until) / 1000)} />
              {words.oneFile}
            </p>
          </>
        )}
        <p class="mt-5">
          <a class="link" href={paths.offline()}>
            {words.openOffline}
          </a>
        </p>
      </section>
    </ConsoleShell>
  );
}

export function TransferPage({
  license,
  instances,
  typed,
  problem,
}: {
  license: LicenseRow;
  instances: readonly InstanceRow[];
  typed: { readonly instance: string; readonly user: string };
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(LICENSE_ACT_WORDS);
  const others = instances.filter(({ id }) => id !== license.instance.id);
  return (
    <ConsoleShell
      title={words.transfer}
      at="licenses"
      lead={words.transferLead(license.plugin.displayName, license.instance.name)}
    >
      <ErrorSummary problem={problem} />
      <form
        class="card mt-8 grid grid-cols-1 gap-5 p-6"
        method="post"
        action={consolePaths.licenseTransfer(license.id)}
      >
        <Input
          id="instance"
          label={words.instance}
          value={typed.instance}
          max={15}
          problem={problem}
          hint={
            others.length === 0
              ? words.ownerSees
              : words.yours(others.map(({ id, name }) => `${id} (${name})`).join(", "))
          }
        />
        <Input id="user" label={words.user} value={typed.user} max={15} problem={problem} />
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            {words.offer}
          </button>
          <LinkButton href={consolePaths.license(license.id)} isQuiet>
            {words.back}
          </LinkButton>
        </div>
      </form>
    </ConsoleShell>
  );
}
