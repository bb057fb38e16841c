import type { PluginDetail, ReviewRow } from "../../market/catalogue/views.ts";
import { formatDate, isoDay, plural } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { Stars } from "../parts/stars.tsx";
import { Section } from "./section.tsx";

interface ReviewsProps {
  readonly reviews: { readonly items: readonly ReviewRow[]; readonly total: number };
  readonly rating: PluginDetail["rating"];
}

/** What people who use it say. */
export function Reviews({ reviews, rating }: ReviewsProps) {
  if (reviews.items.length === 0) {
    return (
      <Section id="reviews" title="Reviews">
        <div class="card flex flex-col items-center px-6 py-10 text-center">
          <Icon name="message-square" class="size-8 text-muted-foreground" />
          <p class="mt-3 font-medium">Nobody has reviewed it yet</p>
          <p class="mt-1 text-sm text-muted-foreground">Whoever has a license can, from within Rising BSM.</p>
        </div>
      </Section>
    );
  }
  return (
    <Section id="reviews" title="Reviews">
      <p class="mb-6 flex flex-wrap items-center gap-x-4 gap-y-2">
        <span class="text-4xl font-bold tracking-tight">{rating.average.toFixed(1)}</span>
        <span>
          <span class="flex">
            <Stars rating={rating.average} />
          </span>
          <span class="text-sm text-muted-foreground">{plural(rating.count, "review")}</span>
        </span>
      </p>
      <ul class="grid gap-4">
        {reviews.items.map((review) => (
          <li class="card p-5">
            <ReviewItem review={review} />
          </li>
        ))}
      </ul>
      {reviews.total > reviews.items.length ? (
        <p class="mt-4 text-sm text-muted-foreground">
          The newest {reviews.items.length} of {plural(reviews.total, "review")}.
        </p>
      ) : null}
    </Section>
  );
}

function ReviewItem({ review }: { review: ReviewRow }) {
  return (
    <article>
      <Stars rating={review.rating} />
      {review.title === "" ? null : (
        <h3 class="mt-2 font-semibold" dir="auto">
          {review.title}
        </h3>
      )}
      {review.comment === "" ? null : (
        <p class="mt-2 whitespace-pre-line leading-relaxed" dir="auto">
          {review.comment}
        </p>
      )}
      <p class="mt-3 text-sm text-muted-foreground">
        <bdi>{review.userName === "" ? "A Rising BSM user" : review.userName}</bdi> ·{" "}
        <time datetime={isoDay(review.createdAt)}>{formatDate(review.createdAt)}</time>
      </p>
    </article>
  );
}
