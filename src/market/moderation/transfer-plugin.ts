import type { AccountPrincipal, Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { coversPlugin, publishAuthority } from "../../domain/release/authority.ts";
import { HOLD_SECONDS } from "../../domain/release/transfers.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { refuseWithoutPerson } from "../account/step-up.ts";
import type { World } from "../ports.ts";
import type { Transfer } from "./ports.ts";

type Needs = Pick<
  World,
  "transfers" | "catalogue" | "clock" | "site" | "sessions" | "mail" | "pipeline" | "background" | "tuf"
>;
type Refusal = Problem<
  "NOT_FOUND" | "plugin_not_found" | "PERMISSION_DENIED" | "proof_required" | "state_conflict" | "VALIDATION_ERROR"
>;

/** An owner offers a plugin to another publisher, with a passkey proof. */
export async function offerPluginTransfer(
  world: Needs,
  principal: Principal,
  pluginId: string,
  to: string,
): Promise<Result<Transfer, Refusal>> {
  const plugin = await world.transfers.plugin(pluginId);
  if (plugin === null || principal.kind !== "account") return refuse({ reason: "plugin_not_found" });
  const role = await roleIn(world, principal, plugin.publisherId);
  if (role === null) return refuse({ reason: "plugin_not_found" });
  const authority = publishAuthority(principal);
  if (role !== "owner" || !authority?.mayPublish || !coversPlugin(authority, plugin.name))
    return refuse({ reason: "PERMISSION_DENIED" });
  const target = await world.transfers.publisher(to);
  if (target === null || target.id === plugin.publisherId) {
    const detail = "This is not the handle of another publisher.";
    return refuse({ reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: "/to", detail }] } });
  }
  const unproven = await refuseWithoutPerson(world, principal);
  if (unproven !== null) return refuse(unproven);
  const at = unixSeconds(world.clock.now());
  const offer = { pluginId, from: plugin.publisherId, to: target.id, accountId: principal.accountId };
  const id = await world.transfers.offer(offer, at);
  const transfer = id === null ? null : await world.transfers.find(id);
  if (transfer === null) return refuse({ reason: "state_conflict" });
  await tell(
    world,
    transfer.to.id,
    `${transfer.from.handle} offers you ${transfer.plugin}`,
    acceptWords(world, transfer),
  );
  return ok(transfer);
}

/** An owner of the other side accepts: the hold of fourteen days begins, and everybody with the plugin is told. */
export async function acceptPluginTransfer(
  world: Needs,
  principal: Principal,
  transferId: string,
): Promise<Result<Transfer, Refusal>> {
  const seen = await ownTransfer(world, principal, transferId);
  if (!seen.ok) return seen;
  const { transfer, person, isReceiving } = seen.value;
  if (!isReceiving) return refuse({ reason: "PERMISSION_DENIED" });
  const unproven = await refuseWithoutPerson(world, person);
  if (unproven !== null) return refuse(unproven);
  const at = unixSeconds(world.clock.now());
  const holdUntil = at + HOLD_SECONDS;
  if (!(await world.transfers.accept(transferId, person.accountId, holdUntil, at)))
    return refuse({ reason: "state_conflict", facts: { state: transfer.state } });
  world.background.defer(tellHolders(world, transfer, holdUntil));
  return again(world, transferId);
}

/** Either side calls it off, until it is complete. */
export async function cancelPluginTransfer(
  world: Needs,
  principal: Principal,
  transferId: string,
): Promise<Result<Transfer, Refusal>> {
  const seen = await ownTransfer(world, principal, transferId);
  if (!seen.ok) return seen;
  const { transfer, person } = seen.value;
  if (!(await world.transfers.cancel(transferId, person.accountId, unixSeconds(world.clock.now()))))
    return refuse({ reason: "state_conflict", facts: { state: transfer.state } });
  for (const side of [transfer.from.id, transfer.to.id])
    await tell(world, side, `The transfer of ${transfer.plugin} was called off`, "Nothing changes.");
  return again(world, transferId);
}

/** Transfers the caller's publishers give or receive, newest first. */
export async function listPluginTransfers(
  world: Pick<World, "transfers" | "catalogue">,
  principal: Principal,
): Promise<readonly Transfer[]> {
  if (principal.kind !== "account") return [];
  const memberships = await world.catalogue.memberships(principal.accountId);
  return world.transfers.list(
    memberships.filter(({ role }) => role === "owner" || role === "maintainer").map(({ publisherId }) => publisherId),
    100,
  );
}

const COMPLETED_AT_ONCE = 20;

/** Ends the hold of transfers whose time is over. */
export async function sweepTransfers(world: Pick<World, "transfers" | "clock" | "tuf">): Promise<void> {
  const at = unixSeconds(world.clock.now());
  let isChanged = false;
  for (const id of await world.transfers.due(at, COMPLETED_AT_ONCE))
    isChanged = (await world.transfers.complete(id, at)) || isChanged;
  if (isChanged) await world.tuf.write();
}

interface OwnTransfer {
  readonly transfer: Transfer;
  readonly person: AccountPrincipal;
  readonly isReceiving: boolean;
}

/** A transfer an owner of one of its sides asks about; for all others there is none. */
async function ownTransfer(
  world: Needs,
  principal: Principal,
  transferId: string,
): Promise<Result<OwnTransfer, Problem<"NOT_FOUND" | "PERMISSION_DENIED">>> {
  const transfer = await world.transfers.find(transferId);
  if (transfer === null || principal.kind !== "account") return refuse({ reason: "NOT_FOUND" });
  const giving = await roleIn(world, principal, transfer.from.id);
  const receiving = await roleIn(world, principal, transfer.to.id);
  if (giving === null && receiving === null) return refuse({ reason: "NOT_FOUND" });
  if (giving !== "owner" && receiving !== "owner") return refuse({ reason: "PERMISSION_DENIED" });
  const authority = publishAuthority(principal);
  if (!authority?.mayPublish || !coversPlugin(authority, transfer.plugin))
    return refuse({ reason: "PERMISSION_DENIED" });
  return ok({ transfer, person: principal, isReceiving: receiving === "owner" });
}

async function roleIn(
  world: Pick<World, "catalogue">,
  principal: AccountPrincipal,
  publisherId: string,
): Promise<string | null> {
  const memberships = await world.catalogue.memberships(principal.accountId);
  return memberships.find((membership) => membership.publisherId === publisherId)?.role ?? null;
}

async function again(world: Needs, transferId: string): Promise<Result<Transfer, Refusal>> {
  const transfer = await world.transfers.find(transferId);
  return transfer === null ? refuse({ reason: "NOT_FOUND" }) : ok(transfer);
}

async function tell(world: Needs, publisherId: string, subject: string, body: string): Promise<void> {
  for (const to of await world.pipeline.ownersOf(publisherId)) await world.mail.send({ to, subject, body });
}

function acceptWords(world: Pick<World, "site">, { plugin, from }: Transfer): string {
  return `${from.handle} wants to hand ${plugin} over to you. Accept it at ${world.site.origin} with your passkey, or run: rbsm transfer accept. Fourteen days later it is yours.`;
}

const MAX_HOLDERS = 5000;

async function tellHolders(world: Needs, transfer: Transfer, holdUntil: number): Promise<void> {
  const subject = `${transfer.plugin} is about to change hands`;
  const body = `${transfer.plugin}, which runs on an instance of yours, passes from ${transfer.from.handle} to ${transfer.to.handle} on ${isoTime(holdUntil).slice(0, 10)}. Until you confirmed the new publisher it is not updated automatically.`;
  for (const to of await world.transfers.holders(transfer.pluginId, MAX_HOLDERS))
    await world.mail.send({ to, subject, body });
}
