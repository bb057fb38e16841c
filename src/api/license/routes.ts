import type { Hono } from "hono";
import { LICENSE_OPERATIONS } from "../../contract/license/operations.ts";
import { ok, refuse } from "../../domain/result.ts";
import { listLicenses } from "../../market/license/list-licenses.ts";
import { showLicense } from "../../market/license/show-license.ts";
import { validateLicense } from "../../market/license/validate-license.ts";
import { verifyForHost } from "../../market/license/verify-for-host.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { bindingOf } from "./binding.ts";
import { registerDeviceRoutes } from "./device-routes.ts";
import { registerInstallationRoutes } from "./installation-routes.ts";
import { registerIssueRoutes } from "./issue-routes.ts";
import { registerKeysetRoutes } from "./keyset-routes.ts";
import { registerListRoutes } from "./list-routes.ts";
import { meterKey, meterValidation } from "./meter-keys.ts";
import { registerOfflineRoutes } from "./offline-routes.ts";
import { readSimulation } from "./read-simulation.ts";
import { registerSuspensionRoutes } from "./suspension-routes.ts";
import { registerTermRoutes } from "./term-routes.ts";
import { registerUsageRoutes } from "./usage-routes.ts";
import { registerWebhookRoutes } from "./webhook-routes.ts";

export function registerLicenseRoutes(app: Hono<ApiEnv>): void {
  registerIssueRoutes(app);
  registerInstallationRoutes(app);
  registerDeviceRoutes(app);
  registerSuspensionRoutes(app);

  route(app, LICENSE_OPERATIONS.verifyLicense, async ({ world, body, request }) => {
    const credential = {
      authorization: request.headers.get("authorization"),
      address: request.headers.get("cf-connecting-ip"),
      windowSeconds: LICENSE_OPERATIONS.verifyLicense.caller.clockWindowSeconds,
    };
    const { answer, principal } = await verifyForHost(world, credential, body);
    const metered = await meterKey({ world, principal, request }, body.licenseKey, answer, ({ code }) => code);
    return metered.ok ? ok({ body: metered.value }) : metered;
  });

  route(app, LICENSE_OPERATIONS.validateLicense, async ({ world, principal, body, raw, request }) => {
    const limited = await meterValidation(world, body);
    if (limited !== null) return refuse(limited);
    const simulate = readSimulation(request);
    if (!simulate.ok) return simulate;
    const answer = await validateLicense(world, principal, {
      ...body,
      simulate: simulate.value,
      installationId: body.installationId?.toLowerCase(),
      binding: await bindingOf(body.nonce, raw),
    });
    const asked = { world, principal, request };
    const metered = await meterKey(asked, body.licenseKey, answer, ({ code }) => String(code));
    return metered.ok ? ok({ body: metered.value }) : metered;
  });

  route(app, LICENSE_OPERATIONS.listUserLicenses, async ({ world, principal, params }) => {
    if (principal.kind !== "instance") throw new Error("a list of licenses was asked for without an instance");
    return ok({ body: await listLicenses(world, principal.instanceId, params.userId as string) });
  });

  route(app, LICENSE_OPERATIONS.showLicense, async ({ world, principal, params }) => {
    const license = await showLicense(world, principal, params.id as string);
    return license.ok ? ok({ body: license.value }) : license;
  });

  registerTermRoutes(app);
  registerUsageRoutes(app);
  registerWebhookRoutes(app);
  registerListRoutes(app);
  registerKeysetRoutes(app);
  registerOfflineRoutes(app);
}
