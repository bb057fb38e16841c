import type { Hono } from "hono";
import { publisherPaths, RELEASE_ACTS, type ReleaseAct } from "../../contract/publisher/paths.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { Result } from "../../domain/result.ts";
import type { World } from "../../market/ports.ts";
import { appealRelease } from "../../market/publish/appeal-release.ts";
import { approveUpload } from "../../market/publish/approve-upload.ts";
import { moveRelease } from "../../market/publish/move-release.ts";
import { type ReleaseView, showRelease } from "../../market/publish/show-release.ts";
import { submitForReview } from "../../market/publish/submit-for-review.ts";
import { withdrawRelease } from "../../market/publish/withdraw-release.ts";
import type { OwnRelease } from "../../market/publisher/ports.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { ID, onMember, onMemberForm, type PublishContext, type Seat } from "./on-publish.ts";
import { actsOf, ReleaseActPage, ReleasePage } from "./release.tsx";
import { RELEASE_WORDS } from "./release-words.ts";

const BASE = `/releases/${ID}`;
const LOOK_AGAIN_SECONDS = 3;

export interface FoundRelease {
  readonly release: ReleaseView;
  readonly row: OwnRelease;
}

/** One release: how it stands, and what its owners and maintainers do about it. */
export function registerReleasePages(app: Hono<PersonalEnv>): void {
  onMember(app, BASE, "see", (context, seat) => drawRelease(context, seat));

  onMemberForm(
    app,
    `${BASE}/approve`,
    "publish",
    async (context, seat) => {
      const found = await findRelease(context, seat);
      if (found === null) return refusalPage(context, "NOT_FOUND", 404);
      const approved = await approveUpload(context.get("world"), seat.person, found.release.releaseId);
      return approved.ok ? back(seat, found) : drawAgain(context, seat, formProblem(approved.problem));
    },
    true,
  );

  onMemberForm(app, `${BASE}/appeal`, "publish", async (context, seat, form) => {
    const found = await findRelease(context, seat);
    if (found === null) return refusalPage(context, "NOT_FOUND", 404);
    const reason = form.get("appeal")?.trim() ?? "";
    const { appealBad } = wordsOf(RELEASE_WORDS, languageOf(context.req.raw));
    if ([...reason].length < 10 || reason.length > 2000)
      return drawAgain(context, seat, invalidForm([{ field: "appeal", text: appealBad }]));
    const appealed = await appealRelease(context.get("world"), seat.person, found.release.releaseId, reason);
    return appealed.ok ? back(seat, found) : drawAgain(context, seat, formProblem(appealed.problem));
  });

  for (const act of RELEASE_ACTS) {
    onMember(app, `${BASE}/${act}`, "publish", async (context, seat) => {
      const found = await findRelease(context, seat);
      if (found === null || !actsOf(found.release.state).includes(act)) return null;
      return privatePage(context, () => <ReleaseActPage seat={seat} release={found.release} act={act} />);
    });
    onMemberForm(app, `${BASE}/${act}`, "publish", async (context, seat, form) => {
      const found = await findRelease(context, seat);
      if (found === null) return refusalPage(context, "NOT_FOUND", 404);
      const typed = { reason: form.get("reason")?.trim() ?? "", replacement: form.get("replacement")?.trim() ?? "" };
      const again = (problem: FormProblem) =>
        privatePage(
          context,
          () => <ReleaseActPage seat={seat} release={found.release} act={act} typed={typed} problem={problem} />,
          { status: statusOf(problem.reason) },
        );
      const isAsked = act === "yank" || act === "deprecate";
      if (isAsked && [...typed.reason].length < 3)
        return again(invalidForm([{ field: "reason", text: "Reason: at least three characters" }]));
      if (typed.reason.length > 500)
        return again(invalidForm([{ field: "reason", text: "Reason: at most 500 characters" }]));
      const done = await perform(context.get("world"), seat, found.release, act, typed);
      if (!done.ok) return again(formProblem(done.problem, { reason: "Reason", replacement: "Replacement" }));
      return seeOther(publisherPaths.release(seat.member.handle, found.release.releaseId));
    });
  }
}

function back({ member }: Seat, { release }: FoundRelease): Response {
  return seeOther(publisherPaths.release(member.handle, release.releaseId));
}

async function drawAgain(context: PublishContext, seat: Seat, problem: FormProblem): Promise<Response> {
  return (await drawRelease(context, seat, problem)) ?? refusalPage(context, "NOT_FOUND", 404);
}

async function perform(
  world: World,
  { person }: Seat,
  release: ReleaseView,
  act: ReleaseAct,
  { reason, replacement }: { readonly reason: string; readonly replacement: string },
): Promise<Result<unknown, Problem<Reason>>> {
  const { releaseId, pluginId, version } = release;
  if (act === "withdraw") return withdrawRelease(world, person, releaseId, reason === "" ? undefined : reason);
  if (act === "resubmit") return submitForReview(world, person, pluginId);
  const wish =
    act === "yank"
      ? ({ kind: act, reason } as const)
      : act === "deprecate"
        ? ({ kind: act, notice: { message: reason, replacement: replacement === "" ? null : replacement } } as const)
        : ({ kind: act } as const);
  const moved = await moveRelease(world, person, { pluginId, version }, wish);
  if (moved.ok) world.background.defer(world.tuf.write());
  return moved;
}

/** While checks run the browser looks again by itself, script or none. */
export async function drawRelease(
  context: PublishContext,
  seat: Seat,
  problem?: FormProblem,
): Promise<Response | null> {
  const found = await findRelease(context, seat);
  if (found === null) return null;
  const { state } = found.release;
  const isRunning = state === "staged" || state === "scanning";
  return privatePage(context, () => <ReleasePage seat={seat} view={{ ...found, problem }} />, {
    ...(problem === undefined ? {} : { status: statusOf(problem.reason) }),
    ...(isRunning ? { headers: { refresh: String(LOOK_AGAIN_SECONDS) } } : {}),
  });
}

/** A release of this organization; another's is absent, also for an operator. */
export async function findRelease(context: PublishContext, { person, member }: Seat): Promise<FoundRelease | null> {
  const world = context.get("world");
  const releaseId = context.req.param("id") ?? "";
  const [shown, [row]] = await Promise.all([
    showRelease(world, person, releaseId),
    world.publishing.releases(member.id, { releaseId }, 1),
  ]);
  return shown.ok && row !== undefined ? { release: shown.value, row } : null;
}
