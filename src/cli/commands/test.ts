import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import type { Outcome } from "../problem.ts";
import type { Voice } from "../voice.ts";
import { buildPlugin } from "../work/build-plugin.ts";
import { declaredCalls, type Ran, runOnce } from "../work/dev/run-once.ts";
import { runTests } from "../work/test/run-tests.ts";
import { showHappening, tellRun } from "./dev.ts";

export const testCommand = command({
  summary: "run the tests of a plugin",
  details: [
    "Runs test/*.test.ts with vitest: the project's own, or the one that comes with this command. @rising-bsm/plugin-sdk is the SDK beside this command, so nothing has to be installed.",
    "With --isolate the packed plugin then runs in a real isolate, through the marketplace's own sandbox.",
  ],
  positionals: [{ name: "DIR", summary: "the plugin's folder; the current one if left out", optional: true }],
  flags: { isolate: { summary: "then run every declared event and schedule once in a real isolate" } },
  examples: ["rbsm test", "rbsm test visit-notes --isolate --json"],
  async run({ flags, args, voice }) {
    const folder = path.resolve(args[0] ?? ".");
    const report = await runTests(folder, { isQuiet: false });
    if (!report.ok) return report;
    const { passed, failed, tests } = report.value;
    if (failed > 0)
      return {
        ok: false,
        problem: {
          code: "test_failed",
          kind: "bundle",
          message: `${failed} of ${passed + failed} tests failed.`,
          next: "Correct the plugin or its test.",
          facts: { passed, failed, tests },
        },
      };
    const lines = [`${passed} ${passed === 1 ? "test" : "tests"} passed`];
    if (!flags.isolate) return ok({ data: { passed, failed, tests }, lines });
    const runs = await runDeclared(folder, voice);
    if (!runs.ok) return runs;
    return ok({
      data: { passed, failed, tests, runs: runs.value },
      lines: [...lines, ...runs.value.map(({ what }) => `${what} ended well in the isolate`)],
    });
  },
});

/** The packed plugin in the sandbox the marketplace runs it in, without network. The first run that fails is the answer. */
async function runDeclared(folder: string, voice: Voice): Promise<Outcome<readonly Ran[]>> {
  const bundle = await buildPlugin(folder);
  if (!bundle.ok) return bundle;
  const all = await runOnce(bundle.value, declaredCalls(bundle.value), { isOnline: false });
  const runs = all.filter((ran) => ran !== null);
  for (const { what, reply, happenings } of runs) {
    if (reply.ok) continue;
    for (const line of happenings.flatMap((one) => showHappening(one, voice.paint))) voice.say(line);
    return { ok: false, problem: tellRun(what, reply, { runs }) };
  }
  return ok(runs);
}
