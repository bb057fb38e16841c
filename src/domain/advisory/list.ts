import * as z from "zod";
import type { JsonObject } from "../json/json.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { DAY, HOUR, signedTime } from "../time.ts";
import { openEnvelope, type TrustedKey } from "../trust/envelope.ts";
import type { TrustReason } from "../trust/reasons.ts";
import type { AdvisoryReason } from "./reasons.ts";
import { ENTRY_CODES, ENTRY_KINDS, ENTRY_LEVELS, type RevocationEntry } from "./revocation.ts";

/** Signed anew after this, also if nothing changed. Seconds. */
export const LIST_RENEWAL = HOUR;
/** Nobody installs anything by a list that is older. Seconds. */
export const LIST_LIFETIME = DAY;

const TIME = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
const NUMBER = z.int().min(0);
const SUBJECT = {
  kind: z.enum(ENTRY_KINDS),
  name: z.string().optional(),
  version: z.string().optional(),
  sha256: z.string().optional(),
  publisher: z.string().optional(),
  keyId: z.string().optional(),
};
const LIST = z.strictObject({
  type: z.literal("rbsm-revocations/1"),
  marketplace: z.string(),
  epoch: NUMBER,
  issuedAt: TIME,
  expires: TIME,
  previous: z.string().nullable(),
  entries: z.array(
    z.strictObject({
      ...SUBJECT,
      level: z.enum(ENTRY_LEVELS),
      code: z.enum(ENTRY_CODES),
      since: TIME,
      replacement: z.string().optional(),
      advisory: z.string().optional(),
      note: z.string(),
    }),
  ),
  /** A delta: the epoch it begins at, and what is no longer on the list. */
  since: NUMBER.optional(),
  lifted: z.array(z.string()).optional(),
});

/** The whole list, or – with `since` – what became different since an epoch. Times are Unix seconds. */
export interface RevocationList {
  readonly marketplace: string;
  /** Only rises. */
  readonly epoch: number;
  readonly issuedAt: number;
  readonly expires: number;
  /** Digest of the list before. */
  readonly previous: string | null;
  readonly entries: readonly RevocationEntry[];
  readonly since: number | null;
  /** Subjects whose entries are gone. */
  readonly lifted: readonly string[];
}

/** What an entry is about; a newer entry about the same replaces the older. */
export function subjectOf(entry: Pick<RevocationEntry, "kind" | "name" | "version" | "publisher" | "keyId">): string {
  if (entry.kind === "release") return `release:${entry.name}@${entry.version}`;
  if (entry.kind === "plugin") return `plugin:${entry.name}`;
  return entry.kind === "publisher" ? `publisher:${entry.publisher}` : `key:${entry.keyId}`;
}

/** The payload that is signed. */
export function listPayload(list: RevocationList): JsonObject & { readonly type: "rbsm-revocations/1" } {
  return {
    type: "rbsm-revocations/1",
    marketplace: list.marketplace,
    epoch: list.epoch,
    issuedAt: signedTime(list.issuedAt),
    expires: signedTime(list.expires),
    previous: list.previous,
    entries: list.entries.map(showEntry),
    ...(list.since === null ? {} : { since: list.since, lifted: [...list.lifted] }),
  };
}

function showEntry(entry: RevocationEntry): JsonObject {
  const { kind, name, version, sha256, publisher, keyId, level, code, since, replacement, advisory, note } = entry;
  const known = { name, version, sha256, publisher, keyId, replacement, advisory };
  const told = Object.entries(known).filter((pair): pair is [string, string] => pair[1] !== null);
  return { kind, level, code, since: signedTime(since), note, ...Object.fromEntries(told) };
}

/**
 * Opens a list signed by a pinned key of this marketplace. One that ended, or is older than one seen before, is refused: its
 * holder goes on by the older one until that ends, too (README, Client).
 */
export async function openList(
  envelope: unknown,
  marketplace: string,
  keys: readonly TrustedKey[],
  { seen, now }: { readonly seen: number; readonly now: number },
): Promise<Result<RevocationList, Problem<TrustReason | AdvisoryReason>>> {
  const opened = await openEnvelope(envelope, "rbsm-revocations/1", keys);
  if (!opened.ok) return opened;
  const parsed = LIST.safeParse(opened.value.payload);
  if (!parsed.success || parsed.data.marketplace !== marketplace) return refuse({ reason: "document_malformed" });
  const { entries, issuedAt, expires, since = null, lifted = [], epoch, previous } = parsed.data;
  const list: RevocationList = {
    marketplace,
    epoch,
    previous,
    issuedAt: secondsOf(issuedAt),
    expires: secondsOf(expires),
    since,
    lifted,
    entries: entries.map((entry) => ({
      ...entry,
      name: entry.name ?? null,
      version: entry.version ?? null,
      sha256: entry.sha256 ?? null,
      publisher: entry.publisher ?? null,
      keyId: entry.keyId ?? null,
      since: secondsOf(entry.since),
      replacement: entry.replacement ?? null,
      advisory: entry.advisory ?? null,
    })),
  };
  if (list.epoch < seen) return refuse({ reason: "revocations_rollback", facts: { seen, epoch: list.epoch } });
  // Nobody's clock makes a list live longer than it may.
  if (list.expires <= now || list.expires > list.issuedAt + LIST_LIFETIME)
    return refuse({ reason: "revocations_stale", facts: { expires } });
  return ok(list);
}

/** A held list and what became different since: the list as it is now. Null: the delta does not begin where the list is. */
export function applyDelta(held: RevocationList, delta: RevocationList): RevocationList | null {
  if (delta.since === null) return delta;
  if (delta.since !== held.epoch) return null;
  const gone = new Set([...delta.lifted, ...delta.entries.map(subjectOf)]);
  const entries = [...held.entries.filter((entry) => !gone.has(subjectOf(entry))), ...delta.entries];
  return { ...delta, entries, since: null, lifted: [] };
}

function secondsOf(text: string): number {
  return Date.parse(text) / 1000;
}
