import { readFile } from "node:fs/promises";
import path from "node:path";
import type { OpenedBundle } from "../../domain/bundle/open.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import type { Outcome } from "../problem.ts";
import { inspectBundle } from "../work/inspect-bundle.ts";
import { packPlugin } from "../work/pack-plugin.ts";
import { showBundle, showFiles } from "./show-bundle.ts";
import { showSizes, warnFindings } from "./show-findings.ts";

export const packCommand = command({
  summary: "make NAME-VERSION.rbsm, the same bytes on every machine",
  details: [
    "Nothing is packed while rbsm check finds an error: a secret, a hidden character, a call without its permission. Warnings are told.",
  ],
  positionals: [{ name: "DIR", summary: "the plugin's folder; the current one if left out", optional: true }],
  flags: {
    list: { summary: "print path, size and digest of every file first" },
    sizes: { summary: "print what each part weighs" },
    since: { value: "FILE", summary: "mark what was added, removed or grew since that .rbsm (with --list)" },
    built: { summary: "DIR is laid out as a bundle already: build nothing" },
    out: { value: "FILE", summary: "where to write; NAME-VERSION.rbsm in the current folder if left out" },
    "dry-run": { summary: "write nothing" },
  },
  examples: ["rbsm pack", "rbsm pack visit-notes --list --since visit-notes-1.3.0.rbsm"],
  async run({ flags, args, voice }) {
    const before = await readBefore(flags.since);
    if (!before.ok) return before;
    const packed = await packPlugin(path.resolve(args[0] ?? "."), {
      isBuilt: flags.built === true,
      out: flags["dry-run"] ? null : (flags.out ?? "."),
    });
    if (!packed.ok) return packed;
    const { file, bundle, findings, sizes } = packed.value;
    warnFindings(findings, voice);
    return ok({
      data: { ...showBundle(bundle, before.value?.manifest.files), file, findings, sizes },
      lines: [
        ...(flags.list ? showFiles(bundle, before.value?.manifest.files) : []),
        file === null ? "Nothing was written." : `Packed ${file}`,
        `  ${bundle.size} bytes, sha256 ${bundle.sha256}`,
        ...(flags.sizes ? showSizes(sizes) : []),
      ],
    });
  },
});

async function readBefore(file: string | undefined): Promise<Outcome<OpenedBundle | null>> {
  return file === undefined ? ok(null) : inspectBundle(new Uint8Array(await readFile(file)));
}
