import type { PluginCard } from "../../market/catalogue/views.ts";
import { formatCount, formatRating } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { Icon } from "./icon.tsx";
import { PARTS } from "./words.ts";

/** `★ 4.6 (31)` for lists. */
export function RatingLine({ rating }: { rating: PluginCard["rating"] }) {
  const words = wordsOf(PARTS);
  if (rating.count === 0) return <span>{words.noRatings}</span>;
  return (
    <span class="inline-flex items-center gap-1">
      <Icon name="star" class="size-4 fill-current text-star" />
      <span class="sr-only">{words.rated} </span>
      <span class="font-semibold text-foreground">{formatRating(rating.average)}</span>
      <span class="sr-only"> {words.ofFive(rating.count)}</span>
      <span aria-hidden="true">({formatCount(rating.count)})</span>
    </span>
  );
}

/** Five stars, as many filled as points were given. */
export function Stars({ rating }: { rating: number }) {
  const points = Number.isInteger(rating) ? String(rating) : formatRating(rating);
  return (
    <span class="inline-flex gap-0.5 text-star">
      <span class="sr-only">{wordsOf(PARTS).stars(points)}</span>
      {[1, 2, 3, 4, 5].map((point) => (
        <Icon name="star" class={`size-4 ${point <= Math.round(rating) ? "fill-current" : "opacity-40"}`} />
      ))}
    </span>
  );
}
