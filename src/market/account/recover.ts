import type { AccountPrincipal } from "../../domain/account/principal.ts";
import {
  makeRecoveryCode,
  RECOVERY_CODES,
  RECOVERY_HOLD_SECONDS,
  readRecoveryCode,
} from "../../domain/account/recovery-code.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { Visitor } from "./session-ports.ts";
import { startSession } from "./start-session.ts";
import { refuseWithoutProof } from "./step-up.ts";

/** Ten new recovery codes, shown in this answer only; all older ones end. */
export async function makeRecoveryCodes(
  world: Pick<World, "people" | "chance" | "clock" | "site">,
  person: AccountPrincipal,
): Promise<Result<readonly string[], Problem<"proof_required">>> {
  const unproven = refuseWithoutProof(world, person);
  if (unproven !== null) return refuse(unproven);
  const codes = Array.from({ length: RECOVERY_CODES }, () => makeRecoveryCode((length) => world.chance.bytes(length)));
  const hashes = await Promise.all(codes.map(hashOf));
  await world.people.replaceRecoveryCodes(person.accountId, hashes, unixSeconds(world.clock.now()));
  return ok(codes);
}

/** Signs in whoever has a code left; it is used up by that. The code alone says whose it is, so nothing else can be probed. */
export async function recoverAccount(
  world: Pick<World, "people" | "sessions" | "mail" | "chance" | "clock">,
  code: string,
  visitor: Visitor,
): Promise<Result<{ readonly secret: string; readonly accountId: string }, Problem<"sign_in_refused">>> {
  const accountId = readRecoveryCode(code) === null ? null : await world.people.spendRecoveryCode(await hashOf(code));
  if (accountId === null) return refuse({ reason: "sign_in_refused" });
  await holdAndTell(world, accountId);
  const secret = await startSession(world, accountId, "recovery", visitor);
  return secret === null ? refuse({ reason: "sign_in_refused" }) : ok({ secret, accountId });
}

/** A way in that is no passkey: publishing rests for 72 hours, and every owner around the account is told. */
export async function holdAndTell(world: Pick<World, "people" | "mail" | "clock">, accountId: string): Promise<void> {
  const now = unixSeconds(world.clock.now());
  const until = now + RECOVERY_HOLD_SECONDS;
  await world.people.holdPublishing(accountId, until, now);
  for (const to of await world.people.ownersAround(accountId))
    await world.mail.send({
      to,
      subject: "An account was recovered",
      body: `Account ${accountId} was signed in to without its passkey at ${isoTime(now)}. It cannot publish until ${isoTime(until)}. If its owner did not do this, remove it from your organization now and tell the marketplace.`,
    });
}

function hashOf(code: string): Promise<string> {
  return sha256Hex(`recovery:${readRecoveryCode(code)}`);
}
