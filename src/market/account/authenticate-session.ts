import type { AccountPrincipal, Session } from "../../domain/account/principal.ts";
import { withoutHeld } from "../../domain/account/rights.ts";
import {
  SESSION_LIFETIME_SECONDS,
  SESSION_RENEWAL_SECONDS,
  SESSION_SECONDS,
  sessionScopes,
} from "../../domain/account/session.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

export type SessionPrincipal = AccountPrincipal & {
  readonly session: Session;
  /** Until then the account publishes nothing, for it was recovered; null once that is over. */
  readonly heldUntil: number | null;
};

/**
 * Who is signed in with this secret; null for one that never was, has ended, or belongs to a suspended account. One joined
 * read; that it is in use is written at most once a day, after the answer.
 */
export async function authenticateSession(
  world: Pick<World, "sessions" | "clock" | "background">,
  secret: string,
): Promise<SessionPrincipal | null> {
  const now = unixSeconds(world.clock.now());
  const idHash = await sha256Hex(secret);
  const found = await world.sessions.find(idHash, now);
  if (found === null) return null;
  const { accountId, isOperator, method, createdAt, provenAt, expiresAt, seenAt, publishingHeldUntil } = found;
  if (now - seenAt >= SESSION_RENEWAL_SECONDS) {
    const until = Math.min(now + SESSION_SECONDS, createdAt + SESSION_LIFETIME_SECONDS);
    world.background.defer(world.sessions.renew(idHash, now, until));
  }
  return {
    kind: "account",
    accountId,
    isOperator,
    sharedInstances: found.sharedInstances,
    token: {
      id: `session-${idHash.slice(0, 16)}`,
      kind: isOperator ? "adm" : "pat",
      scopes: withoutHeld(sessionScopes(isOperator), publishingHeldUntil, now),
      plugins: null,
      hint: idHash.slice(0, 4),
      expiresAt,
    },
    session: { idHash, method, createdAt, provenAt },
    heldUntil: publishingHeldUntil !== null && publishingHeldUntil > now ? publishingHeldUntil : null,
  };
}
