import type { Json, JsonObject } from "../../domain/json/json.ts";
import { ok } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { makeKeyProof } from "../../domain/trust/key-proof.ts";
import { misuse, type Outcome } from "../problem.ts";
import type { SigningKey } from "./key-store.ts";
import { ask, type Marketplace, marketplaceName } from "./marketplace.ts";
import { fetchAccount } from "./session.ts";

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
  const identity = await fetchAccount(marketplace);
  if (!identity.ok) return identity;
  const account = accountId(identity.value);
  if (account === null)
    return {
      ok: false,
      problem: {
        code: "PERMISSION_DENIED",
        kind: "forbidden",
        message: "This credential belongs to no account; only a person's token enrolls keys.",
        next: "Log in with a token of the publisher's owner.",
      },
    };
  const subject = { account, publisher, marketplace: marketplaceName(marketplace) };
  const proof = await makeKeyProof(subject, nonce, key.signer, unixSeconds(now));
  const reply = await ask(marketplace, {
    method: "POST",
    path: `/v1/publishers/${encodeURIComponent(publisher)}/keys`,
    json: { payload: proof.payload, signatures: proof.signatures.map((signature) => ({ ...signature })) },
  });
  if (!reply.ok) return reply;
  return ok({ keyId: key.keyId, state: String(reply.value.body.state ?? "active") });
}

function accountId(identity: JsonObject): string | null {
  const account: Json | undefined = identity.account;
  const id = typeof account === "object" && account !== null && "id" in account ? account.id : identity.accountId;
  return typeof id === "string" ? id : null;
}
