import { invalidUtf8At } from "../json/utf8.ts";
import { LIMITS } from "./limits.ts";
import { type BundleProblem, Held, problem } from "./problem.ts";
import type { BundleReason } from "./reasons.ts";

/** A name as the archive spells it. */
export interface Name {
  readonly name: Uint8Array;
  /** The same for people. */
  readonly path: string;
}

const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;
const JUNK = /^(?:__MACOSX|Thumbs\.db|desktop\.ini)$/i;
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const MANIFEST = "manifest.json";

/** Step 7: each name, then order, duplicates, letter case, files used as directories. */
export function checkNames(names: readonly Name[], held: Held): BundleProblem | null {
  for (const item of names) {
    const fault = nameFault(item.name, held, item.path);
    if (fault !== null) return fault;
  }
  checkOrder(names, held);
  return clash(names, held);
}

/** What is wrong with one path that we are about to write; null when it may be an entry. */
export function pathProblem(path: string): BundleProblem | null {
  const held = new Held();
  const fault = nameFault(new TextEncoder().encode(path), held, path) ?? held.first;
  return fault ?? (path.endsWith("/") ? problem("entry_directory", "a directory is no file", { path }) : null);
}

/** Structural faults first; what only the profile forbids is held back. */
function nameFault(name: Uint8Array, held: Held, path: string): BundleProblem | null {
  if (name.length === 0) return problem("path_empty", "an entry without a name");
  if (invalidUtf8At(name) >= 0) return problem("path_utf8", "not UTF-8", { path });
  const text = String.fromCharCode(...name.subarray(0, 4 * LIMITS.maxPathBytes));
  const isAscii = name.every((byte) => byte < 0x80);
  const segments = (text.endsWith("/") ? text.slice(0, -1) : text).split("/");
  const structural: readonly (readonly [BundleReason, boolean])[] = [
    ["path_control", name.some((byte) => byte < 0x20 || byte === 0x7f)],
    ["path_backslash", text.includes("\\")],
    ["path_absolute", text.startsWith("/")],
    ["path_drive", text.includes(":")],
    ["path_dot_segment", segments.some((segment) => segment === "." || segment === "..")],
    ["path_empty_segment", segments.includes("")],
  ];
  for (const [code, isFault] of structural) if (isFault) return problem(code, "refused in a path", { path });
  const profile: readonly (readonly [BundleReason, boolean])[] = [
    ["path_too_long", name.length > LIMITS.maxPathBytes || segments.some((s) => s.length > LIMITS.maxSegmentBytes)],
    ["path_too_deep", segments.length > LIMITS.maxPathSegments],
    ["path_not_ascii", !isAscii],
    ["path_trailing_dot", segments.some((segment) => segment.endsWith("."))],
    ["path_reserved", segments.some((segment) => DEVICE.test(segment))],
    ["path_junk", segments.some((segment) => JUNK.test(segment))],
    ["path_character", isAscii && !segments.every((segment) => SEGMENT.test(segment))],
  ];
  for (const [code, isFault] of profile) if (isFault) held.hold(code, "not allowed in a bundle", { path });
  return null;
}

function checkOrder(names: readonly Name[], held: Held): void {
  const at = names.findIndex((item) => item.path === MANIFEST);
  if (at > 0) held.hold("manifest_not_first", `${MANIFEST} is entry ${at + 1}`, { path: MANIFEST });
  const rest = names.filter((item) => item.path !== MANIFEST);
  for (const [index, item] of rest.entries()) {
    const before = rest[index - 1];
    if (before !== undefined && compareBytes(before.name, item.name) > 0) {
      held.hold("path_order", `comes after ${before.path}`, { path: item.path });
    }
  }
}

function clash(names: readonly Name[], held: Held): BundleProblem | null {
  const seen = new Set<string>();
  const folded = new Map<string, string>();
  for (const { path } of names) {
    if (seen.has(path)) return problem("path_duplicate", "two entries with one name", { path });
    seen.add(path);
    const lower = path.toLowerCase();
    const twin = folded.get(lower);
    if (twin !== undefined) held.hold("path_case_collision", `differs from ${twin} only by letter case`, { path });
    folded.set(lower, path);
  }
  for (const { path } of names) {
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
      const parent = path.slice(0, slash);
      if (seen.has(parent)) return problem("path_file_as_directory", `${parent} is a file`, { path });
    }
  }
  return null;
}

/** Byte order, the order of entries. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
