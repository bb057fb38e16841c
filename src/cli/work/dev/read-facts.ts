import { readFile } from "node:fs/promises";
import * as z from "zod";
import { ok } from "../../../domain/result.ts";
import type { InstallationFacts } from "../../../sdk/testing/host/run-facts.ts";
import { misuse, type Outcome } from "../../problem.ts";

/** What an admin sets, as the file and the page of `rbsm dev` write it. */
export const FACTS = z.strictObject({
  settings: z.record(z.string(), z.json()).exactOptional(),
  secrets: z.record(z.string(), z.string()).exactOptional(),
});

/** What `--settings` names: `{"settings": {…}, "secrets": {…}}`. Whether it fits the manifest is judged with the bundle. */
export async function readFacts(file: string | undefined): Promise<Outcome<InstallationFacts>> {
  if (file === undefined) return ok({});
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return { ok: false, problem: misuse("option_invalid", `--settings: cannot read ${file}.`) };
  const read = FACTS.safeParse(parsed(text));
  if (read.success) return ok(read.data);
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
