import { encodeHex } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import { judgeKeyEvent, type KeyEvent, type OpenedKeyEvent, openKeyEvent } from "../../domain/trust/key-event.ts";
import { verifyKeyProof } from "../../domain/trust/key-proof.ts";
import type { TrustReason } from "../../domain/trust/reasons.ts";
import type { World } from "../ports.ts";
import { owned } from "./owned-publisher.ts";

export interface KeyEventWish {
  /** Envelope of an `rbsm-key-event/1`. */
  readonly event: unknown;
  /** Of `add`: the envelope of the new key's own `rbsm-key-proof/1`. */
  readonly proof?: unknown;
}

export interface AppendedKeyEvent {
  readonly sequence: number;
  readonly eventSha256: string;
  readonly action: KeyEvent["action"];
  readonly keyId: string;
}

type Refusal = Problem<TrustReason | "NOT_FOUND" | "PERMISSION_DENIED">;

/** A key's releases wait this long after it joined, so that its owners see the mail before the world sees a release. */
export const YOUNG_KEY_SECONDS = DAY;

/**
 * The next link of a publisher's key chain (README of domain/trust, Rotation). The token says who asks; what changes is
 * signed by a key in use, and a key that joins proves itself besides.
 */
export async function appendKeyEvent(
  world: Pick<World, "accounts" | "keyChains" | "clock" | "chance" | "site">,
  accountId: string,
  handle: string,
  wish: KeyEventWish,
): Promise<Result<AppendedKeyEvent, Refusal>> {
  const publisher = await owned(world, accountId, handle);
  if (!publisher.ok) return publisher;
  const publisherId = publisher.value;
  const subject = { marketplace: world.site.marketplace, publisher: handle };

  const before = await world.keyChains.read(publisherId);
  const opened = await openKeyEvent(wish.event, subject, before.keys);
  if (!opened.ok) return opened;
  const refusal = judgeKeyEvent(opened.value, before.head, before.keys);
  if (refusal !== null) return refuse(refusal);
  const now = unixSeconds(world.clock.now());
  const nonce = await readProof(opened.value, wish.proof, { account: accountId, ...subject }, now);
  if (!nonce.ok) return nonce;

  const { event, sha256, keyId, signerKeyId } = opened.value;
  const nonceHash = nonce.value === null ? null : await sha256Hex(nonce.value);
  const op = encodeHex(world.chance.bytes(16));
  const isWritten = await world.keyChains.append(
    {
      publisherId,
      handle,
      accountId,
      event,
      sha256,
      keyId,
      signerKeyId,
      envelope: JSON.stringify(wish.event),
      nonceHash,
      trustedAt: now + YOUNG_KEY_SECONDS,
      op,
    },
    now,
  );
  if (isWritten) return ok({ sequence: event.sequence, eventSha256: sha256, action: event.action, keyId });
  const after = await world.keyChains.read(publisherId);
  const why = judgeKeyEvent(opened.value, after.head, after.keys);
  // The chain still fits: then the nonce was spent or late, or somebody else enrolled the key.
  return refuse(why ?? { reason: event.action === "add" ? "key_proof_expired" : "key_event_stale" });
}

/** The nonce a joining key signed; null for events that need none. */
async function readProof(
  { event, keyId }: OpenedKeyEvent,
  envelope: unknown,
  expected: { account: string; publisher: string; marketplace: string },
  now: number,
): Promise<Result<string | null, Problem<TrustReason>>> {
  if (event.action !== "add") return ok(null);
  if (envelope === undefined) return refuse({ reason: "key_proof_invalid", detail: "The new key proves itself, too." });
  const proof = await verifyKeyProof(envelope, expected, now);
  if (!proof.ok) return proof;
  return proof.value.keyId === keyId ? ok(proof.value.nonce) : refuse({ reason: "key_proof_invalid" });
}
