import { Hono } from "hono";
import { SERVICE_OPERATIONS } from "../contract/service/operations.ts";
import { ok } from "../domain/result.ts";
import { registerDeviceRoutes } from "./account/device-routes.ts";
import { registerRecoveryRoutes } from "./account/recovery-routes.ts";
import { registerAccountRoutes } from "./account/routes.ts";
import { registerTokenRoutes } from "./account/token-routes.ts";
import { registerCatalogueRoutes } from "./catalogue/routes.ts";
import { registerSearchRoutes } from "./catalogue/search-routes.ts";
import type { ApiEnv } from "./context.ts";
import { registerDeliveryRoutes } from "./delivery/routes.ts";
import { registerConsentRoutes } from "./execution/consent-routes.ts";
import { registerLogRoutes } from "./execution/log-routes.ts";
import { registerPingRoutes } from "./execution/ping-routes.ts";
import { registerPullRoutes } from "./execution/pull-routes.ts";
import { registerExecutionRoutes } from "./execution/routes.ts";
import { registerRunRoutes } from "./execution/run-routes.ts";
import { registerSettingsRoutes } from "./execution/settings-routes.ts";
import { registerUiRoutes } from "./execution/ui-routes.ts";
import { registerHookRoutes } from "./hooks/routes.ts";
import { registerLicenseRoutes } from "./license/routes.ts";
import { openApiDocument } from "./openapi.ts";
import { registerOperationsRoutes } from "./operations/routes.ts";
import { registerListingStateRoutes } from "./publish/listing-state-routes.ts";
import { registerPublishRoutes } from "./publish/routes.ts";
import { registerResolveRoutes } from "./resolve/routes.ts";
import { route } from "./route.ts";
import { registerSalesRoutes } from "./sales/routes.ts";
import { registerTufRoutes } from "./tuf/routes.ts";
import { registerRolloutRoutes } from "./update/rollout-routes.ts";
import { registerUpdateRoutes } from "./update/routes.ts";

/** The JSON wing: everything below `/v1`, plus `/health` and the well-known documents. */
export function createApi(): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const health = async () => ok({ body: { status: "ok" }, headers: { "cache-control": "no-store" } });
  route(app, SERVICE_OPERATIONS.health, health);
  route(app, { ...SERVICE_OPERATIONS.health, path: "/health" }, health);
  app.get("/v1/openapi.json", (context) =>
    context.json(openApiDocument(context.get("world").site.origin), 200, { "cache-control": "public, max-age=300" }),
  );
  registerAccountRoutes(app);
  registerTokenRoutes(app);
  registerDeviceRoutes(app);
  registerExecutionRoutes(app);
  registerPingRoutes(app);
  registerSettingsRoutes(app);
  registerUiRoutes(app);
  registerConsentRoutes(app);
  registerRunRoutes(app);
  registerLogRoutes(app);
  registerPullRoutes(app);
  registerCatalogueRoutes(app);
  registerSearchRoutes(app);
  registerDeliveryRoutes(app);
  registerPublishRoutes(app);
  registerRecoveryRoutes(app);
  registerListingStateRoutes(app);
  registerHookRoutes(app);
  registerLicenseRoutes(app);
  registerSalesRoutes(app);
  registerResolveRoutes(app);
  registerTufRoutes(app);
  registerOperationsRoutes(app);
  registerUpdateRoutes(app);
  registerRolloutRoutes(app);
  // One line per slice: registerXRoutes(app);
  return app;
}
