import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { type Paint, painter } from "../voice.ts";
import { type Diagnosis, examine } from "../work/doctor.ts";

const COLORS = { ok: "green", warn: "yellow", fail: "red" } as const;

export const doctorCommand = command({
  summary: "examine this machine and the way to the marketplace",
  details: [
    "Node, SDK, file modes, keys, and at the marketplace: is it reachable, do the clocks agree, are the pinned keys still its keys, is the token good. Every line is ok, warn or fail and says what to do. Exit code 1 if one fails.",
  ],
  positionals: [],
  flags: {
    marketplace: { value: "URL", summary: "another marketplace than the one of the last login" },
    operator: { summary: "also every part of the marketplace itself; needs a token of the desk" },
  },
  examples: ["rbsm doctor", "rbsm doctor --json", "rbsm doctor --operator"],
  async run({ flags, voice }) {
    const checks = await examine({
      env: process.env,
      origin: flags.marketplace,
      nodeVersion: process.versions.node,
      now: Date.now,
      isOperator: flags.operator === true,
    });
    const failed = checks.filter(({ result }) => result === "fail");
    const [first] = failed;
    if (!first) {
      const paint = painter(process.stdout.isTTY === true, process.env);
      return ok({ data: { checks }, lines: checks.flatMap((one) => show(one, paint)) });
    }
    for (const line of checks.flatMap((one) => show(one, voice.paint))) voice.say(line);
    return {
      ok: false,
      problem: {
        code: "doctor_failed",
        kind: "conflict",
        message: `${failed.length} of ${checks.length} checks failed: ${first.message}.`,
        next: first.next,
        facts: { checks },
      },
    };
  },
});

function show({ check, result, message, next }: Diagnosis, paint: Paint): readonly string[] {
  const line = `${paint(COLORS[result], result.padEnd(4))} ${check.padEnd(10)} ${message}`;
  return next ? [line, `                ${next}`] : [line];
}
