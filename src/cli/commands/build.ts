import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { buildPlugin, writeBuilt } from "../work/build-plugin.ts";
import { showBundle, showFiles, warn } from "./show-bundle.ts";

export const buildCommand = command({
  summary: "bundle the source of a plugin into DIR/dist",
  details: [
    "src/server.ts (or .js) becomes server/main.js: one module without imports, at most 256 KiB. README.md, CHANGELOG.md, LICENSE, NOTICE and the folders icons, screenshots, ui, migrations and locales are taken as they are. The result is checked as the marketplace checks it.",
  ],
  positionals: [{ name: "DIR", summary: "the plugin's folder; the current one if left out", optional: true }],
  flags: { out: { value: "FOLDER", summary: "where to write; DIR/dist if left out" } },
  examples: ["rbsm build", "rbsm build visit-notes --out /tmp/visit-notes"],
  async run({ flags, args, voice }) {
    const folder = path.resolve(args[0] ?? ".");
    const out = flags.out === undefined ? path.join(folder, "dist") : path.resolve(flags.out);
    const built = await buildPlugin(folder);
    if (!built.ok) return built;
    const written = await writeBuilt(built.value, out);
    if (!written.ok) return written;
    warn(built.value, voice);
    return ok({ data: { ...showBundle(built.value), out }, lines: [...showFiles(built.value), `Built ${out}`] });
  },
});
