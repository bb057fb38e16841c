import { deskPaths } from "../../contract/desk/paths.ts";
import type { CapabilityDiff } from "../../domain/execution/capability-diff.ts";
import { capabilitiesOf } from "../../domain/manifest/manifest.ts";
import type { BundleView } from "../../market/desk/show-bundle.ts";
import { Mark } from "../console/parts.tsx";
import { formatBytes } from "../format.ts";
import { PLUGIN } from "../plugin/words.ts";
import { isPermission, permissionWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { Table } from "./parts.tsx";
import { REVIEW_WORDS } from "./review-words.ts";

/** Everything a release asks for, and what of it is new or gone. */
export function Asks({ bundle: { manifest, diff, release } }: { bundle: BundleView }) {
  const words = wordsOf(REVIEW_WORDS);
  const { lists: names } = wordsOf(PLUGIN);
  const { dependencies, ...lists } = capabilitiesOf(manifest);
  const asked: Readonly<Record<string, readonly string[]>> = {
    ...lists,
    dependencies: Object.entries(dependencies).map(([name, range]) => `${name} ${range}`),
  };
  const changes = diff === null ? null : { ...diff.capabilities.lists, dependencies: diff.capabilities.dependencies };
  const hasChanged =
    changes !== null && Object.values(changes).some(({ added, removed }) => added.length + removed.length > 0);
  return (
    <>
      <p class="text-muted-foreground">
        {release.previous === null || changes === null
          ? words.asksFirst
          : `${words.asksLead(release.previous.version)}${hasChanged ? "" : ` ${words.asksSame}`}`}
      </p>
      <dl class="mt-4 divide-y divide-border text-sm">
        {Object.entries(asked).map(([list, entries]) => {
          const key = list as keyof typeof names;
          const change = changes?.[key];
          const gone = change?.removed ?? [];
          if (entries.length + gone.length === 0) return null;
          return (
            <div class="grid gap-x-6 gap-y-1 py-3 sm:grid-cols-[13rem_minmax(0,1fr)]">
              <dt class="text-muted-foreground">{names[key]}</dt>
              <dd class="min-w-0">
                {entries.map((entry) => (
                  <Entry text={entry} kind={isNew(change, entry) ? "added" : "same"} />
                ))}
                {gone
                  .filter((entry) => !entries.includes(entry))
                  .map((entry) => (
                    <Entry text={entry} kind="removed" />
                  ))}
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}

function isNew(change: CapabilityDiff["dependencies"] | undefined, entry: string): boolean {
  return change?.added.includes(entry) === true;
}

function Entry({ text, kind }: { text: string; kind: "added" | "removed" | "same" }) {
  const words = wordsOf(REVIEW_WORDS);
  return (
    <span class={`block break-words ${kind === "removed" ? "text-muted-foreground line-through" : ""}`}>
      {isPermission(text) ? `${permissionWords(text).title} (${text})` : text}
      {kind === "same" ? null : (
        <span class="ml-2 inline-block">
          <Mark tone={kind === "added" ? "warn" : "quiet"}>{words[kind]}</Mark>
        </span>
      )}
    </span>
  );
}

const TONES = { added: "warn", removed: "quiet", changed: "info", same: "quiet" } as const;

/** The files as a tree: folders first open where something changed. */
export function FileTree({ bundle: { release, files, diff } }: { bundle: BundleView }) {
  const words = wordsOf(REVIEW_WORDS);
  const rows = diff?.files ?? files.map(({ path, size }) => ({ path, size, sizeBefore: null, kind: "added" as const }));
  const folders = new Map<string, (typeof rows)[number][]>();
  for (const row of rows) {
    const folder = row.path.includes("/") ? row.path.slice(0, row.path.indexOf("/") + 1) : "";
    folders.set(folder, [...(folders.get(folder) ?? []), row]);
  }
  return (
    <>
      <p class="text-muted-foreground">{words.filesLead}</p>
      {[...folders]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([folder, inside]) => (
          <details class="mt-3" open={folder === "" || inside.some(({ kind }) => kind !== "same")}>
            <summary class="min-h-8 cursor-pointer font-medium">
              <code class="font-mono text-sm">{folder === "" ? "/" : folder}</code>{" "}
              <span class="text-sm font-normal text-muted-foreground">{inside.length}</span>
            </summary>
            <Table caption={folder === "" ? "/" : folder} head={[words.file, words.size, words.change]}>
              {inside.map(({ path, size, sizeBefore, kind }) => (
                <tr>
                  <td>
                    <a class="link" href={deskPaths.file(release.releaseId, path)}>
                      <code class="font-mono text-sm">{path}</code>
                    </a>
                  </td>
                  <td class="whitespace-nowrap">{size === null ? "–" : formatBytes(size)}</td>
                  <td>
                    <Mark tone={TONES[kind]}>{words.kinds[kind]}</Mark>
                    {kind === "changed" && sizeBefore !== null ? (
                      <span class="ml-2 text-sm text-muted-foreground">
                        {words.before} {formatBytes(sizeBefore)}
                      </span>
                    ) : null}
                  </td>
                </tr>
              ))}
            </Table>
          </details>
        ))}
    </>
  );
}
