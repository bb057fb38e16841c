import { Hono } from "hono";
import type { PersonalEnv } from "../account/session.ts";
import { registerHealthPages } from "./health-routes.tsx";
import { registerReleasePages } from "./release-routes.tsx";
import { registerReportPages } from "./report-routes.tsx";
import { registerSheetPages } from "./sheet-routes.tsx";

/** The operator's desk. For everybody else none of it exists. */
export function createDeskPages(): Hono<PersonalEnv> {
  const app = new Hono<PersonalEnv>();
  registerHealthPages(app);
  registerReleasePages(app);
  registerReportPages(app);
  registerSheetPages(app);
  return app;
}
