import { readFile } from "node:fs/promises";
import * as z from "zod";
import { ok } from "../../../domain/result.ts";
import type { InstallationFacts } from "../../../sdk/testing/host/run-facts.ts";
import { misuse, type Outcome } from "../../problem.ts";

const FACTS = z.strictObject({
  settings: z.record(z.string(), z.json()).optional(),
  secrets: z.record(z.string(), z.string()).optional(),
});

/** What `--settings` names: `{"settings": {…}, "secrets": {…}}`. Whether it fits the manifest is judged with the bundle. */
export async function readFacts(file: string | undefined): Promise<Outcome<InstallationFacts>> {
  if (file === undefined) return ok({});
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return { ok: false, problem: misuse("option_invalid", `--settings: cannot read ${file}.`) };
  const read = FACTS.safeParse(parsed(text));
  if (read.success) return ok(JSON.parse(JSON.stringify(read.data)) as InstallationFacts);
  const shape = '--settings names a JSON file: {"settings": {…}, "secrets": {…}}.';
  return { ok: false, problem: misuse("option_invalid", shape) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
