import { parseJson } from "../json/strict.ts";
import { decodeValidUtf8 } from "../json/utf8.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseMigration } from "../manifest/migration.ts";
import { fileRule, migrationNumber, REQUIRED_FILES } from "./files.ts";
import { LIMITS } from "./limits.ts";
import { type BundleProblem, problem } from "./problem.ts";
import { strayUiFiles } from "./ui-files.ts";

/** Whether step 12 reads this file again. */
export function isKeptForDocuments(path: string, size: number): boolean {
  const rule = fileRule(path);
  return rule !== null && ["readme", "changelog", "migration"].includes(rule.role) && size <= rule.maxBytes;
}

/** Step 12: the files that must be there, what they must say, migrations without a hole, UI files that some slot uses. */
export function checkDocuments(
  manifest: Manifest,
  kept: ReadonlyMap<string, Uint8Array>,
  file: (path: string) => Uint8Array | null,
): readonly BundleProblem[] {
  const problems: BundleProblem[] = [];
  for (const path of REQUIRED_FILES) {
    if (!Object.hasOwn(manifest.files, path)) problems.push(problem("file_missing", "every bundle has one", { path }));
  }
  const readme = kept.get("README.md");
  if (readme !== undefined && !isReadme(decodeValidUtf8(readme))) {
    const detail = `needs a heading and ${LIMITS.minReadmeLetters} letters`;
    problems.push(problem("readme_empty", detail, { path: "README.md" }));
  }
  const changelog = kept.get("CHANGELOG.md");
  if (changelog !== undefined && !mentionsVersion(decodeValidUtf8(changelog), manifest.version)) {
    const detail = `no heading contains ${manifest.version}`;
    problems.push(problem("changelog_version_missing", detail, { path: "CHANGELOG.md" }));
  }
  return [...problems, ...checkMigrations(manifest, kept), ...strayUiFiles(manifest, file)];
}

/** The text outside fenced code. */
function headings(markdown: string, maxLevel: number): readonly string[] {
  const found: string[] = [];
  let fence = "";
  let before = "";
  for (const line of markdown.split(/\r\n|\n|\r/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === "") fence = mark;
      else if (mark.startsWith(fence)) fence = "";
    } else if (fence === "") {
      const heading = /^ {0,3}(#{1,6})[ \t]+(.*\S)/.exec(line);
      if (heading !== null && (heading[1] as string).length <= maxLevel) found.push(heading[2] as string);
      if (/^ {0,3}(?:=+|-+)[ \t]*$/.test(line) && before.trim() !== "") found.push(before.trim());
    }
    before = fence === "" ? line : "";
  }
  return found;
}

function isReadme(markdown: string): boolean {
  const letters = markdown.match(/\p{L}/gu)?.length ?? 0;
  return letters >= LIMITS.minReadmeLetters && headings(markdown, 6).length > 0;
}

/** `## 1.4.0`, `# [v1.4.0] – July`; not `## 1.4.0-beta.2`, not `## 11.4.0`. */
function mentionsVersion(markdown: string, version: string): boolean {
  const literal = version.replaceAll(/[.+]/g, "\\$&");
  const exact = new RegExp(`(?:^|[^0-9A-Za-z.+-])v?${literal}(?![0-9A-Za-z+-]|\\.[0-9A-Za-z])`);
  return headings(markdown, 3).some((heading) => exact.test(heading));
}

function checkMigrations(manifest: Manifest, kept: ReadonlyMap<string, Uint8Array>): readonly BundleProblem[] {
  const problems: BundleProblem[] = [];
  const version = manifest.settings?.version ?? 1;
  for (let n = 2; n <= version; n++) {
    const path = `migrations/settings-${n}.json`;
    if (!kept.has(path)) problems.push(problem("migration_missing", `settings are at version ${version}`, { path }));
  }
  for (const [path, bytes] of kept) {
    const number = migrationNumber(path);
    if (number === null) continue;
    if (number < 2 || number > version) {
      problems.push(problem("migration_invalid", `settings are at version ${version}`, { path }));
      continue;
    }
    const json = parseJson(bytes, { maxDepth: LIMITS.maxJsonDepth, numbers: "integer" });
    if (!json.ok) {
      const { reason, line, column } = json.problem;
      problems.push(problem("migration_invalid", `no strict JSON: ${reason}`, { path, line, column }));
      continue;
    }
    const migration = parseMigration(json.value);
    if (!migration.ok) {
      const { pointer, detail } = migration.problem;
      problems.push(problem("migration_invalid", detail, { path, pointer }));
    }
  }
  return problems;
}
