import type { Hono } from "hono";
import { LICENSE_OPERATIONS } from "../../contract/license/operations.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { deviceThumbprint } from "../../domain/license/device-key.ts";
import { environmentOf } from "../../domain/license/environment.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { readSealKey } from "../../domain/trust/seal-key.ts";
import { activate } from "../../market/license/activate.ts";
import { beat } from "../../market/license/beat.ts";
import { pauseInstallation } from "../../market/license/pause-installation.ts";
import type { IdempotencyKey } from "../../market/license/ports.ts";
import { refreshLease } from "../../market/license/refresh-lease.ts";
import { releaseInstallation } from "../../market/license/release-installation.ts";
import {
  listInstallations,
  listInstallationsOfLicense,
  showInstallation,
} from "../../market/license/show-installations.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { bindingOf } from "./binding.ts";
import { readDeviceProofs } from "./device-proofs.ts";
import { meterKey } from "./meter-keys.ts";
import { readSimulation } from "./read-simulation.ts";

const IDEMPOTENCY_KEY = /^[A-Za-z0-9_-]{8,64}$/;

export function registerInstallationRoutes(app: Hono<ApiEnv>): void {
  route(app, LICENSE_OPERATIONS.activate, async ({ world, principal, body, raw, request, context }) => {
    const idempotency = await readIdempotencyKey(principal, request, raw);
    if (!idempotency.ok) return idempotency;
    const proofs = await readDeviceProofs(world, request, raw, body.nonce);
    if (!proofs.ok) return proofs;
    const simulate = readSimulation(request);
    if (!simulate.ok) return simulate;
    const deviceJkt = body.deviceKey === undefined ? undefined : await deviceThumbprint(body.deviceKey);
    if (deviceJkt === null) return refuse(badDeviceKey());
    const sealKey = body.sealKey === undefined ? null : readSealKey(body.sealKey);
    if (sealKey?.ok === false) return sealKey;
    const answer = await activate(world, principal, {
      ...body,
      installationId: body.installationId?.toLowerCase(),
      deviceJkt,
      proofs: proofs.value,
      replace: body.replace?.startsWith("act_") ? body.replace : body.replace?.toLowerCase(),
      sealKey: body.sealKey === undefined ? undefined : JSON.stringify(body.sealKey),
      environment: environmentOf(body.env, body.origin),
      idempotency: idempotency.value,
      simulate: simulate.value,
      binding: await bindingOf(body.nonce, raw),
    });
    const activated = await meterKey({ world, principal, request }, body.licenseKey, answer);
    if (!activated.ok) return activated;
    context.set("isQuiet", !activated.value.mayRun);
    return new Response(activated.value.body, {
      status: activated.value.status,
      headers: {
        "content-type": "application/json",
        "cache-control": "private, no-store",
        ...(activated.value.isReplayed ? { "idempotency-replayed": "true" } : {}),
      },
    });
  });

  route(app, LICENSE_OPERATIONS.listInstallations, async ({ world, principal }) => {
    if (principal.kind !== "instance") throw new Error("installations were asked for without an instance");
    const data = await listInstallations(world, principal.instanceId);
    return ok({ body: { data, total: data.length } });
  });

  route(app, LICENSE_OPERATIONS.listLicenseInstallations, async ({ world, principal, params }) => {
    const data = await listInstallationsOfLicense(world, principal, params.id as string);
    return data.ok ? ok({ body: { data: data.value, total: data.value.length } }) : data;
  });

  route(app, LICENSE_OPERATIONS.showInstallation, async ({ world, principal, params, request, raw }) => {
    const proofs = await readDeviceProofs(world, request, raw, undefined);
    if (!proofs.ok) return proofs;
    const shown = await showInstallation(world, principal, iidOf(params), proofs.value);
    return shown.ok ? ok({ body: shown.value }) : shown;
  });

  route(app, LICENSE_OPERATIONS.changeInstallation, async ({ world, principal, params, body }) => {
    const status = body.action === "activate" ? "active" : "inactive";
    const changed = await pauseInstallation(world, principal, iidOf(params), status);
    return changed.ok ? ok({ body: changed.value }) : changed;
  });

  route(app, LICENSE_OPERATIONS.setInstallationStatus, async ({ world, principal, params, body }) => {
    const changed = await pauseInstallation(world, principal, iidOf(params), body.status);
    return changed.ok ? ok({ body: changed.value }) : changed;
  });

  route(app, LICENSE_OPERATIONS.releaseInstallation, async ({ world, principal, params, request, raw }) => {
    const proofs = await readDeviceProofs(world, request, raw, undefined);
    if (!proofs.ok) return proofs;
    const released = await releaseInstallation(world, principal, iidOf(params), proofs.value);
    return released.ok ? ok({ body: released.value }) : released;
  });

  route(app, LICENSE_OPERATIONS.refreshLease, async ({ world, principal, params, body, raw, request }) => {
    const proofs = await readDeviceProofs(world, request, raw, body.nonce);
    if (!proofs.ok) return proofs;
    const binding = await bindingOf(body.nonce, raw);
    const simulate = readSimulation(request);
    if (!simulate.ok) return simulate;
    const asked = { jti: body.jti, binding, proofs: proofs.value, simulate: simulate.value };
    const refreshed = await refreshLease(world, principal, iidOf(params), asked);
    return refreshed.ok ? ok({ body: refreshed.value }) : refreshed;
  });

  route(app, LICENSE_OPERATIONS.beat, async ({ world, principal, params, body, raw, request }) => {
    const proofs = await readDeviceProofs(world, request, raw, body.nonce);
    if (!proofs.ok) return proofs;
    const binding = await bindingOf(body.nonce, raw);
    const simulate = readSimulation(request);
    if (!simulate.ok) return simulate;
    const said = { ...body, binding, proofs: proofs.value, simulate: simulate.value };
    const answer = await beat(world, principal, iidOf(params), said);
    return answer.ok ? ok({ body: answer.value }) : answer;
  });
}

/** Uuids count in any case. */
export function iidOf(params: { readonly [name: string]: string }): string {
  const iid = params.iid as string;
  return iid.startsWith("act_") ? iid : iid.toLowerCase();
}

/** `Idempotency-Key`, scoped to caller and route; the body it stands for is named by its hash. */
async function readIdempotencyKey(
  principal: Principal,
  request: Request,
  raw: Uint8Array,
): Promise<Result<IdempotencyKey | null, Problem<Reason>>> {
  const key = request.headers.get("idempotency-key");
  if (key === null) return ok(null);
  if (!IDEMPOTENCY_KEY.test(key))
    return refuse(invalid("/Idempotency-Key", "8 to 64 letters, digits, hyphens or underscores."));
  const requestHash = await sha256Hex(raw);
  const caller =
    principal.kind === "instance"
      ? `instance:${principal.instanceId}`
      : principal.kind === "account"
        ? `account:${principal.accountId}`
        : `anonymous:${requestHash}`;
  return ok({ scope: `${caller} POST /v1/installations`, key, requestHash });
}

/** A key that anybody could sign for names no device. */
export function badDeviceKey(): Problem<Reason> {
  const errors = [{ pointer: "/deviceKey", detail: "This is not a usable Ed25519 public key." }];
  return { reason: "DEVICE_ID_INVALID", facts: { class: "action", errors } };
}

function invalid(pointer: string, detail: string): Problem<Reason> {
  return { reason: "VALIDATION_ERROR", facts: { errors: [{ pointer, detail }] } };
}
