import { paths } from "../../contract/paths.ts";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import type { OwnListing, OwnPlugin, OwnRelease } from "../../market/publisher/ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import { Empty, LinkButton, Mark, Note } from "../console/parts.tsx";
import { formatBytes, formatCount } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { PublishShell } from "./layout.tsx";
import { holds, type Seat } from "./on-publish.ts";
import { StateMark } from "./parts.tsx";
import { PLUGIN_WORDS } from "./plugin-words.ts";
import { OVERVIEW_WORDS } from "./words.ts";

/** `/publish/{handle}/plugins` */
export function PluginsPage({ seat, plugins }: { seat: Seat; plugins: readonly OwnPlugin[] }) {
  const words = wordsOf(PLUGIN_WORDS);
  const { uploadNow } = wordsOf(OVERVIEW_WORDS);
  const { handle } = seat.member;
  return (
    <PublishShell
      seat={seat}
      title={words.title}
      at="plugins"
      lead={words.lead}
      actions={
        holds(seat, "edit") ? <LinkButton href={publisherPaths.upload(handle)}>{uploadNow}</LinkButton> : undefined
      }
    >
      {plugins.length === 0 ? (
        <Empty title={words.none}>
          <p>{words.noneText}</p>
        </Empty>
      ) : (
        <ul class="mt-8 grid gap-4">
          {plugins.map((plugin) => (
            <li class="card p-5">
              <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <h2 class="text-lg font-semibold">
                  <a class="link" href={publisherPaths.plugin(handle, plugin.name)}>
                    {plugin.displayName}
                  </a>
                </h2>
                <PluginMarks plugin={plugin} isPublished={plugin.latestVersion !== null} />
              </div>
              <p class="mt-1 text-sm text-muted-foreground">
                {plugin.name} · {words.latest}: {plugin.latestVersion ?? "–"} · {words.newest}:{" "}
                <a class="link" href={publisherPaths.release(handle, plugin.newest.releaseId)}>
                  {plugin.newest.version}
                </a>{" "}
                <StateMark state={plugin.newest.state} />
              </p>
              <p class="mt-2 text-sm">
                {words.downloads(formatCount(plugin.downloads))} · {words.installs(formatCount(plugin.activeInstalls))}
                {plugin.rating.count === 0
                  ? ""
                  : ` · ${words.stars(plugin.rating.average.toFixed(1), formatCount(plugin.rating.count))}`}
              </p>
            </li>
          ))}
        </ul>
      )}
    </PublishShell>
  );
}

function PluginMarks({
  plugin,
  isPublished,
}: {
  plugin: Pick<OwnPlugin, "state" | "isListed"> & { readonly isSuspended: boolean };
  isPublished: boolean;
}) {
  const words = wordsOf(PLUGIN_WORDS);
  return (
    <span class="flex flex-wrap gap-2">
      {isPublished && plugin.state === "active" && !plugin.isSuspended ? (
        <Mark tone="good">{words.states.active}</Mark>
      ) : null}
      {isPublished ? null : <Mark tone="info">{words.unpublished}</Mark>}
      {plugin.state === "active" ? null : <Mark tone="warn">{words.states[plugin.state]}</Mark>}
      {plugin.isSuspended ? <Mark tone="bad">{words.suspended}</Mark> : null}
      {plugin.isListed || !isPublished ? null : <Mark tone="warn">{words.unlisted}</Mark>}
    </span>
  );
}

/** `/publish/{handle}/plugins/{name}`: its versions, and the ways to change it. */
export function OwnPluginPage({
  seat,
  listing,
  releases,
}: {
  seat: Seat;
  listing: OwnListing;
  releases: readonly OwnRelease[];
}) {
  const words = wordsOf(PLUGIN_WORDS);
  const { handle } = seat.member;
  return (
    <PublishShell
      seat={seat}
      title={listing.displayName}
      at="plugins"
      lead={listing.description}
      actions={
        <>
          <LinkButton href={publisherPaths.edit(handle, listing.name)}>{words.edit}</LinkButton>
          <LinkButton href={publisherPaths.preview(handle, listing.name)} isQuiet>
            {words.preview}
          </LinkButton>
          {listing.isPublished ? (
            <LinkButton href={paths.plugin(listing.name)} isQuiet>
              {words.visit}
            </LinkButton>
          ) : null}
        </>
      }
    >
      <p class="mt-4">
        <PluginMarks
          plugin={{ ...listing, isSuspended: listing.suspension !== null }}
          isPublished={listing.isPublished}
        />
      </p>
      {listing.suspension === null ? null : <Note tone="bad">{listing.suspension.reason}</Note>}
      <Section id="releases" title={words.releases}>
        <div class="table-scroll">
          <table class="w-full whitespace-nowrap text-left text-sm">
            <thead>
              <tr class="border-b border-border text-muted-foreground">
                <th class="py-2 pr-4 font-medium">{words.version}</th>
                <th class="py-2 pr-4 font-medium">{words.channel}</th>
                <th class="py-2 pr-4 font-medium">{words.state}</th>
                <th class="py-2 pr-4 text-right font-medium">{words.download}</th>
                <th class="py-2 pr-4 text-right font-medium">{words.size}</th>
                <th class="py-2 font-medium">{words.uploaded}</th>
              </tr>
            </thead>
            <tbody>
              {releases.map((release) => (
                <tr class="border-b border-border last:border-0">
                  <th class="py-3 pr-4 font-medium" scope="row">
                    <a class="link" href={publisherPaths.release(handle, release.releaseId)}>
                      {release.version}
                    </a>
                  </th>
                  <td class="py-3 pr-4">{release.channel}</td>
                  <td class="py-3 pr-4">
                    <StateMark state={release.state} />
                  </td>
                  <td class="py-3 pr-4 text-right tabular-nums">{formatCount(release.downloads)}</td>
                  <td class="whitespace-nowrap py-3 pr-4 text-right tabular-nums">{formatBytes(release.size)}</td>
                  <td class="whitespace-nowrap py-3">
                    <Time at={release.createdAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
    </PublishShell>
  );
}
