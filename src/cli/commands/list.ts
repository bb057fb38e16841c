import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { listInstalled } from "../work/install-plugins.ts";

export const listCommand = command({
  summary: "list what rbsm.lock names, and whether the files are here unchanged",
  positionals: [],
  flags: { dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" } },
  examples: ["rbsm list --json"],
  async run({ flags }) {
    const listed = await listInstalled(path.resolve(flags.dir ?? "."));
    if (!listed.ok) return listed;
    const lock = listed.value?.lock ?? null;
    const plugins = Object.entries(lock?.plugins ?? {}).map(([name, locked]) => ({
      name,
      wanted: lock?.roots[name] ?? "",
      ...locked,
      file: listed.value?.files[name] ?? "missing",
    }));
    return ok({
      data: { marketplace: lock?.marketplace ?? null, appVersion: lock?.appVersion ?? null, plugins },
      lines: plugins.map(({ name, version, wanted, file }) => `${name} ${version} (${wanted})  ${file}`),
    });
  },
});
