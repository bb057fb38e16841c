import { readFile } from "node:fs/promises";
import * as z from "zod";
import { parseJson } from "../../domain/json/strict.ts";
import { CHANNELS } from "../../domain/manifest/permissions.ts";
import { isRange, parseVersion } from "../../domain/release/version.ts";
import { admits, readRange } from "../../domain/resolve/range.ts";
import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";
import { reachedBy } from "./lock-graph.ts";
import { writeWhole } from "./project-files.ts";

export const LOCK_FILE = "rbsm.lock";

const NAME = z.string().regex(/^[a-z][a-z0-9-]{1,49}$/);
const VERSION = z.string().refine((text) => parseVersion(text) !== null, "no version");
const RANGE = z.string().refine(isRange, "no range");
const HEX_256 = z.string().regex(/^[0-9a-f]{64}$/);

const LOCKED = z.strictObject({
  version: VERSION,
  /** Of the plain `.rbsm`. */
  sha256: HEX_256,
  /** Of the signed payloads. */
  statementSha256: HEX_256,
  receiptSha256: HEX_256,
  channel: z.enum(CHANNELS),
  /** Name → range, as the manifest says. */
  dependencies: z.record(NAME, RANGE),
});
const LOCK = z.strictObject({
  lockVersion: z.literal(1),
  marketplace: z.string().min(1).max(253),
  /** The Rising-BSM these were chosen for. */
  appVersion: VERSION,
  /** What was asked for: name → range. */
  roots: z.record(NAME, RANGE),
  plugins: z.record(NAME, LOCKED),
});
export type LockedPlugin = z.infer<typeof LOCKED>;
export type Lock = z.infer<typeof LOCK>;

/** The lock of a folder; null where there is none. Anything but what `renderLock` writes in content is refused. */
export async function readLock(file: string): Promise<Outcome<Lock | null>> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (bytes === null) return ok(null);
  const parsed = parseLock(new Uint8Array(bytes));
  return parsed.ok ? ok(parsed.value) : { ok: false, problem: tellInvalid(file, parsed.problem) };
}

export async function writeLock(file: string, lock: Lock): Promise<void> {
  await writeWhole(file, renderLock(lock), 0o644);
}

/** Sorted keys, two spaces, a final newline: the same lock is the same text on every machine. */
export function renderLock(lock: Lock): string {
  return `${JSON.stringify(sortKeys(lock), null, 2)}\n`;
}

/** Answers a lock that contradicts nothing in itself; else what is wrong with it. */
export function parseLock(
  bytes: Uint8Array,
): { readonly ok: true; readonly value: Lock } | { readonly ok: false; readonly problem: string } {
  const json = parseJson(bytes, { maxDepth: 6, numbers: "integer" });
  if (!json.ok) return { ok: false, problem: `line ${json.problem.line}: ${json.problem.reason}` };
  const parsed = LOCK.safeParse(json.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, problem: `/${issue?.path.join("/") ?? ""}: ${issue?.message ?? "not a lock"}` };
  }
  const { roots, plugins } = parsed.data;
  const reached = reachedBy(parsed.data);
  for (const name of Object.keys(plugins))
    if (!reached.has(name)) return { ok: false, problem: `nothing asks for ${name}` };
  for (const needs of [roots, ...Object.values(plugins).map(({ dependencies }) => dependencies)])
    for (const [name, range] of Object.entries(needs)) {
      const plugin = Object.hasOwn(plugins, name) ? plugins[name] : undefined;
      if (plugin === undefined) return { ok: false, problem: `${name} is asked for and not locked` };
      if (!admits(readRange(range), plugin.version, plugin.channel))
        return { ok: false, problem: `${name} ${plugin.version} is not in ${range}` };
    }
  return { ok: true, value: parsed.data };
}

function tellInvalid(file: string, why: string) {
  return {
    code: "lock_invalid",
    kind: "conflict" as const,
    message: `${file} is not a lock that rbsm wrote (${why}).`,
    next: "Take it from version control again, or remove it and install anew.",
  };
}

/** JSON.stringify writes keys in the order they were set; names that look like numbers cannot occur here. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
