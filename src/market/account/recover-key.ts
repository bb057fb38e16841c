import { decodeHex, encodeHex } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { canonicalBytes } from "../../domain/json/canonical.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { sealEnvelope } from "../../domain/trust/envelope.ts";
import { buildKeyEvent } from "../../domain/trust/key-event.ts";
import { verifyKeyProof } from "../../domain/trust/key-proof.ts";
import { checkPublicKey } from "../../domain/trust/public-key.ts";
import type { TrustReason } from "../../domain/trust/reasons.ts";
import { isRecoveryOpen, judgeRecovery, recoveryReadyAt } from "../../domain/trust/recovery.ts";
import type { World } from "../ports.ts";
import { type AppendedKeyEvent, YOUNG_KEY_SECONDS } from "./append-key-event.ts";
import { owned } from "./owned-publisher.ts";

export interface Recovery {
  readonly keyId: string;
  /** Unix seconds. */
  readonly requestedAt: number;
  readonly readyAt: number;
}

type Absent = Problem<"NOT_FOUND" | "PERMISSION_DENIED">;
type Refusal = Absent | Problem<TrustReason | "state_conflict">;

/**
 * An owner says that all keys are lost and names the one to come (README of domain/trust, Recovery). Whoever calls this
 * has seen the owner's fresh passkey proof. Every owner is told at once, and so is the world.
 */
export async function requestRecovery(
  world: Pick<World, "accounts" | "keyRecoveries" | "keyChains" | "people" | "mail" | "clock">,
  accountId: string,
  handle: string,
  publicKey: string,
): Promise<Result<Recovery, Refusal>> {
  const publisher = await owned(world, accountId, handle);
  if (!publisher.ok) return publisher;
  const publisherId = publisher.value;
  const checked = await checkPublicKey(decodeHex(publicKey) ?? new Uint8Array());
  if (!checked.ok) return checked;
  const { keyId } = checked.value;
  const { keys } = await world.keyChains.read(publisherId);
  if (keys.some((key) => key.keyId === keyId)) return refuse({ reason: "key_reused", facts: { keyId } });
  const at = unixSeconds(world.clock.now());
  if (!(await world.keyRecoveries.open({ publisherId, handle, accountId, keyId, publicKey }, at)))
    return refuse({ reason: "state_conflict" });
  const readyAt = recoveryReadyAt(at);
  await tellOwners(
    world,
    accountId,
    `A new signing key for ${handle} was asked for`,
    `Somebody signed in as an owner of ${handle} says that all its signing keys are lost, and named key ${keyId} to replace them. On ${isoTime(readyAt)} the marketplace may sign that in. If this was not one of you, sign in and cancel it before.`,
  );
  return ok({ keyId, requestedAt: at, readyAt });
}

/** Any owner stops it, without more proof: to wait longer harms nobody. */
export async function cancelRecovery(
  world: Pick<World, "accounts" | "keyRecoveries" | "clock">,
  accountId: string,
  handle: string,
): Promise<Result<null, Absent>> {
  const publisher = await owned(world, accountId, handle);
  if (!publisher.ok) return publisher;
  const at = unixSeconds(world.clock.now());
  const isCanceled = await world.keyRecoveries.cancel(publisher.value, handle, accountId, at);
  return isCanceled ? ok(null) : refuse({ reason: "NOT_FOUND" });
}

/** What anybody may know of a publisher: whether its keys are about to be replaced. */
export async function showRecovery(
  world: Pick<World, "accounts" | "keyRecoveries" | "clock">,
  handle: string,
): Promise<Result<Recovery | null, Problem<"NOT_FOUND">>> {
  const publisher = await world.accounts.findPublisher(handle);
  if (!publisher) return refuse({ reason: "NOT_FOUND" });
  const found = await world.keyRecoveries.find(publisher.id);
  if (found === null || !isRecoveryOpen(found.requestedAt, unixSeconds(world.clock.now()))) return ok(null);
  const { keyId, requestedAt } = found;
  return ok({ keyId, requestedAt, readyAt: recoveryReadyAt(requestedAt) });
}

/**
 * After the wait the marketplace signs the key in: `recover`, the next link of the chain. All other keys retire. Clients
 * believe nothing through it by themselves; releases of the new key wait a day, as those of any young key.
 */
export async function completeRecovery(
  world: Pick<
    World,
    "accounts" | "keyRecoveries" | "keyChains" | "people" | "mail" | "clock" | "chance" | "site" | "receiptSigner"
  >,
  accountId: string,
  handle: string,
  proof: unknown,
): Promise<Result<AppendedKeyEvent, Refusal>> {
  const publisher = await owned(world, accountId, handle);
  if (!publisher.ok) return publisher;
  const publisherId = publisher.value;
  const now = unixSeconds(world.clock.now());
  const found = await world.keyRecoveries.find(publisherId);
  if (found === null || !isRecoveryOpen(found.requestedAt, now)) return refuse({ reason: "NOT_FOUND" });
  const early = judgeRecovery(found.requestedAt, now);
  if (early !== null) return refuse(early);
  const subject = { marketplace: world.site.marketplace, publisher: handle };
  const proven = await verifyKeyProof(proof, { account: accountId, ...subject }, now);
  if (!proven.ok) return proven;
  if (proven.value.keyId !== found.keyId) return refuse({ reason: "key_proof_invalid" });

  const { head } = await world.keyChains.read(publisherId);
  const event = buildKeyEvent(subject, head, { action: "recover", publicKey: found.publicKey });
  const envelope = await sealEnvelope(event, world.receiptSigner);
  const sha256 = await sha256Hex(canonicalBytes(event));
  const isWritten = await world.keyChains.append(
    {
      publisherId,
      handle,
      accountId,
      event,
      sha256,
      keyId: found.keyId,
      signerKeyId: await world.receiptSigner.keyId(),
      envelope: JSON.stringify(envelope),
      nonceHash: await sha256Hex(proven.value.nonce),
      trustedAt: now + YOUNG_KEY_SECONDS,
      op: encodeHex(world.chance.bytes(16)),
    },
    now,
  );
  if (!isWritten) return refuse({ reason: "key_event_stale", facts: { ...head } });
  await tellOwners(
    world,
    accountId,
    `${handle} has a new signing key`,
    `The marketplace signed key ${found.keyId} in for ${handle}; all its other keys are retired. Instances show this as a change of the publisher.`,
  );
  return ok({ sequence: event.sequence, eventSha256: sha256, action: "recover", keyId: found.keyId });
}

async function tellOwners(
  world: Pick<World, "people" | "mail">,
  accountId: string,
  subject: string,
  body: string,
): Promise<void> {
  for (const to of await world.people.ownersAround(accountId)) await world.mail.send({ to, subject, body });
}
