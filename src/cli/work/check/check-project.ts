import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { OpenedBundle } from "../../../domain/bundle/open.ts";
import type { PluginFinding } from "../../../domain/release/findings/finding.ts";
import {
  byPlace,
  findingsOf,
  findingsOfSources,
  isRefusing,
  type Sources,
} from "../../../domain/release/findings/findings-of.ts";
import { type SizeReport, sizeReportOf } from "../../../domain/release/findings/size-report.ts";
import { ok } from "../../../domain/result.ts";
import type { CliProblem, Outcome } from "../../problem.ts";
import { buildTraced } from "../build-plugin.ts";
import { inspectBundle, placeOf } from "../inspect-bundle.ts";
import { readFolder } from "../project-files.ts";
import { placeOfPointer } from "./pointer-place.ts";
import { readSourceMap } from "./source-map.ts";

/** A finding as a person works with it: always with a place in a file they wrote, where there is one. */
export interface Finding extends Omit<PluginFinding, "rule"> {
  /** One of `FINDING_RULES`, or a refusal code of the reader or the build. */
  readonly rule: string;
}
export interface Checked {
  readonly findings: readonly Finding[];
  /** null when the reader refuses what was built. */
  readonly bundle: OpenedBundle | null;
  /** Why it may not leave this machine: the reader's refusal, or the errors among the findings. */
  readonly refusal: CliProblem | null;
  readonly sizes: SizeReport | null;
}

/** All findings of a plugin's folder, or of a .rbsm file. Only misuse is a problem: a refusal of the reader is a finding. */
export async function checkProject(source: string): Promise<Outcome<Checked>> {
  const found = await stat(source).catch(() => null);
  if (found?.isFile() || source.endsWith(".rbsm")) return checkFile(source);
  const folder = path.resolve(source);
  const { built, map } = await buildTraced(folder);
  const sources = await readSources(folder);
  if (!sources.ok) return sources;
  const manifest = await readFile(path.join(folder, "manifest.json"), "utf8").catch(() => null);
  const trace = tracer(map, manifest);
  if (built.ok) {
    return ok(accepted(built.value, findingsOf(built.value, sources.value).map(trace)));
  }
  if (built.problem.kind === "misuse") return built;
  const findings = [...refusals(built.problem), ...findingsOfSources(sources.value)].map(trace);
  return ok({ findings: findings.toSorted(byPlace), bundle: null, refusal: built.problem, sizes: null });
}

/** A folder that is laid out as a bundle already, or a file: nothing is known of its sources. */
export function checkBundle(bundle: OpenedBundle): Checked {
  return accepted(bundle, findingsOf(bundle));
}

function accepted(bundle: OpenedBundle, findings: readonly Finding[]): Checked {
  const refusing = findings.filter(isRefusing);
  const refusal = refusing.length > 0 ? tellFindings(refusing) : null;
  return { findings: findings.toSorted(byPlace), bundle, refusal, sizes: sizeReportOf(bundle) };
}

async function checkFile(file: string): Promise<Outcome<Checked>> {
  const bundle = await inspectBundle(new Uint8Array(await readFile(file)));
  if (bundle.ok) return ok(checkBundle(bundle.value));
  return ok({ findings: refusals(bundle.problem), bundle: null, refusal: bundle.problem, sizes: null });
}

/** Problems of the reader and of the build in the shape of findings. */
function refusals({ code, message, next, problems }: CliProblem): readonly Finding[] {
  if (!problems || problems.length === 0) return [{ rule: code, severity: "error", message, advice: next }];
  return problems.map(({ code: rule, detail, ...place }) => ({
    rule,
    severity: "error",
    ...place,
    message: detail,
    advice: next,
  }));
}

/** The first error names the refusal; `findings` holds all of them. */
export function tellFindings(refusing: readonly Finding[], all: readonly Finding[] = refusing): CliProblem {
  const [first] = refusing;
  if (!first) throw new Error("a refusal without a finding");
  const more = refusing.length > 1 ? ` (and ${refusing.length - 1} more)` : "";
  return {
    code: first.rule,
    kind: "bundle",
    message: `${placeOf(first)} ${first.message}${more}.`,
    next: refusing.length > 1 ? "Run rbsm check for all of them." : first.advice,
    facts: { findings: all },
  };
}

/** What is bundled into the server module. Other folders do not leave this machine. */
async function readSources(folder: string): Promise<Outcome<Sources>> {
  const isThere = (await stat(path.join(folder, "src")).catch(() => null))?.isDirectory() === true;
  return isThere ? readFolder(folder, "src") : ok(new Map());
}

/** From the built module and from JSON pointers back to the lines an author wrote. */
function tracer(map: string | null, manifest: string | null): (finding: Finding) => Finding {
  const locate = map ? readSourceMap(map) : () => null;
  return (finding) => {
    if (finding.path === "server/main.js" && finding.line !== undefined) {
      const place = locate(finding.line, finding.column ?? 1);
      return place && !place.path.startsWith("sdk:") ? { ...finding, ...place } : finding;
    }
    if (finding.path === "manifest.json" && manifest !== null && finding.line === undefined) {
      if (!isJson(manifest)) return finding;
      return { ...finding, ...placeOfPointer(manifest, finding.pointer ?? "") };
    }
    return finding;
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
