import { mayAs } from "../../domain/account/organization-rights.ts";
import { decodeHex } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { verifyKeyProof } from "../../domain/trust/key-proof.ts";
import type { TrustReason } from "../../domain/trust/reasons.ts";
import type { World } from "../ports.ts";

/** The owner's key joins the publisher's: checked point by point, proven, never enrolled before by anybody. */
export async function enrollKey(
  world: Pick<World, "accounts" | "clock" | "site">,
  accountId: string,
  handle: string,
  envelope: unknown,
): Promise<Result<{ keyId: string }, Problem<TrustReason | "NOT_FOUND" | "PERMISSION_DENIED">>> {
  const member = (await world.accounts.memberships(accountId)).find((entry) => entry.handle === handle);
  if (member === undefined) return refuse({ reason: "NOT_FOUND" });
  if (!mayAs(member.role, "administer")) return refuse({ reason: "PERMISSION_DENIED", facts: { role: member.role } });
  const now = unixSeconds(world.clock.now());
  const expected = { account: accountId, publisher: handle, marketplace: world.site.marketplace };
  const proof = await verifyKeyProof(envelope, expected, now);
  if (!proof.ok) return proof;
  const { keyId, publicKey, nonce } = proof.value;
  if (decodeHex(publicKey)?.length !== 32) return refuse({ reason: "key_length" });
  const enrolment = { accountId, publisherId: member.id, keyId, publicKey, nonceHash: await sha256Hex(nonce) };
  const outcome = await world.accounts.enrollKey(enrolment, now);
  return outcome === "enrolled" ? ok({ keyId }) : refuse({ reason: outcome });
}
