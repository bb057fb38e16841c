import { encodeBase64url } from "../../domain/bytes.ts";
import { sha256, sha256Hex } from "../../domain/digest.ts";
import type { Installation } from "../../domain/execution/installation.ts";
import type { RouteUser } from "../../domain/execution/job.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { MINUTE, unixSeconds } from "../../domain/time.ts";
import type { Theme } from "../../domain/ui/messages.ts";
import { findSlot, type Slot } from "../../domain/ui/slots.ts";
import type { World } from "../ports.ts";
import { type InstallationOwner, ownInstallation } from "./own-installation.ts";
import { judgeView, mayShow } from "./show-view.ts";
import type { UiTicket } from "./ui-ports.ts";

/** How long a browser may show a view with one ticket. */
export const TICKET_SECONDS = 10 * MINUTE;
const TICKET = /^uit_[A-Za-z0-9_-]{43}$/;
const FILES_KEY = /^[A-Za-z0-9_-]{43}$/;

export interface IssuedTicket {
  readonly ticket: string;
  readonly slot: Slot;
  /** Unix seconds. */
  readonly validUntil: number;
}
export interface TicketWish {
  readonly slot: string;
  readonly user: RouteUser;
  readonly entityId: string | null;
  readonly theme: Theme;
}
type IssueReason = "installation_not_found" | "slot_not_found" | "PERMISSION_DENIED" | "plugin_stopped";

/**
 * A ticket for one user, one slot and one installation. The instance's server asks for it; the browser gets the ticket and
 * never a credential of the instance. The view is shown on the instance's own site and nowhere else.
 */
export async function issueTicket(
  world: Pick<World, "executions" | "instances" | "uiTickets" | "chance" | "clock">,
  owner: InstallationOwner,
  installationId: string,
  { slot: name, user, entityId, theme }: TicketWish,
): Promise<Result<IssuedTicket, Problem<IssueReason>>> {
  const own = await ownInstallation(world, owner, installationId);
  if (!own.ok) return own;
  const { installation } = own.value;
  const slot = findSlot(installation.release?.ui, name);
  if (slot === null) return refuse({ reason: "slot_not_found" });
  const now = unixSeconds(world.clock.now());
  const refused = judgeView(installation, slot, now) ?? mayShow(slot, user);
  if (refused !== null) return refuse(refused);
  const instance = await world.instances.find(installation.instanceId);
  if (instance === null) return refuse({ reason: "installation_not_found" });
  const ticket = `uit_${encodeBase64url(world.chance.bytes(32))}`;
  const validUntil = now + TICKET_SECONDS;
  const { activationId } = installation;
  const hostOrigin = new URL(instance.url).origin;
  const kept: UiTicket = { activationId, slot: name, user, entityId, theme, hostOrigin, validUntil };
  const files = await sha256Hex(await filesKey(ticket));
  await world.uiTickets.keep(kept, { ticket: await sha256Hex(ticket), files }, now);
  return ok({ ticket, slot, validUntil });
}

/** What the plugin's own frame is loaded with: it leads to files and to nothing else, so the frame never sees the ticket. */
export async function filesKey(ticket: string): Promise<string> {
  return encodeBase64url(await sha256(`rbsm-ui-files/1\n${ticket}`));
}

export interface OpenTicket {
  readonly ticket: UiTicket;
  readonly installation: Installation;
  readonly slot: Slot;
}

/** Unknown, expired and withdrawn look alike; an installation that was stopped meanwhile shows nothing any more. */
export async function openTicket(
  world: Pick<World, "executions" | "uiTickets" | "clock">,
  secret: { readonly ticket: string } | { readonly files: string },
): Promise<Result<OpenTicket, Problem<"ui_ticket_not_found" | "plugin_stopped" | "PERMISSION_DENIED">>> {
  const isForm = "ticket" in secret ? TICKET.test(secret.ticket) : FILES_KEY.test(secret.files);
  if (!isForm) return refuse({ reason: "ui_ticket_not_found" });
  const now = unixSeconds(world.clock.now());
  const digest =
    "ticket" in secret ? { ticket: await sha256Hex(secret.ticket) } : { files: await sha256Hex(secret.files) };
  const ticket = await world.uiTickets.find(digest, now);
  const installation = ticket === null ? null : await world.executions.installation(ticket.activationId);
  const slot = findSlot(installation?.release?.ui, ticket?.slot ?? "");
  if (ticket === null || installation === null || slot === null) return refuse({ reason: "ui_ticket_not_found" });
  const refused = judgeView(installation, slot, now) ?? mayShow(slot, ticket.user);
  return refused === null ? ok({ ticket, installation, slot }) : refuse(refused);
}

/** Tickets that ended carry names of people: they go at once. */
export async function sweepTickets(world: Pick<World, "uiTickets" | "clock">): Promise<void> {
  await world.uiTickets.sweep(unixSeconds(world.clock.now()));
}
