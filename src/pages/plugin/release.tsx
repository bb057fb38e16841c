import { paths } from "../../contract/paths.ts";
import type { PluginDetail, VersionRow } from "../../market/catalogue/views.ts";
import { formatBytes, formatCount, formatDate, isoDay } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { PluginIcon } from "../parts/plugin-icon.tsx";
import { Shell } from "../shell.tsx";
import { Changes, VersionMarks, VersionNotice } from "./versions.tsx";

export interface ReleaseView {
  readonly plugin: PluginDetail;
  readonly row: VersionRow;
}

/** `/plugins/{name}/{version}`: one release. */
export function ReleasePage({ view: { plugin, row } }: { view: ReleaseView }) {
  return (
    <Shell
      title={`${plugin.displayName} ${row.version} – Rising BSM Marketplace`}
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
            Released <time datetime={isoDay(row.releasedAt)}>{formatDate(row.releasedAt)}</time>
          </span>
          <span>{formatBytes(row.size)}</span>
          <span>{formatCount(row.downloads)} downloads</span>
        </p>
        <VersionNotice row={row} />
        <h2 class="mt-10 text-xl font-semibold tracking-tight">What changed</h2>
        {row.changes.length === 0 ? (
          <p class="mt-3 text-muted-foreground">The publisher has not written it down.</p>
        ) : (
          <Changes changes={row.changes} />
        )}
        <h2 class="mt-10 text-xl font-semibold tracking-tight">SHA-256 of the bundle</h2>
        <p class="mt-3 font-mono text-sm break-all">{row.sha256}</p>
        {row.state === "blocked" ? null : (
          <p class="mt-6">
            <a class="link" href={paths.signatures(plugin.id, row.version)}>
              Statement and receipt (JSON)
            </a>
          </p>
        )}
      </article>
    </Shell>
  );
}
