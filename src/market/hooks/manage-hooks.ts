import { randomBase62 } from "../../domain/account/base62.ts";
import { mayAs } from "../../domain/account/organization-rights.ts";
import type { AccountPrincipal, Principal } from "../../domain/account/principal.ts";
import { hasScope } from "../../domain/account/rights.ts";
import type { Problem } from "../../domain/problem.ts";
import { mayReview } from "../../domain/release/authority.ts";
import { HOOKS_PER_OWNER, ROTATION_SECONDS } from "../../domain/release/hook-events.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { refuseAddresses } from "../account/register-instance.ts";
import type { World } from "../ports.ts";
import { HOOK_SECRET, type Hook } from "./ports.ts";

type Needs = Pick<World, "hooks" | "catalogue" | "vault" | "chance" | "clock" | "site">;
type Refusal = Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "url_refused" | "quota_hooks">;

const SECRET_CHARACTERS = 43;

/** A hook and its secret, which is shown in this answer only. */
export interface MadeHook {
  readonly hook: Hook;
  readonly secret: string;
}

/** An address that is told what happens to a publisher's plugins, or, without publisher, what the desk hears. */
export async function addHook(
  world: Needs,
  principal: Principal,
  wanted: { readonly publisher: string | null; readonly url: string; readonly events: readonly string[] },
): Promise<Result<MadeHook, Refusal>> {
  if (principal.kind !== "account") return refuse({ reason: "PERMISSION_DENIED" });
  const owner = await ownerOf(world, principal, wanted.publisher);
  if (!owner.ok) return owner;
  const refused = refuseAddresses(world, { url: wanted.url });
  if (refused !== null) return refuse(refused);
  const made = await makeSecret(world);
  const events = [...new Set(wanted.events)];
  const at = unixSeconds(world.clock.now());
  const { secret, ...sealed } = made;
  const id = await world.hooks.add(
    { publisherId: owner.value, accountId: principal.accountId, url: wanted.url, events, ...sealed },
    HOOKS_PER_OWNER,
    at,
  );
  const hook = id === null ? null : await world.hooks.find(id);
  return hook === null ? refuse({ reason: "quota_hooks", facts: { max: HOOKS_PER_OWNER } }) : ok({ hook, secret });
}

/** Those of the publishers the caller manages hooks for; an operator's also those of the desk. */
export async function listHooks(
  world: Pick<World, "hooks" | "catalogue">,
  principal: Principal,
): Promise<readonly Hook[]> {
  if (principal.kind !== "account") return [];
  const memberships = hasScope(principal, "webhook:manage")
    ? await world.catalogue.memberships(principal.accountId)
    : [];
  const own = memberships.filter(({ role }) => mayAs(role, "publish")).map(({ publisherId }) => publisherId);
  return world.hooks.list(own, mayReview(principal));
}

/** The hook, if it is the caller's; another's is not there. */
export async function ownHook(
  world: Pick<World, "hooks" | "catalogue">,
  principal: Principal,
  hookId: string,
): Promise<Result<Hook, Problem<"NOT_FOUND">>> {
  const hook = await world.hooks.find(hookId);
  if (hook === null || principal.kind !== "account") return refuse({ reason: "NOT_FOUND" });
  if (hook.publisherId === null) return mayReview(principal) ? ok(hook) : refuse({ reason: "NOT_FOUND" });
  const memberships = hasScope(principal, "webhook:manage")
    ? await world.catalogue.memberships(principal.accountId)
    : [];
  const isOwn = memberships.some(({ publisherId, role }) => publisherId === hook.publisherId && mayAs(role, "publish"));
  return isOwn ? ok(hook) : refuse({ reason: "NOT_FOUND" });
}

export async function changeHook(
  world: Needs,
  principal: Principal,
  hookId: string,
  changes: { readonly url?: string; readonly events?: readonly string[] },
): Promise<Result<Hook, Refusal>> {
  const hook = await ownHook(world, principal, hookId);
  if (!hook.ok) return hook;
  const refused = changes.url === undefined ? null : refuseAddresses(world, { url: changes.url });
  if (refused !== null) return refuse(refused);
  await world.hooks.change(hookId, changes);
  return again(world, hookId);
}

/** A new secret; the one before signs beside it for a day, so that no message is refused meanwhile. */
export async function rotateHookSecret(
  world: Needs,
  principal: Principal,
  hookId: string,
): Promise<Result<MadeHook, Refusal>> {
  const hook = await ownHook(world, principal, hookId);
  if (!hook.ok) return hook;
  const { secret, secretRow, secretSealed } = await makeSecret(world);
  const until = unixSeconds(world.clock.now()) + ROTATION_SECONDS;
  await world.hooks.rotate(hookId, secretRow, secretSealed, until);
  const after = await again(world, hookId);
  return after.ok ? ok({ hook: after.value, secret }) : after;
}

/** A paused hook goes on; what it missed is replayed by whoever asks for it. */
export async function resumeHook(world: Needs, principal: Principal, hookId: string): Promise<Result<Hook, Refusal>> {
  const hook = await ownHook(world, principal, hookId);
  if (!hook.ok) return hook;
  await world.hooks.resume(hookId);
  return again(world, hookId);
}

export async function removeHook(
  world: Needs,
  principal: Principal,
  hookId: string,
): Promise<Result<{ readonly id: string }, Refusal>> {
  const hook = await ownHook(world, principal, hookId);
  if (!hook.ok) return hook;
  await world.hooks.remove(hookId, unixSeconds(world.clock.now()));
  return ok({ id: hookId });
}

async function again(world: Needs, hookId: string): Promise<Result<Hook, Refusal>> {
  const hook = await world.hooks.find(hookId);
  return hook === null ? refuse({ reason: "NOT_FOUND" }) : ok(hook);
}

async function ownerOf(
  world: Needs,
  principal: AccountPrincipal,
  handle: string | null,
): Promise<Result<string | null, Refusal>> {
  if (handle === null) return mayReview(principal) ? ok(null) : refuse({ reason: "PERMISSION_DENIED" });
  if (!hasScope(principal, "webhook:manage")) return refuse({ reason: "PERMISSION_DENIED" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  const member = memberships.find((entry) => entry.handle === handle);
  if (member === undefined) return refuse({ reason: "NOT_FOUND" });
  return mayAs(member.role, "publish") ? ok(member.publisherId) : refuse({ reason: "PERMISSION_DENIED" });
}

async function makeSecret(
  world: Needs,
): Promise<{ readonly secret: string; readonly secretRow: string; readonly secretSealed: string }> {
  const secret = `whs_${randomBase62(SECRET_CHARACTERS, (length) => world.chance.bytes(length))}`;
  const secretRow = world.chance.uuid();
  return { secret, secretRow, secretSealed: await world.vault.seal(HOOK_SECRET, secretRow, secret) };
}
