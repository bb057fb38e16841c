import type { Hono } from "hono";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { unixSeconds } from "../../domain/time.ts";
import { answerReview } from "../../market/catalogue/answer-review.ts";
import { listReviews } from "../../market/catalogue/list-reviews.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { idIn } from "../console/on-console.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { onMember, onMemberForm, type PublishContext, type Seat } from "./on-publish.ts";
import { REVIEW_WORDS } from "./review-words.ts";
import { ReviewsPage, type ReviewsView } from "./reviews.tsx";

const A_PAGE = 20;
const MAX_REPLY = 2000;

/** What admins say of an organization's plugins, and its one answer to each. */
export function registerReviewPages(app: Hono<PersonalEnv>): void {
  onMember(app, "/reviews", "see", (context, seat) => drawReviews(context, seat));

  onMemberForm(app, "/reviews", "edit", async (context, seat, form) => {
    const { plugin, page } = await choiceOf(context, seat);
    const reviewId = idIn(form.get("review"));
    if (plugin === null || reviewId === null) return refusalPage(context, "NOT_FOUND", 404);
    const text = form.get("text")?.trim().replaceAll("\r\n", "\n") ?? "";
    const words = wordsOf(REVIEW_WORDS, languageOf(context.req.raw));
    const field = `reply-${reviewId}`;
    if ([...text].length < 3 || text.length > MAX_REPLY) {
      const problem = invalidForm([{ field, text: words.bad }]);
      return drawReviews(context, seat, { reviewId, text, problem });
    }
    const answered = await answerReview(context.get("world"), seat.person, { pluginId: plugin.id, reviewId }, text);
    if (answered.ok) return seeOther(publisherPaths.reviews(seat.member.handle, plugin.name, page));
    if (answered.problem.reason === "NOT_FOUND") return refusalPage(context, "NOT_FOUND", 404);
    const isAnswered = answered.problem.reason === "state_conflict";
    const problem = formProblem(isAnswered ? { ...answered.problem, detail: words.already } : answered.problem);
    return drawReviews(context, seat, { reviewId, text, problem });
  });
}

async function choiceOf(
  context: PublishContext,
  { member }: Seat,
): Promise<Pick<ReviewsView, "plugins" | "plugin" | "page">> {
  const world = context.get("world");
  const { searchParams } = new URL(context.req.url);
  const plugins = await world.publishing.plugins(member.id, unixSeconds(world.clock.now()));
  const asked = searchParams.get("plugin");
  const usual = plugins.find(({ rating }) => rating.count > 0) ?? plugins[0] ?? null;
  const plugin = asked === null ? usual : (plugins.find(({ name }) => name === asked) ?? null);
  return { plugins, plugin, page: Number(idIn(searchParams.get("page")) ?? "1") };
}

async function drawReviews(context: PublishContext, seat: Seat, refused?: ReviewsView["refused"]): Promise<Response> {
  const choice = await choiceOf(context, seat);
  const { plugin, page } = choice;
  const reviews =
    plugin === null
      ? { items: [], total: 0 }
      : await listReviews(context.get("world"), plugin.id, { page, limit: A_PAGE });
  const view = { ...choice, reviews, limit: A_PAGE, refused };
  return privatePage(
    context,
    () => <ReviewsPage seat={seat} view={view} />,
    refused === undefined ? {} : { status: statusOf(refused.problem.reason) },
  );
}
