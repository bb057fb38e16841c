import type { Listing } from "../../market/publish/ports.ts";

/** A listing as its columns, in the order display_name … trial_days of migration 0002. */
export function listingValues(listing: Listing): readonly (string | number | null)[] {
  return [
    listing.displayName,
    listing.description,
    listing.category,
    listing.type,
    JSON.stringify(listing.tags),
    listing.icon,
    JSON.stringify(listing.screenshots),
    JSON.stringify(listing.pricing),
    listing.trialDays,
  ];
}
