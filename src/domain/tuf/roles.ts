import { encodeHex } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import { DAY, HOUR } from "../time.ts";

/** The first hex pair of SHA-256(path) chooses the bin. */
export const BIN_COUNT = 256;
export const BIN_NAMES: readonly string[] = Array.from({ length: BIN_COUNT }, (_, index) => binNamed(index));
/** The one role with a single target of its own. */
export const REVOCATIONS = "revocations";
export const REVOCATIONS_PATH = "revocations.json";

/** Roles whose keys stay with people, and how many of them must agree. */
export const OFFLINE_THRESHOLD = 2;
/** The private halves a running marketplace holds; `bins` is shared by all bins. */
export const ONLINE_KEYS = ["revocations", "bins", "snapshot", "timestamp"] as const;
export type OnlineKey = (typeof ONLINE_KEYS)[number];

/** Seconds from signing to the end of a document. */
export const LIFETIME = {
  root: 365 * DAY,
  targets: 365 * DAY,
  revocations: DAY,
  bins: 7 * DAY,
  snapshot: 7 * DAY,
  timestamp: DAY,
} as const;
/** Seconds after which a document is signed again though nothing changed. */
export const RENEWAL = { revocations: HOUR, bins: DAY, snapshot: DAY, timestamp: HOUR } as const;
/** What the stock client downloads of each at most, in bytes. */
export const MAX_BYTES = { root: 512_000, timestamp: 16_384, snapshot: 2_000_000, targets: 5_000_000 } as const;
/** A bin this large is the last call to delegate to 4,096 bins by a new `targets`. */
export const SPLIT_BIN_BYTES = 2_000_000;
/** Superseded files stay this long: a client between two requests still finds what it was told of. Seconds. */
export const KEEP_SUPERSEDED = 30 * DAY;

export async function binOf(path: string): Promise<string> {
  return `bin-${encodeHex((await sha256(path)).subarray(0, 1))}`;
}

/** The role that lists a target. */
export async function roleOf(path: string): Promise<string> {
  return path === REVOCATIONS_PATH ? REVOCATIONS : binOf(path);
}

/** The key that signs a role below `targets`. */
export function keyOfRole(role: string): OnlineKey {
  return role === REVOCATIONS ? "revocations" : "bins";
}

function binNamed(index: number): string {
  return `bin-${index.toString(16).padStart(2, "0")}`;
}
