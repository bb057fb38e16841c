import type { OpenedBundle } from "../../domain/bundle/open.ts";
import { type Capabilities, manifestWarnings } from "../../domain/manifest/manifest.ts";
import type { Voice } from "../voice.ts";

/** The file map of a manifest, of the version before. */
export type FileMap = { readonly [path: string]: { readonly sha256: string; readonly size: number } };
export type Change = "same" | "added" | "removed" | "grew" | "shrank" | "changed";

/** What `--json` says of a bundle. With the files of another version each is marked. */
export function showBundle(bundle: OpenedBundle, before?: FileMap) {
  const { manifest, size, sha256, capabilities } = bundle;
  return {
    name: manifest.name,
    version: manifest.version,
    publisher: manifest.publisher,
    size,
    sha256,
    files: rows(bundle, before).map(({ change, ...row }) => (before ? { ...row, change } : row)),
    capabilities: { ...capabilities },
    warnings: manifestWarnings(manifest).map((warning) => ({ ...warning })),
  };
}

/** One line for each file: mark, size, digest, path. */
export function showFiles(bundle: OpenedBundle, before?: FileMap): readonly string[] {
  return rows(bundle, before).map(
    ({ path, size, sha256, change }) =>
      `${before ? `${change.padEnd(8)}` : ""}${String(size).padStart(9)}  ${sha256.slice(0, 16)}  ${path}`,
  );
}

/** Nothing asked for is said, too: silence could be an oversight. */
export function showCapabilities(bundle: OpenedBundle, before?: Capabilities): readonly string[] {
  const lines = Object.entries(bundle.capabilities).flatMap(([name, value]) => {
    const now = listOf(value);
    const then = before ? listOf(before[name as keyof Capabilities]) : now;
    const marked = now.map((item) => (then.includes(item) ? item : `+${item}`));
    const gone = then.filter((item) => !now.includes(item)).map((item) => `-${item}`);
    const all = [...marked, ...gone];
    return all.length > 0 ? [`  ${name}: ${all.join(", ")}`] : [];
  });
  return lines.length > 0 ? lines : ["  none: it asks for nothing"];
}

export function warn(bundle: OpenedBundle, voice: Voice): void {
  for (const { pointer, detail } of manifestWarnings(bundle.manifest))
    voice.say(`${voice.paint("yellow", "!")} ${pointer} ${detail}`);
}

function rows({ manifest, manifestBytes, manifestSha256 }: OpenedBundle, before: FileMap | undefined) {
  const files = { "manifest.json": { sha256: manifestSha256, size: manifestBytes.length }, ...manifest.files };
  const now = Object.entries(files).map(([path, { size, sha256 }]) => ({
    path,
    size,
    sha256,
    change: compare(before?.[path], { size, sha256 }),
  }));
  const removed = Object.entries(before ?? {})
    .filter(([path]) => !Object.hasOwn(files, path))
    .map(([path, file]) => ({ path, size: file.size, sha256: file.sha256, change: "removed" as const }));
  return [...now, ...removed];
}

function compare(before: FileMap[string] | undefined, now: FileMap[string]): Change {
  if (!before) return "added";
  if (before.sha256 === now.sha256) return "same";
  return now.size > before.size ? "grew" : now.size < before.size ? "shrank" : "changed";
}

function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([name, range]) => `${name} ${range}`);
}
