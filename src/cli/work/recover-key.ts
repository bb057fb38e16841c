import { ACCOUNT_OPERATIONS } from "../../contract/account/operations.ts";
import { RECOVERY_OPERATIONS } from "../../contract/account/recovery-operations.ts";
import { encodeHex } from "../../domain/bytes.ts";
import { ok } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { makeKeyProof } from "../../domain/trust/key-proof.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import type { SigningKey } from "./key-store.ts";
import { type Marketplace, marketplaceName } from "./marketplace.ts";
import { fetchIdentity } from "./session.ts";

export interface RecoveryWork {
  readonly marketplace: Marketplace;
  /** Handle. */
  readonly publisher: string;
}

export type RecoveryStep =
  | { readonly step: "requested"; readonly keyId: string; readonly readyAt: string }
  | { readonly step: "completed"; readonly keyId: string; readonly sequence: number };

/**
 * The step that is due: asks for the recovery where none is open, ends it after its wait, and refuses in between. `now` is
 * Unix milliseconds.
 */
export async function recoverKey(work: RecoveryWork, key: SigningKey, now: number): Promise<Outcome<RecoveryStep>> {
  const { marketplace, publisher } = work;
  const params = { handle: publisher };
  const shown = await ask(marketplace, RECOVERY_OPERATIONS.showRecovery, { params });
  if (!shown.ok) return shown;
  const { recovery } = shown.value.body;
  const publicKey = encodeHex(key.publicKey);
  if (recovery === null) {
    const asked = await ask(marketplace, RECOVERY_OPERATIONS.requestRecovery, { params, json: { publicKey } });
    if (!asked.ok) return asked;
    return ok({ step: "requested", keyId: key.keyId, readyAt: asked.value.body.readyAt });
  }
  if (recovery.keyId !== key.keyId) return { ok: false, problem: tellOther(publisher, recovery.keyId) };
  if (now < Date.parse(recovery.readyAt)) return { ok: false, problem: tellEarly(publisher, recovery.readyAt) };

  const identity = await fetchIdentity(marketplace);
  if (!identity.ok) return identity;
  const account = identity.value.kind === "account" ? identity.value.account.id : "";
  const offered = await ask(marketplace, ACCOUNT_OPERATIONS.offerKey, { params, json: { publicKey } });
  if (!offered.ok) return offered;
  const subject = { account, publisher, marketplace: marketplaceName(marketplace) };
  const proof = await makeKeyProof(subject, offered.value.body.nonce, key.signer, unixSeconds(now));
  const json = { proof: { payload: proof.payload, signatures: proof.signatures.map((one) => ({ ...one })) } };
  const done = await ask(marketplace, RECOVERY_OPERATIONS.completeRecovery, { params, json });
  return done.ok ? ok({ step: "completed", keyId: key.keyId, sequence: done.value.body.sequence }) : done;
}

export async function cancelRecovery({ marketplace, publisher }: RecoveryWork): Promise<Outcome<null>> {
  const params = { handle: publisher };
  const canceled = await ask(marketplace, RECOVERY_OPERATIONS.cancelRecovery, { params });
  return canceled.ok ? ok(null) : canceled;
}

function tellEarly(publisher: string, readyAt: string): CliProblem {
  return {
    code: "recovery_waits",
    kind: "waiting",
    message: `The recovery of ${publisher} waits until ${readyAt}, so that every owner can stop it.`,
    next: "Run the same command again after that time.",
    facts: { readyAt },
  };
}

function tellOther(publisher: string, keyId: string): CliProblem {
  return {
    code: "state_conflict",
    kind: "conflict",
    message: `A recovery of ${publisher} is open for another key, ${keyId}.`,
    next: `If it is not yours, stop it: rbsm keys recover ${publisher} --cancel.`,
    facts: { keyId },
  };
}
