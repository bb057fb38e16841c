import { type DeadKind, deskPaths } from "../../contract/desk/paths.ts";
import { BACKLOGS, type PartState } from "../../domain/operations/judge-status.ts";
import type { DeadHook, DeadRun, DeadWebhook } from "../../market/desk/ports.ts";
import type { ServiceStatus } from "../../market/operations/show-status.ts";
import { Act, Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { ErrorSummary, LinkButton, Mark, Note } from "../console/parts.tsx";
import { formatBytes, formatCount } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { DeskShell } from "./layout.tsx";
import { MaybeTime, Table } from "./parts.tsx";
import { HEALTH_WORDS } from "./words.ts";

const TONES = { ok: "good", degraded: "warn", down: "bad", off: "quiet" } as const satisfies Record<PartState, string>;

/** One thing that was given up, whatever it is. */
export interface Letter {
  readonly id: string;
  readonly owner: string;
  readonly what: string;
  readonly whose: string;
  readonly outcome: string;
  readonly at: number;
  readonly attempts: number;
}

export function letterOfRun({
  id,
  instanceId,
  plugin,
  version,
  what,
  outcome,
  message,
  at,
  attempts,
}: DeadRun): Letter {
  const why = message === null ? outcome : `${outcome}: ${message}`;
  return { id, owner: instanceId, what, whose: `${plugin} ${version}, #${instanceId}`, outcome: why, at, attempts };
}
export function letterOfWebhook({ id, instanceId, event, status, at, attempts }: DeadWebhook): Letter {
  const outcome = status === null ? "–" : `HTTP ${status}`;
  return { id, owner: instanceId, what: event, whose: `#${instanceId}`, outcome, at, attempts };
}
export function letterOfHook({ id, hookId, publisher, type, url, status, at, attempts }: DeadHook): Letter {
  const outcome = status === null ? "–" : `HTTP ${status}`;
  return { id, owner: hookId, what: type, whose: `${publisher ?? "–"}, ${new URL(url).host}`, outcome, at, attempts };
}

/** `/desk/health` */
export function HealthPage({
  status,
  letters,
}: {
  status: ServiceStatus;
  letters: readonly (readonly [DeadKind, readonly Letter[]])[];
}) {
  const words = wordsOf(HEALTH_WORDS);
  const { parts, backlog, database } = status;
  return (
    <DeskShell title={words.title} at="health" lead={words.lead}>
      <Table caption={words.title} head={[words.part, words.state, words.detail]}>
        {parts.map(({ part, state, detail, ms }) => (
          <tr>
            <td class="font-medium">{words.parts[part]}</td>
            <td>
              <Mark tone={TONES[state]}>{words.states[state]}</Mark>
            </td>
            <td class="text-sm text-muted-foreground">
              {detail}
              {ms === undefined ? "" : ` · ${formatCount(ms)} ms`}
            </td>
          </tr>
        ))}
      </Table>
      {database === null ? null : (
        <p class="mt-3 text-sm text-muted-foreground">
          {words.database(
            formatBytes(database.bytes),
            formatCount(database.plugins),
            formatCount(database.instancesAlive),
          )}
        </p>
      )}
      <Section id="waiting" title={words.waiting}>
        {backlog === null ? (
          <p>{words.unknown}</p>
        ) : (
          <Table caption={words.waiting} head={[words.what, words.count, words.oldest]}>
            {BACKLOGS.map((name) => (
              <tr>
                <td class="font-medium">{words.backlogs[name]}</td>
                <td class="whitespace-nowrap tabular-nums">{formatCount(backlog[name].count)}</td>
                <td>
                  <MaybeTime at={backlog[name].oldestAt} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Section>
      {letters.map(([kind, list]) => (
        <Section id={kind} title={`${words.dead}: ${words.kinds[kind]}`}>
          {list.length === 0 ? (
            <p class="text-muted-foreground">{words.nobody}</p>
          ) : (
            <>
              <Letters kind={kind} list={list} />
              <p class="mt-4">
                <LinkButton href={deskPaths.dead(kind)} isQuiet>
                  {words.all}
                </LinkButton>
              </p>
            </>
          )}
        </Section>
      ))}
    </DeskShell>
  );
}

/** `/desk/health/{kind}` */
export function DeadPage({
  kind,
  list,
  problem,
  isReplayed = false,
}: {
  kind: DeadKind;
  list: readonly Letter[];
  problem?: FormProblem;
  isReplayed?: boolean;
}) {
  const words = wordsOf(HEALTH_WORDS);
  return (
    <DeskShell title={`${words.dead}: ${words.kinds[kind]}`} at="health" lead={words.deadLead} isWide>
      <ErrorSummary problem={problem} />
      {isReplayed ? <Note tone="good">{words.replayed}</Note> : null}
      {list.length === 0 ? (
        <p class="mt-6 text-muted-foreground">{words.nobody}</p>
      ) : (
        <Letters kind={kind} list={list} />
      )}
    </DeskShell>
  );
}

function Letters({ kind, list }: { kind: DeadKind; list: readonly Letter[] }) {
  const words = wordsOf(HEALTH_WORDS);
  return (
    <Table
      caption={words.kinds[kind]}
      head={[words.what, words.whose, words.outcome, words.when, <span class="sr-only">{words.replay}</span>]}
    >
      {list.map(({ id, owner, what, whose, outcome, at, attempts }) => (
        <tr>
          <td>
            <code class="font-mono text-sm">{what}</code>
          </td>
          <td>{whose}</td>
          <td class="min-w-48">
            {outcome}
            <span class="block text-sm text-muted-foreground">{words.tries(formatCount(attempts))}</span>
          </td>
          <td class="whitespace-nowrap">
            <Time at={at} />
          </td>
          <td>
            <Act to={deskPaths.replay(kind)} fields={{ id, owner }}>
              {words.replay}
            </Act>
          </td>
        </tr>
      ))}
    </Table>
  );
}
