import { consolePaths } from "../../contract/console/paths.ts";
import { deriveState } from "../../domain/license/states.ts";
import { HOUR } from "../../domain/time.ts";
import type { InstalledRow } from "../../market/console/ports.ts";
import { Time } from "../account/form-parts.tsx";
import { plural } from "../format.ts";
import { tierWords } from "../words/codes.ts";
import { Mark } from "./parts.tsx";

/** What an installation is doing, in the order in which a person must know it. */
export function InstalledMark({ row, now }: { row: InstalledRow; now: number }) {
  if (row.releasedAt !== null) return <Mark tone="quiet">Uninstalled</Mark>;
  if (row.suspendedAt !== null) return <Mark tone="bad">Stopped</Mark>;
  if (!["active", "trialing", "past_due"].includes(deriveState(row.license, now)))
    return <Mark tone="bad">License ended</Mark>;
  if (row.leaseUntil <= now) return <Mark tone="bad">Seat lapsed</Mark>;
  if (row.pausedAt !== null) return <Mark tone="warn">Deactivated</Mark>;
  if (row.lastSeenAt <= now - HOUR) return <Mark tone="warn">Silent</Mark>;
  return <Mark tone="good">Active</Mark>;
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
  if (rows.length === 0) return <p class="text-muted-foreground">No plugin is installed.</p>;
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
            {hasUpdate(row) ? <Mark tone="info">Update to {row.latestVersion}</Mark> : null}
          </div>
          <p class="mt-1 text-sm text-muted-foreground">
            {isOfOneInstance ? "" : `${row.instance.name} · `}Version {row.version} · {tierWords(row.license.type)} ·
            last heard of <Time at={row.lastSeenAt} />
          </p>
          <p class="mt-1 text-sm">
            {plural(row.runs, "run")} in 24 hours
            {row.failures === 0 ? "" : `, ${row.failures} failed`}
          </p>
        </li>
      ))}
    </ul>
  );
}

export function hasUpdate({ releasedAt, latestVersion, version }: InstalledRow): boolean {
  return releasedAt === null && latestVersion !== null && latestVersion !== version;
}
