import {
  answeredChallenge,
  type Ceremony,
  CHALLENGE_SECONDS,
  creationOptions,
  MAX_PASSKEYS,
  requestOptions,
} from "../../domain/account/passkey.ts";
import type { AccountPrincipal, Session } from "../../domain/account/principal.ts";
import { isFreshProof, makeSessionSecret, PROOF_SECONDS } from "../../domain/account/session.ts";
import { encodeBase64url } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { CeremonyAnswer, Visitor } from "./session-ports.ts";
import { startSession } from "./start-session.ts";

type Refused = Problem<"passkey_refused">;
type Person = AccountPrincipal & { readonly session: Session };
const REFUSED: Refused = { reason: "passkey_refused" };

/** Options for `navigator.credentials.get()` of somebody unknown: the same for everybody. */
export async function offerSignIn(world: Pick<World, "passkeys" | "chance" | "clock" | "site">) {
  return requestOptions(world.site.marketplace, await challenge(world, "sign_in", null), []);
}

/** A new session for whoever holds the passkey; the answer counts once. */
export async function signInWithPasskey(
  world: Pick<World, "passkeys" | "passkeyVerifier" | "sessions" | "chance" | "clock">,
  answer: CeremonyAnswer,
  visitor: Visitor,
): Promise<Result<{ readonly secret: string; readonly accountId: string }, Refused>> {
  const accountId = await proven(world, "sign_in", answer, null);
  if (accountId === null) return refuse(REFUSED);
  const secret = await startSession(world, accountId, "passkey", visitor);
  return secret === null ? refuse(REFUSED) : ok({ secret, accountId });
}

/** Options for the proof that the person in this session is still the one: their own passkeys alone. */
export async function offerProof(world: Pick<World, "passkeys" | "chance" | "clock" | "site">, { accountId }: Person) {
  const known = await world.passkeys.list(accountId);
  return requestOptions(world.site.marketplace, await challenge(world, "prove", accountId), known);
}

/** The proof counts for this session, which goes on under a new secret. */
export async function proveAgain(
  world: Pick<World, "passkeys" | "passkeyVerifier" | "sessions" | "chance" | "clock">,
  person: Person,
  answer: CeremonyAnswer,
): Promise<Result<string, Refused>> {
  if ((await proven(world, "prove", answer, person.accountId)) === null) return refuse(REFUSED);
  const secret = await renewed(world, person.session);
  return secret === null ? refuse(REFUSED) : ok(secret);
}

/** Options for `navigator.credentials.create()`. */
export async function offerPasskey(
  world: Pick<World, "passkeys" | "accounts" | "chance" | "clock" | "site">,
  person: Person,
): Promise<Result<ReturnType<typeof creationOptions>, Problem<"proof_required">>> {
  const { accountId } = person;
  const [known, account] = await Promise.all([world.passkeys.list(accountId), world.accounts.findAccount(accountId)]);
  if (!mayAdd(person, known.length, unixSeconds(world.clock.now()))) return refuse(PROOF_REQUIRED);
  const relyingParty = { id: world.site.marketplace, name: "Rising BSM Marketplace" };
  const label = account?.email ?? account?.name ?? accountId;
  const nonce = await challenge(world, "register", accountId);
  return ok(creationOptions(relyingParty, { id: accountId, label }, nonce, known));
}

/** Another passkey for the person in this session. Making it is a proof, so the session gets a new secret. */
export async function addPasskey(
  world: Pick<World, "passkeys" | "passkeyVerifier" | "sessions" | "chance" | "clock">,
  person: Person,
  answer: CeremonyAnswer,
  name: string,
): Promise<Result<string, Problem<"passkey_refused" | "proof_required">>> {
  const now = unixSeconds(world.clock.now());
  const { accountId } = person;
  if (!mayAdd(person, (await world.passkeys.list(accountId)).length, now)) return refuse(PROOF_REQUIRED);
  const nonce = await spent(world, "register", answer, accountId);
  const made = nonce === null ? null : await world.passkeyVerifier.registration(answer, nonce);
  if (made === null) return refuse(REFUSED);
  if (!(await world.passkeys.add({ ...made, accountId, name, createdAt: now }, MAX_PASSKEYS))) return refuse(REFUSED);
  const secret = await renewed(world, person.session);
  return secret === null ? refuse(REFUSED) : ok(secret);
}

const PROOF_REQUIRED = {
  reason: "proof_required",
  facts: { needs: "passkey", maxAgeSeconds: PROOF_SECONDS },
} as const satisfies Problem;

/**
 * Who stole a session must not be able to stay: another passkey needs a fresh proof. Without one only the first is added,
 * or one right after the sign-in by recovery code or link, when the others are lost.
 */
function mayAdd({ session }: Person, known: number, now: number): boolean {
  if (known === 0 || isFreshProof(session.provenAt, now)) return true;
  return now - session.createdAt <= PROOF_SECONDS && (session.method === "recovery" || session.method === "link");
}

async function challenge(
  world: Pick<World, "passkeys" | "chance" | "clock">,
  purpose: Ceremony,
  accountId: string | null,
): Promise<string> {
  const nonce = encodeBase64url(world.chance.bytes(32));
  const expiresAt = unixSeconds(world.clock.now()) + CHALLENGE_SECONDS;
  await world.passkeys.offerChallenge(await sha256Hex(nonce), purpose, accountId, expiresAt);
  return nonce;
}

/** The challenge of an answer, taken away before the answer is even looked at. Null: not ours, used, late, somebody else's. */
async function spent(
  world: Pick<World, "passkeys" | "clock">,
  purpose: Ceremony,
  answer: CeremonyAnswer,
  accountId: string | null,
): Promise<string | null> {
  const nonce = answeredChallenge(answer.response.clientDataJSON);
  if (nonce === null) return null;
  const now = unixSeconds(world.clock.now());
  const found = await world.passkeys.spendChallenge(await sha256Hex(nonce), purpose, now);
  return found !== null && found.accountId === accountId ? nonce : null;
}

/** Whose passkey answered; null for every answer that proves nobody, or somebody else than `accountId`. */
async function proven(
  world: Pick<World, "passkeys" | "passkeyVerifier" | "clock">,
  purpose: "sign_in" | "prove",
  answer: CeremonyAnswer,
  accountId: string | null,
): Promise<string | null> {
  const nonce = await spent(world, purpose, answer, accountId);
  const passkey = nonce === null ? null : await world.passkeys.find(answer.id);
  if (nonce === null || passkey === null) return null;
  if (accountId !== null && passkey.accountId !== accountId) return null;
  const checked = await world.passkeyVerifier.authentication(answer, nonce, passkey);
  if (checked === null) return null;
  const at = unixSeconds(world.clock.now());
  const isUsed = await world.passkeys.used(passkey.credentialId, checked.counter, checked.isBackedUp, at);
  return isUsed ? passkey.accountId : null;
}

async function renewed(world: Pick<World, "sessions" | "chance" | "clock">, session: Session): Promise<string | null> {
  const secret = makeSessionSecret((length) => world.chance.bytes(length));
  const now = unixSeconds(world.clock.now());
  return (await world.sessions.replace(session.idHash, await sha256Hex(secret), now)) ? secret : null;
}
