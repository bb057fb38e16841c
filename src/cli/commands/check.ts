import { isRefusing } from "../../domain/release/findings/findings-of.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { painter } from "../voice.ts";
import { type Checked, checkProject, tellFindings } from "../work/check/check-project.ts";
import { showFinding, showSizes } from "./show-findings.ts";

export const checkCommand = command({
  summary: "find what is wrong with a plugin, all of it",
  details: [
    "Builds the plugin in memory and lists every finding with file, line, rule and advice: what the strict reader refuses, permissions used and not declared or declared and not used, handlers without a declaration, addresses outside egress, secrets, hidden characters, line ends, links and sizes. Nothing is written and nothing is sent.",
    "Exit code 1 if there is an error; warnings and remarks end with 0, unless --strict.",
  ],
  positionals: [
    { name: "PATH", summary: "a plugin's folder or a .rbsm file; the current folder if left out", optional: true },
  ],
  flags: { strict: { summary: "warnings count as errors" } },
  examples: ["rbsm check", "rbsm check visit-notes --strict --json"],
  async run({ flags, args, voice }) {
    const checked = await checkProject(args[0] ?? ".");
    if (!checked.ok) return checked;
    const { findings } = checked.value;
    const refusing = findings.filter((one) => isRefusing(one) || (flags.strict === true && one.severity === "warning"));
    if (refusing.length > 0) {
      for (const line of findings.flatMap((one) => showFinding(one, voice.paint))) voice.say(line);
      return { ok: false, problem: { ...tellFindings(refusing, findings), next: "Correct them and check again." } };
    }
    const paint = painter(process.stdout.isTTY === true, process.env);
    return ok({
      data: { findings, sizes: checked.value.sizes },
      lines: [...findings.flatMap((one) => showFinding(one, paint)), ...summary(checked.value)],
    });
  },
});

function summary({ findings, sizes }: Checked): readonly string[] {
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  return [...(sizes ? showSizes(sizes) : []), `No errors, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`];
}
