import * as z from "zod";
import { decodeHex, encodeHex } from "../bytes.ts";
import type { JsonObject } from "../json/json.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { MINUTE, signedTime } from "../time.ts";
import { type Envelope, openEnvelope, peekPayload, sealEnvelope } from "./envelope.ts";
import { checkPublicKey } from "./public-key.ts";
import type { TrustReason } from "./reasons.ts";
import { type Ed25519Signer, keyIdOf } from "./signer.ts";

/** How long a nonce, and a proof over it, is good. */
export const KEY_NONCE_SECONDS = 10 * MINUTE;

export interface KeyProofSubject {
  /** Account id. */
  readonly account: string;
  /** Publisher handle. */
  readonly publisher: string;
  readonly marketplace: string;
}

export interface ProvenKey {
  readonly keyId: string;
  /** Hex, 32 bytes. */
  readonly publicKey: string;
  readonly nonce: string;
}

const PAYLOAD = z.strictObject({
  type: z.literal("rbsm-key-proof/1"),
  account: z.string(),
  publisher: z.string(),
  marketplace: z.string(),
  nonce: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  publicKey: z.string(),
  expires: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
});

/** The payload the holder of a key signs: this account, this publisher, this marketplace, this nonce. `now` in Unix seconds. */
export function buildKeyProof(
  { account, publisher, marketplace }: KeyProofSubject,
  nonce: string,
  publicKey: string,
  now: number,
): JsonObject & { readonly type: "rbsm-key-proof/1" } {
  const expires = signedTime(now + KEY_NONCE_SECONDS);
  return { type: "rbsm-key-proof/1", account, publisher, marketplace, nonce, publicKey, expires };
}

/** The same, signed. */
export async function makeKeyProof(
  subject: KeyProofSubject,
  nonce: string,
  signer: Ed25519Signer,
  now: number,
): Promise<Envelope> {
  return sealEnvelope(buildKeyProof(subject, nonce, encodeHex(await signer.publicKey()), now), signer);
}

/**
 * Enrolment: the key inside must pass every check on its bytes, and must itself have signed the document about exactly
 * this subject. Whether the nonce was ours and unused is for the store to say, in the statement that spends it.
 */
export async function verifyKeyProof(
  envelope: unknown,
  expected: KeyProofSubject,
  now: number,
): Promise<Result<ProvenKey, Problem<TrustReason>>> {
  const peeked = peekPayload(envelope);
  if (!peeked.ok) return peeked;
  if (peeked.value.type !== "rbsm-key-proof/1") return refuse({ reason: "document_type" });
  const payload = PAYLOAD.safeParse(peeked.value);
  const publicKey = payload.success ? decodeHex(payload.data.publicKey) : null;
  if (!payload.success || publicKey === null) return refuse({ reason: "document_malformed" });

  const checked = await checkPublicKey(publicKey);
  if (!checked.ok) return checked;
  const keyId = await keyIdOf(publicKey);
  const { account, publisher, marketplace, nonce, expires } = payload.data;
  const opened = await openEnvelope(envelope, "rbsm-key-proof/1", [{ keyId, publicKey: payload.data.publicKey }]);
  if (!opened.ok) return refuse({ reason: "key_proof_invalid" });
  if (account !== expected.account || publisher !== expected.publisher || marketplace !== expected.marketplace)
    return refuse({ reason: "key_proof_invalid" });
  const end = Date.parse(expires) / 1000;
  if (!(end > now && end <= now + KEY_NONCE_SECONDS + MINUTE)) return refuse({ reason: "key_proof_expired" });
  return ok({ keyId, publicKey: payload.data.publicKey, nonce });
}
