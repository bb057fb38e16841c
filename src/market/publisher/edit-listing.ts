import type { AccountPrincipal } from "../../domain/account/principal.ts";
import { judgeListingEdit, type ListingEdit } from "../../domain/catalogue/listing-edit.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { ListingChanges } from "../catalogue/ports.ts";
import { PLUGIN_NOT_FOUND } from "../catalogue/show-plugin.ts";
import type { World } from "../ports.ts";
import type { OwnListing } from "./ports.ts";

const ATTEMPTS = 4;

type Refusal = Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "VALIDATION_ERROR" | "state_conflict">;

/**
 * Listing matter as a form of the publisher's console changes it. Pictures keep the words the bundle has for them. Whether the
 * member may change these fields is asked of its role before; `isDryRun` judges and writes nothing.
 */
export async function editListing(
  world: Pick<World, "catalogue" | "publishing" | "clock">,
  principal: AccountPrincipal,
  publisherId: string,
  name: string,
  edit: ListingEdit,
  isDryRun = false,
): Promise<Result<null, Refusal>> {
  if (!principal.token.scopes.includes("plugin:edit")) return refuse({ reason: "PERMISSION_DENIED" });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const listing = await world.publishing.listing(publisherId, name);
    if (listing === null) return refuse(PLUGIN_NOT_FOUND);
    const judged = judgeListingEdit(edit, listing.pricing);
    if (!judged.ok) return judged;
    const changes = withAlts(judged.value, listing);
    if (isDryRun || Object.keys(changes).length === 0) return ok(null);
    const actor = { kind: "account", id: principal.accountId } as const;
    // A rating or a release may move the row between our read and our write: look again, a few times.
    if (await world.catalogue.edit(listing.id, listing.rev, changes, actor, unixSeconds(world.clock.now())))
      return ok(null);
  }
  return refuse({ reason: "state_conflict" });
}

function withAlts(changes: ListingChanges, { pictures, screenshots }: OwnListing): ListingChanges {
  if (changes.screenshots === undefined) return changes;
  const known = [...pictures, ...screenshots];
  return {
    ...changes,
    screenshots: changes.screenshots.map(({ url }) => ({ url, alt: known.find((one) => one.url === url)?.alt ?? "" })),
  };
}
