import type { Hono } from "hono";
import { RECOVERY_OPERATIONS } from "../../contract/account/recovery-operations.ts";
import { ok, refuse } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import {
  cancelRecovery,
  completeRecovery,
  type Recovery,
  requestRecovery,
  showRecovery,
} from "../../market/account/recover-key.ts";
import { refuseWithoutPerson } from "../../market/account/step-up.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = RECOVERY_OPERATIONS;

/** Publishers that lost all their keys. */
export function registerRecoveryRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.showRecovery, async ({ world, params }) => {
    const shown = await showRecovery(world, params.handle ?? "");
    if (!shown.ok) return shown;
    const recovery = shown.value === null ? null : present(shown.value);
    return ok({ body: { publisher: params.handle, recovery }, headers: { "cache-control": "no-cache" } });
  });
  route(app, OPS.requestRecovery, async ({ world, principal, params, body }) => {
    if (principal.kind !== "account") return refuse({ reason: "PERMISSION_DENIED" });
    const unproven = await refuseWithoutPerson(world, principal);
    if (unproven !== null) return refuse(unproven);
    const requested = await requestRecovery(world, principal.accountId, params.handle ?? "", body.publicKey);
    return requested.ok ? ok({ status: 201, body: present(requested.value) }) : requested;
  });
  route(app, OPS.cancelRecovery, async ({ world, principal, params }) => {
    if (principal.kind !== "account") return refuse({ reason: "PERMISSION_DENIED" });
    const canceled = await cancelRecovery(world, principal.accountId, params.handle ?? "");
    return canceled.ok ? ok({ body: { canceled: true } }) : canceled;
  });
  route(app, OPS.completeRecovery, async ({ world, principal, params, body }) => {
    if (principal.kind !== "account") return refuse({ reason: "PERMISSION_DENIED" });
    const unproven = await refuseWithoutPerson(world, principal);
    if (unproven !== null) return refuse(unproven);
    const completed = await completeRecovery(world, principal.accountId, params.handle ?? "", body.proof);
    return completed.ok ? ok({ status: 201, body: completed.value }) : completed;
  });
}

function present({ keyId, requestedAt, readyAt }: Recovery): object {
  return { keyId, requestedAt: isoTime(requestedAt), readyAt: isoTime(readyAt) };
}
