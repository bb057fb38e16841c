import { fileRule } from "../../bundle/files.ts";
import type { OpenedBundle } from "../../bundle/open.ts";
import { textFaults } from "../../bundle/text.ts";
import { manifestWarnings } from "../../manifest/manifest.ts";
import { SERVER_MODULE } from "../server-module.ts";
import { documentFindings } from "./documents.ts";
import { findingAt, findingInManifest, type PluginFinding, type TextFile } from "./finding.ts";
import { findSecrets } from "./secrets.ts";
import { serverFindings } from "./server.ts";
import { sizeFindings } from "./size-report.ts";

/** The author's own files by path, `src/server.ts` for instance: what a bundle was built from and does not hold. */
export type Sources = ReadonlyMap<string, Uint8Array>;

/**
 * Everything worth knowing about a bundle that the strict reader accepted (README, Findings), in order of path, line and
 * rule. With sources, what stands in them is told there and not a second time in the built module.
 */
export function findingsOf(bundle: OpenedBundle, sources: Sources = new Map()): readonly PluginFinding[] {
  const own = textsOf(sources);
  const packed = packedTexts(bundle);
  const server = packed.find(({ path }) => path === SERVER_MODULE) ?? null;
  return [
    ...manifestFindings(bundle),
    ...serverFindings(bundle.manifest, server),
    ...documentFindings(bundle, packed),
    ...sizeFindings(bundle),
    ...packed.flatMap(sourceMapFindings),
    ...packed.flatMap(lineFindings),
    ...textFindings(own, packed),
  ].toSorted(byPlace);
}

/** What can be said of sources alone, when they do not build: secrets and hidden characters. */
export function findingsOfSources(sources: Sources): readonly PluginFinding[] {
  return textFindings(textsOf(sources), []).toSorted(byPlace);
}

/** Does a finding keep a release back? */
export function isRefusing({ severity }: Pick<PluginFinding, "severity">): boolean {
  return severity === "error";
}

type Place = Pick<PluginFinding, "path" | "line"> & { readonly rule: string };

const PLACEHOLDER = /^(?:my-publisher|my-plugin|(?:help|security)@example\.com)$/;

function manifestFindings({ manifest }: OpenedBundle): readonly PluginFinding[] {
  const advice = manifestWarnings(manifest).map(({ pointer, detail }) =>
    findingInManifest("manifest_advice", pointer, detail),
  );
  const shown = [
    ["/name", manifest.name],
    ["/publisher", manifest.publisher],
    ["/security", manifest.security],
    ["/support/email", manifest.support.email ?? ""],
  ] as const;
  const left = shown
    .filter(([, value]) => PLACEHOLDER.test(value))
    .map(([pointer, value]) => findingInManifest("placeholder", pointer, `is still ${value}`));
  return [...advice, ...left];
}

function sourceMapFindings(file: TextFile): readonly PluginFinding[] {
  const index = file.text.search(/[#@]\s*sourceMappingURL=/);
  return index < 0 ? [] : [findingAt("source_map", file, index, "names a source map")];
}

function lineFindings(file: TextFile): readonly PluginFinding[] {
  const index = file.text.indexOf("\r");
  return index < 0 ? [] : [findingAt("text_crlf", file, index, "has carriage returns")];
}

/** Secrets everywhere; hidden characters in sources, since the reader refuses those of a bundle and a bundler escapes them. */
function textFindings(own: readonly TextFile[], packed: readonly TextFile[]): readonly PluginFinding[] {
  const hidden = own.flatMap((file) =>
    textFaults(file.text, "code").map(({ index, detail }) =>
      findingAt("hidden_unicode", file, index, `holds the character ${detail}`),
    ),
  );
  const inSources = own.flatMap(findSecrets);
  const told = new Set(inSources.map(({ text }) => text));
  const inBundle = packed.flatMap(findSecrets).filter(({ text }) => !told.has(text));
  return [...hidden, ...inSources.map((one) => one.finding), ...inBundle.map((one) => one.finding)];
}

function packedTexts(bundle: OpenedBundle): readonly TextFile[] {
  const texts = bundle.entries.filter(({ path }) => isText(path));
  return texts.map(({ path }) => ({ path, text: decode(bundle.file(path) ?? new Uint8Array()) }));
}

function isText(path: string): boolean {
  const look = fileRule(path)?.look;
  return path === "manifest.json" || look === "text" || look === "code" || look === "svg";
}

function textsOf(sources: Sources): readonly TextFile[] {
  return [...sources].map(([path, bytes]) => ({ path, text: decode(bytes) }));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8").decode(bytes);
}

/** Path, then line, then rule. */
export function byPlace(a: Place, b: Place): number {
  const [left, right] = [a, b].map(({ path, line, rule }) => [path ?? "", line ?? 0, rule] as const);
  if (!left || !right) return 0;
  if (left[0] !== right[0]) return left[0] < right[0] ? -1 : 1;
  return left[1] - right[1] || (left[2] < right[2] ? -1 : left[2] > right[2] ? 1 : 0);
}
