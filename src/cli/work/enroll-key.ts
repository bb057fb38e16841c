import { ACCOUNT_OPERATIONS } from "../../contract/account/operations.ts";
import { ok } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { makeKeyProof } from "../../domain/trust/key-proof.ts";
import { misuse, type Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import type { SigningKey } from "./key-store.ts";
import { type Marketplace, marketplaceName } from "./marketplace.ts";
import { fetchIdentity } from "./session.ts";

export interface Enrolment {
  readonly marketplace: Marketplace;
  /** Publisher handle. */
  readonly publisher: string;
  /** 43 characters, handed out by the marketplace. */
  readonly nonce: string;
  readonly key: SigningKey;
  /** Unix milliseconds: the proof says until when it is good. */
  readonly now: number;
}

/** Proves the possession of a key over the nonce, for this account, publisher and marketplace only. */
export async function enrollKey(enrolment: Enrolment): Promise<Outcome<{ keyId: string; state: string }>> {
  const { marketplace, publisher, nonce, key, now } = enrolment;
  if (!/^[A-Za-z0-9_-]{43}$/.test(nonce))
    return { ok: false, problem: misuse("nonce_malformed", "A nonce has 43 characters of A–Z, a–z, 0–9, - and _.") };
  const identity = await fetchIdentity(marketplace);
  if (!identity.ok) return identity;
  if (identity.value.kind !== "account")
    return {
      ok: false,
      problem: {
        code: "PERMISSION_DENIED",
        kind: "forbidden",
        message: "This credential belongs to no account; only a person's token enrolls keys.",
        next: "Log in with a token of the publisher's owner.",
      },
    };
  const subject = { account: identity.value.account.id, publisher, marketplace: marketplaceName(marketplace) };
  const proof = await makeKeyProof(subject, nonce, key.signer, unixSeconds(now));
  const reply = await ask(marketplace, ACCOUNT_OPERATIONS.enrollKey, {
    params: { handle: publisher },
    json: { payload: proof.payload, signatures: proof.signatures.map((signature) => ({ ...signature })) },
  });
  return reply.ok ? ok(reply.value.body) : reply;
}
