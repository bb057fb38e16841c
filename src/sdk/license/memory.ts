import type { TimeMemory } from "./clock.ts";
import { NO_TIME } from "./clock.ts";
import type { KeptList } from "./revocations.ts";

/** Where a guard keeps its text, across restarts: a file, a row, `localStorage`. Write atomically. */
export interface LicenseStorage {
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

/** What is kept. The license key is not among it. Numbers only rise: whatever is older is ignored. */
export interface LicenseMemory {
  readonly lease: string | null;
  /** Whose lease it was, also after it was erased: a suspended license is asked about again. */
  readonly seat: { readonly activationId: string; readonly leaseId: string } | null;
  readonly highestEpoch: number;
  /** Issue time of the newest lease ever accepted. */
  readonly newestIssue: number;
  readonly time: TimeMemory;
  /** The conclusive answer after which the lease was erased, until a lease comes again. */
  readonly refusal: { readonly code: string; readonly message: string } | null;
  /** The key-set document in force, and its version: documents of lower ones are ignored. */
  readonly keySet: string | null;
  readonly list: KeptList | null;
  /** Number of the last command that was run. */
  readonly lastCommand: number;
  /** Numbers of commands that the next ping acknowledges. */
  readonly acks: readonly number[];
  /** The offline request whose answer is awaited. */
  readonly request: { readonly nonce: string; readonly requestHash: string } | null;
}

/** Nothing known. */
export const EMPTY_MEMORY: LicenseMemory = {
  lease: null,
  seat: null,
  highestEpoch: 0,
  newestIssue: 0,
  time: NO_TIME,
  refusal: null,
  keySet: null,
  list: null,
  lastCommand: 0,
  acks: [],
  request: null,
};

/** What was kept; anything unreadable is as if nothing was. What it says about the lease is proven again by its signature. */
export function parseMemory(text: string | null): LicenseMemory {
  if (text === null) return EMPTY_MEMORY;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return EMPTY_MEMORY;
  }
  if (typeof value !== "object" || value === null) return EMPTY_MEMORY;
  const { lease, seat, highestEpoch, newestIssue, time, refusal, keySet, list, lastCommand, acks, request } =
    value as Partial<Record<keyof LicenseMemory, unknown>>;
  return {
    lease: typeof lease === "string" ? lease : null,
    seat:
      typeof member(seat, "activationId") === "string" && typeof member(seat, "leaseId") === "string"
        ? { activationId: String(member(seat, "activationId")), leaseId: String(member(seat, "leaseId")) }
        : null,
    highestEpoch: whole(highestEpoch),
    newestIssue: whole(newestIssue),
    time: { trusted: whole(member(time, "trusted")), offset: Number(member(time, "offset")) || 0 },
    refusal:
      typeof member(refusal, "code") === "string"
        ? { code: String(member(refusal, "code")), message: String(member(refusal, "message") ?? "") }
        : null,
    keySet: typeof keySet === "string" ? keySet : null,
    // Its items are read again from the signed texts.
    list: Array.isArray(member(list, "documents"))
      ? {
          epoch: whole(member(list, "epoch")),
          issuedAt: whole(member(list, "issuedAt")),
          nextAt: whole(member(list, "nextAt")),
          expiresAt: whole(member(list, "expiresAt")),
          items: [],
          documents: (member(list, "documents") as unknown[]).filter((text) => typeof text === "string"),
        }
      : null,
    lastCommand: whole(lastCommand),
    acks: Array.isArray(acks) ? acks.filter((n): n is number => Number.isSafeInteger(n)) : [],
    request:
      typeof member(request, "nonce") === "string" && typeof member(request, "requestHash") === "string"
        ? { nonce: String(member(request, "nonce")), requestHash: String(member(request, "requestHash")) }
        : null,
  };
}

/** Keeps one text in memory: for tests, and for hosts that ask anew after every start. */
export function memoryStorage(): LicenseStorage {
  let kept: string | null = null;
  return {
    read: () => Promise.resolve(kept),
    write(text) {
      kept = text;
      return Promise.resolve();
    },
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function whole(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0;
}
