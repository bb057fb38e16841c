import type { Bytes } from "../bytes.ts";
import { sha256Hex } from "../digest.ts";
import type { Json } from "../json/json.ts";
import { signedTime } from "../time.ts";
import { type FileMeta, SPEC_VERSION, type TargetFiles } from "./metadata.ts";
import { keyOfRole, LIFETIME, MAX_BYTES, type OnlineKey } from "./roles.ts";
import { documentBytes, signDocument, type TufSigner } from "./sign.ts";

/** What is published now: `targets`, `revocations` and every bin by role name, as the snapshot says it. */
export type PublishedRoles = { readonly [role: string]: FileMeta };

export interface RoundPlan {
  /** Unix seconds. */
  readonly now: number;
  readonly signers: Readonly<Record<OnlineKey, TufSigner>>;
  readonly published: PublishedRoles;
  /** Roles to write anew, with all their targets. */
  readonly changed: { readonly [role: string]: TargetFiles };
  /** A version never used before, for each changed role, for `snapshot` and for `timestamp`. */
  readonly versions: { readonly [role: string]: number };
  /** The published snapshot, where it stays: only the timestamp is signed again. */
  readonly snapshot: FileMeta | null;
}

export interface Round {
  /** In the order in which they must be stored: names of files never appear before the files. */
  readonly files: readonly { readonly path: string; readonly bytes: Bytes }[];
  readonly published: PublishedRoles;
  readonly snapshot: FileMeta;
  readonly timestamp: FileMeta;
}

/**
 * One round of the online roles: the changed ones, then the snapshot, then the timestamp (README, Writing). A role that was
 * ever published stays in the snapshot.
 */
export async function writeRound(plan: RoundPlan): Promise<Round> {
  const files: { path: string; bytes: Bytes }[] = [];
  const published: Record<string, FileMeta> = { ...plan.published };
  const write = async (role: string, key: OnlineKey, max: number, members: { readonly [name: string]: Json }) => {
    const version = plan.versions[role];
    if (version === undefined) throw new RangeError(`no version was reserved for ${role}`);
    const signed = { spec_version: SPEC_VERSION, version, expires: signedTime(plan.now + LIFETIME[key]), ...members };
    const bytes = documentBytes(await signDocument(signed, [plan.signers[key]]));
    if (bytes.length > max) throw new RangeError(`${role} is larger than clients read`);
    files.push({ path: role === "timestamp" ? "timestamp.json" : `${version}.${role}.json`, bytes });
    return { version, length: bytes.length, hashes: { sha256: await sha256Hex(bytes) } } satisfies FileMeta;
  };
  for (const [role, targets] of Object.entries(plan.changed))
    published[role] = await write(role, keyOfRole(role), MAX_BYTES.targets, { _type: "targets", targets });
  const meta = Object.fromEntries(Object.entries(published).map(([role, file]) => [`${role}.json`, file]));
  const snapshot =
    plan.snapshot ?? (await write("snapshot", "snapshot", MAX_BYTES.snapshot, { _type: "snapshot", meta }));
  const timestamp = await write("timestamp", "timestamp", MAX_BYTES.timestamp, {
    _type: "timestamp",
    meta: { "snapshot.json": snapshot },
  });
  return { files, published, snapshot, timestamp };
}
