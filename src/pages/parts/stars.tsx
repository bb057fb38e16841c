import type { PluginCard } from "../../market/catalogue/views.ts";
import { formatCount, plural } from "../format.ts";
import { Icon } from "./icon.tsx";

/** `★ 4.6 (31)` for lists. */
export function RatingLine({ rating }: { rating: PluginCard["rating"] }) {
  if (rating.count === 0) return <span>No ratings yet</span>;
  return (
    <span class="inline-flex items-center gap-1">
      <Icon name="star" class="size-4 fill-current text-star" />
      <span class="sr-only">Rated </span>
      <span class="font-semibold text-foreground">{rating.average.toFixed(1)}</span>
      <span class="sr-only"> of 5 in {plural(rating.count, "review")}</span>
      <span aria-hidden="true">({formatCount(rating.count)})</span>
    </span>
  );
}

/** Five stars, as many filled as points were given. */
export function Stars({ rating }: { rating: number }) {
  return (
    <span class="inline-flex gap-0.5 text-star">
      <span class="sr-only">{rating} of 5 stars</span>
      {[1, 2, 3, 4, 5].map((point) => (
        <Icon name="star" class={`size-4 ${point <= Math.round(rating) ? "fill-current" : "opacity-40"}`} />
      ))}
    </span>
  );
}
