import { decodeHex } from "../bytes.ts";
import { sha256Hex, sha512Hex } from "../digest.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { peekPayload, type TrustedKey } from "./envelope.ts";
import { believeKeys, fallenKeys } from "./key-chain.ts";
import type { TrustReason } from "./reasons.ts";
import { matchReceipt, type OpenedReceipt, openReceipt } from "./receipt.ts";
import { type OpenedStatement, openStatement } from "./statement.ts";

/** The pinned key list: handed to a verifier, never fetched by it. */
export interface TrustList {
  readonly marketplace: string;
  readonly receiptKeys: readonly TrustedKey[];
  /** Of the revocation list; absent where the marketplace signs none. */
  readonly revocationKeys?: readonly TrustedKey[] | undefined;
}

/** A publisher's key as the marketplace lists it. Its id is the digest of its bytes, so the list need not be trusted. */
export interface PublisherKey extends TrustedKey {
  readonly state?: "active" | "retired" | "compromised";
  /** Of a retired or compromised key: the first sequence of this plugin it no longer signs for. */
  readonly fromSequence?: number;
  /** The same for every plugin of the publisher, by name; one that is missing is cut at 1. */
  readonly cuts?: { readonly [plugin: string]: number } | undefined;
}

/** What a client keeps per plugin between verifications. */
export interface Remembered {
  readonly publication: number;
  readonly receiptSha256: string;
  readonly publisherKeyIds: readonly string[];
}

export interface ReleaseQuestion {
  readonly trust: TrustList;
  readonly publisherKeys: readonly PublisherKey[];
  /**
   * The publisher's key events, oldest first: without them a key not remembered is believed in no case. What they say
   * against a key counts even where the list of keys is silent.
   */
  readonly keyEvents?: readonly unknown[];
  /** The two envelopes of `GET /v1/plugins/{id}/versions/{v}/release`. */
  readonly statement: unknown;
  readonly receipt: unknown;
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly version: string;
  readonly remembered?: Remembered | null;
  /** Older releases may be verified too (a deliberate rollback, a lock file); then what is remembered does not move. */
  readonly asCurrent?: boolean;
}

export interface VerifiedRelease {
  readonly statement: OpenedStatement;
  readonly receipt: OpenedReceipt;
  /** To be kept for the next time. */
  readonly remember: Remembered;
}

export type ReleaseRefusal = Problem<TrustReason | "bundle_digest_mismatch">;

/** README, Verification: steps 1–7 over bytes that nobody has opened yet. */
export async function verifyRelease(question: ReleaseQuestion): Promise<Result<VerifiedRelease, ReleaseRefusal>> {
  const { trust, remembered = null } = question;
  // 1, 2 – the marketplace's word, by a pinned key
  const receipt = await openReceipt(question.receipt, trust.marketplace, trust.receiptKeys);
  if (!receipt.ok) return receipt;
  // 3 – the publisher's word, by a key usable for this sequence
  const keys = await selfCertified(question.publisherKeys);
  const statement = await openStatement(question.statement, trust.marketplace, keys);
  if (!statement.ok) return statement;
  const believed = await believe(question, keys, statement.value);
  const restricted = await restrictKeys(question, question.publisherKeys, statement.value.statement.publisher);
  if (!restricted.ok) return restricted;
  const unusable = judgeKey(statement.value, restricted.value, believed);
  if (unusable !== null) return refuse(unusable);
  // 4 – the one binds the other
  const unbound = matchReceipt(receipt.value, statement.value);
  if (unbound !== null) return refuse(unbound);
  // 5 – what was asked for
  const { name, version, keyId } = statement.value.statement;
  if (name !== question.name || version !== question.version)
    return refuse({ reason: "statement_mismatch", facts: { name, version } });
  // 6 – the bytes
  const wrong = await matchBytes(statement.value, question.bytes);
  if (wrong !== null) return refuse(wrong);
  // 7 – not older than, and not beside, what was seen before
  const { asCurrent = true } = question;
  const order = asCurrent ? judgePublication(receipt.value, remembered) : null;
  if (order !== null) return refuse(order);
  const moved = {
    publication: receipt.value.receipt.publication,
    receiptSha256: receipt.value.sha256,
    publisherKeyIds: [...new Set([...(remembered?.publisherKeyIds ?? []), keyId])],
  };
  const remember = asCurrent || remembered === null ? moved : remembered;
  return ok({ statement: statement.value, receipt: receipt.value, remember });
}

/** The publication order of a plugin, as one client saw it. A gap is accepted; the receipts between are walked later. */
export function judgePublication(
  { receipt, sha256 }: OpenedReceipt,
  remembered: Remembered | null,
): Problem<TrustReason> | null {
  if (remembered === null) return null;
  const { publication, previousReceipt } = receipt;
  if (publication < remembered.publication)
    return { reason: "publication_rollback", facts: { publication, seen: remembered.publication } };
  if (publication === remembered.publication)
    return sha256 === remembered.receiptSha256 ? null : { reason: "publication_fork", facts: { publication } };
  if (publication === remembered.publication + 1 && previousReceipt !== remembered.receiptSha256)
    return { reason: "receipt_chain", facts: { publication } };
  return null;
}

/** The cut of a retired or compromised key is the order of acceptance, never a date inside a document. */
export function judgeKey(
  { statement }: OpenedStatement,
  keys: readonly PublisherKey[],
  remembered: Pick<Remembered, "publisherKeyIds"> | null,
): Problem<TrustReason> | null {
  const key = keys.find((candidate) => candidate.keyId === statement.keyId);
  const isNewHand = remembered !== null && !remembered.publisherKeyIds.includes(statement.keyId);
  if (key === undefined || isNewHand) return { reason: "key_unknown", facts: { keyId: statement.keyId } };
  const isPastCut = statement.sequence >= (key.fromSequence ?? ownCut(key, statement.name) ?? 1);
  if (key.state === "compromised" && isPastCut) return { reason: "key_compromised", facts: { keyId: key.keyId } };
  if (key.state === "retired" && isPastCut) return { reason: "key_retired", facts: { keyId: key.keyId } };
  return null;
}

/** `cuts` is foreign data: a plugin may be called `constructor`. */
function ownCut({ cuts }: PublisherKey, plugin: string): number | undefined {
  return cuts !== undefined && Object.hasOwn(cuts, plugin) ? cuts[plugin] : undefined;
}

/**
 * The keys with what the events say against them; what the list says stands. A retirement names no place in a
 * plugin's chain: where a receipt proves that the marketplace accepted the statement before, it says nothing
 * (`isAccepted`), and a statement alone is refused.
 */
export async function restrictKeys(
  { trust, keyEvents = [] }: Pick<ReleaseQuestion, "trust" | "keyEvents">,
  keys: readonly PublisherKey[],
  publisher: string,
  isAccepted = true,
): Promise<Result<readonly PublisherKey[], Problem<TrustReason>>> {
  const fallen = await fallenKeys(keyEvents, { marketplace: trust.marketplace, publisher }, keys);
  if (fallen === null) return refuse({ reason: "document_malformed", facts: { field: "keyEvents" } });
  return ok(
    keys.map((key) => {
      const fall = fallen.get(key.keyId);
      if (fall === undefined || key.state === "compromised") return key;
      if (fall.state === "compromised") return { keyId: key.keyId, publicKey: key.publicKey, ...fall };
      return isAccepted || key.state === "retired" ? key : { ...key, state: "retired" as const };
    }),
  );
}

/** What a client that remembers keys may believe now: those, and what reaches it through their key events. */
async function believe(
  { remembered = null, keyEvents, trust }: ReleaseQuestion,
  keys: readonly TrustedKey[],
  { statement }: OpenedStatement,
): Promise<Pick<Remembered, "publisherKeyIds"> | null> {
  if (remembered === null || keyEvents === undefined || remembered.publisherKeyIds.includes(statement.keyId))
    return remembered;
  const subject = { marketplace: trust.marketplace, publisher: statement.publisher };
  const believed = await believeKeys(keyEvents, subject, keys, remembered.publisherKeyIds);
  return believed === null ? remembered : { publisherKeyIds: [...believed] };
}

/** Which publisher key a statement names, before anything is verified: to know what to ask for, never to act on. */
export function peekKeyId(statement: unknown): string | null {
  const payload = peekPayload(statement);
  return payload.ok && typeof payload.value.keyId === "string" ? payload.value.keyId : null;
}

/** Only entries whose id is the digest of their bytes count. */
async function selfCertified(keys: readonly PublisherKey[]): Promise<readonly PublisherKey[]> {
  const checked = await Promise.all(
    keys.map(async (key) => {
      const bytes = decodeHex(key.publicKey);
      return bytes !== null && (await sha256Hex(bytes)) === key.keyId;
    }),
  );
  return keys.filter((_, i) => checked[i]);
}

async function matchBytes(
  { statement: { bundle } }: OpenedStatement,
  bytes: Uint8Array,
): Promise<Problem<"bundle_digest_mismatch"> | null> {
  const fault: Problem<"bundle_digest_mismatch"> = {
    reason: "bundle_digest_mismatch",
    facts: { expected: bundle.sha256 },
  };
  if (bytes.length !== bundle.size || (await sha256Hex(bytes)) !== bundle.sha256) return fault;
  return (await sha512Hex(bytes)) === bundle.sha512 ? null : fault;
}
