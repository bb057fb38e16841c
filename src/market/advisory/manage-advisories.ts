import { mayAs } from "../../domain/account/organization-rights.ts";
import type { AccountPrincipal, Principal } from "../../domain/account/principal.ts";
import {
  type Advisory,
  type AdvisoryState,
  type AdvisoryText,
  advisoryErrors,
  missingForConfirmation,
} from "../../domain/advisory/advisory.ts";
import { baseScore } from "../../domain/advisory/cvss.ts";
import type { AdvisoryReason } from "../../domain/advisory/reasons.ts";
import type { Problem } from "../../domain/problem.ts";
import { coversPlugin, mayReview, publishAuthority } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

type Needs = Pick<World, "advisories" | "catalogue" | "clock">;
type Refusal = Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "VALIDATION_ERROR" | "state_conflict" | AdvisoryReason>;

/** Owners and maintainers write drafts that nobody else reads. */
export async function draftAdvisory(
  world: Needs,
  principal: Principal,
  pluginId: string,
  text: AdvisoryText,
): Promise<Result<Advisory, Refusal>> {
  const subject = await world.advisories.subject(pluginId);
  if (subject === null || principal.kind !== "account" || !(await mayWrite(world, principal, subject)))
    return refuse({ reason: "NOT_FOUND" });
  const scored = scoreText(text);
  if (!scored.ok) return scored;
  const id = await world.advisories.draft(subject, scored.value, principal.accountId, unixSeconds(world.clock.now()));
  return again(world, id);
}

/** A draft, or what the desk sent back, is rewritten and then waits for nobody until it is submitted. */
export async function rewriteAdvisory(
  world: Needs,
  principal: Principal,
  id: string,
  change: Partial<AdvisoryText>,
): Promise<Result<Advisory, Refusal>> {
  const own = await ownAdvisory(world, principal, id);
  if (!own.ok) return own;
  if (own.value.state !== "draft" && own.value.state !== "rejected")
    return refuse({ reason: "state_conflict", facts: { state: own.value.state } });
  const { severity, affected, fixed, summary, details, aliases, credits, links } = own.value;
  const scored = scoreText({ severity, affected, fixed, summary, details, aliases, credits, links, ...change });
  if (!scored.ok) return scored;
  const isDone = await world.advisories.rewrite(own.value, scored.value, unixSeconds(world.clock.now()));
  return isDone ? again(world, id) : refuse({ reason: "state_conflict" });
}

/** draft, rejected → submitted; a publisher may also take its own draft back. */
export async function submitAdvisory(
  world: Needs,
  principal: Principal,
  id: string,
  wish: "submit" | "retract",
): Promise<Result<Advisory, Refusal>> {
  const own = await ownAdvisory(world, principal, id);
  if (!own.ok) return own;
  const { state } = own.value;
  const isOpen = wish === "submit" ? state === "draft" || state === "rejected" : state === "submitted";
  if (!isOpen) return refuse({ reason: "state_conflict", facts: { state } });
  return moveTo(world, principal as AccountPrincipal, own.value, wish === "submit" ? "submitted" : "draft", SILENT);
}

/** What the desk answers to a submitted advisory, or does to a confirmed one. */
export interface AdvisoryDecision {
  readonly decision: "confirm" | "reject" | "withdraw";
  readonly reason: string;
  /** Below it nothing is installed any more. */
  readonly floor: string | null;
  /** Instances are warned of every version that is hit. */
  readonly warns: boolean;
}

/** The desk's word: from a confirmed advisory on its fix skips the cooldown (README of src/domain/update, Security). */
export async function decideAdvisory(
  world: Needs & Pick<World, "tuf" | "background">,
  principal: Principal,
  id: string,
  { decision, reason, floor, warns }: AdvisoryDecision,
): Promise<Result<Advisory, Refusal>> {
  if (!mayReview(principal)) return refuse({ reason: "PERMISSION_DENIED" });
  const found = await world.advisories.find(id);
  if (found === null || found.state === "draft") return refuse({ reason: "NOT_FOUND" });
  const { state } = found;
  if (decision === "withdraw" ? state !== "confirmed" : state !== "submitted")
    return refuse({ reason: "state_conflict", facts: { state } });
  const missing = decision === "confirm" ? missingForConfirmation(found, floor) : null;
  if (missing !== null) return refuse({ reason: "advisory_incomplete", detail: missing });
  const to = { confirm: "confirmed", reject: "rejected", withdraw: "withdrawn" } as const;
  const moved = await moveTo(world, principal, found, to[decision], { reason, floor, warns });
  if (moved.ok) world.background.defer(world.tuf.write());
  return moved;
}

/** An advisory as its publisher or the desk sees it; anybody else sees what was confirmed. */
export async function ownAdvisory(
  world: Pick<World, "advisories" | "catalogue">,
  principal: Principal,
  id: string,
): Promise<Result<Advisory, Refusal>> {
  const found = await world.advisories.find(id);
  if (found === null || principal.kind !== "account") return refuse({ reason: "NOT_FOUND" });
  return (await mayWrite(world, principal, { name: found.plugin, publisherId: found.publisherId }))
    ? ok(found)
    : refuse({ reason: "NOT_FOUND" });
}

/** A publisher's advisories about one plugin. */
export async function listOwnAdvisories(
  world: Needs,
  principal: Principal,
  pluginId: string,
): Promise<Result<readonly Advisory[], Problem<"NOT_FOUND">>> {
  const subject = await world.advisories.subject(pluginId);
  if (subject === null || !(await mayWrite(world, principal, subject))) return refuse({ reason: "NOT_FOUND" });
  const all = await world.advisories.ofPublisher(subject.publisherId);
  return ok(all.filter((advisory) => advisory.pluginId === pluginId));
}

/** What waits for the desk. */
export async function listSubmittedAdvisories(
  world: Pick<World, "advisories">,
  principal: Principal,
): Promise<Result<readonly Advisory[], Problem<"PERMISSION_DENIED">>> {
  return mayReview(principal) ? ok(await world.advisories.submitted()) : refuse({ reason: "PERMISSION_DENIED" });
}

async function mayWrite(
  world: Pick<World, "catalogue">,
  principal: Principal,
  { name, publisherId }: { readonly name: string; readonly publisherId: string },
): Promise<boolean> {
  const authority = publishAuthority(principal);
  if (authority === null || !authority.mayPublish || !coversPlugin(authority, name)) return false;
  const memberships = await world.catalogue.memberships(authority.actor.id);
  return memberships.some((member) => member.publisherId === publisherId && mayAs(member.role, "publish"));
}

const SILENT = { reason: null, floor: null, warns: false };

async function moveTo(
  world: Needs,
  principal: AccountPrincipal,
  advisory: Advisory,
  to: AdvisoryState,
  { reason, floor, warns }: { readonly reason: string | null; readonly floor: string | null; readonly warns: boolean },
): Promise<Result<Advisory, Refusal>> {
  const move = { to, accountId: principal.accountId, reason, floor, warns };
  const isDone = await world.advisories.move(advisory, move, unixSeconds(world.clock.now()));
  return isDone ? again(world, advisory.id) : refuse({ reason: "state_conflict" });
}

async function again(world: Needs, id: string): Promise<Result<Advisory, Refusal>> {
  const found = await world.advisories.find(id);
  return found === null ? refuse({ reason: "NOT_FOUND" }) : ok(found);
}

function scoreText(text: AdvisoryText): Result<AdvisoryText & { readonly score: number }, Refusal> {
  const errors = advisoryErrors(text);
  const score = baseScore(text.severity);
  if (errors.length > 0 || score === null)
    return refuse({ reason: "VALIDATION_ERROR", facts: { errors: errors.map((error) => ({ ...error })) } });
  return ok({ ...text, score });
}
