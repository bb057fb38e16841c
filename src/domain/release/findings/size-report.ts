import { fileRule } from "../../bundle/files.ts";
import { LIMITS } from "../../bundle/limits.ts";
import type { OpenedBundle } from "../../bundle/open.ts";
import { findingIn, type PluginFinding } from "./finding.ts";

/** What a bundle weighs. Sizes in bytes. */
export interface SizeReport {
  readonly bundle: { readonly size: number; readonly max: number };
  readonly unpacked: { readonly size: number; readonly max: number };
  /** By role of the file: server, ui, screenshot …; heaviest first. */
  readonly parts: readonly SizePart[];
  /** The five heaviest files as they are packed. */
  readonly heaviest: readonly { readonly path: string; readonly size: number; readonly packed: number }[];
}
export interface SizePart {
  readonly name: string;
  readonly files: number;
  readonly size: number;
  readonly packed: number;
}

export function sizeReportOf(bundle: OpenedBundle): SizeReport {
  const parts = new Map<string, SizePart>();
  for (const { path, size, compressedSize } of bundle.entries) {
    const name = path === "manifest.json" ? "manifest" : (fileRule(path)?.role ?? "other");
    const before = parts.get(name) ?? { name, files: 0, size: 0, packed: 0 };
    parts.set(name, {
      name,
      files: before.files + 1,
      size: before.size + size,
      packed: before.packed + compressedSize,
    });
  }
  return {
    bundle: { size: bundle.size, max: LIMITS.maxBundleBytes },
    unpacked: { size: bundle.entries.reduce((sum, { size }) => sum + size, 0), max: LIMITS.maxTotalBytes },
    parts: [...parts.values()].toSorted((a, b) => b.packed - a.packed),
    heaviest: bundle.entries
      .map(({ path, size, compressedSize }) => ({ path, size, packed: compressedSize }))
      .toSorted((a, b) => b.packed - a.packed)
      .slice(0, 5),
  };
}

/** Beyond this share of a limit it is time to say so. */
const NEAR = 0.8;

export function sizeFindings(bundle: OpenedBundle): readonly PluginFinding[] {
  const near = bundle.entries.flatMap(({ path, size }) => {
    const max = path === "manifest.json" ? LIMITS.maxManifestBytes : (fileRule(path)?.maxBytes ?? LIMITS.maxFileBytes);
    return size > max * NEAR ? [findingIn("size_near_limit", path, `is ${size} of at most ${max} bytes`)] : [];
  });
  return bundle.size > LIMITS.maxBundleBytes * NEAR
    ? [...near, findingIn("size_near_limit", "bundle", `is ${bundle.size} of at most ${LIMITS.maxBundleBytes} bytes`)]
    : near;
}
