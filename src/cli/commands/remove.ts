import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { removePlugin } from "../work/install-plugins.ts";

export const removeCommand = command({
  summary: "take a plugin out of rbsm.lock and delete its files",
  details: ["What only this plugin needed goes with it. A plugin that another one needs stays."],
  positionals: [{ name: "PLUGIN", summary: "name of the plugin" }],
  flags: { dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" } },
  examples: ["rbsm remove visit-notes"],
  async run({ flags, args: [name = ""] }) {
    const removed = await removePlugin(path.resolve(flags.dir ?? "."), name);
    if (!removed.ok) return removed;
    const { version, also } = removed.value;
    const others = also.length === 0 ? [] : [`Removed with it: ${also.join(", ")}`];
    return ok({ data: { name, version, also }, lines: [`Removed ${name} ${version}`, ...others] });
  },
});
