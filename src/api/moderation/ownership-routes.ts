import type { Hono } from "hono";
import { OWNERSHIP_OPERATIONS } from "../../contract/moderation/ownership-operations.ts";
import type { Operation } from "../../contract/operation.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { domainRecord } from "../../domain/release/transfers.ts";
import { ok, type Result } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import type { DomainProof, Transfer } from "../../market/moderation/ports.ts";
import { askForDomain, proveDomain } from "../../market/moderation/prove-domain.ts";
import {
  acceptPluginTransfer,
  cancelPluginTransfer,
  listPluginTransfers,
  offerPluginTransfer,
} from "../../market/moderation/transfer-plugin.ts";
import { movePlugin, type PluginWish } from "../../market/publish/move-plugin.ts";
import type { ApiEnv } from "../context.ts";
import { type Answer, type Input, route } from "../route.ts";

const OPS = OWNERSHIP_OPERATIONS;

/** Transfers, proven domains, plugins as a whole. */
export function registerOwnershipRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.offerPluginTransfer, async ({ world, principal, params, body }) => {
    const offered = await offerPluginTransfer(world, principal, params.id ?? "", body.to);
    return offered.ok ? ok({ status: 201, body: presentTransfer(offered.value) }) : offered;
  });
  route(app, OPS.listPluginTransfers, async ({ world, principal }) =>
    ok({ body: { transfers: (await listPluginTransfers(world, principal)).map(presentTransfer) } }),
  );
  route(app, OPS.acceptPluginTransfer, async ({ world, principal, params }) => {
    const accepted = await acceptPluginTransfer(world, principal, params.id ?? "");
    return accepted.ok ? ok({ body: presentTransfer(accepted.value) }) : accepted;
  });
  route(app, OPS.cancelPluginTransfer, async ({ world, principal, params }) => {
    const canceled = await cancelPluginTransfer(world, principal, params.id ?? "");
    return canceled.ok ? ok({ body: presentTransfer(canceled.value) }) : canceled;
  });
  route(app, OPS.askForDomain, async ({ world, principal, params, body }) => {
    const asked = await askForDomain(world, principal, params.handle ?? "", body.domain);
    return asked.ok ? ok({ status: 201, body: presentProof(asked.value) }) : asked;
  });
  route(app, OPS.proveDomain, async ({ world, principal, params }) => {
    const proven = await proveDomain(world, principal, params.handle ?? "");
    return proven.ok ? ok({ body: presentProof(proven.value) }) : proven;
  });
  route(app, OPS.deprecatePlugin, ({ body, ...input }) =>
    answerMove(input, { kind: "deprecate", message: body.message, replacement: body.replacement ?? null }),
  );
  route(app, OPS.archivePlugin, (input) => answerMove(input, { kind: "archive" }));
  route(app, OPS.activatePlugin, (input) => answerMove(input, { kind: "activate" }));
  route(app, OPS.removePlugin, ({ body, ...input }) => answerMove(input, { kind: "remove", reason: body.reason }));
}

async function answerMove(
  { world, principal, params }: Pick<Input<Operation>, "world" | "principal" | "params">,
  wish: PluginWish,
): Promise<Result<Answer, Problem<Reason>>> {
  const moved = await movePlugin(world, principal, params.id ?? "", wish);
  return moved.ok ? ok({ body: moved.value }) : moved;
}

function presentTransfer(transfer: Transfer): object {
  const { id, pluginId, plugin, from, to, state, offeredAt, holdUntil, endedAt } = transfer;
  return {
    id,
    pluginId,
    plugin,
    from: from.handle,
    to: to.handle,
    state,
    offeredAt: isoTime(offeredAt),
    ...(holdUntil === null ? {} : { holdUntil: isoTime(holdUntil) }),
    ...(endedAt === null ? {} : { endedAt: isoTime(endedAt) }),
  };
}

function presentProof(proof: DomainProof): object {
  const { domain, nonce, verifiedAt, nextCheckAt, failingSince } = proof;
  return {
    domain,
    record: domainRecord(nonce),
    file: JSON.stringify({ verify: [nonce] }),
    ...(verifiedAt === null ? {} : { verifiedAt: isoTime(verifiedAt) }),
    ...(nextCheckAt === null ? {} : { nextCheckAt: isoTime(nextCheckAt) }),
    ...(failingSince === null ? {} : { failingSince: isoTime(failingSince) }),
  };
}
