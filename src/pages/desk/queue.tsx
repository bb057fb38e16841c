import { deskPaths } from "../../contract/desk/paths.ts";
import type { OpenBlock } from "../../market/desk/ports.ts";
import type { Appeal } from "../../market/publish/pipeline-ports.ts";
import type { ReleaseView } from "../../market/publish/show-release.ts";
import { Section, Time } from "../account/form-parts.tsx";
import { Mark } from "../console/parts.tsx";
import { formatCount } from "../format.ts";
import { RELEASE_WORDS } from "../publish/release-words.ts";
import { wordsOf } from "../words/dictionary.ts";
import { DeskShell } from "./layout.tsx";
import { Table } from "./parts.tsx";
import { REVIEW_WORDS } from "./review-words.ts";

export type OpenAppeal = Appeal & { readonly releaseId: string };

/** `/desk/queue` */
export function QueuePage({
  queue,
  appeals,
  blocks,
}: {
  queue: readonly ReleaseView[];
  appeals: readonly OpenAppeal[];
  blocks: readonly OpenBlock[];
}) {
  const words = wordsOf(REVIEW_WORDS);
  return (
    <DeskShell title={words.queue} at="queue" lead={words.queueLead}>
      {queue.length === 0 ? (
        <p class="mt-8 text-muted-foreground">{words.empty}</p>
      ) : (
        <Table caption={words.queue} head={[words.release, words.publisher, words.waits, words.found, words.since]}>
          {queue.map((release) => (
            <Waiting release={release} />
          ))}
        </Table>
      )}
      <Section id="appeals" title={words.appeals}>
        {appeals.length === 0 ? (
          <p class="text-muted-foreground">{words.noAppeals}</p>
        ) : (
          <ul class="divide-y divide-border">
            {appeals.map(({ releaseId, reason, dueAt }) => (
              <li class="py-3">
                <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
                  <a class="link" href={deskPaths.release(releaseId)}>
                    {words.release} {releaseId}
                  </a>
                  <span class="text-sm text-muted-foreground">
                    {words.due} <Time at={dueAt} />
                  </span>
                </p>
                <p class="mt-1 text-sm break-words">{reason}</p>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section id="blocks" title={words.blocks}>
        {blocks.length === 0 ? (
          <p class="text-muted-foreground">{words.noBlocks}</p>
        ) : (
          <ul class="divide-y divide-border">
            {blocks.map((block) => (
              <li class="py-3">
                <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
                  <a class="link" href={deskPaths.release(block.releaseId)}>
                    {block.name} {block.version}
                  </a>
                  <Mark tone="bad">{words.codes[block.code] ?? block.code}</Mark>
                  <span class="text-sm text-muted-foreground">
                    {block.askedBy}, <Time at={block.askedAt} />
                  </span>
                </p>
                <p class="mt-1 text-sm break-words">{block.isLiftAsked ? words.liftAsked : block.reason}</p>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </DeskShell>
  );
}

function Waiting({ release }: { release: ReleaseView }) {
  const words = wordsOf(REVIEW_WORDS);
  const { gates } = wordsOf(RELEASE_WORDS);
  const severe = release.findings.filter(({ severity }) => severity === "error").length;
  return (
    <tr>
      <td>
        <a class="link font-medium" href={deskPaths.release(release.releaseId)}>
          {release.displayName} {release.version}
        </a>
        <span class="block text-sm text-muted-foreground">{release.name}</span>
      </td>
      <td>
        <a class="link" href={deskPaths.publisher(release.publisher)}>
          {release.publisher}
        </a>
      </td>
      <td class="text-sm">{release.gates.map((gate) => gates[gate].title).join(", ")}</td>
      <td>
        {release.findings.length === 0 ? (
          "–"
        ) : (
          <Mark tone={severe > 0 ? "bad" : "warn"}>{words.findings(formatCount(release.findings.length))}</Mark>
        )}
      </td>
      <td class="whitespace-nowrap">
        <Time at={release.createdAt} />
      </td>
    </tr>
  );
}
