import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { removePlugin } from "../work/install-plugins.ts";

export const removeCommand = command({
  summary: "take a plugin out of rbsm.lock and delete its files",
  positionals: [{ name: "PLUGIN", summary: "name of the plugin" }],
  flags: { dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" } },
  examples: ["rbsm remove visit-notes"],
  async run({ flags, args: [name = ""] }) {
    const removed = await removePlugin(path.resolve(flags.dir ?? "."), name);
    if (!removed.ok) return removed;
    return ok({ data: { name, version: removed.value.version }, lines: [`Removed ${name} ${removed.value.version}`] });
  },
});
