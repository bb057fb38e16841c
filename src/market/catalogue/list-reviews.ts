import type { World } from "../ports.ts";
import type { ReviewRow } from "./views.ts";

/** Newest first; an unknown plugin has none. */
export async function listReviews(
  world: Pick<World, "reviews">,
  pluginId: string,
  { page, limit }: { readonly page: number; readonly limit: number },
): Promise<{ readonly items: readonly ReviewRow[]; readonly total: number }> {
  return world.reviews.list(pluginId, page, limit);
}
