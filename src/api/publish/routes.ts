import type { Hono } from "hono";
import type { Operation } from "../../contract/operation.ts";
import { PUBLISH_OPERATIONS } from "../../contract/publish/operations.ts";
import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { publishAuthority } from "../../domain/release/authority.ts";
import type { ReleaseState } from "../../domain/release/states.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { showPluginCard } from "../../market/catalogue/show-plugin.ts";
import type { World } from "../../market/ports.ts";
import { decideRelease } from "../../market/publish/decide-release.ts";
import { type Moved, moveRelease, type Wish } from "../../market/publish/move-release.ts";
import { readHead } from "../../market/publish/read-head.ts";
import { listDeskQueue, showRelease } from "../../market/publish/show-release.ts";
import { uploadRelease } from "../../market/publish/upload-release.ts";
import { withdrawRelease } from "../../market/publish/withdraw-release.ts";
import { presentPlugin } from "../catalogue/present.ts";
import type { ApiEnv } from "../context.ts";
import { type Input, route } from "../route.ts";
import { presentRelease } from "./present-release.ts";
import { readUploadForm } from "./upload-form.ts";

const OPS = PUBLISH_OPERATIONS;
const POLL_MILLISECONDS = 250;
const QUEUE_LENGTH = 100;

/** Upload, head, release status, desk. */
export function registerPublishRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.publishPlugin, async ({ world, principal, request }) => {
    // Before fifty megabytes are read of somebody who may not send them.
    if (!publishAuthority(principal)?.mayStage) return refuse({ reason: "PERMISSION_DENIED" });
    const upload = await readUploadForm(request);
    if (!upload.ok) return upload;
    const uploaded = await uploadRelease(world, principal, upload.value);
    if (!uploaded.ok) return uploaded;
    const { pluginId, releaseId, state, isNew } = uploaded.value;
    const card = await showPluginCard(world, { id: pluginId }, principal);
    if (!card.ok) return card;
    const plugin = presentPlugin(card.value, world.site.origin);
    return ok({ status: isNew ? 201 : 200, body: { ...plugin, releaseId, state } });
  });
  route(app, OPS.getHead, async ({ world, principal, params }) => {
    const head = await readHead(world, principal, params.name ?? "");
    return head.ok ? ok({ body: head.value }) : head;
  });
  route(app, OPS.getRelease, async ({ world, principal, params, query }) => {
    const seconds = Number(query.wait ?? 0);
    const release = await waitForRelease(world, principal, params.id ?? "", seconds, query.after);
    return release.ok ? ok({ body: presentRelease(release.value) }) : release;
  });
  route(app, OPS.deskQueue, async ({ world }) =>
    ok({ body: { releases: (await listDeskQueue(world, QUEUE_LENGTH)).map(presentRelease) } }),
  );
  route(app, OPS.decideRelease, async ({ world, principal, params, body }) => {
    const decided = await decideRelease(world, principal, params.id ?? "", body);
    if (decided.ok) world.background.defer(world.tuf.write());
    return decided.ok ? ok({ body: decided.value }) : decided;
  });
  route(app, OPS.withdrawRelease, async ({ world, principal, params, body }) => {
    const withdrawn = await withdrawRelease(world, principal, params.id ?? "", body.reason);
    return withdrawn.ok ? ok({ body: { ...withdrawn.value, state: "rejected" } }) : withdrawn;
  });
  route(app, OPS.yankRelease, ({ body, ...input }) => answerMove(input, { kind: "yank", reason: body.reason }));
  route(app, OPS.unyankRelease, (input) => answerMove(input, { kind: "unyank" }));
  route(app, OPS.deprecateRelease, ({ body, ...input }) => {
    const notice = { message: body.message, replacement: body.replacement ?? null };
    return answerMove(input, { kind: "deprecate", notice });
  });
  route(app, OPS.undeprecateRelease, (input) => answerMove(input, { kind: "undeprecate" }));
}

async function answerMove(
  { world, principal, params }: Pick<Input<Operation>, "world" | "principal" | "params">,
  wish: Wish,
): Promise<Result<{ readonly body: Moved }, Problem<Reason>>> {
  const moved = await moveRelease(world, principal, { pluginId: params.id ?? "", version: params.v ?? "" }, wish);
  if (moved.ok) world.background.defer(world.tuf.write());
  return moved.ok ? ok({ body: moved.value }) : moved;
}

/** Long poll: answers as soon as the checks have ended – or, with `after`, as soon as that state was left. */
async function waitForRelease(
  world: World,
  principal: Principal,
  releaseId: string,
  seconds: number,
  after: ReleaseState | undefined,
): ReturnType<typeof showRelease> {
  const until = world.clock.now() + seconds * 1000;
  for (;;) {
    const release = await showRelease(world, principal, releaseId);
    if (!release.ok || world.clock.now() >= until) return release;
    const { state } = release.value;
    const isWaiting = after === undefined ? state === "staged" || state === "scanning" : state === after;
    if (!isWaiting) return release;
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
