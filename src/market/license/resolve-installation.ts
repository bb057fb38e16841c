import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { CHOICES, type Choice, TEMPORARY_SECONDS } from "../../domain/license/clone.ts";
import type { RequestBinding } from "../../domain/license/lease.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { HOUR, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { closureInForce } from "../update/closure-in-force.ts";
import { findInstallation, installationActor, judgeProof, type Proofs } from "./find-installation.ts";
import { judgeActivation } from "./judge-activation.ts";
import { makeJti } from "./make-ids.ts";
import type { InstallationFacts } from "./ports.ts";
import { type ConsentRequest, readConsent } from "./read-consent.ts";
import { judgeRefresh, present, type RefreshWorld, renew } from "./refresh-lease.ts";
import { refuseSigned } from "./refuse-signed.ts";
import { seatLimit } from "./seat-limit.ts";
import { takeSeat } from "./take-seat.ts";

export interface ResolveRequest extends ConsentRequest {
  readonly choice: Choice;
  /** JSON of the X25519 key that content keys of the copy's row are wrapped to. */
  readonly sealKey?: string | undefined;
  readonly installationId?: string | undefined;
  /** Key of the copy that wants a row of its own; checked, and proven besides the row's. */
  readonly deviceJkt?: string | undefined;
  readonly proofs: Proofs;
  readonly binding: RequestBinding;
}

type Needs = RefreshWorld & Pick<World, "keyHasher" | "updateIndex">;

/**
 * What becomes of a copy that was refused (README, Copies): `move` hands the row over, `temporary` and `separate` give the
 * copy, under a key of its own, a row of its own.
 */
export async function resolveInstallation(
  world: Needs,
  principal: Principal,
  iid: string,
  request: ResolveRequest,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const found = await findInstallation(world, principal, iid, request.proofs);
  if (!found.ok) return found;
  const facts = found.value;
  const now = unixSeconds(world.clock.now());
  const signed = (problem: Problem<Reason>) =>
    refuseSigned(world, facts.license.pluginId, problem, request.binding, now);
  const refusal =
    (principal.kind === "anonymous" ? judgeProof(facts.activation, request.proofs) : null) ?? judgeRefresh(facts, now);
  if (refusal !== null) return signed(refusal);
  if (request.choice !== "move") return seatCopy(world, principal, facts, request, request.choice, now);
  const moved = await renew(world, principal, facts, request.binding, now, {
    jti: makeJti(world),
    isMove: true,
  });
  if (moved !== null) return ok(await present(world, facts, moved, now));
  return signed({ reason: "DEVICE_CLONED", facts: { choices: CHOICES.filter((choice) => choice !== "move") } });
}

async function seatCopy(
  world: Needs,
  principal: Principal,
  { activation, license }: InstallationFacts,
  request: ResolveRequest,
  choice: "temporary" | "separate",
  now: number,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const signed = (problem: Problem<Reason>) => refuseSigned(world, license.pluginId, problem, request.binding, now);
  const jkt = request.deviceJkt;
  if (jkt === undefined || jkt === activation.deviceJkt)
    return signed({
      reason: "DEVICE_ID_REQUIRED",
      facts: { errors: [{ pointer: "/deviceKey", detail: "A copy needs a key of its own." }] },
    });
  const proof = request.proofs.find((candidate) => candidate.jkt === jkt);
  if (proof === undefined)
    return signed({ reason: request.proofs.length === 0 ? "DEVICE_PROOF_REQUIRED" : "DEVICE_PROOF_INVALID" });
  const device = { hardwareId: activation.hardwareId, jkt };
  const read = await world.licenses.findForActivation(
    { licenseId: license.id },
    device,
    { version: activation.version, bundleSha256: null, installationId: null },
    null,
    now,
  );
  if (read === null) return refuse({ reason: "STATE_CHANGED" });
  const known = read.activation?.deviceJkt === jkt ? read.activation : null;
  const judged = judgeActivation(read, { pluginId: license.pluginId }, device, "instance", now);
  if (judged.class !== "ok") return signed({ reason: judged.code as Reason, facts: judged.facts });
  // The row is another installation: what may run there is decided anew, by the instance alone.
  const consent =
    principal.kind === "instance" && read.release !== null
      ? await readConsent(
          world,
          license.pluginId,
          read.release,
          request,
          read.release.dependencies.length === 0
            ? null
            : await closureInForce(world, {
                instanceId: license.instanceId,
                pluginId: license.pluginId,
                version: read.release.version,
              }),
        )
      : ok(null);
  if (!consent.ok) return signed(consent.problem);
  const { order, granted } = await takeSeat(
    world,
    { ...read, activation: known },
    read.rights,
    judged,
    {
      ...device,
      sealKey: request.sealKey ?? null,
      environment: activation.environment,
      origin: activation.origin,
      label: activation.label,
      appVersion: null,
      version: activation.version,
      installationId: request.installationId ?? null,
      consent: consent.value,
      idempotency: null,
      binding: request.binding,
      actor: installationActor(principal),
      warnings: [],
      userId: activation.seatKey === "" ? undefined : activation.seatKey,
      proof,
      temporaryUntil: choice === "temporary" ? now + TEMPORARY_SECONDS : null,
      note: choice === "temporary" ? { kind: "activation.temporary", data: { copyOf: activation.id } } : null,
    },
    now,
  );
  if (granted !== null) return ok(JSON.parse(granted.body) as JsonObject);
  const why = await world.licenses.explainRefusal(order);
  if (why === "SEAT_LIMIT") return signed(await seatLimit(world, read, "instance", order.seatUser, now));
  if (why === "DEVICE_CLONED") return signed({ reason: why, facts: { choices: ["move", "separate"] } });
  if (why === "ACTIVATION_BUDGET") return signed({ reason: why, facts: { retryAfter: HOUR } });
  if (why === "IDEMPOTENT" || why === "INSTALLATION_TAKEN" || why === "STATE_CHANGED")
    return refuse({ reason: "STATE_CHANGED", facts: { class: "retryable", retryAfter: 1 } });
  return signed({ reason: why });
}
