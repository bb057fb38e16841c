import { consolePaths } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import type { InstalledRow } from "../../market/console/ports.ts";
import { wordsOf } from "../words/dictionary.ts";
import { PROGRESS_WORDS } from "./notice-words.ts";
import { Mark } from "./parts.tsx";

export const STEPS = ["seat", "consent", "settings", "ready", "ran"] as const;
export type StepState = "done" | "waiting" | "failed";
export type Progress = Readonly<Record<(typeof STEPS)[number], StepState>>;

/** How far an installation is, by what is kept of it and nothing else. */
export function progressOf(row: InstalledRow, needsSettings: boolean, now: number): Progress {
  const hasSeat = row.releasedAt === null && row.leaseUntil > now;
  const isStopped = row.suspendedAt !== null || row.pausedAt !== null;
  return {
    seat: hasSeat ? "done" : "failed",
    // The seat and the consent are written in one act.
    consent: "done",
    settings: needsSettings ? "waiting" : "done",
    ready: !hasSeat || row.suspendedAt !== null ? "failed" : isStopped || needsSettings ? "waiting" : "done",
    ran: row.runs === 0 ? "waiting" : row.failures >= row.runs ? "failed" : "done",
  };
}

/** The steps as they stand; where scripts run, they go on by themselves. */
export function ProgressList({
  activationId,
  progress,
  nonce,
}: {
  activationId: string;
  progress: Progress;
  nonce: string;
}) {
  const words = wordsOf(PROGRESS_WORDS);
  const texts = { settings: words.settingsText, ran: words.ranText } as const;
  return (
    <section class="card mt-6 p-6" aria-labelledby="progress">
      <h2 id="progress" class="text-lg font-semibold">
        {words.title}
      </h2>
      <ol
        class="mt-3 divide-y divide-border"
        data-progress={consolePaths.installProgress(activationId)}
        aria-live="polite"
      >
        {STEPS.map((step) => (
          <li class="flex flex-wrap items-center justify-between gap-3 py-3">
            <span>
              {words.steps[step]}
              {progress[step] === "waiting" && step in texts ? (
                <span class="block text-sm text-muted-foreground">{texts[step as keyof typeof texts]}</span>
              ) : null}
            </span>
            <span data-step={step} data-state={progress[step]}>
              <StepMark state={progress[step]} />
            </span>
          </li>
        ))}
      </ol>
      {/* The looks of every state, for the script to copy. */}
      {(["done", "waiting", "failed"] as const).map((state) => (
        <template data-mark={state}>
          <StepMark state={state} />
        </template>
      ))}
      <script type="module" src={paths.asset("live-progress.js")} nonce={nonce} />
    </section>
  );
}

function StepMark({ state }: { state: StepState }) {
  const tones = { done: "good", waiting: "info", failed: "bad" } as const;
  return <Mark tone={tones[state]}>{wordsOf(PROGRESS_WORDS).states[state]}</Mark>;
}
