import type { Hono } from "hono";
import { SEAT_OPERATIONS } from "../../contract/license/device-operations.ts";
import { LICENSE_OPERATIONS } from "../../contract/license/operations.ts";
import { DECIMAL_ID } from "../../contract/operation.ts";
import { deviceThumbprint } from "../../domain/license/device-key.ts";
import { ok, refuse } from "../../domain/result.ts";
import { readSealKey } from "../../domain/trust/seal-key.ts";
import type { NamedLicense } from "../../market/license/ask-device.ts";
import { beatMany } from "../../market/license/beat-many.ts";
import { bindLicense, transferLicense, unbindLicense } from "../../market/license/bind-license.ts";
import { commandDevice } from "../../market/license/command-device.ts";
import { evictInstallation } from "../../market/license/evict-installation.ts";
import { resolveInstallation } from "../../market/license/resolve-installation.ts";
import { acceptTransfer, offerTransfer } from "../../market/license/transfer-between.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { bindingOf } from "./binding.ts";
import { MOST_PROOFS_OF_BATCH, readDeviceProofs } from "./device-proofs.ts";
import { badDeviceKey, iidOf } from "./installation-routes.ts";

/** What happens to devices and seats besides taking, renewing and freeing them. */
export function registerDeviceRoutes(app: Hono<ApiEnv>): void {
  route(app, SEAT_OPERATIONS.beatMany, async ({ world, principal, body, raw, request }) => {
    const proofs = await readDeviceProofs(world, request, raw, body.nonce, MOST_PROOFS_OF_BATCH);
    if (!proofs.ok) return proofs;
    const beats = await Promise.all(
      body.items.map(async (item) => ({
        ...item,
        iid: lower(item.iid),
        binding: await bindingOf(item.nonce ?? body.nonce, raw),
        proofs: proofs.value,
      })),
    );
    return ok({ body: { items: await beatMany(world, principal, beats) } });
  });

  route(app, SEAT_OPERATIONS.evictInstallation, async ({ world, principal, params, body }) => {
    const evicted = await evictInstallation(world, principal, iidOf(params), body.reason ?? "");
    return evicted.ok ? ok({ body: evicted.value }) : evicted;
  });

  route(app, SEAT_OPERATIONS.resolveInstallation, async ({ world, principal, params, body, raw, request }) => {
    const proofs = await readDeviceProofs(world, request, raw, body.nonce);
    if (!proofs.ok) return proofs;
    const deviceJkt = body.deviceKey === undefined ? undefined : await deviceThumbprint(body.deviceKey);
    if (deviceJkt === null) return refuse(badDeviceKey());
    const sealKey = body.sealKey === undefined ? null : readSealKey(body.sealKey);
    if (sealKey?.ok === false) return sealKey;
    const resolved = await resolveInstallation(world, principal, iidOf(params), {
      ...body,
      installationId: body.installationId?.toLowerCase(),
      sealKey: body.sealKey === undefined ? undefined : JSON.stringify(body.sealKey),
      deviceJkt,
      proofs: proofs.value,
      binding: await bindingOf(body.nonce, raw),
    });
    return resolved.ok ? ok({ body: resolved.value }) : resolved;
  });

  route(app, SEAT_OPERATIONS.commandInstallation, async ({ world, principal, params, body }) => {
    const told = await commandDevice(world, principal, iidOf(params), { type: body.type, args: body.args ?? {} });
    return told.ok ? ok({ status: 201, body: told.value }) : told;
  });

  route(app, LICENSE_OPERATIONS.bindLicense, async ({ world, principal, params, body }) => {
    const bound = await bindLicense(world, principal, { licenseId: params.id as string }, body.hardwareId);
    return bound.ok ? ok({ body: bound.value }) : bound;
  });

  route(app, SEAT_OPERATIONS.unbindLicense, async ({ world, principal, params }) => {
    const unbound = await unbindLicense(world, principal, { licenseId: params.id as string });
    return unbound.ok ? ok({ body: unbound.value }) : unbound;
  });

  route(app, LICENSE_OPERATIONS.transferLicense, async ({ world, principal, params, body }) => {
    const transferred = await transferLicense(world, principal, nameLicense(params.license as string), body.newUserId);
    return transferred.ok ? ok({ body: transferred.value }) : transferred;
  });

  route(app, SEAT_OPERATIONS.offerTransfer, async ({ world, principal, params, body }) => {
    const offered = await offerTransfer(world, principal, params.id as string, body);
    return offered.ok ? ok({ status: 202, body: offered.value }) : offered;
  });

  route(app, SEAT_OPERATIONS.acceptTransfer, async ({ world, principal, params }) => {
    const accepted = await acceptTransfer(world, principal, params.id as string);
    return accepted.ok ? ok({ body: accepted.value }) : accepted;
  });
}

function lower(iid: string): string {
  return iid.startsWith("act_") ? iid : iid.toLowerCase();
}

/** In an address, up to 15 digits are an id and anything else is a key. */
function nameLicense(text: string): NamedLicense {
  return DECIMAL_ID.test(text) ? { licenseId: text } : { licenseKey: text };
}
