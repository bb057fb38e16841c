import { parseJson } from "../json/strict.ts";
import { decodeValidUtf8 } from "../json/utf8.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { pointerTo } from "../manifest/manifest.ts";
import { isHighlyRestrictive } from "../manifest/scripts.ts";
import { type FileRule, fileRule } from "./files.ts";
import { LIMITS } from "./limits.ts";
import { forbiddenContent } from "./magic.ts";
import { pictureSizeProblem, type Walk, walkJpeg, walkPng, walkWebp } from "./media.ts";
import { moduleFault } from "./module.ts";
import { type BundleProblem, problem } from "./problem.ts";
import { MANIFEST_PATH } from "./read-manifest.ts";
import { svgFault } from "./svg.ts";
import { checkTextBytes, checkTextString } from "./text.ts";

/** Step 11 for one file: is it known by path, of an allowed size, and what its name says. */
export function checkContent(path: string, bytes: Uint8Array): readonly BundleProblem[] {
  const rule = fileRule(path);
  if (rule === null) return [problem("file_unexpected", "has no place in a bundle", { path })];
  if (bytes.length > rule.maxBytes) {
    return [problem(rule.tooLarge, `${bytes.length} bytes, at most ${rule.maxBytes}`, { path })];
  }
  const forbidden = forbiddenContent(bytes);
  if (forbidden !== null) return [problem(forbidden.code, forbidden.detail, { path })];
  switch (rule.look) {
    case "png":
      return checkPicture(path, rule, walkPng(bytes));
    case "jpeg":
      return checkPicture(path, rule, walkJpeg(bytes));
    case "webp":
      return checkPicture(path, rule, walkWebp(bytes));
    case "woff2":
      return isWoff2(bytes) ? [] : [problem("file_type_forbidden", "no WOFF2 font", { path })];
    default:
      return checkText(path, rule, bytes);
  }
}

/** Every string of a manifest: NFC and the rules of text; what names things to people is of one script. */
export function checkManifestText(manifest: Manifest): readonly BundleProblem[] {
  const problems: BundleProblem[] = [];
  for (const [pointer, text] of strings(manifest, [])) {
    problems.push(...checkTextString(text, { path: MANIFEST_PATH, pointer }));
    if (isShownAsName(pointer) && !isHighlyRestrictive(text)) {
      problems.push(problem("text_mixed_script", "mixes scripts", { path: MANIFEST_PATH, pointer }));
    }
    if (problems.length >= LIMITS.maxProblems) break;
  }
  return problems;
}

function isShownAsName(pointer: string): boolean {
  return pointer === "/displayName" || /^\/(?:tags|pricing\/tiers\/\d+\/features)\/\d+$/.test(pointer);
}

function* strings(value: unknown, path: readonly PropertyKey[]): Generator<readonly [string, string]> {
  if (typeof value === "string") yield [pointerTo(path), value];
  else if (value !== null && typeof value === "object") {
    for (const [key, member] of Object.entries(value)) yield* strings(member, [...path, key]);
  }
}

function checkText(path: string, rule: FileRule, bytes: Uint8Array): readonly BundleProblem[] {
  const faults = checkTextBytes(path, bytes, rule.look === "code" ? "code" : "text");
  if (faults.length > 0) return faults;
  if (rule.look === "svg") {
    const fault = svgFault(decodeValidUtf8(bytes));
    return fault === null ? [] : [problem("svg_active", fault, { path })];
  }
  if (rule.role === "server") {
    const fault = moduleFault(decodeValidUtf8(bytes));
    return fault === null ? [] : [problem("server_not_single_module", fault.detail, { path, ...fault.place })];
  }
  if (rule.role === "locale") {
    const json = parseJson(bytes, { maxDepth: LIMITS.maxJsonDepth, numbers: "integer" });
    return json.ok ? [] : [problem(json.problem.reason, "strict JSON only", { path, ...placeOf(json.problem) })];
  }
  return [];
}

function placeOf({ line, column }: { readonly line: number; readonly column: number }) {
  return { line, column };
}

function checkPicture(path: string, rule: FileRule, walk: Walk): readonly BundleProblem[] {
  if (!walk.ok) return [problem(walk.code, walk.detail, { path })];
  const size = pictureSizeProblem(path, rule.role, walk);
  return size === null ? [] : [size];
}

/** Signature, and a length field that is the file's. */
function isWoff2(bytes: Uint8Array): boolean {
  if (bytes.length < 48 || String.fromCharCode(...bytes.subarray(0, 4)) !== "wOF2") return false;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(8) === bytes.length;
}
