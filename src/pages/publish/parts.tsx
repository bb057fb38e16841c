import type { Child } from "hono/jsx";
import { paths } from "../../contract/paths.ts";
import type { Finding } from "../../domain/release/checks.ts";
import type { Wait } from "../../domain/release/gates.ts";
import type { ReleaseState } from "../../domain/release/states.ts";
import { Time } from "../account/form-parts.tsx";
import { Mark } from "../console/parts.tsx";
import { isReason } from "../problem.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { RELEASE_WORDS } from "./release-words.ts";

const TONES = {
  staged: "info",
  scanning: "info",
  review: "warn",
  published: "good",
  deprecated: "warn",
  yanked: "warn",
  blocked: "bad",
  rejected: "bad",
} as const satisfies Record<ReleaseState, string>;

export function StateMark({ state }: { state: ReleaseState }) {
  return <Mark tone={TONES[state]}>{wordsOf(RELEASE_WORDS).states[state]}</Mark>;
}

/** What a release waits for, and who can end the waiting. */
export function GateList({ waits }: { waits: readonly Wait[] }) {
  const words = wordsOf(RELEASE_WORDS);
  return (
    <ol class="divide-y divide-border">
      {waits.map(({ gate, who, earliest, why }) => {
        const { title, text } = words.gates[gate];
        return (
          <li class="py-3">
            <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span class="font-semibold">{title}</span>
              <Mark tone={who === "publisher" ? "warn" : "quiet"}>{words.gates[gate].waits}</Mark>
            </p>
            <p class="mt-1 text-sm text-muted-foreground">
              {text}
              {earliest !== null ? (
                <>
                  {" "}
                  {words.earliest} <Time at={earliest} />.
                </>
              ) : null}
            </p>
            {why.map((reason) => (
              <p class="mt-1 text-sm" lang="en">
                {reason}
              </p>
            ))}
          </li>
        );
      })}
    </ol>
  );
}

/** One thing that is wrong with a bundle, where it stands. */
export interface Spot {
  readonly severity: Finding["severity"];
  readonly rule: string;
  readonly message: string;
  readonly path?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly advice?: string | undefined;
}

export function SpotList({ spots }: { spots: readonly Spot[] }) {
  const words = wordsOf(RELEASE_WORDS);
  const tones = { error: "bad", warning: "warn", info: "info" } as const;
  return (
    <ul class="divide-y divide-border">
      {spots.map((spot) => (
        <li class="py-3">
          <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Mark tone={tones[spot.severity]}>{words.severity[spot.severity]}</Mark>
            {spot.path === undefined ? null : (
              <code class="font-mono text-sm">
                {spot.path}
                {spot.line === undefined ? "" : `:${spot.line}${spot.column === undefined ? "" : `:${spot.column}`}`}
              </code>
            )}
          </p>
          <p class="mt-1">{spot.message}</p>
          {spot.advice === undefined ? null : (
            <p class="mt-1 text-sm text-muted-foreground">
              {words.advice}: {spot.advice}
            </p>
          )}
          <p class="mt-1 text-sm text-muted-foreground">
            {words.rule} <RuleName rule={spot.rule} />
          </p>
        </li>
      ))}
    </ul>
  );
}

function RuleName({ rule }: { rule: string }) {
  const name = <code class="font-mono">{rule}</code>;
  return isReason(rule) ? (
    <a class="link" href={paths.problem(rule)}>
      {name}
    </a>
  ) : (
    name
  );
}

/** A card of figures: what it counts, how many, what that means. */
export function Figure({ label, value, hint }: { label: string; value: Child; hint?: Child }) {
  return (
    <div class="card p-5">
      <dt class="text-sm text-muted-foreground">{label}</dt>
      <dd class="mt-1 text-2xl font-semibold tracking-tight">{value}</dd>
      {hint === undefined ? null : <dd class="mt-0.5 text-sm text-muted-foreground">{hint}</dd>}
    </div>
  );
}
