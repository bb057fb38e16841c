import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { isoTime, MINUTE } from "../../domain/time.ts";
import { openOwnJws } from "../../domain/trust/jws.ts";
import type { World } from "../ports.ts";
import type { Beat } from "./beat.ts";
import { signVerdict } from "./sign.ts";
import { HEARTBEAT_SECONDS } from "./take-seat.ts";

/** A signed mark is good this long; then the ping is remembered again. */
const MARK_SECONDS = 15 * MINUTE;
const OK_CODE = {
  active: "VALID",
  trialing: "TRIAL_ACTIVE",
  past_due: "PAST_DUE_GRACE",
  fallback: "FALLBACK",
} as const;

/**
 * The fast ping (README, Heartbeat): lease and mark are ours and fresh, nothing newer is listed about license or
 * activation, the caller is the lease's own device or instance. Answered without a database call; null: the long way.
 */
export async function answerFromMemory(
  world: Pick<World, "leaseSigner" | "site" | "revocationWatch">,
  principal: Principal,
  iid: string,
  request: Beat,
  now: number,
): Promise<JsonObject | null> {
  if (request.lease === undefined || request.seen === undefined || (request.acks?.length ?? 0) > 0) return null;
  if (request.usage !== undefined && Object.keys(request.usage).length > 0) return null;
  const lease = await openOwn(world, request.lease);
  const mark = lease === null ? null : await openOwn(world, request.seen);
  if (lease === null || mark === null) return null;
  const { sub, iid: installationId, lic, ins, ep, rfa, exp, rle, tok, st, cnf } = lease;
  if (tok !== "lease" || (iid !== sub && iid !== installationId) || "off" in lease) return null;
  if (typeof rfa !== "number" || typeof exp !== "number" || rfa <= now || exp <= now) return null;
  if (mark.tok !== "verdict" || mark.sub !== sub || mark.ep !== ep || typeof mark.seen !== "number") return null;
  if (mark.seen > now || mark.seen <= now - MARK_SECONDS) return null;
  if (typeof rle !== "number" || typeof sub !== "string" || typeof lic !== "string") return null;
  if (!isTheirs(principal, request, ins, cnf)) return null;
  if (request.jti !== undefined && request.jti !== lease.jti) return null;
  const pluginId = String(lease.aud).replace("rbsm:plugin:", "");
  const subject = { licenseId: lic, activationId: sub, pluginId, instanceId: String(ins) };
  if (!(await world.revocationWatch.isUntouched(subject, rle, now))) return null;

  const code = OK_CODE[st as keyof typeof OK_CODE];
  if (code === undefined) return null;
  const said = { code, class: "ok", status: 200, lic, sub, ep: Number(ep), seen: mark.seen };
  return {
    installationId: String(installationId),
    activationId: sub,
    lastHeartbeat: isoTime(now),
    nextHeartbeatSeconds: HEARTBEAT_SECONDS,
    license: { status: "active", valid: true },
    commands: [],
    code,
    class: "ok",
    verdict: await signVerdict(world, pluginId, said, request.binding, now),
  };
}

/** The claims of a document that the current lease key signed here; an older key's goes the long way. */
async function openOwn(world: Pick<World, "leaseSigner" | "site">, token: string): Promise<JsonObject | null> {
  const claims = await openOwnJws(token, await world.leaseSigner.current());
  return claims?.iss === world.site.origin ? claims : null;
}

/** A lease with a device key obeys that key alone; one without obeys its instance. */
function isTheirs(
  principal: Principal,
  request: Beat,
  instanceId: JsonObject[string] | undefined,
  cnf: JsonObject[string] | undefined,
): boolean {
  const isInstance = principal.kind === "instance" && principal.instanceId === instanceId && !principal.isSuspended;
  if (typeof cnf !== "object" || cnf === null || Array.isArray(cnf)) return isInstance;
  const jkt = (cnf as JsonObject).jkt;
  const isProven = (request.proofs ?? []).some((proof) => proof.jkt === jkt);
  return isProven && (isInstance || principal.kind === "anonymous");
}
