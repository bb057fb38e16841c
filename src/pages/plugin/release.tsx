import { paths } from "../../contract/paths.ts";
import type { FileChange, ReleaseDiff } from "../../domain/catalogue/compare-releases.ts";
import type { ReleaseView } from "../../market/catalogue/show-release.ts";
import { formatBytes, formatDate, isoDay } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { PluginIcon } from "../parts/plugin-icon.tsx";
import { Shell } from "../shell.tsx";
import { isPermission, permissionWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { Changes, VersionMarks, VersionNotice } from "./versions.tsx";
import { PLUGIN } from "./words.ts";

/** `/plugins/{name}/{version}`: one release, and what it changed. */
export function ReleasePage({ view: { plugin, row, files, older, newer, diff } }: { view: ReleaseView }) {
  const words = wordsOf(PLUGIN);
  return (
    <Shell
      title={`${plugin.displayName} ${row.version} – Rising BSM Marketplace`}
      description={`${plugin.displayName} ${row.version}: ${row.changes.join(" · ").slice(0, 150) || plugin.description}`}
      canonical={paths.release(plugin.name, row.version)}
      at="plugins"
    >
      <article class="wrap max-w-4xl pt-10">
        <a class="link inline-flex min-h-8 items-center gap-1.5 text-sm" href={paths.plugin(plugin.name)}>
          <Icon name="chevron-left" />
          <bdi>{plugin.displayName}</bdi>
        </a>
        <div class="mt-5 flex items-center gap-4">
          <PluginIcon plugin={plugin} size="card" />
          <h1 class="text-2xl font-bold tracking-tight sm:text-3xl">
            <bdi>{plugin.displayName}</bdi> {row.version}
          </h1>
        </div>
        <p class="mt-4 flex flex-wrap items-center gap-x-3 gap-y-2 text-muted-foreground">
          <VersionMarks row={row} />
          <span>
            {words.released} <time datetime={isoDay(row.releasedAt)}>{formatDate(row.releasedAt)}</time>
          </span>
          <span>{formatBytes(row.size)}</span>
          <span>{words.times(row.downloads)}</span>
        </p>
        <VersionNotice row={row} />
        <h2 class="mt-10 text-xl font-semibold tracking-tight">{words.changes}</h2>
        {row.changes.length === 0 ? (
          <p class="mt-3 text-muted-foreground">{words.noChanges}</p>
        ) : (
          <Changes changes={row.changes} />
        )}
        {older === null ? (
          <p class="mt-6 text-muted-foreground">{words.firstVersion}</p>
        ) : diff === null ? null : (
          <Difference older={older} diff={diff} />
        )}
        {files === null ? null : <Files files={files} diff={diff} />}
        <h2 class="mt-10 text-xl font-semibold tracking-tight">{words.digest}</h2>
        <p class="mt-3 font-mono text-sm break-all">{row.sha256}</p>
        {row.state === "blocked" ? null : (
          <p class="mt-6">
            <a class="link" href={paths.signatures(plugin.id, row.version)}>
              {words.statementAndReceipt}
            </a>
          </p>
        )}
        {older === null && newer === null ? null : (
          <nav
            class="no-print mt-10 flex flex-wrap justify-between gap-4 border-t border-border pt-4"
            aria-label={words.tabs.versions}
          >
            {older === null ? (
              <span />
            ) : (
              <Step to={paths.release(plugin.name, older)} words={words.olderVersion(older)} rel="prev" />
            )}
            {newer === null ? (
              <span />
            ) : (
              <Step to={paths.release(plugin.name, newer)} words={words.newerVersion(newer)} rel="next" />
            )}
          </nav>
        )}
      </article>
    </Shell>
  );
}

function Step({ to, words, rel }: { to: string; words: string; rel: "prev" | "next" }) {
  return (
    <a class="link inline-flex min-h-11 items-center gap-1.5" href={to} rel={rel}>
      {rel === "prev" ? <Icon name="chevron-left" /> : null}
      {words}
      {rel === "next" ? <Icon name="chevron-right" /> : null}
    </a>
  );
}

/** What it asks for beside what the version before asked for. */
function Difference({ older, diff: { capabilities } }: { older: string; diff: ReleaseDiff }) {
  const words = wordsOf(PLUGIN);
  const changes = Object.entries({ ...capabilities.lists, dependencies: capabilities.dependencies }).filter(
    ([, { added, removed }]) => added.length + removed.length > 0,
  );
  const isSame = changes.length === 0 && capabilities.nowRequired.length === 0;
  const verdict = isSame ? words.asksSame : capabilities.isGrowth ? words.asksMore : words.asksLess;
  return (
    <section aria-labelledby="difference">
      <h2 id="difference" class="mt-10 text-xl font-semibold tracking-tight">
        {words.comparedWith(older)}
      </h2>
      <p
        class={`mt-3 flex items-center gap-3 rounded-lg px-4 py-3 font-medium ${capabilities.isGrowth ? "bg-warn-soft text-warn-on-soft" : "bg-good-soft text-good-on-soft"}`}
      >
        <Icon name={capabilities.isGrowth ? "triangle-alert" : "check"} class="size-5" />
        {verdict}
      </p>
      {isSame ? null : (
        <dl class="card mt-4 divide-y divide-border text-sm">
          {changes.map(([name, { added, removed }]) => (
            <div class="grid gap-x-6 gap-y-1 px-4 py-3 sm:grid-cols-[12rem_minmax(0,1fr)]">
              <dt class="text-muted-foreground">{words.lists[name as keyof typeof words.lists]}</dt>
              <dd>
                {added.map((entry) => (
                  <Entry mark="+" word={words.added} text={titleOf(entry)} />
                ))}
                {removed.map((entry) => (
                  <Entry mark="−" word={words.removed} text={titleOf(entry)} />
                ))}
              </dd>
            </div>
          ))}
          {capabilities.nowRequired.map((code) => (
            <div class="px-4 py-3">
              <dt class="sr-only">{words.lists.permissions}</dt>
              <dd>{words.nowRequired(titleOf(code))}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Entry({ mark, word, text }: { mark: "+" | "−"; word: string; text: string }) {
  return (
    <span class={`block ${mark === "+" ? "font-medium" : "text-muted-foreground line-through"}`}>
      <span aria-hidden="true">{mark} </span>
      <span class="sr-only">{word}: </span>
      {text}
    </span>
  );
}

function titleOf(entry: string): string {
  return isPermission(entry) ? permissionWords(entry).title : entry;
}

interface FilesProps {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly diff: ReleaseDiff | null;
}

/** The files of the bundle: those that changed at once, all of them folded. */
function Files({ files, diff }: FilesProps) {
  const words = wordsOf(PLUGIN);
  const changed = (diff?.files ?? []).filter(({ kind }) => kind !== "same");
  const count = (kind: FileChange["kind"]) => changed.filter((file) => file.kind === kind).length;
  return (
    <section aria-labelledby="files">
      <h2 id="files" class="mt-10 text-xl font-semibold tracking-tight">
        {words.files}
      </h2>
      {diff === null ? null : (
        <p class="mt-3 text-muted-foreground">
          {changed.length === 0
            ? words.noFileChanges
            : words.fileChanges(count("added"), count("removed"), count("changed"))}
        </p>
      )}
      {changed.length === 0 ? null : <FileTable files={changed} caption={words.change} />}
      <details class="mt-4" open={diff === null}>
        <summary class="link inline-flex min-h-11 cursor-pointer items-center">{words.allFiles(files.length)}</summary>
        <FileTable
          files={files.map(({ path, size }) => ({ path, size, sizeBefore: size, kind: "same" as const }))}
          caption={words.allFiles(files.length)}
        />
      </details>
    </section>
  );
}

const KIND_LOOKS = {
  added: "bg-good-soft text-good-on-soft",
  removed: "bg-bad-soft text-bad-on-soft",
  changed: "bg-warn-soft text-warn-on-soft",
  same: "",
} as const;

function FileTable({ files, caption }: { files: readonly FileChange[]; caption: string }) {
  const words = wordsOf(PLUGIN);
  const hasKinds = files.some(({ kind }) => kind !== "same");
  return (
    <section class="table-scroll card mt-3" tabindex={0} aria-label={caption}>
      <table class="data-table">
        <thead>
          <tr>
            <th scope="col">{words.file}</th>
            {hasKinds ? <th scope="col">{words.change}</th> : null}
            <th scope="col" class="number">
              {words.size}
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ path, kind, size, sizeBefore }) => (
            <tr>
              <td class="font-mono text-sm">{path}</td>
              {hasKinds ? (
                <td>{kind === "same" ? null : <span class={`badge ${KIND_LOOKS[kind]}`}>{words[kind]}</span>}</td>
              ) : null}
              <td class="number">{formatBytes(size ?? sizeBefore ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
