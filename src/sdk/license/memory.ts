import type { TimeMemory } from "./clock.ts";
import { NO_TIME } from "./clock.ts";

/** Where a guard keeps its text, across restarts: a file, a row, `localStorage`. Write atomically. */
export interface LicenseStorage {
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

/** What is kept. The license key is not among it. */
export interface LicenseMemory {
  readonly lease: string | null;
  readonly highestEpoch: number;
  /** Issue time of the newest lease ever accepted. */
  readonly newestIssue: number;
  readonly time: TimeMemory;
  /** The conclusive answer after which the lease was erased, until a lease comes again. */
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

/** Nothing known. */
export const EMPTY_MEMORY: LicenseMemory = {
  lease: null,
  highestEpoch: 0,
  newestIssue: 0,
  time: NO_TIME,
  refusal: null,
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
  const { lease, highestEpoch, newestIssue, time, refusal } = value as Partial<Record<keyof LicenseMemory, unknown>>;
  return {
    lease: typeof lease === "string" ? lease : null,
    highestEpoch: whole(highestEpoch),
    newestIssue: whole(newestIssue),
    time: { trusted: whole(member(time, "trusted")), offset: Number(member(time, "offset")) || 0 },
    refusal:
      typeof member(refusal, "code") === "string"
        ? { code: String(member(refusal, "code")), message: String(member(refusal, "message") ?? "") }
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
