import { consolePaths } from "../../contract/console/paths.ts";
import { deriveState } from "../../domain/license/states.ts";
import { HOUR } from "../../domain/time.ts";
import type { InstalledRow } from "../../market/console/ports.ts";
import { Time } from "../account/form-parts.tsx";
import { plural } from "../format.ts";
import { tierWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { INSTALLED_WORDS } from "./installed-words.ts";
import { Mark } from "./parts.tsx";

/** What an installation is doing, in the order in which a person must know it. */
export function InstalledMark({ row, now }: { row: InstalledRow; now: number }) {
  const words = wordsOf(INSTALLED_WORDS).marks;
  if (row.releasedAt !== null) return <Mark tone="quiet">{words.uninstalled}</Mark>;
  if (row.suspendedAt !== null) return <Mark tone="bad">{words.stopped}</Mark>;
  if (!["active", "trialing", "past_due"].includes(deriveState(row.license, now)))
    return <Mark tone="bad">{words.licenseEnded}</Mark>;
  if (row.leaseUntil <= now) return <Mark tone="bad">{words.lapsed}</Mark>;
  if (row.pausedAt !== null) return <Mark tone="warn">{words.deactivated}</Mark>;
  if (row.lastSeenAt <= now - HOUR) return <Mark tone="warn">{words.silent}</Mark>;
  return <Mark tone="good">{words.active}</Mark>;
}

export function InstalledList({
  rows,
  now,
  isOfOneInstance = false,
}: {
  rows: readonly InstalledRow[];
  now: number;
  isOfOneInstance?: boolean;
}) {
  const words = wordsOf(INSTALLED_WORDS);
  if (rows.length === 0) return <p class="text-muted-foreground">{words.none}</p>;
  return (
    <ul class="divide-y divide-border">
      {rows.map((row) => (
        <li class="py-4">
          <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h3 class="font-semibold">
              <a class="link" href={consolePaths.plugin(row.activationId)}>
                {row.plugin.displayName}
              </a>
            </h3>
            <InstalledMark row={row} now={now} />
            {hasUpdate(row) ? <Mark tone="info">{words.updateTo(row.latestVersion ?? "")}</Mark> : null}
          </div>
          <p class="mt-1 text-sm text-muted-foreground">
            {isOfOneInstance ? "" : `${row.instance.name} · `}
            {words.version(row.version)} · {tierWords(row.license.type)} · {words.lastHeard}{" "}
            <Time at={row.lastSeenAt} />
          </p>
          <p class="mt-1 text-sm">
            {plural(row.runs, words.run, words.runs)} {words.inDay}
            {row.failures === 0 ? "" : `, ${words.failed(row.failures)}`}
          </p>
        </li>
      ))}
    </ul>
  );
}

export function hasUpdate({ releasedAt, latestVersion, version }: InstalledRow): boolean {
  return releasedAt === null && latestVersion !== null && latestVersion !== version;
}
