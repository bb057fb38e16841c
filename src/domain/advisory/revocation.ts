/** What an entry names. */
export const ENTRY_KINDS = ["release", "plugin", "publisher", "key"] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export const ENTRY_CODES = [
  "malware",
  "credential_theft",
  "data_exfiltration",
  "vulnerability",
  "policy",
  "impersonation",
  "legal",
  "key_compromised",
  "publisher_request",
  "broken",
] as const;
export type EntryCode = (typeof ENTRY_CODES)[number];

export const ENTRY_LEVELS = ["soft", "hard"] as const;

/** One entry of the list. Hard: stop and disable, data stays. Soft: warn, the operator may keep it. */
export interface RevocationEntry {
  readonly kind: EntryKind;
  /** Of the plugin. */
  readonly name: string | null;
  readonly version: string | null;
  readonly sha256: string | null;
  readonly publisher: string | null;
  readonly keyId: string | null;
  readonly level: (typeof ENTRY_LEVELS)[number];
  readonly code: EntryCode;
  /** Unix seconds. */
  readonly since: number;
  /** Another plugin to use instead. */
  readonly replacement: string | null;
  readonly advisory: string | null;
  readonly note: string;
}

/** Something that is or shall be installed; what is not known is null and matches nothing. */
export interface RevocationSubject {
  readonly name: string;
  readonly version: string;
  readonly sha256: string | null;
  readonly publisher: string | null;
  readonly keyId?: string | null;
}

/** Entries that hit a release: by its name and version or its bytes, by its plugin, its publisher, or its key. */
export function revocationsOf(
  entries: readonly RevocationEntry[],
  { name, version, sha256, publisher, keyId = null }: RevocationSubject,
): readonly RevocationEntry[] {
  return entries.filter((entry) => {
    if (entry.kind === "plugin") return entry.name === name;
    if (entry.kind === "publisher") return publisher !== null && entry.publisher === publisher;
    if (entry.kind === "key") return keyId !== null && entry.keyId === keyId;
    return (entry.name === name && entry.version === version) || (sha256 !== null && entry.sha256 === sha256);
  });
}
