import { ACCOUNT_OPERATIONS } from "../../contract/account/operations.ts";
import { encodeHex } from "../../domain/bytes.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { ok } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { type Envelope, sealEnvelope } from "../../domain/trust/envelope.ts";
import { buildKeyEvent, type KeyChainHead, type KeyChange } from "../../domain/trust/key-event.ts";
import { makeKeyProof } from "../../domain/trust/key-proof.ts";
import type { Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import type { SigningKey } from "./key-store.ts";
import { type Marketplace, marketplaceName } from "./marketplace.ts";
import { fetchIdentity } from "./session.ts";

export interface KeyEventDone {
  readonly sequence: number;
  readonly eventSha256: string;
  readonly action: string;
  readonly keyId: string;
}

/** The publisher whose keys change, and a key of it that is in use. */
export interface KeyWork {
  readonly marketplace: Marketplace;
  /** Handle. */
  readonly publisher: string;
  readonly signer: SigningKey;
}

/** Adds a key: the one in use says so, and the new one proves that its owner holds it. `now` is Unix milliseconds. */
export async function addKey(work: KeyWork, key: SigningKey, now: number): Promise<Outcome<KeyEventDone>> {
  const { marketplace, publisher } = work;
  const identity = await fetchIdentity(marketplace);
  if (!identity.ok) return identity;
  const account = identity.value.kind === "account" ? identity.value.account.id : "";
  const publicKey = encodeHex(key.publicKey);
  const offered = await ask(marketplace, ACCOUNT_OPERATIONS.offerKey, {
    params: { handle: publisher },
    json: { publicKey },
  });
  if (!offered.ok) return offered;
  const subject = { account, publisher, marketplace: marketplaceName(marketplace) };
  const proof = await makeKeyProof(subject, offered.value.body.nonce, key.signer, unixSeconds(now));
  return appendEvent(work, { action: "add", publicKey }, proof);
}

/** Ends a key: `retire` keeps what it signed, `compromise` voids it from a sequence of each plugin on. */
export function endKey(
  work: KeyWork,
  change: Extract<KeyChange, { readonly keyId: string }>,
): Promise<Outcome<KeyEventDone>> {
  return appendEvent(work, change, null);
}

async function appendEvent(
  { marketplace, publisher, signer }: KeyWork,
  change: KeyChange,
  proof: Envelope | null,
): Promise<Outcome<KeyEventDone>> {
  const head = await fetchKeyHead(marketplace, publisher);
  if (!head.ok) return head;
  const payload = buildKeyEvent({ marketplace: marketplaceName(marketplace), publisher }, head.value, change);
  const event = await sealEnvelope(payload, signer.signer);
  const reply = await ask(marketplace, ACCOUNT_OPERATIONS.appendKeyEvent, {
    params: { handle: publisher },
    json: { event: asJson(event), ...(proof === null ? {} : { proof: asJson(proof) }) },
  });
  return reply.ok ? ok(reply.value.body) : reply;
}

async function fetchKeyHead(marketplace: Marketplace, publisher: string): Promise<Outcome<KeyChainHead>> {
  const params = { handle: publisher };
  const reply = await ask(marketplace, ACCOUNT_OPERATIONS.listKeyEvents, { params });
  if (!reply.ok) return reply;
  const last = reply.value.body.events.at(-1);
  return ok({ sequence: last?.sequence ?? 0, eventSha256: last?.sha256 ?? null });
}

function asJson({ payload, signatures }: Envelope): JsonObject {
  return { payload, signatures: signatures.map((signature) => ({ ...signature })) };
}
