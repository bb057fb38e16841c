import path from "node:path";
import { PLUGIN_TYPES } from "../../domain/manifest/permissions.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse } from "../problem.ts";
import { initProject, isTemplate, nameAfterFolder } from "../work/init-project.ts";

export const initCommand = command({
  summary: "write a new plugin that builds and packs as it is",
  details: [
    "Writes the manifest with its JSON Schema, the source, README, CHANGELOG, LICENSE and a test. Needs no network.",
  ],
  positionals: [{ name: "DIR", summary: "a new or empty folder; the current one if left out", optional: true }],
  flags: {
    template: { value: "TYPE", summary: `${PLUGIN_TYPES.join(", ")}; automation if left out` },
    name: { value: "NAME", summary: "plugin name; made from the folder's name if left out" },
    publisher: { value: "HANDLE", summary: "your publisher handle; my-publisher if left out" },
  },
  examples: ["rbsm init visit-notes --template mixed --publisher acme"],
  async run({ flags, args }) {
    const folder = path.resolve(args[0] ?? ".");
    const template = flags.template ?? "automation";
    if (!isTemplate(template))
      return {
        ok: false,
        problem: misuse("template_unknown", `There is no template “${template}”.`, `Use ${PLUGIN_TYPES.join(", ")}.`),
      };
    const name = flags.name ?? nameAfterFolder(folder);
    const publisher = flags.publisher ?? "my-publisher";
    const files = await initProject({ folder, template, name, publisher });
    if (!files.ok) return files;
    return ok({
      data: { folder, name, publisher, template, files: files.value },
      lines: [
        `Wrote ${name} to ${folder}`,
        ...files.value.map((file) => `  ${file}`),
        "",
        `Next: rbsm test ${args[0] ?? "."}, rbsm dev ${args[0] ?? "."}`,
      ],
    });
  },
});
