import type { Principal } from "../../domain/account/principal.ts";
import { withoutContacts } from "../../domain/catalogue/review-text.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { PLUGIN_NOT_FOUND, showPluginCard } from "./show-plugin.ts";

export interface ReviewText {
  readonly userId: string;
  readonly userName: string;
  readonly rating: number;
  readonly title: string;
  readonly comment: string;
}

/**
 * One review per user and instance, only where the plugin has been installed for a day, and never by the publisher's own people;
 * a second one replaces the first, which is kept. Links and contact data are taken out.
 */
export async function writeReview(
  world: Pick<World, "catalogue" | "reviews" | "clock">,
  principal: Principal,
  pluginId: string,
  review: ReviewText,
): Promise<
  Result<
    { readonly id: string; readonly isNew: boolean },
    Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "review_not_allowed">
  >
> {
  if (principal.kind !== "instance") return refuse({ reason: "PERMISSION_DENIED" });
  const plugin = await showPluginCard(world, { id: pluginId }, { kind: "anonymous" });
  if (!plugin.ok) return refuse(PLUGIN_NOT_FOUND);
  const { title, comment } = review;
  const texts = { title: withoutContacts(title), comment: withoutContacts(comment) };
  const written = await world.reviews.write(
    { ...review, ...texts, pluginId, instanceId: principal.instanceId },
    unixSeconds(world.clock.now()),
  );
  return written === null ? refuse({ reason: "review_not_allowed" }) : ok(written);
}
