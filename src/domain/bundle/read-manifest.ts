import { encodeUtf8, equalBytes } from "../bytes.ts";
import { canonicalize } from "../json/canonical.ts";
import { parseJson } from "../json/strict.ts";
import { checkManifestRules, type Manifest, type ManifestProblem, parseManifest } from "../manifest/manifest.ts";
import { byText } from "../manifest/text.ts";
import { ok, type Result, refuse } from "../result.ts";
import { LIMITS } from "./limits.ts";
import { type BundleProblem, problem } from "./problem.ts";

export const MANIFEST_PATH = "manifest.json";

/** Step 9: strict JSON, canonical bytes, fields, cross rules; each only when the one before has passed. */
export function readManifest(bytes: Uint8Array, paths: readonly string[]): Result<Manifest, readonly BundleProblem[]> {
  if (bytes.length > LIMITS.maxManifestBytes) {
    return refuse([inManifest("manifest_too_large", `${bytes.length} bytes, at most ${LIMITS.maxManifestBytes}`)]);
  }
  const json = parseJson(bytes, { maxDepth: LIMITS.maxJsonDepth, numbers: "integer" });
  if (!json.ok) {
    const { reason, line, column } = json.problem;
    return refuse([problem(reason, "strict JSON only", { path: MANIFEST_PATH, line, column })]);
  }
  if (!equalBytes(encodeUtf8(canonicalize(json.value)), bytes)) {
    return refuse([inManifest("json_not_canonical", "the same value has another canonical spelling (RFC 8785)")]);
  }
  const manifest = parseManifest(json.value);
  if (!manifest.ok) return refuse(manifest.problem.map(asBundleProblem));
  const faults = checkManifestRules(
    manifest.value,
    paths.filter((path) => path !== MANIFEST_PATH),
  );
  return faults.length === 0 ? ok(manifest.value) : refuse(faults.map(asBundleProblem));
}

/** Step 10: the keys of `files` are the entries beside the manifest; sizes and digests are those of the content. */
export function checkFileMap(
  manifest: Manifest,
  found: ReadonlyMap<string, { readonly size: number; readonly sha256: string }>,
): readonly BundleProblem[] {
  const problems: BundleProblem[] = [];
  for (const [path, { size, sha256 }] of found) {
    if (path === MANIFEST_PATH) continue;
    const listed = Object.hasOwn(manifest.files, path) ? manifest.files[path] : undefined;
    if (listed === undefined) problems.push(problem("file_not_listed", "not in the manifest's files", { path }));
    else if (listed.size !== size) {
      problems.push(problem("file_size_mismatch", `${size} bytes, listed with ${listed.size}`, { path }));
    } else if (listed.sha256 !== sha256) {
      problems.push(problem("file_digest_mismatch", `is ${sha256}, listed as ${listed.sha256}`, { path }));
    }
  }
  for (const path of Object.keys(manifest.files).sort(byText)) {
    if (!found.has(path) || path === MANIFEST_PATH) {
      problems.push(problem("file_missing", "listed, but no entry", { path }));
    }
  }
  return problems;
}

function asBundleProblem({ code, pointer, detail }: ManifestProblem): BundleProblem {
  return problem(code, detail, { path: MANIFEST_PATH, pointer });
}

function inManifest(code: BundleProblem["code"], detail: string): BundleProblem {
  return problem(code, detail, { path: MANIFEST_PATH });
}
