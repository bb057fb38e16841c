import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { LockedPlugin } from "./lock-file.ts";
import { writeWhole } from "./project-files.ts";

/** Version before the locked one, by plugin: its files stay, so that going back needs no network. */
const PREVIOUS = z.record(z.string(), z.string());
type Plugins = Readonly<Record<string, Pick<LockedPlugin, "version"> | undefined>>;

/** The version a plugin had before; null: none is known. A file somebody spoiled is no version. */
export async function previousVersion(folder: string, name: string): Promise<string | null> {
  const known = await readPrevious(folder);
  return Object.hasOwn(known, name) ? (known[name] ?? null) : null;
}

/** Notes what every moved plugin leaves, and answers whose files may go: what was left before that, or removed. */
export async function leaveVersions(
  folder: string,
  before: Plugins,
  after: Plugins,
): Promise<readonly { readonly name: string; readonly version: string }[]> {
  const known = await readPrevious(folder);
  const next: Record<string, string> = {};
  const gone: { name: string; version: string }[] = [];
  for (const name of new Set([...Object.keys(known), ...Object.keys(before), ...Object.keys(after)])) {
    const [older, old, now] = [known[name], before[name]?.version, after[name]?.version];
    const kept = now === undefined ? undefined : old === undefined || old === now ? older : old;
    if (kept !== undefined && kept !== now) next[name] = kept;
    for (const version of [older, old])
      if (version !== undefined && version !== now && version !== next[name]) gone.push({ name, version });
  }
  if (JSON.stringify(next) !== JSON.stringify(known))
    await writeWhole(fileOf(folder), `${JSON.stringify(next, null, 2)}\n`);
  return gone;
}

async function readPrevious(folder: string): Promise<Record<string, string>> {
  const text = await readFile(fileOf(folder), "utf8").catch(() => "{}");
  try {
    const parsed = PREVIOUS.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}

function fileOf(folder: string): string {
  return path.join(folder, "plugins", "previous.json");
}
