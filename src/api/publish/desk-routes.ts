import type { Hono } from "hono";
import { DESK_OPERATIONS } from "../../contract/publish/desk-operations.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { appealRelease, decideAppeal, listAppeals } from "../../market/publish/appeal-release.ts";
import { approveUpload } from "../../market/publish/approve-upload.ts";
import { blockRelease, confirmBlock, liftBlock } from "../../market/publish/block-release.ts";
import { acceptCheck, rerunChecks } from "../../market/publish/desk-checks.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = DESK_OPERATIONS;
const MAX_APPEALS = 100;

/** Approvals, appeals, acceptances, blocks. */
export function registerDeskRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.approveUpload, async ({ world, principal, params }) => {
    const approved = await approveUpload(world, principal, params.id ?? "");
    return approved.ok ? ok({ body: approved.value }) : approved;
  });
  route(app, OPS.appealRelease, async ({ world, principal, params, body }) => {
    const releaseId = params.id ?? "";
    const made = await appealRelease(world, principal, releaseId, body.reason);
    return made.ok ? ok({ status: 201, body: { releaseId, dueAt: isoTime(made.value.dueAt) } }) : made;
  });
  route(app, OPS.listAppeals, async ({ world }) => {
    const appeals = await listAppeals(world, MAX_APPEALS);
    return ok({
      body: {
        appeals: appeals.map(({ releaseId, reason, at, dueAt }) => ({
          releaseId,
          reason,
          at: isoTime(at),
          dueAt: isoTime(dueAt),
        })),
      },
    });
  });
  route(app, OPS.decideAppeal, async ({ world, principal, params, body }) => {
    const decided = await decideAppeal(world, principal, params.id ?? "", body);
    return decided.ok ? ok({ body: decided.value }) : decided;
  });
  route(app, OPS.acceptCheck, async ({ world, principal, params, body }) => {
    const accepted = await acceptCheck(world, principal, params.id ?? "", body.check, body.reason);
    return accepted.ok ? ok({ body: accepted.value }) : accepted;
  });
  route(app, OPS.rerunChecks, async ({ world, principal, params }) => {
    const rerun = await rerunChecks(world, principal, params.id ?? "");
    return rerun.ok ? ok({ status: 202, body: rerun.value }) : rerun;
  });
  route(app, OPS.blockRelease, async ({ world, principal, params, body }) => {
    const blocked = await blockRelease(world, principal, params.id ?? "", body);
    if (!blocked.ok) return blocked;
    const { releaseId, confirmUntil } = blocked.value;
    return ok({ body: { releaseId, confirmUntil: isoTime(confirmUntil) } });
  });
  route(app, OPS.confirmBlock, async ({ world, principal, params }) => {
    const confirmed = await confirmBlock(world, principal, params.id ?? "");
    return confirmed.ok ? ok({ body: confirmed.value }) : confirmed;
  });
  route(app, OPS.liftBlock, async ({ world, principal, params, body }) => {
    const lifted = await liftBlock(world, principal, params.id ?? "", body.reason);
    return lifted.ok ? ok({ body: lifted.value }) : lifted;
  });
}
