import type { Hono } from "hono";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { uploadRelease } from "../../market/publish/upload-release.ts";
import { checkUpload } from "../../market/publisher/check-upload.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, requireSession, seeOther } from "../account/session.ts";
import { isAbsent, statusOf } from "../console/form-problem.ts";
import { admit, HANDLE, onMember, type PublishContext, type Seat } from "./on-publish.ts";
import { isFromHere, readUpload } from "./read-upload.ts";
import { type UploadAnswer, UploadPage } from "./upload.tsx";

/** A bundle comes in through a browser, or is only looked at. */
export function registerUploadPages(app: Hono<PersonalEnv>): void {
  onMember(app, "/upload", "edit", (context, seat) => privatePage(context, () => <UploadPage seat={seat} />));

  app.post(`/publish/${HANDLE}/upload`, async (context) => {
    if (!isFromHere(context)) return refusalPage(context, "csrf_refused", 403);
    // Before fifty megabytes are read of somebody who may not send them.
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const seat = await admit(context, person, "edit");
    if (seat instanceof Response) return seat;
    const form = await readUpload(context);
    if (form instanceof Response) return form;
    const { bundle, statement, isCheckOnly } = form;
    if (bundle === null) return show(context, seat, { kind: "no_file" }, 422);
    const world = context.get("world");
    if (isCheckOnly) {
      const checked = await checkUpload(world, person, { bundle, statement });
      return checked.ok
        ? show(context, seat, { kind: "fine", checked: checked.value })
        : show(context, seat, { kind: "refused", problem: checked.problem }, refusalStatus(checked.problem.reason));
    }
    const uploaded = await uploadRelease(world, person, { bundle, statement, form: {} });
    return uploaded.ok
      ? seeOther(publisherPaths.release(seat.member.handle, uploaded.value.releaseId))
      : show(context, seat, { kind: "refused", problem: uploaded.problem }, refusalStatus(uploaded.problem.reason));
  });
}

function show(context: PublishContext, seat: Seat, answer: UploadAnswer, status = 200): Promise<Response> {
  return privatePage(context, () => <UploadPage seat={seat} answer={answer} />, { status });
}

/** Everything a bundle is refused for is about its bytes, save what stands in its way elsewhere. */
function refusalStatus(reason: Parameters<typeof statusOf>[0]): number {
  const status = statusOf(reason);
  return status !== 409 || isAbsent(reason) || CONFLICTS.includes(reason) ? status : 422;
}
const CONFLICTS: readonly string[] = [
  "version_exists",
  "name_taken",
  "name_reserved",
  "statement_stale",
  "state_conflict",
];
