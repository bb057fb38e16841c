import * as z from "zod";

/** The documents of TUF 1.0 as this repository writes them (README, Documents). Times have no fractions. */
export const SPEC_VERSION = "1.0.31";

const HEX64 = z.string().regex(/^[0-9a-f]{64}$/);
const VERSION = z.int().min(1);
const COMMON = {
  spec_version: z.string().regex(/^1\.0(?:\.\d{1,4})?$/),
  version: VERSION,
  expires: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
};

export const TUF_KEY = z.strictObject({
  keytype: z.literal("ed25519"),
  scheme: z.literal("ed25519"),
  keyval: z.strictObject({ public: HEX64 }),
});
const KEYS = z.record(HEX64, TUF_KEY);
const ROLE = z.strictObject({ keyids: z.array(HEX64).min(1).max(16), threshold: z.int().min(1).max(16) });
const FILE = z.strictObject({
  version: VERSION,
  length: z.int().min(1),
  hashes: z.strictObject({ sha256: HEX64 }),
});
const TARGET = z.strictObject({ length: z.int().min(0), hashes: z.strictObject({ sha256: HEX64 }) });
const NAMED_KEYS = z.array(
  z.strictObject({ keyId: z.string().min(1).max(128), publicKey: z.string().min(1).max(128) }),
);

export const ROOT = z.strictObject({
  _type: z.literal("root"),
  ...COMMON,
  consistent_snapshot: z.literal(true),
  keys: KEYS,
  roles: z.strictObject({ root: ROLE, targets: ROLE, snapshot: ROLE, timestamp: ROLE }),
  /** Keys that are no TUF roles: of receipts, leases and the log. */
  "x-rbsm-keys": z.strictObject({ receipt: NAMED_KEYS, lease: NAMED_KEYS, log: NAMED_KEYS }),
});

const DELEGATED = ROLE.extend({
  name: z.string().regex(/^(?:revocations|bin-[0-9a-f]{2})$/),
  terminating: z.boolean(),
  paths: z.array(z.string()).optional(),
  path_hash_prefixes: z.array(z.string()).optional(),
});
export const TARGETS = z.strictObject({
  _type: z.literal("targets"),
  ...COMMON,
  targets: z.record(z.string(), TARGET),
  delegations: z.strictObject({ keys: KEYS, roles: z.array(DELEGATED) }).optional(),
});
export const SNAPSHOT = z.strictObject({
  _type: z.literal("snapshot"),
  ...COMMON,
  meta: z.record(z.string(), FILE),
});
export const TIMESTAMP = z.strictObject({
  _type: z.literal("timestamp"),
  ...COMMON,
  meta: z.strictObject({ "snapshot.json": FILE }),
});

export type TufKey = z.output<typeof TUF_KEY>;
export type TufRole = z.output<typeof ROLE>;
export type Root = z.output<typeof ROOT>;
export type Targets = z.output<typeof TARGETS>;
export type Snapshot = z.output<typeof SNAPSHOT>;
export type Timestamp = z.output<typeof TIMESTAMP>;
/** What a document says of another file. */
export type FileMeta = z.output<typeof FILE>;
/** `hashes` holds only sha256: the stock client prefixes a target's URL with the first hash it finds. */
export type Target = z.output<typeof TARGET>;
/** Path → target. */
export type TargetFiles = { readonly [path: string]: Target };

export const SIGNATURES = z.array(z.strictObject({ keyid: HEX64, sig: z.string().regex(/^[0-9a-f]{128}$/) })).max(32);
export type Signature = z.output<typeof SIGNATURES>[number];
export interface Signed<T> {
  readonly signatures: readonly Signature[];
  readonly signed: T;
}
