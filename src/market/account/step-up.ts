import type { AccountPrincipal } from "../../domain/account/principal.ts";
import { isFreshProof, PROOF_SECONDS } from "../../domain/account/session.ts";
import type { Problem } from "../../domain/problem.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/**
 * Has a session of this account seen a passkey proof within the last ten minutes? For acts that a token asks for and a
 * person must stand behind. `now` in Unix seconds.
 */
export async function hasFreshPasskeyProof(
  world: Pick<World, "sessions">,
  accountId: string,
  now: number,
): Promise<boolean> {
  return isFreshProof(await world.sessions.lastProof(accountId, now), now);
}

/**
 * Refuses what only a person at their passkey may do: in a session, a proof of this very session not older than ten
 * minutes; with a token nothing, except on `localhost`, where the launcher and tests act without people.
 */
export function refuseWithoutProof(
  world: Pick<World, "clock" | "site">,
  principal: AccountPrincipal,
): Problem<"proof_required"> | null {
  const { session } = principal;
  if (session === undefined)
    return world.site.marketplace === "localhost" ? null : { reason: "proof_required", facts: { needs: "session" } };
  return isFreshProof(session.provenAt, unixSeconds(world.clock.now()))
    ? null
    : { reason: "proof_required", facts: { needs: "passkey", maxAgeSeconds: PROOF_SECONDS } };
}

/**
 * The same for acts of a tool whose person proves themselves in a browser beside it: with a token, a fresh proof in any
 * session of the account is enough.
 */
export async function refuseWithoutPerson(
  world: Pick<World, "clock" | "site" | "sessions">,
  principal: AccountPrincipal,
): Promise<Problem<"proof_required"> | null> {
  const unproven = refuseWithoutProof(world, principal);
  if (unproven === null || principal.session !== undefined) return unproven;
  const isProven = await hasFreshPasskeyProof(world, principal.accountId, unixSeconds(world.clock.now()));
  return isProven ? null : unproven;
}
