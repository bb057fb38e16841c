import { encodeBase64url } from "../../domain/bytes.ts";
import { sha256 } from "../../domain/digest.ts";
import type { RequestBinding } from "../../domain/license/lease.ts";

/** Nonce and hash of the raw body: what a signed answer is bound to. */
export async function bindingOf(nonce: string | undefined, raw: Uint8Array): Promise<RequestBinding> {
  return { nonce, requestHash: encodeBase64url(await sha256(raw)) };
}
