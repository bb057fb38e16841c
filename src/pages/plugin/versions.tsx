import { paths } from "../../contract/paths.ts";
import type { PluginDetail, VersionRow } from "../../market/catalogue/views.ts";
import { formatBytes, formatDate, isoDay } from "../format.ts";
import { channelWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { Section } from "./section.tsx";
import { PLUGIN } from "./words.ts";

const OPEN_AT_ONCE = 5;

/** What changed when. The newest are open, older ones unfold without any script. */
export function Versions({ plugin }: { plugin: PluginDetail }) {
  const words = wordsOf(PLUGIN);
  const newest = plugin.versions.slice(0, OPEN_AT_ONCE);
  const older = plugin.versions.slice(OPEN_AT_ONCE);
  return (
    <Section id="versions" title={words.tabs.versions}>
      {newest.length === 0 ? <p class="text-muted-foreground">{words.nothingPublished}</p> : null}
      <ol class="flex flex-col gap-6">
        {newest.map((row) => (
          <VersionItem name={plugin.name} row={row} />
        ))}
      </ol>
      {older.length === 0 ? null : (
        <details class="mt-6">
          <summary class="link inline-block min-h-11 cursor-pointer py-2">{words.older(older.length)}</summary>
          <ol class="mt-4 flex flex-col gap-6">
            {older.map((row) => (
              <VersionItem name={plugin.name} row={row} />
            ))}
          </ol>
        </details>
      )}
    </Section>
  );
}

function VersionItem({ name, row }: { name: string; row: VersionRow }) {
  return (
    <li class="border-l-2 border-border pl-5">
      <h3 class="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <a class="link font-semibold" href={paths.release(name, row.version)}>
          {row.version}
        </a>
        <VersionMarks row={row} />
      </h3>
      <p class="mt-1 text-sm text-muted-foreground">
        <time datetime={isoDay(row.releasedAt)}>{formatDate(row.releasedAt)}</time> · {formatBytes(row.size)} ·{" "}
        {wordsOf(PLUGIN).times(row.downloads)}
      </p>
      <VersionNotice row={row} />
      <Changes changes={row.changes} />
    </li>
  );
}

/** Channel and state, where they are not the usual ones. */
export function VersionMarks({ row }: { row: VersionRow }) {
  return (
    <>
      {row.channel === "stable" ? null : (
        <span class="badge bg-info-soft text-info-on-soft">{channelWords(row.channel)}</span>
      )}
      {row.state === "published" ? null : (
        <span
          class={`badge ${row.state === "blocked" ? "bg-bad-soft text-bad-on-soft" : "bg-warn-soft text-warn-on-soft"}`}
        >
          {wordsOf(PLUGIN).states[row.state]}
        </span>
      )}
    </>
  );
}

/** Why a version is no longer offered or recommended, and what to use instead. */
export function VersionNotice({ row: { state, notice } }: { row: VersionRow }) {
  const words = wordsOf(PLUGIN);
  if (notice === null) return null;
  return (
    <p class="mt-3 rounded-lg bg-warn-soft px-4 py-3 text-sm leading-relaxed text-warn-on-soft" role="note">
      {state === "yanked" ? words.yanked : words.deprecated} <bdi>{notice.message}</bdi>
      {notice.replacement === null ? null : (
        <>
          {" "}
          {words.instead[0]}
          <a class="underline" href={paths.plugin(notice.replacement)}>
            {notice.replacement}
          </a>
          {words.instead[1]}
        </>
      )}
    </p>
  );
}

export function Changes({ changes }: { changes: readonly string[] }) {
  if (changes.length === 0) return null;
  return (
    <ul class="mt-3 list-disc space-y-1.5 pl-5 leading-relaxed" dir="auto">
      {changes.map((change) => (
        <li>{change}</li>
      ))}
    </ul>
  );
}
