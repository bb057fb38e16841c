import { decodeHex, encodeBase64url } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { KEY_NONCE_SECONDS } from "../../domain/trust/key-proof.ts";
import { checkPublicKey } from "../../domain/trust/public-key.ts";
import type { TrustReason } from "../../domain/trust/reasons.ts";
import type { World } from "../ports.ts";
import { owned } from "./owned-publisher.ts";

export interface OfferedKey {
  readonly keyId: string;
  readonly nonce: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** An owner names a key to come: it is pending, for ten minutes, until an active key of the publisher adds it. */
export async function offerKey(
  world: Pick<World, "accounts" | "keyChains" | "clock" | "chance">,
  accountId: string,
  handle: string,
  publicKey: string,
): Promise<Result<OfferedKey, Problem<TrustReason | "NOT_FOUND" | "PERMISSION_DENIED">>> {
  const publisher = await owned(world, accountId, handle);
  if (!publisher.ok) return publisher;
  const checked = await checkPublicKey(decodeHex(publicKey) ?? new Uint8Array());
  if (!checked.ok) return checked;
  const { keyId } = checked.value;
  const { keys } = await world.keyChains.read(publisher.value);
  if (keys.some((key) => key.keyId === keyId)) return refuse({ reason: "key_reused", facts: { keyId } });
  const nonce = encodeBase64url(world.chance.bytes(32));
  const expiresAt = unixSeconds(world.clock.now()) + KEY_NONCE_SECONDS;
  const nonceHash = await sha256Hex(nonce);
  await world.keyChains.offer({ nonceHash, accountId, publisherId: publisher.value, publicKey, expiresAt });
  return ok({ keyId, nonce, expiresAt });
}
