import { type CapabilityDiff, capabilityDiff } from "../execution/capability-diff.ts";
import { capabilitiesOf, type Manifest } from "../manifest/manifest.ts";

/** One file of a release, beside the release before. Sizes in bytes; null where it does not exist. */
export interface FileChange {
  readonly path: string;
  readonly kind: "added" | "removed" | "changed" | "same";
  readonly sizeBefore: number | null;
  readonly size: number | null;
}

export interface ReleaseDiff {
  readonly capabilities: CapabilityDiff;
  /** By path; unchanged ones too. */
  readonly files: readonly FileChange[];
}

/** What a release changed for people who look: files by their digests, and what it asks for. */
export function compareReleases(before: Manifest, after: Manifest): ReleaseDiff {
  const asked = capabilitiesOf(before);
  return {
    capabilities: capabilityDiff(asked, asked.permissions, capabilitiesOf(after)),
    files: compareFiles(before, after),
  };
}

function compareFiles(before: Manifest, after: Manifest): readonly FileChange[] {
  const names = [...new Set([...Object.keys(before.files), ...Object.keys(after.files)])].sort();
  return names.map((path) => {
    const old = fileOf(before, path);
    const now = fileOf(after, path);
    const kind =
      old === undefined ? "added" : now === undefined ? "removed" : old.sha256 === now.sha256 ? "same" : "changed";
    return { path, kind, sizeBefore: old?.size ?? null, size: now?.size ?? null };
  });
}

function fileOf({ files }: Manifest, path: string): Manifest["files"][string] | undefined {
  return Object.hasOwn(files, path) ? files[path] : undefined;
}
