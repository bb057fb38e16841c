import type { AccountPrincipal } from "../../domain/account/principal.ts";
import { encodeBase64url } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { AccountLink } from "./link-ports.ts";
import type { Visitor } from "./session-ports.ts";
import { startSession } from "./start-session.ts";
import { refuseWithoutProof } from "./step-up.ts";

export const LINK_SECONDS = DAY;

export interface MadeLink {
  readonly url: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** A link that does one thing once. Its secret stands in the query, which no log keeps. */
export async function makeLink(
  world: Pick<World, "links" | "chance" | "clock" | "site">,
  link: AccountLink,
  by: string | null,
  seconds = LINK_SECONDS,
): Promise<MadeLink> {
  const code = encodeBase64url(world.chance.bytes(32));
  const now = unixSeconds(world.clock.now());
  await world.links.make(await sha256Hex(code), link, by, now, now + seconds);
  return { url: `${world.site.origin}/link?code=${code}`, expiresAt: now + seconds };
}

/**
 * The desk lets somebody in: a new account for the first time, or one whose owner lost every way in. The second is a
 * recovery, with the hold on publishing that follows it.
 */
export async function makeSignInLink(
  world: Pick<World, "accounts" | "links" | "chance" | "clock" | "site">,
  caller: AccountPrincipal,
  accountId: string,
): Promise<Result<MadeLink, Problem<"NOT_FOUND" | "proof_required">>> {
  const unproven = refuseWithoutProof(world, caller);
  if (unproven !== null) return refuse(unproven);
  const account = await world.accounts.findAccount(accountId);
  if (account === null) return refuse({ reason: "NOT_FOUND" });
  return ok(await makeLink(world, { purpose: "sign_in", accountId }, caller.accountId));
}

/** What the link would do, for the page that asks. */
export async function lookAtLink(world: Pick<World, "links" | "clock">, code: string): Promise<AccountLink | null> {
  return isCode(code) ? world.links.find(await sha256Hex(code), unixSeconds(world.clock.now())) : null;
}

/** Takes the link away and signs its account in; parallel calls: one. */
export async function signInWithLink(
  world: Pick<World, "links" | "sessions" | "chance" | "clock">,
  code: string,
  visitor: Visitor,
): Promise<Result<{ readonly secret: string; readonly accountId: string }, Problem<"link_invalid">>> {
  const link = isCode(code) ? await world.links.spend(await sha256Hex(code), unixSeconds(world.clock.now())) : null;
  if (link?.purpose !== "sign_in") return refuse({ reason: "link_invalid" });
  const secret = await startSession(world, link.accountId, "link", visitor);
  return secret === null ? refuse({ reason: "link_invalid" }) : ok({ secret, accountId: link.accountId });
}

function isCode(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
