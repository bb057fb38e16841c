import * as z from "zod";
import { decodeHex } from "../bytes.ts";
import type { JsonObject } from "../json/json.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { openEnvelope, type TrustedKey } from "./envelope.ts";
import { checkPublicKey } from "./public-key.ts";
import type { TrustReason } from "./reasons.ts";

export const MAX_ACTIVE_KEYS = 8;

const HEX_256 = z.string().regex(/^[0-9a-f]{64}$/);
const COUNT = z.int().min(1).max(2_147_483_647);
const COMMON = {
  type: z.literal("rbsm-key-event/1"),
  marketplace: z.string(),
  publisher: z.string(),
  sequence: COUNT,
  previous: HEX_256.nullable(),
};
const KEY_EVENT = z.discriminatedUnion("action", [
  z.strictObject({ ...COMMON, action: z.literal("add"), publicKey: HEX_256 }),
  z.strictObject({ ...COMMON, action: z.literal("retire"), keyId: HEX_256 }),
  z.strictObject({
    ...COMMON,
    action: z.literal("compromise"),
    keyId: HEX_256,
    /** Plugin name → first sequence that is void; a plugin not named is void from 1. */
    fromSequence: z.record(z.string().max(50), COUNT),
  }),
  z.strictObject({ ...COMMON, action: z.literal("recover"), publicKey: HEX_256 }),
]);
export type KeyEvent = z.output<typeof KEY_EVENT>;

/** What an event changes, without its place in the chain. */
export type KeyChange =
  | { readonly action: "add"; readonly publicKey: string }
  | { readonly action: "retire"; readonly keyId: string }
  | {
      readonly action: "compromise";
      readonly keyId: string;
      readonly fromSequence: { readonly [plugin: string]: number };
    }
  /** Signed by the marketplace alone (`recovery.ts`). */
  | { readonly action: "recover"; readonly publicKey: string };

export interface KeyChainSubject {
  readonly marketplace: string;
  /** Handle. */
  readonly publisher: string;
}

/** Where a publisher's chain of key events stands; without events `{sequence: 0, eventSha256: null}`. */
export interface KeyChainHead {
  readonly sequence: number;
  readonly eventSha256: string | null;
}

export interface ChainKey extends TrustedKey {
  readonly state: "active" | "retired" | "compromised";
}

export interface OpenedKeyEvent {
  readonly event: KeyEvent;
  /** Hex SHA-256 of the payload. */
  readonly sha256: string;
  readonly signerKeyId: string;
  /** The key it is about. */
  readonly keyId: string;
}

/** The payload of the next link. */
export function buildKeyEvent(
  { marketplace, publisher }: KeyChainSubject,
  head: KeyChainHead,
  change: KeyChange,
): JsonObject & KeyEvent {
  return {
    type: "rbsm-key-event/1",
    marketplace,
    publisher,
    sequence: head.sequence + 1,
    previous: head.eventSha256,
    ...change,
  } as JsonObject & KeyEvent;
}

/** An event about this publisher at this marketplace, signed by one of the keys handed in, whatever their state. */
export async function openKeyEvent(
  envelope: unknown,
  subject: KeyChainSubject,
  keys: readonly TrustedKey[],
): Promise<Result<OpenedKeyEvent, Problem<TrustReason>>> {
  const opened = await openEnvelope(envelope, "rbsm-key-event/1", keys);
  if (!opened.ok) return opened;
  const parsed = KEY_EVENT.safeParse(opened.value.payload);
  if (!parsed.success)
    return refuse({ reason: "document_malformed", facts: { field: parsed.error.issues[0]?.path.join(".") } });
  const event = parsed.data;
  if (event.marketplace !== subject.marketplace)
    return refuse({ reason: "statement_wrong_marketplace", facts: { marketplace: event.marketplace } });
  if (event.publisher !== subject.publisher)
    return refuse({ reason: "statement_mismatch", facts: { field: "publisher" } });
  const keyId = await subjectKey(event);
  if (!keyId.ok) return keyId;
  return ok({ event, sha256: opened.value.sha256, signerKeyId: opened.value.keyId, keyId: keyId.value });
}

/** A key that joins passes every check on its bytes first. */
async function subjectKey(event: KeyEvent): Promise<Result<string, Problem<TrustReason>>> {
  if ("keyId" in event) return ok(event.keyId);
  const bytes = decodeHex(event.publicKey);
  if (bytes === null) return refuse({ reason: "document_malformed", facts: { field: "publicKey" } });
  const checked = await checkPublicKey(bytes);
  return checked.ok ? ok(checked.value.keyId) : checked;
}

/** README, Rotation: is this the next link, by a hand that may write it, about a key it may be about? */
export function judgeKeyEvent(
  { event, signerKeyId, keyId }: OpenedKeyEvent,
  head: KeyChainHead,
  keys: readonly ChainKey[],
): Problem<TrustReason> | null {
  if (event.sequence !== head.sequence + 1 || event.previous !== head.eventSha256)
    return { reason: "key_event_stale", facts: { sequence: head.sequence, eventSha256: head.eventSha256 } };
  const signer = keys.find((key) => key.keyId === signerKeyId);
  if (signer === undefined || (signerKeyId === keyId && event.action === "add"))
    return { reason: "key_unknown", facts: { keyId: signerKeyId } };
  if (signer.state !== "active") return { reason: `key_${signer.state}`, facts: { keyId: signerKeyId } };
  // Only the marketplace recovers, after proof of identity and a week's wait; that is no call of a publisher's.
  if (event.action === "recover") return { reason: "key_event_refused", facts: { action: event.action } };

  const subject = keys.find((key) => key.keyId === keyId);
  const active = keys.filter((key) => key.state === "active");
  if (event.action === "add") {
    if (subject !== undefined) return { reason: "key_reused", facts: { keyId } };
    return active.length < MAX_ACTIVE_KEYS ? null : { reason: "key_limit", facts: { max: MAX_ACTIVE_KEYS } };
  }
  if (subject === undefined) return { reason: "key_unknown", facts: { keyId } };
  if (subject.state === "compromised") return { reason: "key_compromised", facts: { keyId } };
  if (event.action === "compromise") return null;
  if (subject.state === "retired") return { reason: "key_retired", facts: { keyId } };
  // Without a key nobody could sign the event that adds one.
  return active.length > 1 ? null : { reason: "key_event_refused", facts: { keyId, active: active.length } };
}
