import type { Hono } from "hono";
import { PING_OPERATIONS } from "../../contract/execution/ping-operations.ts";
import { showDecisions } from "../../contract/update/show-decisions.ts";
import { parseVersion } from "../../domain/release/version.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { PING_SECONDS, type PingAnswer, pingInstance } from "../../market/execution/ping-instance.ts";
import type { ApiEnv } from "../context.ts";
import { bindingOf } from "../license/binding.ts";
import { MOST_PROOFS_OF_BATCH, readDeviceProofs } from "../license/device-proofs.ts";
import { route } from "../route.ts";
import { readWishes } from "../update/routes.ts";
import { showAction } from "./show-action.ts";

export function registerPingRoutes(app: Hono<ApiEnv>): void {
  route(app, PING_OPERATIONS.pingInstance, async ({ world, principal, body: sent, raw, request }) => {
    if (principal.kind !== "instance") throw new Error("only an instance may call this");
    const body = sent ?? {};
    const proofs = await readDeviceProofs(world, request, raw, body.nonce, MOST_PROOFS_OF_BATCH);
    if (!proofs.ok) return proofs;
    const beats = (body.heartbeats ?? []).map(async (item) => ({
      ...item,
      iid: item.iid.startsWith("act_") ? item.iid : item.iid.toLowerCase(),
      binding: await bindingOf(item.nonce ?? body.nonce, raw),
      proofs: proofs.value,
    }));
    const { appVersion } = body;
    const answer = await pingInstance(world, principal, {
      // A host that names its version differently is offered everything.
      appVersion: appVersion !== undefined && parseVersion(appVersion) !== null ? appVersion : null,
      installed: (body.installed ?? []).map((told) => ({ pluginId: told.pluginId, ...readWishes(told) })),
      beats: await Promise.all(beats),
      since: { webhooks: body.since?.webhooks ?? null, revocations: body.since?.revocations ?? null },
      acks: {
        webhooks: body.acks?.webhooks ?? null,
        actions: (body.acks?.actions ?? []).map(({ id, ok: isOk, status, error }) => ({
          id,
          ok: isOk,
          status: status ?? null,
          error: error ?? null,
        })),
      },
    });
    return ok({ body: showPing(answer) });
  });
}

function showPing({ at, revocations, webhooks, actions, updates, held, stops, ...rest }: PingAnswer) {
  const { cursor, ...owed } = webhooks;
  const decided = showDecisions({ updates, held, actions: stops, notices: [] });
  return {
    checkedAt: isoTime(at),
    nextPingSeconds: PING_SECONDS,
    ...rest,
    updates: decided.updates.map((update, index) => ({ ...update, pluginId: updates[index]?.pluginId ?? "" })),
    held: decided.held,
    stops: decided.actions,
    ...(revocations === null ? {} : { revocations }),
    webhooks: { ...owed, ...(cursor === null ? {} : { cursor }) },
    actions: actions.map(showAction),
  };
}
