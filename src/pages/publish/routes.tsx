import { Hono } from "hono";
import type { PersonalEnv } from "../account/session.ts";
import { registerAnalyticsPages } from "./analytics-routes.tsx";
import { registerHookPages } from "./hook-routes.tsx";
import { registerKeyPages } from "./key-routes.tsx";
import { registerLicensePages } from "./license-routes.tsx";
import { registerOverviewPages } from "./overview-routes.tsx";
import { registerPluginPages } from "./plugin-routes.tsx";
import { registerReleasePages } from "./release-routes.tsx";
import { registerReviewPages } from "./review-routes.tsx";
import { registerSalesPages } from "./sales-routes.tsx";
import { registerSignPages } from "./sign-routes.tsx";
import { registerUploadPages } from "./upload-routes.tsx";

/** `/publish`: what a publisher uploads, sells, reads and answers. */
export function createPublishPages(): Hono<PersonalEnv> {
  const app = new Hono<PersonalEnv>();
  registerOverviewPages(app);
  registerUploadPages(app);
  registerKeyPages(app);
  registerPluginPages(app);
  registerReleasePages(app);
  registerSignPages(app);
  registerHookPages(app);
  registerLicensePages(app);
  registerSalesPages(app);
  registerAnalyticsPages(app);
  registerReviewPages(app);
  return app;
}
