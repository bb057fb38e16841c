/** Sealed bundles and their content keys. */
export interface SealingStore {
  /** What was sealed for this release under this statement. */
  find(releaseId: string, statementSha256: string): Promise<SealedFacts | null>;
  /** False when somebody sealed it first: then theirs counts, for a content key serves one encryption. */
  keep(sealing: NewSealing, at: number): Promise<boolean>;
  /** The keys an installation may need: of the version it holds, and of the newest release out. */
  keysFor(pluginId: string, version: string): Promise<readonly SealedKey[]>;
}

export interface SealedFacts {
  /** Of the `.rbsx`. */
  readonly sha256: string;
  readonly size: number;
  readonly commitment: string;
}

export interface NewSealing extends SealedFacts {
  readonly releaseId: string;
  readonly statementSha256: string;
  /** Sealed by the vault. */
  readonly contentKey: string;
}

export interface SealedKey {
  readonly name: string;
  readonly version: string;
  readonly statementSha256: string;
  readonly commitment: string;
  /** Sealed by the vault (`contentKeyRow`). */
  readonly contentKey: string;
  /** Unix seconds. */
  readonly publishedAt: number;
}

export const CONTENT_KEY_PURPOSE = "content-key";

/** What a content key is sealed for: this plugin, version and statement. */
export function contentKeyRow(name: string, version: string, statementSha256: string): string {
  return `${name}/${version}/${statementSha256}`;
}
