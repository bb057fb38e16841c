import {
  type RevocationItem,
  type RevocationKind,
  type RevocationList,
  readListClaims,
  revocationId,
  type Standing,
  standingOf,
} from "../../domain/license/revocation.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { LeaseClaims } from "./claims.ts";
import { isFromFuture } from "./clock.ts";
import { type LeaseKey, type LocalCode, openTrusted } from "./verify-lease.ts";

/** The list as it is kept: what was in full lists and deltas together. */
export type KeptList = Pick<RevocationList, "epoch" | "issuedAt" | "nextAt" | "expiresAt" | "items"> & {
  /** The signed texts it was made of, the full one first: what was kept is believed for their signatures alone. */
  readonly documents: readonly string[];
};

/** What a list that is due or over means: show it, or stop what is licensed. */
export type ListPolicy = "warn" | "require";

const MAX_LIST_LENGTH = 16 * 1024 * 1024;

/**
 * A fetched or imported revocation list against the one that is kept. Older ones are ignored (`REPLAYED`), so is a delta
 * that does not begin where ours ends.
 *
 * @param now judged time, Unix seconds.
 */
export async function takeList(
  document: string,
  keys: readonly LeaseKey[],
  issuer: string,
  kept: KeptList | null,
  now: number,
): Promise<Result<KeptList, LocalCode>> {
  return mergeList(document, keys, issuer, kept, { now });
}

/** A list that was kept, read again from its signed texts, each judged at its own time; null: it is not what was kept. */
export async function reopenList(kept: KeptList, keys: readonly LeaseKey[], issuer: string): Promise<KeptList | null> {
  let list: KeptList | null = null;
  for (const document of kept.documents) {
    const taken = await mergeList(document, keys, issuer, list, { now: Number.MAX_SAFE_INTEGER, isAnswer: true });
    if (!taken.ok) return null;
    list = taken.value;
  }
  return list === null || list.epoch < kept.epoch ? null : list;
}

async function mergeList(
  document: string,
  keys: readonly LeaseKey[],
  issuer: string,
  kept: KeptList | null,
  time: { readonly now: number; readonly isAnswer?: boolean },
): Promise<Result<KeptList, LocalCode>> {
  const { now } = time;
  const text = document.trim();
  const opened = await openTrusted(text, keys, "list", time, MAX_LIST_LENGTH);
  if (!opened.ok) return opened;
  const list = readListClaims(opened.value);
  if (list === null || list.issuer !== issuer) return refuse("AUDIENCE_MISMATCH");
  if (isFromFuture(list.issuedAt, now)) return refuse("CLOCK_ROLLBACK");
  const epoch = kept?.epoch ?? 0;
  if (list.epoch < epoch || (list.epoch === epoch && list.issuedAt < (kept?.issuedAt ?? 0))) return refuse("REPLAYED");
  if (!list.isFull && list.since > epoch) return refuse("REPLAYED");
  const before = list.isFull ? [] : (kept?.items ?? []);
  const { nextAt, expiresAt, issuedAt } = list;
  const documents = list.isFull ? [text] : [...(kept?.documents ?? []), text];
  return ok({ epoch: list.epoch, issuedAt, nextAt, expiresAt, items: merge(before, list.items), documents });
}

/** What the list says about a lease. A lease that was issued knowing the whole list is untouched by it. */
export async function standingOnList(list: KeptList, lease: LeaseClaims): Promise<Standing> {
  if (lease.listEpoch !== null && lease.listEpoch >= list.epoch) return "untouched";
  const subjects: readonly (readonly [RevocationKind, string])[] = [
    ["lic", lease.licenseId],
    ["act", lease.activationId],
    ["jti", lease.leaseId],
  ];
  const standings = await Promise.all(
    subjects.map(async ([kind, subject]) => {
      const id = await revocationId(kind, subject);
      return standingOf(
        list.items.filter((item) => item[0] === kind && item[1] === id),
        lease.issuedAt,
      );
    }),
  );
  return standings.find((one) => one === "hit") ?? standings.find((one) => one === "refresh") ?? "untouched";
}

/** `due`: a newer list should be here. `over`: this one says nothing about today. */
export function ageOfList(list: KeptList | null, now: number): "fresh" | "due" | "over" {
  if (list === null || now >= list.expiresAt) return "over";
  return now >= list.nextAt ? "due" : "fresh";
}

/** A delta may begin before the end of ours: entries that are there already do not come twice. */
function merge(before: readonly RevocationItem[], added: readonly RevocationItem[]): readonly RevocationItem[] {
  const known = new Set(before.map((item) => JSON.stringify(item)));
  return [...before, ...added.filter((item) => !known.has(JSON.stringify(item)))];
}
