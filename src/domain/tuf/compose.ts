import { signedTime } from "../time.ts";
import type { Root, Targets, TufKey } from "./metadata.ts";
import { SPEC_VERSION } from "./metadata.ts";
import { BIN_NAMES, LIFETIME, OFFLINE_THRESHOLD, type OnlineKey, REVOCATIONS, REVOCATIONS_PATH } from "./roles.ts";
import { tufKeyId } from "./sign.ts";

export interface RootPlan {
  readonly version: number;
  /** Unix seconds of signing. */
  readonly now: number;
  readonly root: readonly TufKey[];
  readonly targets: readonly TufKey[];
  readonly snapshot: TufKey;
  readonly timestamp: TufKey;
  readonly others: Root["x-rbsm-keys"];
}

/** The unsigned root: who may speak, and how many of them must agree. */
export async function composeRoot(plan: RootPlan): Promise<Root> {
  const roles = {
    root: { keyids: await idsOf(plan.root), threshold: OFFLINE_THRESHOLD },
    targets: { keyids: await idsOf(plan.targets), threshold: OFFLINE_THRESHOLD },
    snapshot: { keyids: await idsOf([plan.snapshot]), threshold: 1 },
    timestamp: { keyids: await idsOf([plan.timestamp]), threshold: 1 },
  };
  return {
    _type: "root",
    spec_version: SPEC_VERSION,
    version: plan.version,
    expires: signedTime(plan.now + LIFETIME.root),
    consistent_snapshot: true,
    keys: await keysById([...plan.root, ...plan.targets, plan.snapshot, plan.timestamp]),
    roles,
    "x-rbsm-keys": plan.others,
  };
}

/** The unsigned `targets`: no target of its own, revocations first, then the 256 bins. */
export async function composeTargets(
  version: number,
  now: number,
  keys: Readonly<Record<Extract<OnlineKey, "revocations" | "bins">, TufKey>>,
): Promise<Targets> {
  const [revocations, bins] = [await idsOf([keys.revocations]), await idsOf([keys.bins])];
  return {
    _type: "targets",
    spec_version: SPEC_VERSION,
    version,
    expires: signedTime(now + LIFETIME.targets),
    targets: {},
    delegations: {
      keys: await keysById([keys.revocations, keys.bins]),
      roles: [
        { name: REVOCATIONS, keyids: revocations, threshold: 1, terminating: true, paths: [REVOCATIONS_PATH] },
        ...BIN_NAMES.map((name) => ({
          name,
          keyids: bins,
          threshold: 1,
          terminating: true,
          path_hash_prefixes: [name.slice(-2)],
        })),
      ],
    },
  };
}

async function idsOf(keys: readonly TufKey[]): Promise<string[]> {
  return (await Promise.all(keys.map(tufKeyId))).sort();
}

async function keysById(keys: readonly TufKey[]): Promise<Record<string, TufKey>> {
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [await tufKeyId(key), key] as const)));
}
