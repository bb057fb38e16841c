import { randomBase62 } from "../../domain/account/base62.ts";
import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { owned } from "../account/owned-publisher.ts";
import { refuseAddresses } from "../account/register-instance.ts";
import type { World } from "../ports.ts";
import { SUBSCRIBER_SECRET, type Subscriber, type SubscriberOwner } from "./subscriber-ports.ts";

type Needs = Pick<World, "subscribers" | "accounts" | "instances" | "vault" | "chance" | "clock" | "site">;
type Caller = Extract<Principal, { kind: "account" }>;

const SECRET_CHARACTERS = 43;

/** An address that is told of license events; its secret is shown in this answer only. */
export async function subscribe(
  world: Needs,
  caller: Caller,
  wanted: {
    readonly publisher?: string | undefined;
    readonly instanceId?: string | undefined;
    readonly url: string;
    readonly events: readonly string[];
  },
): Promise<Result<JsonObject & { readonly secret: string }, Problem<Reason>>> {
  const owner = await ownerOf(world, caller, wanted);
  if (!owner.ok) return owner;
  const refused = refuseAddresses(world, { url: wanted.url });
  if (refused !== null) return refuse(refused);
  const secret = `whs_${randomBase62(SECRET_CHARACTERS, (length) => world.chance.bytes(length))}`;
  const secretRow = world.chance.uuid();
  const now = unixSeconds(world.clock.now());
  const secretSealed = await world.vault.seal(SUBSCRIBER_SECRET, secretRow, secret);
  const events = [...new Set(wanted.events)];
  const id = await world.subscribers.add({ owner: owner.value, url: wanted.url, events, secretRow, secretSealed }, now);
  const made = { id, owner: owner.value, url: wanted.url, events, failures: 0, pausedAt: null, createdAt: now };
  return ok({ ...present(made), secret });
}

/** Those of the caller's publishers and of the instance it names. */
export async function listSubscribers(
  world: Needs,
  caller: Caller,
  instanceId: string | undefined,
): Promise<Result<readonly JsonObject[], Problem<Reason>>> {
  const owners: SubscriberOwner[] = [];
  if (instanceId !== undefined) {
    const owner = await ownerOf(world, caller, { instanceId });
    if (!owner.ok) return owner;
    owners.push(owner.value);
  } else {
    for (const { id } of await world.accounts.memberships(caller.accountId)) owners.push({ publisherId: id });
  }
  return ok((await world.subscribers.list(owners)).map(present));
}

/** Ends a subscription, or lets a paused one go on. */
export async function changeSubscriber(
  world: Needs,
  caller: Caller,
  id: string,
  act: "remove" | "resume",
): Promise<Result<JsonObject, Problem<Reason>>> {
  const subscriber = await world.subscribers.find(id);
  if (subscriber === null || !(await isOwned(world, caller, subscriber.owner))) return refuse({ reason: "NOT_FOUND" });
  if (act === "remove") await world.subscribers.remove(id, unixSeconds(world.clock.now()));
  else await world.subscribers.resume(id);
  return ok(present(act === "remove" ? subscriber : { ...subscriber, failures: 0, pausedAt: null }));
}

async function ownerOf(
  world: Needs,
  caller: Caller,
  { publisher, instanceId }: { readonly publisher?: string | undefined; readonly instanceId?: string | undefined },
): Promise<Result<SubscriberOwner, Problem<Reason>>> {
  if (publisher !== undefined && instanceId === undefined) {
    const found = await owned(world, caller.accountId, publisher);
    return found.ok ? ok({ publisherId: found.value }) : found;
  }
  if (instanceId === undefined || publisher !== undefined) {
    const detail = "Name either a publisher or an instance.";
    return refuse({ reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: "/publisher", detail }] } });
  }
  return (await isOwned(world, caller, { instanceId })) ? ok({ instanceId }) : refuse({ reason: "NOT_FOUND" });
}

async function isOwned(world: Needs, caller: Caller, owner: SubscriberOwner): Promise<boolean> {
  if ("instanceId" in owner) return (await world.instances.find(owner.instanceId))?.accountId === caller.accountId;
  const memberships = await world.accounts.memberships(caller.accountId);
  return memberships.some(({ id, role }) => id === owner.publisherId && role === "owner");
}

function present({ id, owner, url, events, failures, pausedAt, createdAt }: Subscriber): JsonObject {
  return {
    id,
    ...owner,
    url,
    events,
    state: pausedAt === null ? "active" : "paused",
    refusals: failures,
    ...(pausedAt === null ? {} : { pausedAt: isoTime(pausedAt) }),
    createdAt: isoTime(createdAt),
  };
}
