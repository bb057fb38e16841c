import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { runTests } from "../work/test/run-tests.ts";

export const testCommand = command({
  summary: "run the tests of a plugin",
  details: [
    "Runs test/*.test.ts with vitest: the project's own, or the one that comes with this command. @rising-bsm/plugin-sdk is the SDK beside this command, so nothing has to be installed.",
  ],
  positionals: [{ name: "DIR", summary: "the plugin's folder; the current one if left out", optional: true }],
  flags: {},
  examples: ["rbsm test", "rbsm test visit-notes --json"],
  async run({ args }) {
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
    return ok({ data: { passed, failed, tests }, lines: [`${passed} ${passed === 1 ? "test" : "tests"} passed`] });
  },
});
