import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { classOf } from "../../domain/license/codes.ts";
import type { RequestBinding } from "../../domain/license/lease.ts";
import { isLive } from "../../domain/license/license.ts";
import { deriveState, hostStatus } from "../../domain/license/states.ts";
import { statusOf } from "../../domain/license/status.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { findInstallation } from "./find-installation.ts";
import { judgeRefresh, renew } from "./refresh-lease.ts";
import { signClaims, signVerdict } from "./sign.ts";
import { HEARTBEAT_SECONDS } from "./take-seat.ts";

export interface Beat {
  readonly appVersion?: string | undefined;
  readonly binding: RequestBinding;
}

/**
 * A ping (README, Heartbeat, refresh), empty from released hosts. 200 whatever the license says: a refusal is told as code
 * and signed verdict. Writes at most every quarter of an hour, and once a day a renewed lease.
 */
export async function beat(
  world: Pick<World, "licenses" | "chance" | "leaseSigner" | "site" | "clock" | "background" | "sealings" | "vault">,
  principal: Principal,
  iid: string,
  request: Beat,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const found = await findInstallation(world, principal, iid);
  if (!found.ok) return found;
  const { activation, license } = found.value;
  const now = unixSeconds(world.clock.now());
  const refusal = judgeRefresh(found.value, now);
  const base = {
    installationId: activation.installationId,
    activationId: activation.id,
    lastHeartbeat: isoTime(now),
    nextHeartbeatSeconds: HEARTBEAT_SECONDS,
    license: {
      status: hostStatus(license, now),
      ...(license.expiresAt === null ? {} : { expiresAt: isoTime(license.expiresAt) }),
      valid: refusal === null,
    },
    commands: [],
  };
  if (refusal !== null) {
    const said = {
      code: refusal.reason,
      class: classOf(refusal.reason),
      status: statusOf(refusal.reason),
      ...refusal.facts,
    };
    const verdict = await signVerdict(
      world,
      license.pluginId,
      { ...said, lic: license.id, sub: activation.id, ep: license.epoch },
      request.binding,
      now,
    );
    return ok({ ...base, code: refusal.reason, class: said.class, verdict });
  }
  world.background.defer(world.licenses.seen(activation.id, request.appVersion ?? null, now));
  const isDue = !isLive(activation, now) || activation.leaseIat + license.refreshSeconds <= now;
  const lease = isDue ? await renew(world, principal, found.value, request.binding, now) : null;
  if (isDue && lease === null && !isLive(activation, now))
    return ok({ ...base, license: { ...base.license, valid: false }, code: "SEAT_TAKEN", class: "action" });
  return ok({
    ...base,
    code: codeOf(deriveState(license, now)),
    class: "ok",
    ...(lease === null ? {} : { lease: await signClaims(world, lease.claims) }),
  });
}

function codeOf(state: string): string {
  if (state === "trialing") return "TRIAL_ACTIVE";
  if (state === "past_due") return "PAST_DUE_GRACE";
  return state === "expired" ? "FALLBACK" : "VALID";
}
