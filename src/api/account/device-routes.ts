import type { Hono } from "hono";
import { DEVICE_OPERATIONS } from "../../contract/account/device-operations.ts";
import type { Scope } from "../../domain/account/scopes.ts";
import { ok } from "../../domain/result.ts";
import { askForDevice, redeemDevice } from "../../market/account/authorize-device.ts";
import { brake } from "../../market/account/brake.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

/** The two calls of a tool without a browser; the person's half is a page. */
export function registerDeviceRoutes(app: Hono<ApiEnv>): void {
  route(app, DEVICE_OPERATIONS.askForDevice, async ({ world, request, body }) => {
    const address = request.headers.get("cf-connecting-ip");
    const braked = await brake(world, "device", address);
    if (!braked.ok) return braked;
    const scopes = [...new Set(body.scope.split(" "))] as Scope[];
    const asked = await askForDevice(world, { client: body.client_id, scopes, address });
    return ok({
      headers: { "cache-control": "no-store" },
      body: {
        device_code: asked.deviceCode,
        user_code: asked.userCode,
        verification_uri: asked.verificationUri,
        verification_uri_complete: `${asked.verificationUri}?code=${asked.userCode}`,
        expires_in: asked.expiresIn,
        interval: asked.interval,
      },
    });
  });

  route(app, DEVICE_OPERATIONS.redeemDevice, async ({ world, body }) => {
    const redeemed = await redeemDevice(world, body.grant_type, body.device_code);
    const headers = { "cache-control": "no-store" };
    // RFC 6749 §5.2: `error` is a word here, not our problem document.
    if (!redeemed.ok) return ok({ status: 400, headers, body: { error: redeemed.problem } });
    const { accessToken, expiresIn, scopes } = redeemed.value;
    const body200 = { access_token: accessToken, token_type: "Bearer", expires_in: expiresIn, scope: scopes.join(" ") };
    return ok({ headers, body: body200 });
  });
}
