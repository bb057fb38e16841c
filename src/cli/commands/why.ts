import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { whyOf } from "../work/lock-graph.ts";
import { requireLock } from "../work/require-lock.ts";

export const whyCommand = command({
  summary: "say why rbsm.lock names a plugin: by which chains it is needed",
  details: ["Asks nobody. Shortest chain first."],
  positionals: [{ name: "PLUGIN", summary: "name of the plugin" }],
  flags: { dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" } },
  examples: ["rbsm why pdf-writer"],
  async run({ flags, args: [name = ""] }) {
    const lock = await requireLock(path.resolve(flags.dir ?? "."));
    if (!lock.ok) return lock;
    const chains = whyOf(lock.value, name);
    if (!chains.ok) return chains;
    const lines = chains.value.map(([first, ...rest]) =>
      [
        `${first?.name} ${first?.version} (asked for: ${first?.range})`,
        ...rest.map(({ name: other, version, range }) => `${other} ${version} (${range})`),
      ].join(" → "),
    );
    return ok({ data: { name, chains: chains.value }, lines });
  },
});
