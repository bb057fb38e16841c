import type { Principal } from "../../domain/account/principal.ts";
import { hasScope } from "../../domain/account/rights.ts";
import type { Problem } from "../../domain/problem.ts";
import { coversPlugin, mayReview, publishAuthority } from "../../domain/release/authority.ts";
import { mayMove } from "../../domain/release/states.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { Notice, PublishedRelease, ReleaseMove } from "./ports.ts";

/** What somebody wants to become of a published release (README of the releases, States). */
export type Wish =
  | { readonly kind: "yank"; readonly reason: string }
  | { readonly kind: "unyank" }
  | { readonly kind: "deprecate"; readonly notice: Notice }
  | { readonly kind: "undeprecate" };

export interface Moved {
  readonly pluginId: string;
  readonly version: string;
  readonly state: "published" | "deprecated" | "yanked";
}

type Needs = Pick<World, "releaseStates" | "catalogue" | "clock">;
type Refusal = Problem<"release_not_found" | "PERMISSION_DENIED" | "state_conflict" | "VALIDATION_ERROR">;

/** Yanks, deprecates, or takes that back: for owners and maintainers of the publisher, and for the desk. */
export async function moveRelease(
  world: Needs,
  principal: Principal,
  which: { readonly pluginId: string; readonly version: string },
  wish: Wish,
): Promise<Result<Moved, Refusal>> {
  const release = await world.releaseStates.find(which.pluginId, which.version);
  if (release === null) return refuse({ reason: "release_not_found" });
  if (principal.kind !== "account" || !(await mayWithdraw(world, principal, release)))
    return refuse({ reason: "PERMISSION_DENIED" });
  const move = planMove(release, wish, principal.accountId);
  if (move === null) return refuse({ reason: "state_conflict", facts: { state: release.state } });
  if (wish.kind === "deprecate" && !(await isReplacement(world, release, wish.notice)))
    return refuse({
      reason: "VALIDATION_ERROR",
      facts: { errors: [{ pointer: "/replacement", detail: "This is not the name of another published plugin." }] },
    });
  const isDone = await world.releaseStates.move(move, unixSeconds(world.clock.now()));
  if (!isDone) return refuse({ reason: "state_conflict" });
  return ok({ pluginId: release.pluginId, version: release.version, state: move.to });
}

/** The desk, or a token with `release:yank` of an owner or maintainer that covers the plugin. */
async function mayWithdraw(world: Needs, principal: Principal, release: PublishedRelease): Promise<boolean> {
  if (mayReview(principal)) return true;
  const authority = publishAuthority(principal);
  if (authority === null || !hasScope(principal, "release:yank") || !coversPlugin(authority, release.name))
    return false;
  const memberships = await world.catalogue.memberships(authority.actor.id);
  return memberships.some(
    ({ publisherId, role }) => publisherId === release.publisherId && (role === "owner" || role === "maintainer"),
  );
}

/** A notice outlives a yank, so that taking the yank back does not lose it. */
function planMove(release: PublishedRelease, wish: Wish, accountId: string): ReleaseMove | null {
  const to = targetOf(release, wish);
  if (to === null || !mayMove(release.state, to)) return null;
  return {
    release,
    to,
    action: ACTIONS[wish.kind],
    yankReason: wish.kind === "yank" ? wish.reason : null,
    notice: wish.kind === "deprecate" ? wish.notice : wish.kind === "undeprecate" ? null : release.notice,
    accountId,
  };
}

const ACTIONS = {
  yank: "release.yanked",
  unyank: "release.unyanked",
  deprecate: "release.deprecated",
  undeprecate: "release.undeprecated",
} as const satisfies Record<Wish["kind"], string>;

function targetOf({ state, notice }: PublishedRelease, wish: Wish): ReleaseMove["to"] | null {
  if (wish.kind === "yank") return "yanked";
  if (wish.kind === "unyank") return state !== "yanked" ? null : notice === null ? "published" : "deprecated";
  if (wish.kind === "deprecate") return state === "published" ? "deprecated" : null;
  return state === "deprecated" ? "published" : null;
}

async function isReplacement(world: Needs, release: PublishedRelease, { replacement }: Notice): Promise<boolean> {
  if (replacement === null) return true;
  if (replacement === release.name) return false;
  return (await world.catalogue.card({ name: replacement }, { all: false, publisherIds: [], names: null })) !== null;
}
