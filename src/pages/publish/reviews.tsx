import { publisherPaths } from "../../contract/publisher/paths.ts";
import type { ReviewRow } from "../../market/catalogue/views.ts";
import type { OwnPlugin } from "../../market/publisher/ports.ts";
import { Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { describedBy, Empty, ErrorSummary, HintAndFault, Select } from "../console/parts.tsx";
import { formatCount } from "../format.ts";
import { Pages } from "../parts/pages.tsx";
import { Stars } from "../parts/stars.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { PublishShell } from "./layout.tsx";
import { holds, type Seat } from "./on-publish.ts";
import { REVIEW_WORDS } from "./review-words.ts";

export interface ReviewsView {
  readonly plugins: readonly OwnPlugin[];
  /** Null: there is no plugin. */
  readonly plugin: OwnPlugin | null;
  readonly reviews: { readonly items: readonly ReviewRow[]; readonly total: number };
  readonly page: number;
  readonly limit: number;
  /** Which answer was not taken, and what stood in it. */
  readonly refused?: { readonly reviewId: string; readonly text: string; readonly problem: FormProblem } | undefined;
}

/** `/publish/{handle}/reviews` */
export function ReviewsPage({ seat, view }: { seat: Seat; view: ReviewsView }) {
  const words = wordsOf(REVIEW_WORDS);
  const { handle } = seat.member;
  const { plugins, plugin, reviews, page, limit, refused } = view;
  return (
    <PublishShell seat={seat} title={words.title} at="reviews" lead={words.lead}>
      <ErrorSummary problem={refused?.problem} />
      {plugins.length > 1 ? (
        <form class="mt-6 flex flex-wrap items-end gap-3" method="get" action={publisherPaths.reviews(handle)}>
          <Select
            id="plugin"
            label={words.plugin}
            value={plugin?.name ?? ""}
            options={plugins.map((one) => [one.name, `${one.displayName} (${formatCount(one.rating.count)})`] as const)}
          />
          <button type="submit" class="button button-quiet">
            {words.show}
          </button>
        </form>
      ) : null}
      {plugin === null || reviews.items.length === 0 ? (
        <Empty title={words.none}>
          <p>{words.noneText}</p>
        </Empty>
      ) : (
        <>
          <ul class="mt-8 grid gap-4">
            {reviews.items.map((review) => (
              <li class="card p-5">
                <Review seat={seat} plugin={plugin} review={review} page={page} refused={refused} />
              </li>
            ))}
          </ul>
          <Pages
            page={page}
            last={Math.ceil(reviews.total / limit)}
            href={(number) => publisherPaths.reviews(handle, plugin.name, number)}
          />
        </>
      )}
    </PublishShell>
  );
}

function Review({
  seat,
  plugin,
  review,
  page,
  refused,
}: {
  seat: Seat;
  plugin: OwnPlugin;
  review: ReviewRow;
  page: number;
  refused: ReviewsView["refused"];
}) {
  const words = wordsOf(REVIEW_WORDS);
  return (
    <>
      <p class="flex flex-wrap items-center gap-3">
        <Stars rating={review.rating} />
        <span class="font-semibold" dir="auto">
          {review.title}
        </span>
      </p>
      <p class="mt-1 text-sm text-muted-foreground">
        {review.userName === "" ? words.anonymous : review.userName} · <Time at={review.createdAt} />
        {review.version === "" ? "" : ` · ${words.about} ${review.version}`}
        {review.isEdited ? ` · ${words.edited}` : ""}
        {review.helpful + review.notHelpful === 0
          ? ""
          : ` · ${words.helpful(formatCount(review.helpful), formatCount(review.notHelpful))}`}
      </p>
      <p class="mt-3 whitespace-pre-line" dir="auto">
        {review.comment}
      </p>
      {review.reply === null ? (
        holds(seat, "edit") ? (
          <ReplyForm
            to={publisherPaths.reviews(seat.member.handle, plugin.name, page)}
            reviewId={review.id}
            refused={refused?.reviewId === review.id ? refused : undefined}
          />
        ) : null
      ) : (
        <div class="mt-4 border-l-2 border-primary pl-4">
          <p class="text-sm font-medium">
            {words.reply} · <Time at={review.reply.createdAt} />
          </p>
          <p class="mt-1 whitespace-pre-line" dir="auto">
            {review.reply.text}
          </p>
        </div>
      )}
    </>
  );
}

function ReplyForm({ to, reviewId, refused }: { to: string; reviewId: string; refused: ReviewsView["refused"] }) {
  const words = wordsOf(REVIEW_WORDS);
  const id = `reply-${reviewId}`;
  const fault = refused?.problem.errors.find(({ field }) => field === id)?.text;
  return (
    <form class="mt-4" method="post" action={to}>
      <input type="hidden" name="review" value={reviewId} />
      <label class="block text-sm font-medium" for={id}>
        {words.reply}
      </label>
      <textarea
        id={id}
        name="text"
        rows={3}
        maxlength={2000}
        required
        class="field mt-1.5"
        aria-invalid={fault === undefined ? undefined : "true"}
        aria-describedby={describedBy(id, words.replyHint, fault)}
      >
        {refused?.text ?? ""}
      </textarea>
      <HintAndFault id={id} hint={words.replyHint} fault={fault} />
      <button type="submit" class="button button-quiet mt-3">
        {words.send}
      </button>
    </form>
  );
}
