import type { Principal } from "../../domain/account/principal.ts";
import { withoutContacts } from "../../domain/catalogue/review-text.ts";
import type { Problem } from "../../domain/problem.ts";
import { publishAuthority } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { ownPlugin } from "./own-plugin.ts";
import type { FoundReview, ReviewCase, ReviewDecision, ReviewReport } from "./review-ports.ts";
import { showPluginCard } from "./show-plugin.ts";

type ReviewWorld = Pick<World, "catalogue" | "reviews" | "clock">;
interface ReviewRef {
  readonly pluginId: string;
  readonly reviewId: string;
}

/** The publisher's one answer; a second one is `state_conflict`. */
export async function answerReview(
  world: ReviewWorld,
  principal: Principal,
  { pluginId, reviewId }: ReviewRef,
  text: string,
): Promise<Result<{ readonly id: string }, Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "state_conflict">>> {
  const owned = await ownPlugin(world, principal, pluginId);
  if (!owned.ok) return owned;
  const actor = publishAuthority(principal)?.actor;
  const review = await world.reviews.find(pluginId, reviewId);
  if (actor === undefined || review === null) return refuse({ reason: "NOT_FOUND" });
  const isFirst = await world.reviews.reply(reviewId, withoutContacts(text), actor, unixSeconds(world.clock.now()));
  return isFirst ? ok({ id: reviewId }) : refuse({ reason: "state_conflict" });
}

/** Whether a review helped: an instance with the plugin installed for a day, once for each, and not for its own. */
export async function voteForReview(
  world: ReviewWorld,
  principal: Principal,
  ref: ReviewRef,
  isHelpful: boolean,
): Promise<Result<{ readonly id: string }, Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "review_not_allowed">>> {
  if (principal.kind !== "instance") return refuse({ reason: "PERMISSION_DENIED" });
  const review = await publicReview(world, ref);
  if (review === null) return refuse({ reason: "NOT_FOUND" });
  const at = unixSeconds(world.clock.now());
  const isCounted = await world.reviews.vote(review, principal.instanceId, isHelpful, at);
  return isCounted ? ok({ id: review.id }) : refuse({ reason: "review_not_allowed" });
}

/** Tells the desk that a review should be looked at. */
export async function reportReview(
  world: ReviewWorld,
  principal: Principal,
  ref: ReviewRef,
  report: ReviewReport,
): Promise<Result<{ readonly id: string }, Problem<"NOT_FOUND" | "PERMISSION_DENIED">>> {
  if (principal.kind === "anonymous") return refuse({ reason: "PERMISSION_DENIED" });
  const review = await publicReview(world, ref);
  if (review === null) return refuse({ reason: "NOT_FOUND" });
  const actor =
    principal.kind === "instance"
      ? ({ kind: "instance", id: principal.instanceId } as const)
      : ({ kind: "account", id: principal.accountId } as const);
  await world.reviews.report(review.id, report, actor, unixSeconds(world.clock.now()));
  return ok({ id: review.id });
}

/** What the desk should look at: reviews held out of the mean, and reported ones. */
export async function listReviewCases(world: Pick<World, "reviews">, limit: number): Promise<readonly ReviewCase[]> {
  return world.reviews.queue(limit);
}

/** The desk's word about one review; nobody decides about a plugin of their own. */
export async function decideReview(
  world: ReviewWorld,
  ref: ReviewRef,
  decision: ReviewDecision,
): Promise<Result<{ readonly id: string }, Problem<"NOT_FOUND" | "own_plugin" | "state_conflict">>> {
  const review = await world.reviews.find(ref.pluginId, ref.reviewId);
  if (review === null) return refuse({ reason: "NOT_FOUND" });
  const memberships = await world.catalogue.memberships(decision.accountId);
  if (memberships.some(({ publisherId }) => publisherId === review.publisherId))
    return refuse({ reason: "own_plugin" });
  const isDone = await world.reviews.decide(review, decision, unixSeconds(world.clock.now()));
  return isDone ? ok({ id: review.id }) : refuse({ reason: "state_conflict" });
}

async function publicReview(world: ReviewWorld, { pluginId, reviewId }: ReviewRef): Promise<FoundReview | null> {
  const plugin = await showPluginCard(world, { id: pluginId }, { kind: "anonymous" });
  return plugin.ok ? world.reviews.find(plugin.value.id, reviewId) : null;
}
