import { deskPaths } from "../../contract/desk/paths.ts";
import type { LicenseRow, LicenseSheet } from "../../market/desk/ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import { Facts, LinkButton, Mark } from "../console/parts.tsx";
import { formatCount, formatDate } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { DeskShell } from "./layout.tsx";
import { MaybeTime, SearchForm, Table } from "./parts.tsx";
import { SHEET_WORDS } from "./people-words.ts";
import { FRAME_WORDS } from "./words.ts";

const TONES = { pending: "info", active: "good", suspended: "warn", revoked: "bad" } as const;

function State({ state }: { state: LicenseRow["state"] }) {
  return <Mark tone={TONES[state]}>{wordsOf(SHEET_WORDS).licenseStates[state]}</Mark>;
}

function seatsText({ seats, seatsUsed }: LicenseRow): string {
  const words = wordsOf(SHEET_WORDS);
  return words.seatsOf(formatCount(seatsUsed), seats < 0 ? words.unlimited : formatCount(seats));
}

/** `/desk/licenses` */
export function LicensesPage({ rows, query }: { rows: readonly LicenseRow[]; query: string }) {
  const words = wordsOf(SHEET_WORDS);
  return (
    <DeskShell title={words.licenses} at="licenses" lead={words.licensesLead} isWide>
      <SearchForm to={deskPaths.licenses()} query={query} label={words.searchLicense} />
      {rows.length === 0 ? (
        <p class="mt-6 text-muted-foreground">{wordsOf(FRAME_WORDS).none}</p>
      ) : (
        <Table
          caption={words.licenses}
          head={[words.license, words.plugins, words.instance, words.tier, words.state, words.seats, words.expires]}
        >
          {rows.map((row) => (
            <tr>
              <td>
                <a class="link" href={deskPaths.license(row.licenseId)}>
                  {row.licenseId}
                </a>
              </td>
              <td>
                {row.plugin}
                <span class="block text-sm text-muted-foreground">{row.publisher}</span>
              </td>
              <td>
                <bdi>{row.instance}</bdi>
                <span class="block text-sm text-muted-foreground">#{row.instanceId}</span>
              </td>
              <td>{row.tier}</td>
              <td>
                <State state={row.state} />
              </td>
              <td class="whitespace-nowrap tabular-nums">{seatsText(row)}</td>
              <td class="whitespace-nowrap">{row.expiresAt === null ? words.never : formatDate(row.expiresAt)}</td>
            </tr>
          ))}
        </Table>
      )}
    </DeskShell>
  );
}

/** `/desk/licenses/{id}` */
export function DeskLicensePage({ sheet, now }: { sheet: LicenseSheet; now: number }) {
  const words = wordsOf(SHEET_WORDS);
  return (
    <DeskShell
      title={`${words.license} ${sheet.licenseId}`}
      at="licenses"
      lead={<State state={sheet.state} />}
      actions={
        <LinkButton href={deskPaths.audit({ subject: `license:${sheet.licenseId}` })} isQuiet>
          {words.audit}
        </LinkButton>
      }
    >
      <div class="mt-8">
        <Facts
          rows={[
            [words.plugins, sheet.plugin],
            [
              words.publisher,
              <a class="link" href={deskPaths.publisher(sheet.publisher)}>
                {sheet.publisher}
              </a>,
            ],
            [words.instance, `${sheet.instance} (#${sheet.instanceId})`],
            [words.user, sheet.userId],
            [words.tier, sheet.tier],
            [words.seats, seatsText(sheet)],
            [words.issued, <Time at={sheet.issuedAt} />],
            [words.expires, sheet.expiresAt === null ? words.never : <Time at={sheet.expiresAt} />],
            ...(sheet.stateReason === null ? [] : [[words.why, sheet.stateReason] as const]),
          ]}
        />
      </div>
      <Section id="devices" title={words.activations}>
        {sheet.activations.length === 0 ? (
          <p class="text-muted-foreground">{words.none}</p>
        ) : (
          <Table
            caption={words.activations}
            head={[words.activations, words.version, words.state, words.granted, words.leaseUntil, words.released]}
          >
            {sheet.activations.map(({ activationId, version, grantedAt, leaseUntil, releasedAt }) => {
              const isLive = releasedAt === null && leaseUntil > now;
              return (
                <tr>
                  <td>
                    <code class="font-mono text-sm">{activationId}</code>
                  </td>
                  <td>{version}</td>
                  <td>
                    <Mark tone={isLive ? "good" : "quiet"}>{isLive ? words.live : words.lapsed}</Mark>
                  </td>
                  <td class="whitespace-nowrap">
                    <Time at={grantedAt} />
                  </td>
                  <td class="whitespace-nowrap">
                    <Time at={leaseUntil} />
                  </td>
                  <td class="whitespace-nowrap">
                    <MaybeTime at={releasedAt} />
                  </td>
                </tr>
              );
            })}
          </Table>
        )}
      </Section>
      <Section id="events" title={words.events}>
        {sheet.events.length === 0 ? (
          <p class="text-muted-foreground">{words.none}</p>
        ) : (
          <ol class="divide-y divide-border">
            {sheet.events.map(({ at, kind }) => (
              <li class="flex flex-wrap justify-between gap-x-4 py-2 text-sm">
                <code class="font-mono">{kind}</code>
                <span class="text-muted-foreground">
                  <Time at={at} />
                </span>
              </li>
            ))}
          </ol>
        )}
      </Section>
    </DeskShell>
  );
}
