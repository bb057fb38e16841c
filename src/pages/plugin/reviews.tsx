import { paths } from "../../contract/paths.ts";
import type { PluginDetail, ReviewRow } from "../../market/catalogue/views.ts";
import { formatDate, formatRating, isoDay } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { Pages } from "../parts/pages.tsx";
import { Stars } from "../parts/stars.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { Section } from "./section.tsx";
import { PLUGIN } from "./words.ts";

/** Reviews on one page. */
export const REVIEWS_SHOWN = 10;

export interface ReviewsView {
  readonly items: readonly ReviewRow[];
  readonly total: number;
  /** From 1. */
  readonly page: number;
}

/** What people who use it say. */
export function Reviews({ plugin, reviews }: { plugin: PluginDetail; reviews: ReviewsView }) {
  const words = wordsOf(PLUGIN);
  const { rating } = plugin;
  const last = Math.max(1, Math.ceil(reviews.total / REVIEWS_SHOWN));
  const address = paths.pluginTab(plugin.name, "reviews");
  return (
    <Section id="reviews" title={words.tabs.reviews}>
      {reviews.total === 0 ? (
        <div class="card flex flex-col items-center px-6 py-10 text-center">
          <Icon name="message-square" class="size-8 text-muted-foreground" />
          <p class="mt-3 font-medium">{words.noReviews}</p>
          <p class="mt-1 text-sm text-muted-foreground">{words.noReviewsHint}</p>
        </div>
      ) : (
        <p class="mb-6 flex flex-wrap items-center gap-x-4 gap-y-2">
          <span class="text-4xl font-bold tracking-tight">{formatRating(rating.average)}</span>
          <span>
            <span class="flex">
              <Stars rating={rating.average} />
            </span>
            <span class="text-sm text-muted-foreground">{words.reviews(rating.count)}</span>
          </span>
        </p>
      )}
      <ul class="grid gap-4">
        {reviews.items.map((review) => (
          <li class="card p-5">
            <ReviewItem review={review} />
          </li>
        ))}
      </ul>
      <Pages page={reviews.page} last={last} href={(page) => (page === 1 ? address : `${address}?page=${page}`)} />
    </Section>
  );
}

function ReviewItem({ review }: { review: ReviewRow }) {
  const words = wordsOf(PLUGIN);
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
        <bdi>{review.userName === "" ? words.anonymous : review.userName}</bdi> ·{" "}
        <time datetime={isoDay(review.createdAt)}>{formatDate(review.createdAt)}</time>
        {review.version === "" ? null : ` · ${words.ofVersion(review.version)}`}
        {review.isEdited ? ` · ${words.edited}` : null}
      </p>
      {review.helpful === 0 ? null : (
        <p class="mt-2 flex items-center gap-2 text-sm text-muted-foreground">
          <Icon name="check" class="size-4 text-primary" />
          {words.helpful(review.helpful)}
        </p>
      )}
      {review.reply === null ? null : (
        <div class="mt-4 rounded-lg border-l-4 border-plugin-edge bg-accent p-4">
          <p class="text-sm font-semibold">
            {words.reply}{" "}
            <time class="font-normal text-muted-foreground" datetime={isoDay(review.reply.createdAt)}>
              {formatDate(review.reply.createdAt)}
            </time>
          </p>
          <p class="mt-1 whitespace-pre-line leading-relaxed" dir="auto">
            {review.reply.text}
          </p>
        </div>
      )}
    </article>
  );
}
