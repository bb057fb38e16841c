import { findTokens, hashToken, parseToken } from "../../domain/account/token.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** A token in an address is in a log by now: every one found there ends at once. Answers whether there was any. */
export async function revokeLeakedTokens(world: Pick<World, "accounts" | "clock">, address: string): Promise<boolean> {
  const found = findTokens(address);
  const now = unixSeconds(world.clock.now());
  for (const text of found) {
    const token = parseToken(text);
    if (token === null) continue;
    await world.accounts.revokeToken(await hashToken(token), now, {
      actorKind: "system",
      actorId: "router",
      action: "token.revoked_in_url",
      subjectKind: "token",
    });
  }
  return found.length > 0;
}
