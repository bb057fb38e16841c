import { makeSessionSecret, SESSION_SECONDS, type SignInMethod } from "../../domain/account/session.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { Visitor } from "./session-ports.ts";

/**
 * A session for somebody who has just proven who they are, and its secret for the cookie. Always a new one: whatever the
 * browser brought along is no part of it (fixation). Null: the account is suspended.
 */
export async function startSession(
  world: Pick<World, "sessions" | "chance" | "clock">,
  accountId: string,
  method: SignInMethod,
  visitor: Visitor,
): Promise<string | null> {
  const at = unixSeconds(world.clock.now());
  const secret = makeSessionSecret((length) => world.chance.bytes(length));
  const isOpen = await world.sessions.open({
    idHash: await sha256Hex(secret),
    accountId,
    method,
    at,
    expiresAt: at + SESSION_SECONDS,
    provenAt: method === "passkey" ? at : null,
    address: visitor.address,
    userAgent: visitor.userAgent?.slice(0, 300) ?? null,
  });
  return isOpen ? secret : null;
}
