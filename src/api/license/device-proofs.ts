import { encodeBase64url } from "../../domain/bytes.ts";
import { sha256 } from "../../domain/digest.ts";
import { readDeviceProof } from "../../domain/license/device-proof.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { Proofs } from "../../market/license/find-installation.ts";
import type { World } from "../../market/ports.ts";
import { DEVICE_PROOF } from "../account/authenticate.ts";

/** The row's key and that of a copy; a batch may be about many devices. Each costs a signature check, so no more is looked at. */
const MOST_PROOFS = 2;
export const MOST_PROOFS_OF_BATCH = 50;

/**
 * The keys that signed this request: `Device-Proof: <jws>[, <jws> …]`. One that does not hold refuses the whole request,
 * before anything is read: a proof is sent to be believed.
 */
export async function readDeviceProofs(
  world: Pick<World, "clock" | "site">,
  request: Request,
  raw: Uint8Array,
  nonce: string | undefined,
  most = MOST_PROOFS,
): Promise<Result<Proofs, Problem<Reason>>> {
  const header = request.headers.get(DEVICE_PROOF);
  if (header === null) return ok([]);
  const tokens = header.split(",").map((token) => token.trim());
  if (tokens.length > most) return refuse(invalid("malformed"));
  const about = {
    method: request.method,
    url: `${world.site.origin}${new URL(request.url).pathname}`,
    nonce,
    requestHash: encodeBase64url(await sha256(raw)),
  };
  const now = unixSeconds(world.clock.now());
  const proofs = [];
  for (const token of tokens) {
    const proof = await readDeviceProof(token, about, now);
    if (typeof proof === "string") return refuse(invalid(proof));
    proofs.push(proof);
  }
  return ok(proofs);
}

function invalid(why: string): Problem<Reason> {
  return { reason: "DEVICE_PROOF_INVALID", facts: { class: "action", why } };
}
