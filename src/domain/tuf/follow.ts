import type { Bytes } from "../bytes.ts";
import { sha256Hex } from "../digest.ts";
import { ok, type Result, refuse } from "../result.ts";
import {
  type FileMeta,
  type Root,
  type Signed,
  SNAPSHOT,
  type Snapshot,
  TARGETS,
  type Target,
  type Targets,
  TIMESTAMP,
  type Timestamp,
  type TufKey,
  type TufRole,
} from "./metadata.ts";
import { MAX_BYTES, roleOf } from "./roles.ts";
import { countSigners } from "./sign.ts";
import { consistentPath } from "./target-path.ts";
import { readDocument, type TufRefusal, verifyRoot } from "./verify-document.ts";

/** What a client keeps between two looks. It begins with a root that it was handed, and trusts nothing else. */
export interface TrustedUpdates {
  readonly root: Root;
  readonly timestamp: Timestamp | null;
  readonly snapshot: Snapshot | null;
}

/** The repository as it is now: what it lists follows from here. */
export interface FollowedUpdates extends TrustedUpdates {
  readonly timestamp: Timestamp;
  readonly snapshot: Snapshot;
  readonly targets: Targets;
}

/** A file below `/tuf/` by its name, `7.snapshot.json`; null where there is none, and no more than `maxBytes`. */
export type FetchTuf = (name: string, maxBytes: number) => Promise<Uint8Array | null>;

/** Versions of the root followed in one look. */
const MAX_ROTATIONS = 256;

/**
 * The client's way of TUF 1.0 §5.3–5.6: roots one after the other, timestamp, snapshot, `targets` – each signed, unexpired,
 * not older than what was seen, and the very file the one above it names. `now` is Unix seconds.
 */
export async function followUpdates(
  trusted: TrustedUpdates,
  fetch: FetchTuf,
  now: number,
): Promise<Result<FollowedUpdates, TufRefusal>> {
  const root = await followRoot(trusted.root, fetch, now);
  if (!root.ok) return root;
  // §5.3.11: with another key an attacker's huge version number must not stand for ever.
  const isSame = (role: "timestamp" | "snapshot") =>
    JSON.stringify(trusted.root.roles[role]) === JSON.stringify(root.value.roles[role]);
  const before = isSame("timestamp") && isSame("snapshot") ? trusted : { ...trusted, timestamp: null, snapshot: null };
  const timestamp = await followTimestamp(before, root.value, fetch, now);
  if (!timestamp.ok) return timestamp;
  const snapshot = await followSnapshot(before, root.value, timestamp.value, fetch, now);
  if (!snapshot.ok) return snapshot;
  const { roles, keys } = root.value;
  const meta = snapshot.value.meta["targets.json"];
  const targets = await readListed("targets", meta, { role: roles.targets, keys }, fetch, now);
  if (!targets.ok) return targets;
  return ok({ root: root.value, timestamp: timestamp.value, snapshot: snapshot.value, targets: targets.value });
}

/** What the repository says of a target; `tuf_unlisted` when it names no such target. */
export async function findTarget(
  followed: FollowedUpdates,
  path: string,
  fetch: FetchTuf,
  now: number,
): Promise<Result<Target, TufRefusal>> {
  const name = await roleOf(path);
  const delegation = followed.targets.delegations?.roles.find((role) => role.name === name);
  const meta = followed.snapshot.meta[`${name}.json`];
  if (delegation === undefined || meta === undefined) return refuse({ reason: "tuf_unlisted", facts: { path } });
  const keys = followed.targets.delegations?.keys ?? {};
  const bin = await readListed(name, meta, { role: delegation, keys }, fetch, now);
  if (!bin.ok) return bin;
  const target = Object.hasOwn(bin.value.targets, path) ? bin.value.targets[path] : undefined;
  return target === undefined ? refuse({ reason: "tuf_unlisted", facts: { path } }) : ok(target);
}

/** The bytes of a target, exactly those that are listed. */
export async function fetchTarget(
  followed: FollowedUpdates,
  path: string,
  fetch: FetchTuf,
  now: number,
): Promise<Result<Bytes, TufRefusal>> {
  const target = await findTarget(followed, path, fetch, now);
  if (!target.ok) return target;
  const bytes = await fetch(`targets/${consistentPath(path, target.value.hashes.sha256)}`, target.value.length);
  return bytes !== null && (await isFile(bytes, target.value))
    ? ok(new Uint8Array(bytes))
    : refuse({ reason: "tuf_mixed", facts: { path } });
}

/** Every root between the trusted one and the newest is followed; only the newest must not have ended. */
async function followRoot(trusted: Root, fetch: FetchTuf, now: number): Promise<Result<Root, TufRefusal>> {
  let root = trusted;
  for (let rotation = 0; rotation < MAX_ROTATIONS; rotation++) {
    const bytes = await fetch(`${root.version + 1}.root.json`, MAX_BYTES.root);
    if (bytes === null) break;
    const next = await verifyRoot(bytes, root, null);
    if (!next.ok) return next;
    root = next.value.signed;
  }
  return isOver(root.expires, now) ? expired("root", root.expires) : ok(root);
}

async function followTimestamp(
  { timestamp: before }: TrustedUpdates,
  { roles, keys }: Root,
  fetch: FetchTuf,
  now: number,
): Promise<Result<Timestamp, TufRefusal>> {
  const bytes = await fetch("timestamp.json", MAX_BYTES.timestamp);
  if (bytes === null) return refuse({ reason: "tuf_malformed", facts: { role: "timestamp" } });
  const read = readDocument(bytes, TIMESTAMP, MAX_BYTES.timestamp);
  if (!read.ok) return read;
  if (!(await isSigned(read.value, roles.timestamp, keys))) return unsigned("timestamp");
  const fresh = read.value.signed;
  if (before !== null) {
    const [old, offered] = [before.meta["snapshot.json"].version, fresh.meta["snapshot.json"].version];
    if (fresh.version < before.version || offered < old)
      return refuse({
        reason: "tuf_version",
        facts: { role: "timestamp", seen: before.version, version: fresh.version },
      });
  }
  return isOver(fresh.expires, now) ? expired("timestamp", fresh.expires) : ok(fresh);
}

async function followSnapshot(
  { snapshot: before }: TrustedUpdates,
  { roles, keys }: Root,
  timestamp: Timestamp,
  fetch: FetchTuf,
  now: number,
): Promise<Result<Snapshot, TufRefusal>> {
  const meta = timestamp.meta["snapshot.json"];
  const bytes = await fetch(`${meta.version}.snapshot.json`, MAX_BYTES.snapshot);
  if (bytes === null || !(await isFile(bytes, meta)))
    return refuse({ reason: "tuf_mixed", facts: { role: "snapshot" } });
  const read = readDocument(bytes, SNAPSHOT, MAX_BYTES.snapshot);
  if (!read.ok) return read;
  if (!(await isSigned(read.value, roles.snapshot, keys))) return unsigned("snapshot");
  const fresh = read.value.signed;
  if (fresh.version !== meta.version) return refuse({ reason: "tuf_mixed", facts: { role: "snapshot" } });
  for (const [name, { version }] of Object.entries(before?.meta ?? {})) {
    const offered = Object.hasOwn(fresh.meta, name) ? fresh.meta[name]?.version : undefined;
    if (offered === undefined || offered < version)
      return refuse({ reason: "tuf_version", facts: { role: name, seen: version, version: offered ?? 0 } });
  }
  return isOver(fresh.expires, now) ? expired("snapshot", fresh.expires) : ok(fresh);
}

/** `targets` or a bin: the file that the snapshot names, signed by whom it is entrusted to. */
async function readListed(
  name: string,
  meta: FileMeta | undefined,
  who: { readonly role: TufRole; readonly keys: Readonly<Record<string, TufKey>> },
  fetch: FetchTuf,
  now: number,
): Promise<Result<Targets, TufRefusal>> {
  const bytes = meta === undefined ? null : await fetch(`${meta.version}.${name}.json`, MAX_BYTES.targets);
  if (meta === undefined || bytes === null || !(await isFile(bytes, meta)))
    return refuse({ reason: "tuf_mixed", facts: { role: name } });
  const read = readDocument(bytes, TARGETS, MAX_BYTES.targets);
  if (!read.ok) return read;
  if (!(await isSigned(read.value, who.role, who.keys))) return unsigned(name);
  const { signed } = read.value;
  if (signed.version !== meta.version) return refuse({ reason: "tuf_mixed", facts: { role: name } });
  return isOver(signed.expires, now) ? expired(name, signed.expires) : ok(signed);
}

async function isSigned(
  document: Signed<unknown>,
  role: TufRole,
  keys: Readonly<Record<string, TufKey>>,
): Promise<boolean> {
  return (await countSigners(document, role, keys)) >= role.threshold;
}

async function isFile(bytes: Uint8Array, { length, hashes }: Pick<FileMeta, "length" | "hashes">): Promise<boolean> {
  return bytes.length === length && (await sha256Hex(bytes)) === hashes.sha256;
}

function isOver(expires: string, now: number): boolean {
  return Date.parse(expires) / 1000 <= now;
}

function expired(role: string, expires: string): Result<never, TufRefusal> {
  return refuse({ reason: "tuf_expired", facts: { role, expires } });
}

function unsigned(role: string): Result<never, TufRefusal> {
  return refuse({ reason: "tuf_threshold", facts: { role } });
}
