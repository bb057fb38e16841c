import { deskPaths } from "../../contract/desk/paths.ts";
import type { AuditRow, DeskCounts } from "../../market/desk/ports.ts";
import type { ServiceStatus } from "../../market/operations/show-status.ts";
import { Section } from "../account/form-parts.tsx";
import { Mark } from "../console/parts.tsx";
import { formatCount } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { AuditTable } from "./audit.tsx";
import { DeskShell } from "./layout.tsx";
import { OVERVIEW_WORDS } from "./words.ts";

const TONES = { ok: "good", degraded: "warn", down: "bad" } as const;

/** `/desk` */
export function DeskPage({
  counts,
  status,
  latest,
}: {
  counts: DeskCounts;
  status: ServiceStatus["status"];
  latest: readonly AuditRow[];
}) {
  const words = wordsOf(OVERVIEW_WORDS);
  const dead = counts.deadRuns + counts.deadWebhooks + counts.deadHooks;
  const tiles = [
    [words.review, counts.review, deskPaths.queue(), undefined],
    [words.appeals, counts.appeals, `${deskPaths.queue()}#appeals`, undefined],
    [words.blocks, counts.blocks, `${deskPaths.queue()}#blocks`, words.blocksHint],
    [words.reports, counts.reports, deskPaths.reports(), undefined],
    [words.cases, counts.cases, deskPaths.reports(), undefined],
    [words.dead, dead, deskPaths.health(), words.deadHint],
  ] as const;
  return (
    <DeskShell title={words.title} at="overview" lead={words.lead}>
      <ul class="mt-8 grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {tiles.map(([label, count, href, hint]) => (
          <li class="card relative p-5">
            <p class="text-sm text-muted-foreground">
              <a class="link after:absolute after:inset-0" href={href}>
                {label}
              </a>
            </p>
            <p class="mt-1 text-2xl font-semibold tracking-tight">{formatCount(count)}</p>
            {hint === undefined ? null : <p class="mt-0.5 text-sm text-muted-foreground">{hint}</p>}
          </li>
        ))}
      </ul>
      <p class="mt-6 flex flex-wrap items-center gap-3">
        <a class="link" href={deskPaths.health()}>
          {words.service}
        </a>
        <Mark tone={TONES[status]}>{words.states[status]}</Mark>
      </p>
      <Section id="latest" title={words.latest}>
        <AuditTable rows={latest} caption={words.latest} />
      </Section>
    </DeskShell>
  );
}
