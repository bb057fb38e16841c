import type { AccountPrincipal } from "../../domain/account/principal.ts";
import type { Role } from "../../domain/account/publisher.ts";
import { encodeBase64url } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import { KEY_NONCE_SECONDS } from "../../domain/trust/key-proof.ts";
import type { World } from "../ports.ts";
import { makeLink } from "./one-time-link.ts";
import { owned } from "./owned-publisher.ts";
import type { Invitation, Member } from "./people-ports.ts";
import type { Membership } from "./ports.ts";
import { refuseWithoutProof } from "./step-up.ts";

type NotOwner = Problem<"NOT_FOUND" | "PERMISSION_DENIED">;
const INVITATION_SECONDS = 7 * DAY;

/** A new organization; whoever makes it is its first owner. */
export async function createOrganization(
  world: Pick<World, "organizations" | "clock">,
  accountId: string,
  handle: string,
  displayName: string,
): Promise<Result<string, Problem<"handle_taken">>> {
  const made = await world.organizations.create(handle, displayName, accountId, unixSeconds(world.clock.now()));
  return made === "handle_taken" ? refuse({ reason: "handle_taken" }) : ok(made);
}

export interface OrganizationView {
  readonly membership: Membership;
  readonly members: readonly Member[];
  /** For owners; others see none. */
  readonly invitations: readonly Invitation[];
  /** It has or had a signing key. */
  readonly hasKey: boolean;
}

/** An organization as its members see it; for others it is not there. */
export async function showOrganization(
  world: Pick<World, "accounts" | "organizations" | "clock">,
  accountId: string,
  handle: string,
): Promise<Result<OrganizationView, Problem<"NOT_FOUND">>> {
  const membership = (await world.accounts.memberships(accountId)).find((entry) => entry.handle === handle);
  if (membership === undefined) return refuse({ reason: "NOT_FOUND" });
  const now = unixSeconds(world.clock.now());
  const [keys, members, invitations] = await Promise.all([
    world.accounts.publisherKeys(membership.id),
    world.organizations.members(membership.id),
    membership.role === "owner" ? world.organizations.invitations(membership.id, now) : [],
  ]);
  return ok({ membership, members, invitations, hasKey: keys.length > 0 });
}

/** A link by mail, good for a week, that makes its reader a member. Whether the address has an account is not said. */
export async function inviteMember(
  world: Pick<World, "accounts" | "links" | "mail" | "chance" | "clock" | "site">,
  person: AccountPrincipal,
  handle: string,
  email: string,
  role: Role,
): Promise<Result<null, NotOwner | Problem<"proof_required">>> {
  const publisher = await provenOwner(world, person, handle);
  if (!publisher.ok) return publisher;
  const to = email.toLowerCase();
  const wish = { purpose: "join", email: to, publisherId: publisher.value, role } as const;
  const link = await makeLink(world, wish, person.accountId, INVITATION_SECONDS);
  await world.mail.send({
    to,
    subject: `You are invited to ${handle}`,
    body: `You are invited to join ${handle} on ${world.site.origin} as ${role}. Within seven days, open ${link.url}`,
  });
  return ok(null);
}

/** Owners change roles and remove members; anybody may leave. There is always one owner left. */
export async function changeMember(
  world: Pick<World, "accounts" | "organizations" | "clock" | "site">,
  person: AccountPrincipal,
  handle: string,
  memberId: string,
  role: Role | null,
): Promise<Result<null, NotOwner | Problem<"last_owner" | "proof_required">>> {
  const { organizations } = world;
  const isLeaving = role === null && memberId === person.accountId;
  const publisher = isLeaving ? await member(world, memberId, handle) : await provenOwner(world, person, handle);
  if (!publisher.ok) return publisher;
  const id = publisher.value;
  if (!/^[1-9][0-9]{0,14}$/.test(memberId)) return refuse({ reason: "NOT_FOUND" });
  const now = unixSeconds(world.clock.now());
  const isDone =
    role === null
      ? await organizations.remove(id, memberId, person.accountId, now)
      : await organizations.changeRole(id, memberId, role, person.accountId, now);
  if (isDone) return ok(null);
  const isThere = (await organizations.members(id)).some(({ accountId }) => accountId === memberId);
  return refuse({ reason: isThere ? "last_owner" : "NOT_FOUND" });
}

export interface FirstKeyNonce {
  readonly nonce: string;
  readonly expiresAt: number;
}

/** The nonce the organization's first key is proven over, good for ten minutes; later keys join by the chain. */
export async function offerFirstKey(
  world: Pick<World, "accounts" | "organizations" | "chance" | "clock" | "site">,
  person: AccountPrincipal,
  handle: string,
): Promise<Result<FirstKeyNonce, NotOwner | Problem<"proof_required" | "key_event_refused">>> {
  const publisher = await provenOwner(world, person, handle);
  if (!publisher.ok) return publisher;
  if ((await world.accounts.publisherKeys(publisher.value)).length > 0) return refuse({ reason: "key_event_refused" });
  const nonce = encodeBase64url(world.chance.bytes(32));
  const expiresAt = unixSeconds(world.clock.now()) + KEY_NONCE_SECONDS;
  await world.organizations.offerFirstKey(await sha256Hex(nonce), publisher.value, person.accountId, expiresAt);
  return ok({ nonce, expiresAt });
}

/** Takes an invitation back before it is accepted. */
export async function withdrawInvitation(
  world: Pick<World, "accounts" | "organizations">,
  person: AccountPrincipal,
  handle: string,
  codeHash: string,
): Promise<Result<null, NotOwner>> {
  const publisher = await owned(world, person.accountId, handle);
  if (!publisher.ok) return publisher;
  const isGone = await world.organizations.withdraw(publisher.value, codeHash);
  return isGone ? ok(null) : refuse({ reason: "NOT_FOUND" });
}

async function provenOwner(
  world: Pick<World, "accounts" | "clock" | "site">,
  person: AccountPrincipal,
  handle: string,
): Promise<Result<string, NotOwner | Problem<"proof_required">>> {
  const publisher = await owned(world, person.accountId, handle);
  if (!publisher.ok) return publisher;
  const unproven = refuseWithoutProof(world, person);
  return unproven === null ? publisher : refuse(unproven);
}

async function member(
  world: Pick<World, "accounts">,
  accountId: string,
  handle: string,
): Promise<Result<string, Problem<"NOT_FOUND">>> {
  const found = (await world.accounts.memberships(accountId)).find((entry) => entry.handle === handle);
  return found ? ok(found.id) : refuse({ reason: "NOT_FOUND" });
}
