import { ok } from "../../domain/result.ts";
import { type Answer, command, type Group } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { changeRollout, parseSteps, type ShownRollout, showRollout, writeSteps } from "../work/rollout.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

const VERSION = { name: "PLUGIN@VERSION", summary: "the plugin and one exact version" } as const;
const REASON = { value: "TEXT", summary: "why; kept with the release" } as const;

export const rolloutGroup: Group = {
  summary: "how a release reaches automatic updates",
  commands: {
    show: command({
      summary: "show plan, share and state",
      positionals: [VERSION],
      flags: { marketplace: MARKETPLACE_FLAG },
      examples: ["rbsm rollout show visit-notes@1.4.0 --json"],
      run: async ({ flags, args: [which = ""] }) => tell(await showRollout(which, flags.marketplace)),
    }),
    set: command({
      summary: "serve it slower, or to fewer",
      details: ["Steps count from the end of the cooldown. Faster than 5%@0h,25%@24h,100%@72h only the desk allows."],
      positionals: [VERSION],
      flags: {
        steps: { value: "STEPS", summary: "shares and times: 1%@0h,10%@48h,100%@240h" },
        reason: REASON,
        marketplace: MARKETPLACE_FLAG,
      },
      examples: ["rbsm rollout set visit-notes@1.4.0 --steps 1%@0h,10%@48h,100%@240h"],
      async run({ flags, args: [which = ""] }) {
        const steps = flags.steps === undefined ? null : parseSteps(flags.steps);
        if (steps === null)
          return { ok: false, problem: misuse("steps_invalid", "rbsm rollout set needs --steps like 5%@0h,100%@72h.") };
        const json = { steps: steps.map((step) => ({ ...step })), ...reasonOf(flags.reason) };
        return tell(await changeRollout(which, flags.marketplace, json));
      },
    }),
    pause: command({
      summary: "serve it to nobody more by itself",
      positionals: [VERSION],
      flags: { reason: REASON, marketplace: MARKETPLACE_FLAG },
      examples: ["rbsm rollout pause visit-notes@1.4.0"],
      run: async ({ flags, args: [which = ""] }) =>
        tell(await changeRollout(which, flags.marketplace, { state: "paused", ...reasonOf(flags.reason) })),
    }),
    resume: command({
      summary: "go on where it stopped",
      details: ["What halted by itself goes on only with --reason."],
      positionals: [VERSION],
      flags: { reason: REASON, marketplace: MARKETPLACE_FLAG },
      examples: ['rbsm rollout resume visit-notes@1.4.0 --reason "The failures came from one host"'],
      run: async ({ flags, args: [which = ""] }) =>
        tell(await changeRollout(which, flags.marketplace, { state: "active", ...reasonOf(flags.reason) })),
    }),
  },
};

function reasonOf(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}

function tell(shown: Outcome<ShownRollout>): Outcome<Answer> {
  if (!shown.ok) return shown;
  const { name, version, state, basisPoints, steps, least, nextStepAt, halt, updated, alive } = shown.value;
  const few =
    least > (steps[0]?.basisPoints ?? 0) ? [`at least ${least / 100} % because ${alive} installations live`] : [];
  return ok({
    data: { ...shown.value },
    lines: [
      `${name} ${version}  ${state}  ${basisPoints / 100} % now, ${updated} updated`,
      `plan ${writeSteps(steps)}${nextStepAt === null ? "" : `, next step ${nextStepAt}`}`,
      ...few,
      ...(halt === null ? [] : [`halted by ${halt.rule}: ${halt.counted} of ${halt.updated} (${halt.share / 100} %)`]),
    ],
  });
}
