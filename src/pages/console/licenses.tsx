import { consolePaths } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import { deriveState } from "../../domain/license/states.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import type { InstalledRow, InstanceRow, LicenseRow, TransferRow } from "../../market/console/ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import { formatPrice } from "../format.ts";
import { tierWords } from "../words/codes.ts";
import type { FormProblem } from "./form-problem.ts";
import { licenseWords } from "./install.tsx";
import { InstalledMark } from "./installed-list.tsx";
import { ConsoleShell } from "./layout.tsx";
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
  return maxInstalls === null ? `${liveSeats} seats taken, no limit` : `${liveSeats} of ${maxInstalls} seats taken`;
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
  return (
    <ConsoleShell title="Licenses" at="licenses" lead="The right of your instances to run a plugin.">
      {offers.length === 0 ? null : (
        <Section id="offers" title="Offered to you">
          <ul class="divide-y divide-border">
            {offers.map((offer) => (
              <li class="flex flex-wrap items-center justify-between gap-3 py-3">
                <p class="min-w-0">
                  <span class="font-medium">{offer.plugin.displayName}</span> for{" "}
                  {offer.toInstanceName ?? "your instance"}, until <Time at={offer.expiresAt} />
                </p>
                <LinkButton href={consolePaths.licenseAccept(offer.licenseId)}>Take it</LinkButton>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {licenses.length === 0 ? (
        <Empty title="No license yet">
          <p>
            You get one when you install a plugin.{" "}
            <a class="link" href={paths.plugins()}>
              Find a plugin
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
                {license.expiresAt === null ? " · without end" : " · until "}
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
  const isOver = license.state === "revoked";
  return (
    <ConsoleShell
      title={`${license.plugin.displayName}, ${tierWords(license.type)}`}
      at="licenses"
      lead={
        <>
          <LicenseMark license={license} now={now} /> License number {license.id} of {license.instance.name}
        </>
      }
    >
      <ErrorSummary problem={problem} />
      {offered === null ? null : (
        <Note tone="info">
          Offered to instance {offered.toInstanceId}, until <Time at={offered.expiresAt} />. It stays here until it is
          taken.
        </Note>
      )}
      <Section id="facts" title="The license">
        <Facts
          rows={[
            ["Key", license.keyHint === null ? "none" : <code>…{license.keyHint}</code>],
            ["For user", license.userId],
            ["Began", <Time at={license.startsAt} />],
            ["Ends", license.expiresAt === null ? "never" : <Time at={license.graceUntil ?? license.expiresAt} />],
            ["Seats", seatWords(license)],
            ["Offline files last", license.offlineDays === 0 ? "none are given" : `${license.offlineDays} days`],
          ]}
        />
        {isOver ? null : (
          <div class="mt-5 flex flex-wrap gap-3">
            <LinkButton href={consolePaths.licenseKey(license.id)} isQuiet>
              New key
            </LinkButton>
            <LinkButton href={consolePaths.licenseTransfer(license.id)} isQuiet>
              Transfer
            </LinkButton>
            {license.offlineDays === 0 ? null : (
              <LinkButton href={consolePaths.licenseOffline(license.id)} isQuiet>
                For a device without network
              </LinkButton>
            )}
          </div>
        )}
      </Section>
      <Buy view={view} />
      <Section id="seats" title="Seats">
        {seats.length === 0 ? (
          <p class="text-muted-foreground">No device holds a seat.</p>
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
                    Version {row.version} · last heard of <Time at={row.lastSeenAt} />
                    {row.hardwareId === null ? "" : ` · hardware ${row.hardwareId.slice(0, 8)}…`}
                  </p>
                </div>
                {row.releasedAt === null ? (
                  <LinkButton href={`${consolePaths.licenseEvict(license.id)}?seat=${row.activationId}`} isQuiet>
                    Take the seat away
                  </LinkButton>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section id="events" title="What happened">
        <ol class="divide-y divide-border text-sm">
          {events.map((event) => (
            <li class="py-2.5">
              <Time at={Math.floor(Date.parse(event.at) / 1000)} /> · <code>{event.kind}</code>
              <span class="text-muted-foreground"> · by {event.actor.kind}</span>
            </li>
          ))}
        </ol>
        <p class="mt-4">
          <a class="link" href={consolePaths.licenseEvents(license.id)} download>
            Download all of it (JSON lines)
          </a>
        </p>
      </Section>
    </ConsoleShell>
  );
}

function Buy({ view: { plugin, license, problem } }: { view: LicenseView }) {
  const tiers =
    plugin?.pricing.tiers.filter(({ id, price }) => id !== "free" && id !== "trial" && price !== null) ?? [];
  if (tiers.length === 0 || license.state === "revoked") return null;
  return (
    <Section id="buy" title="Renew or change">
      <form class="grid grid-cols-1 gap-4" method="post" action={consolePaths.licenseOrder(license.id)}>
        <div class="max-w-md">
          <label class="block text-sm font-medium" for="tier">
            Tier
          </label>
          <select id="tier" name="tier" class="field mt-1.5">
            {tiers.map((tier) => (
              <option value={tier.id} selected={tier.id === license.type}>
                {tierWords(tier.id)} – {formatPrice(tier)}
                {tier.id === license.type ? " (what you have)" : ""}
              </option>
            ))}
          </select>
        </div>
        <div class="max-w-md">
          <Input id="coupon" label="Coupon" max={40} isRequired={false} problem={problem} />
        </div>
        <div>
          <button type="submit" class="button button-quiet">
            Go to the order
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
  return (
    <ConsoleShell title="The key of the license" at="licenses" lead="Copy it now: it is not shown again.">
      <section class="card mt-8 p-6" aria-label="Key">
        <pre class="overflow-x-auto whitespace-pre-wrap break-all rounded-lg bg-muted p-4" tabindex={0}>
          {licenseKey}
        </pre>
        {oldUntil === null ? null : (
          <p class="mt-3 text-muted-foreground">
            The old key works until <Time at={Math.floor(Date.parse(oldUntil) / 1000)} />.
          </p>
        )}
        <div class="mt-5">
          <LinkButton href={consolePaths.license(license.id)}>I have copied it</LinkButton>
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
  return (
    <ConsoleShell
      title="For a device without network"
      at="licenses"
      lead="The device writes a request file, the page for offline files answers it with a license file."
    >
      <section class="card mt-8 p-6" aria-label="Handoff code">
        {code === null || until === null ? (
          <form method="post" action={consolePaths.licenseOffline(license.id)}>
            <p>Whoever stands at the device needs a code. It counts for one file and a quarter of an hour.</p>
            <button type="submit" class="button mt-4">
              Make a code
            </button>
          </form>
        ) : (
          <>
            <p class="text-3xl font-bold tracking-widest">{code}</p>
            <p class="mt-2 text-muted-foreground">
              Good until <Time at={Math.floor(Date.parse(until) / 1000)} />, for one file.
            </p>
          </>
        )}
        <p class="mt-5">
          <a class="link" href={paths.offline()}>
            Open the page for offline files
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
  const others = instances.filter(({ id }) => id !== license.instance.id);
  return (
    <ConsoleShell
      title="Transfer the license"
      at="licenses"
      lead={`${license.plugin.displayName} leaves ${license.instance.name} as soon as the other side takes it: every seat ends and the key changes.`}
    >
      <ErrorSummary problem={problem} />
      <form
        class="card mt-8 grid grid-cols-1 gap-5 p-6"
        method="post"
        action={consolePaths.licenseTransfer(license.id)}
      >
        <Input
          id="instance"
          label="Number of the other instance"
          value={typed.instance}
          max={15}
          problem={problem}
          hint={
            others.length === 0
              ? "Its owner sees the number in the console."
              : `Yours: ${others.map(({ id, name }) => `${id} (${name})`).join(", ")}`
          }
        />
        <Input id="user" label="Number of the user there" value={typed.user} max={15} problem={problem} />
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            Offer it
          </button>
          <LinkButton href={consolePaths.license(license.id)} isQuiet>
            No, go back
          </LinkButton>
        </div>
      </form>
    </ConsoleShell>
  );
}
