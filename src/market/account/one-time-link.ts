import type { AccountPrincipal } from "../../domain/account/principal.ts";
import { encodeBase64url } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { AccountLink } from "./link-ports.ts";
import { holdAndTell } from "./recover.ts";
import type { Visitor } from "./session-ports.ts";
import { startSession } from "./start-session.ts";
import { refuseWithoutProof } from "./step-up.ts";

const LINK_SECONDS = DAY;

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

/** The desk lets somebody in: a new account for the first time, or one whose owner lost every way in (a recovery). */
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

/**
 * Somebody wants an account. The answer is the same whoever the address belongs to; only its mailbox learns whether it has
 * an account already.
 */
export async function askToSignUp(
  world: Pick<World, "people" | "links" | "mail" | "chance" | "clock" | "site">,
  name: string,
  address: string,
): Promise<void> {
  const email = address.toLowerCase();
  const isKnown = (await world.people.findByEmail(email)) !== null;
  const link = await makeLink(world, { purpose: "sign_up", name, email }, null);
  await world.mail.send({
    to: email,
    subject: isKnown ? "You have an account already" : "Confirm your address",
    body: isKnown
      ? `Somebody asked for an account with this address on ${world.site.origin}, which has one. Sign in at ${world.site.origin}/sign-in`
      : `To make your account, open ${link.url} within a day. If you did not ask for it, do nothing.`,
  });
}

/** Another address for the account, once a link mailed there was followed. Whether it belongs to somebody is not said. */
export async function askToChangeEmail(
  world: Pick<World, "links" | "mail" | "chance" | "clock" | "site">,
  person: AccountPrincipal,
  address: string,
): Promise<Result<null, Problem<"proof_required">>> {
  const unproven = refuseWithoutProof(world, person);
  if (unproven !== null) return refuse(unproven);
  const email = address.toLowerCase();
  const link = await makeLink(world, { purpose: "verify_email", accountId: person.accountId, email }, person.accountId);
  await world.mail.send({
    to: email,
    subject: "Confirm your address",
    body: `To make this the address of your account, open ${link.url} within a day.`,
  });
  return ok(null);
}

/** What the link would do, for the page that asks. */
export async function lookAtLink(world: Pick<World, "links" | "clock">, code: string): Promise<AccountLink | null> {
  return isCode(code) ? world.links.find(await sha256Hex(code), unixSeconds(world.clock.now())) : null;
}

export interface Followed {
  readonly accountId: string;
  /** Of the new session; null where the person stays in the one they have. */
  readonly secret: string | null;
}

type Needs = Pick<
  World,
  "links" | "people" | "passkeys" | "organizations" | "sessions" | "mail" | "chance" | "clock" | "site"
>;

/**
 * Does what the link is for and takes it away; of parallel calls one. `signedIn` is the account of the browser's session: an
 * invitation joins that one, else the account of the invited address once it has signed in, else a new one.
 */
export async function followLink(
  world: Needs,
  code: string,
  visitor: Visitor,
  signedIn: string | null,
): Promise<Result<Followed, Problem<"link_invalid" | "AUTHENTICATION_REQUIRED">>> {
  const seen = await lookAtLink(world, code);
  if (seen === null) return refuse(INVALID);
  const invited = seen.purpose === "join" && signedIn === null ? await world.people.findByEmail(seen.email) : null;
  // An invitation is no way around the passkey of the account it finds.
  if (invited !== null && (await world.passkeys.list(invited)).length > 0)
    return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  const now = unixSeconds(world.clock.now());
  const link = await world.links.spend(await sha256Hex(code), now);
  if (link === null) return refuse(INVALID);
  const accountId = await accountBehind(world, link, invited ?? signedIn, now);
  if (accountId === null) return refuse(INVALID);
  if (link.purpose === "join") await world.organizations.join(link.publisherId, accountId, link.role, now);
  if (link.purpose === "verify_email" || accountId === signedIn) return ok({ accountId, secret: null });
  const secret = await startSession(world, accountId, "link", visitor);
  return secret === null ? refuse(INVALID) : ok({ accountId, secret });
}

const INVALID: Problem<"link_invalid"> = { reason: "link_invalid" };

/** Whose link it was; null where it can no longer do what it was made for. */
async function accountBehind(
  world: Needs,
  link: AccountLink,
  joining: string | null,
  now: number,
): Promise<string | null> {
  switch (link.purpose) {
    case "sign_up":
      return world.people.signUp(link.name, link.email, now);
    case "join":
      return joining ?? world.people.signUp(link.email.split("@")[0] ?? link.email, link.email, now);
    case "verify_email":
      return (await world.people.changeEmail(link.accountId, link.email, now)) ? link.accountId : null;
    case "sign_in": {
      // Where there is a passkey, a link is a recovery; the demo's links on localhost are none.
      const isRecovery = (await world.passkeys.list(link.accountId)).length > 0;
      if (isRecovery && world.site.marketplace !== "localhost") await holdAndTell(world, link.accountId);
      return link.accountId;
    }
  }
}

function isCode(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
