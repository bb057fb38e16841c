import { decodeBase64url } from "../bytes.ts";
import { sha256Hex } from "../digest.ts";
import { peekPayload, type TrustedKey } from "./envelope.ts";
import { type KeyChainHead, type KeyChainSubject, openKeyEvent } from "./key-event.ts";

/** How a key left service, as its publisher signed it. */
export interface Fall {
  readonly state: "retired" | "compromised";
  /** Of a compromised key: plugin name → first void sequence; a plugin not named is void from 1. */
  readonly cuts: { readonly [plugin: string]: number };
}

/** What a chain says to somebody who knows some of the keys. */
export interface ReplayedChain {
  readonly believed: ReadonlySet<string>;
  readonly fallen: ReadonlyMap<string, Fall>;
}

/**
 * Walks key events, oldest first, from the keys somebody knows: each counts if it was signed by a key believed and in
 * service at that place. What `recover` brings is believed by nobody here: an operator decides. Null: the events are no
 * chain, or one of them is forged.
 */
export async function replayKeyEvents(
  events: readonly unknown[],
  subject: KeyChainSubject,
  keys: readonly TrustedKey[],
  knownKeyIds: readonly string[],
): Promise<ReplayedChain | null> {
  const learned = [...keys];
  const believed = new Set(knownKeyIds);
  const fallen = new Map<string, Fall>();
  let head: KeyChainHead = { sequence: 0, eventSha256: null };
  for (const envelope of events) {
    const link = await readLink(envelope, head);
    if (link === null) return null;
    head = link;
    const opened = await openKeyEvent(envelope, subject, learned);
    // Nobody can say whether a stranger's signature is one: the event keeps its place and means nothing.
    if (!opened.ok && opened.problem.reason === "key_unknown") continue;
    if (!opened.ok) return null;
    const { event, signerKeyId, keyId } = opened.value;
    if ("publicKey" in event) learned.push({ keyId, publicKey: event.publicKey });
    if (!believed.has(signerKeyId) || fallen.has(signerKeyId)) continue;
    if (event.action === "add") believed.add(keyId);
    if (event.action === "retire" && !fallen.has(keyId)) fallen.set(keyId, { state: "retired", cuts: {} });
    if (event.action === "compromise") fallen.set(keyId, { state: "compromised", cuts: event.fromSequence });
  }
  return { believed, fallen };
}

/** Which keys a client that knows some may believe. */
export async function believeKeys(
  events: readonly unknown[],
  subject: KeyChainSubject,
  keys: readonly TrustedKey[],
  knownKeyIds: readonly string[],
): Promise<ReadonlySet<string> | null> {
  return (await replayKeyEvents(events, subject, keys, knownKeyIds))?.believed ?? null;
}

/** What the events say against keys: to believe a new key takes a known hand, to doubt one any key that was handed in will do. */
export async function fallenKeys(
  events: readonly unknown[],
  subject: KeyChainSubject,
  keys: readonly TrustedKey[],
): Promise<ReplayedChain["fallen"] | null> {
  const handedIn = keys.map(({ keyId }) => keyId);
  return (await replayKeyEvents(events, subject, keys, handedIn))?.fallen ?? null;
}

/** The next link by number and digest alone, whoever signed it. */
async function readLink(envelope: unknown, head: KeyChainHead): Promise<KeyChainHead | null> {
  const payload = peekPayload(envelope);
  if (!payload.ok || payload.value.sequence !== head.sequence + 1 || payload.value.previous !== head.eventSha256)
    return null;
  const bytes = decodeBase64url((envelope as { readonly payload: string }).payload);
  return bytes === null ? null : { sequence: head.sequence + 1, eventSha256: await sha256Hex(bytes) };
}
