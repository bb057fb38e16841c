import { codeChallenge, makeOauthAttempt, type OauthAttempt } from "../../domain/account/oauth.ts";
import { isFreshProof } from "../../domain/account/session.ts";
import { encodeUtf8, equalBytes } from "../../domain/bytes.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { SessionPrincipal } from "./authenticate-session.ts";
import type { GithubUser } from "./people-ports.ts";
import type { Visitor } from "./session-ports.ts";
import { startSession } from "./start-session.ts";

type Refused = Problem<"sign_in_refused" | "NOT_FOUND">;

/** Where the browser goes, and what it keeps until it comes back. */
export async function goToGithub(
  world: Pick<World, "github" | "chance">,
): Promise<Result<{ readonly address: string; readonly attempt: OauthAttempt }, Problem<"NOT_FOUND">>> {
  if (world.github === null) return refuse({ reason: "NOT_FOUND" });
  const attempt = makeOauthAttempt((length) => world.chance.bytes(length));
  return ok({ address: world.github.address(attempt.state, await codeChallenge(attempt)), attempt });
}

/**
 * The browser came back. Whose GitHub user it is: the account it was linked to; the account of a session with a fresh passkey
 * proof, which it is linked to now; an account of the same address, proven at both ends, as long as nobody made a passkey
 * for it; else a new one. Null secret: the person stays in the session they have.
 */
export async function comeFromGithub(
  world: Pick<World, "github" | "people" | "sessions" | "chance" | "clock">,
  attempt: OauthAttempt | null,
  answer: { readonly state: string; readonly code: string },
  visitor: Visitor,
  person: SessionPrincipal | null,
): Promise<Result<{ readonly secret: string | null }, Refused>> {
  if (world.github === null) return refuse({ reason: "NOT_FOUND" });
  if (attempt === null || !equalBytes(encodeUtf8(attempt.state), encodeUtf8(answer.state)))
    return refuse({ reason: "sign_in_refused" });
  const user = await world.github.identify(answer.code, attempt.verifier);
  if (user === null) return refuse({ reason: "sign_in_refused" });
  const now = unixSeconds(world.clock.now());
  const linked = await world.people.findGithub(user.id);
  const isLinking = linked === null && person !== null && isFreshProof(person.session.provenAt, now);
  const accountId = linked ?? (isLinking ? person.accountId : await accountOf(world, user, now));
  if (accountId === null) return refuse({ reason: "sign_in_refused" });
  if (linked === null && !(await world.people.linkGithub(user.id, user.login, accountId, now)))
    return refuse({ reason: "sign_in_refused" });
  if (person?.accountId === accountId) return ok({ secret: null });
  const secret = await startSession(world, accountId, "github", visitor);
  return secret === null ? refuse({ reason: "sign_in_refused" }) : ok({ secret });
}

async function accountOf(world: Pick<World, "people">, user: GithubUser, now: number): Promise<string | null> {
  if (user.email === null) return null;
  const known = await world.people.findAddress(user.email);
  if (known === null) return world.people.signUp(user.login, user.email, now);
  return known.isVerified && !known.hasPasskey ? known.accountId : null;
}
