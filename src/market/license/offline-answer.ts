import type { JsonObject } from "../../domain/json/json.ts";
import { judge, type Verdict } from "../../domain/license/judge.ts";
import { isLive } from "../../domain/license/license.ts";
import { type OfflineRequest, offlineJti, openRequest } from "../../domain/license/offline.ts";
import { offlineRefusal } from "../../domain/license/offline-lease.ts";
import { deriveState } from "../../domain/license/states.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { HOUR, isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { actorOf } from "./access.ts";
import { intendedUse } from "./intended-use.ts";
import { admitOffline, type OfflineCaller } from "./offline-codes.ts";
import type { KeptFile } from "./offline-ports.ts";
import type { ActivationFacts } from "./ports.ts";
import { type SeatWish, takeSeat } from "./take-seat.ts";

const ATTEMPTS = 3;

export type OfflineWorld = Parameters<typeof takeSeat>[0] &
  Pick<World, "offline" | "licenseSigners" | "clock" | "licenses" | "keyHasher">;

/**
 * A file for a device without a network (OFFLINE.md, Answer): the device's key and the caller's right are proven,
 * the license judged, then one transaction gives the seat and keeps the file. The same request again gets the same file.
 */
export async function answerOffline(
  world: OfflineWorld,
  caller: OfflineCaller,
  text: string,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const request = await openRequest(text);
  const admitted = await admitOffline(world, caller, request?.requestHash ?? null, now);
  if (!admitted.ok) return admitted;
  if (request === null) return invalid("form");
  const { licenseId } = admitted.value;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const facts = await world.licenses.findForActivation(
      { licenseId },
      { hardwareId: request.hardwareId, jkt: request.deviceJkt },
      { version: request.version, bundleSha256: null, installationId: null },
      null,
      now,
    );
    if (facts === null) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
    const why = offlineRefusal(facts.license, deriveState(facts.license, now));
    if (why !== null) return refuse({ reason: "OFFLINE_REFUSED", facts: { why } });
    const kept = await world.offline.byRequest(request.requestHash);
    if (kept !== null) return handOut(kept, licenseId);
    const judged = judgeRequest(facts, request, now);
    if (judged.class !== "ok") return refuse({ reason: judged.code as Reason, facts: judged.facts });
    const isTaken = facts.activation !== null && isForeign(facts.activation, request.deviceJkt);
    if (isTaken && isLive(facts.activation as NonNullable<ActivationFacts["activation"]>, now))
      return refuse({ reason: "DEVICE_CLONED", facts: { choices: ["move", "temporary", "separate"] } });
    if (!(await admitted.value.spend())) return refuse({ reason: "OFFLINE_CODE_INVALID" });

    const wish = await wishOf(world, caller, admitted.value.role, request);
    const seated = { ...facts, activation: isTaken ? null : facts.activation };
    const { order, granted } = await takeSeat(world, seated, facts.rights, judged, wish, now);
    const written = granted === null ? null : await world.offline.byRequest(request.requestHash);
    if (written !== null) return handOut(written, licenseId);
    const refusal = await world.licenses.explainRefusal(order);
    if (refusal === "STATE_CHANGED" || refusal === "IDEMPOTENT" || refusal === "INSTALLATION_TAKEN") continue;
    if (refusal === "ACTIVATION_BUDGET") return refuse({ reason: refusal, facts: { retryAfter: HOUR } });
    return refuse({ reason: refusal });
  }
  return refuse({ reason: "STATE_CHANGED", facts: { class: "retryable", retryAfter: 1 } });
}

function judgeRequest(facts: ActivationFacts, request: OfflineRequest, now: number): Verdict {
  const { release } = facts;
  return judge(
    facts.license,
    intendedUse(facts, {
      order: "standard",
      pluginId: request.pluginId,
      isOwner: true,
      hardwareId: request.hardwareId,
      build: release === null ? null : { version: release.version, releasedAt: release.publishedAt },
    }),
    now,
  );
}

function isForeign({ deviceJkt }: NonNullable<ActivationFacts["activation"]>, jkt: string): boolean {
  return deviceJkt !== null && deviceJkt !== jkt;
}

async function wishOf(
  world: OfflineWorld,
  caller: OfflineCaller,
  role: Parameters<typeof actorOf>[0],
  request: OfflineRequest,
): Promise<SeatWish> {
  const { requestHash, deviceJkt, sealKey } = request;
  return {
    hardwareId: request.hardwareId,
    jkt: deviceJkt,
    sealKey: sealKey === null ? null : JSON.stringify({ kty: "OKP", crv: "X25519", x: sealKey }),
    environment: "production",
    origin: null,
    label: null,
    appVersion: null,
    version: request.version,
    installationId: null,
    consent: null,
    idempotency: null,
    components: request.components.length === 0 ? null : request.components,
    binding: { nonce: request.nonce, requestHash },
    actor: "principal" in caller ? actorOf(role, caller.principal) : { kind: "device", id: null },
    warnings: [],
    offline: {
      jti: await offlineJti(requestHash),
      requestHash,
      deviceJkt,
      sealKey,
      signer: await world.licenseSigners.current("offline"),
    },
  };
}

function handOut(file: KeptFile, licenseId: string): Result<JsonObject, Problem<Reason>> {
  if (file.licenseId !== licenseId) return invalid("answered_for_another_license");
  // What ended does not come back by showing the old request again: the device makes a new one.
  if (file.releasedAt !== null || file.revokedAt !== null) return invalid("released");
  return ok({
    code: "VALID",
    class: "ok",
    message: "The file is ready for the device.",
    activationId: file.activationId,
    installationId: file.installationId,
    jti: file.jti,
    file: file.document,
    fileName: `${file.jti}.rbsm-lease`,
    issuedAt: isoTime(file.issuedAt),
    expiresAt: isoTime(file.expiresAt),
  });
}

function invalid(why: string): { readonly ok: false; readonly problem: Problem<Reason> } {
  return refuse({ reason: "OFFLINE_REQUEST_INVALID", facts: { why } });
}
