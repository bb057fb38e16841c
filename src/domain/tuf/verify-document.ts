import type * as z from "zod";
import type { Json, JsonObject } from "../json/json.ts";
import { parseJson } from "../json/strict.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { isSignable } from "./canonical.ts";
import {
  ROOT,
  type Root,
  SIGNATURES,
  type Signed,
  TARGETS,
  type Targets,
  type TufKey,
  type TufRole,
} from "./metadata.ts";
import type { TufReason } from "./reasons.ts";
import {
  BIN_NAMES,
  LIFETIME,
  MAX_BYTES,
  OFFLINE_THRESHOLD,
  type OnlineKey,
  REVOCATIONS,
  REVOCATIONS_PATH,
} from "./roles.ts";
import { countSigners, tufKeyId } from "./sign.ts";

export type TufRefusal = Problem<TufReason>;
const MAX_DEPTH = 10;

/**
 * A root as successor of the one in force; null before the first. Signed by the thresholds of both (TUF 1.0 §5.3.4), one
 * version further, unexpired at `now` (null: one on the way to a newer), at least two people for each offline role and different ones, key ids derived anew.
 */
export async function verifyRoot(
  bytes: Uint8Array,
  before: Root | null,
  now: number | null,
): Promise<Result<Signed<Root>, TufRefusal>> {
  const read = readDocument(bytes, ROOT, MAX_BYTES.root);
  if (!read.ok) return read;
  const root = read.value.signed;
  if (root.version !== (before?.version ?? 0) + 1)
    return refuse({ reason: "tuf_version", facts: { expected: (before?.version ?? 0) + 1, version: root.version } });
  const timely = now === null ? null : checkTime(root.expires, now, LIFETIME.root);
  if (timely?.ok === false) return timely;
  if (!(await hasSoundKeys(root.keys, Object.values(root.roles)))) return refuse({ reason: "tuf_roles" });
  const { root: people, targets, snapshot, timestamp } = root.roles;
  const roles = [people, targets, snapshot, timestamp];
  const isShared = new Set(roles.flatMap(({ keyids }) => keyids)).size !== roles.flatMap(({ keyids }) => keyids).length;
  const isWeak = [people, targets].some(({ threshold }) => threshold < OFFLINE_THRESHOLD);
  if (isShared || isWeak) return refuse({ reason: "tuf_roles" });
  for (const judge of before === null ? [root] : [before, root]) {
    if ((await countSigners(read.value, judge.roles.root, judge.keys)) < judge.roles.root.threshold)
      return refuse({ reason: "tuf_threshold", facts: { root: judge.version, threshold: judge.roles.root.threshold } });
  }
  return read;
}

/** `targets` under the root in force: newer than the one before, no target of its own, exactly the roles of this shape. */
export async function verifyTargets(
  bytes: Uint8Array,
  root: Root,
  versionBefore: number,
  now: number,
): Promise<Result<Signed<Targets>, TufRefusal>> {
  const read = readDocument(bytes, TARGETS, MAX_BYTES.targets);
  if (!read.ok) return read;
  const targets = read.value.signed;
  if (targets.version <= versionBefore)
    return refuse({ reason: "tuf_version", facts: { expected: versionBefore + 1, version: targets.version } });
  const timely = checkTime(targets.expires, now, LIFETIME.targets);
  if (!timely.ok) return timely;
  if (!(await hasShape(targets))) return refuse({ reason: "tuf_roles" });
  const role = root.roles.targets;
  if ((await countSigners(read.value, role, root.keys)) < role.threshold)
    return refuse({ reason: "tuf_threshold", facts: { root: root.version, threshold: role.threshold } });
  return read;
}

/** The role a root or `targets` gives an online key; the running marketplace must hold a private half of it. */
export function onlineRole(key: OnlineKey, root: Root, targets: Targets): TufRole | null {
  if (key === "snapshot" || key === "timestamp") return root.roles[key];
  const name = key === "revocations" ? REVOCATIONS : BIN_NAMES[0];
  return targets.delegations?.roles.find((role) => role.name === name) ?? null;
}

/** Reads the outer shape of a document; whoever signed it is not asked yet. */
export function readDocument<T>(
  bytes: Uint8Array,
  schema: z.ZodType<T>,
  maxBytes: number,
): Result<Signed<T>, TufRefusal> {
  if (bytes.length > maxBytes) return refuse({ reason: "tuf_malformed" });
  const json = parseJson(bytes, { maxDepth: MAX_DEPTH, numbers: "integer" });
  if (!json.ok || !isSignable(json.value) || !isDocument(json.value)) return refuse({ reason: "tuf_malformed" });
  const signatures = SIGNATURES.safeParse(json.value.signatures);
  const signed = schema.safeParse(json.value.signed);
  if (!signatures.success || !signed.success) return refuse({ reason: "tuf_malformed" });
  return ok({ signatures: signatures.data, signed: signed.data });
}

function isDocument(value: Json): value is JsonObject {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  return Object.keys(value).sort().join() === "signatures,signed";
}

function checkTime(expires: string, now: number, lifetime: number): Result<true, TufRefusal> {
  const end = Date.parse(expires) / 1000;
  // An end far away would let a stolen offline key speak for years.
  return end > now && end <= now + lifetime + 3600 ? ok(true) : refuse({ reason: "tuf_expired", facts: { expires } });
}

/** Ids that say what their keys are, and enough keys for every threshold. */
async function hasSoundKeys(keys: Readonly<Record<string, TufKey>>, roles: readonly TufRole[]): Promise<boolean> {
  for (const [id, key] of Object.entries(keys)) if ((await tufKeyId(key)) !== id) return false;
  return roles.every(
    ({ keyids, threshold }) =>
      new Set(keyids).size === keyids.length && keyids.length >= threshold && keyids.every((id) => id in keys),
  );
}

async function hasShape(targets: Targets): Promise<boolean> {
  const { delegations } = targets;
  if (Object.keys(targets.targets).length > 0 || delegations === undefined) return false;
  const { keys, roles } = delegations;
  const [first, ...bins] = roles;
  if (!(await hasSoundKeys(keys, roles)) || bins.length !== BIN_NAMES.length) return false;
  if (first?.name !== REVOCATIONS || first.paths?.join() !== REVOCATIONS_PATH || first.path_hash_prefixes) return false;
  const areBins = bins.every(
    (bin, index) =>
      bin.name === BIN_NAMES[index] && bin.path_hash_prefixes?.join() === bin.name.slice(-2) && bin.paths === undefined,
  );
  return areBins && roles.every(({ terminating }) => terminating);
}
