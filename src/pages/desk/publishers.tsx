import { deskPaths } from "../../contract/desk/paths.ts";
import type { PublisherRow, PublisherSheet } from "../../market/desk/ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import { Facts, LinkButton, Mark } from "../console/parts.tsx";
import { formatCount, formatDate } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { DeskShell } from "./layout.tsx";
import { SearchForm, Table } from "./parts.tsx";
import { SHEET_WORDS } from "./people-words.ts";
import { PluginState } from "./plugin.tsx";
import { FRAME_WORDS } from "./words.ts";

/** `/desk/publishers` */
export function PublishersPage({ rows, query }: { rows: readonly PublisherRow[]; query: string }) {
  const words = wordsOf(SHEET_WORDS);
  return (
    <DeskShell title={words.publishers} at="publishers" lead={words.publishersLead}>
      <SearchForm to={deskPaths.publishers()} query={query} label={words.searchPublisher} />
      {rows.length === 0 ? (
        <p class="mt-6 text-muted-foreground">{wordsOf(FRAME_WORDS).none}</p>
      ) : (
        <Table
          caption={words.publishers}
          head={[words.handle, words.name, words.domain, words.plugins, words.members, words.since]}
        >
          {rows.map(({ handle, displayName, domain, plugins, members, createdAt }) => (
            <tr>
              <td>
                <a class="link" href={deskPaths.publisher(handle)}>
                  {handle}
                </a>
              </td>
              <td>
                <bdi>{displayName}</bdi>
              </td>
              <td>{domain ?? "–"}</td>
              <td class="whitespace-nowrap tabular-nums">{formatCount(plugins)}</td>
              <td class="whitespace-nowrap tabular-nums">{formatCount(members)}</td>
              <td class="whitespace-nowrap">{formatDate(createdAt)}</td>
            </tr>
          ))}
        </Table>
      )}
    </DeskShell>
  );
}

const KEY_TONES = { active: "good", retired: "quiet", compromised: "bad" } as const;

/** `/desk/publishers/{handle}` */
export function PublisherPage({ sheet }: { sheet: PublisherSheet }) {
  const words = wordsOf(SHEET_WORDS);
  return (
    <DeskShell
      title={sheet.displayName}
      at="publishers"
      actions={
        <LinkButton href={deskPaths.audit({ subject: `publisher:${sheet.publisherId}` })} isQuiet>
          {words.audit}
        </LinkButton>
      }
    >
      <div class="mt-8">
        <Facts
          rows={[
            [words.handle, sheet.handle],
            [words.domain, sheet.domain ?? "–"],
            [words.since, formatDate(sheet.createdAt)],
          ]}
        />
      </div>
      <Section id="plugins" title={words.plugins}>
        {sheet.list.length === 0 ? (
          <p class="text-muted-foreground">{words.none}</p>
        ) : (
          <ul class="divide-y divide-border">
            {sheet.list.map(({ pluginId, name, displayName, state, version }) => (
              <li class="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-3">
                <p class="min-w-0">
                  <a class="link" href={deskPaths.plugin(pluginId)}>
                    <bdi>{displayName}</bdi>
                  </a>
                  <span class="ml-2 text-sm text-muted-foreground">
                    {name} {version ?? ""}
                  </span>
                </p>
                <PluginState state={state} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section id="members" title={words.members}>
        <Table caption={words.members} head={[words.name, words.email, words.role]}>
          {sheet.people.map(({ name, email, role }) => (
            <tr>
              <td>
                <bdi>{name}</bdi>
              </td>
              <td>{email ?? "–"}</td>
              <td>{words.roles[role] ?? role}</td>
            </tr>
          ))}
        </Table>
      </Section>
      <Section id="keys" title={words.signingKeys}>
        {sheet.keys.length === 0 ? (
          <p class="text-muted-foreground">{words.none}</p>
        ) : (
          <Table caption={words.signingKeys} head={[words.key, words.state, words.since]}>
            {sheet.keys.map(({ keyId, state, createdAt }) => (
              <tr>
                <td>
                  <code class="font-mono text-sm">{keyId}</code>
                </td>
                <td>
                  <Mark tone={KEY_TONES[state]}>{words.keyStates[state]}</Mark>
                </td>
                <td class="whitespace-nowrap">
                  <Time at={createdAt} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Section>
    </DeskShell>
  );
}
