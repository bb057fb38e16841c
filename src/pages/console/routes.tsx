import { Hono } from "hono";
import { consolePaths } from "../../contract/console/paths.ts";
import { type PersonalEnv, requireSession, seeOther } from "../account/session.ts";
import { registerActivityPages } from "./activity-routes.tsx";
import { registerInstallPages } from "./install-routes.tsx";
import { registerInstalledPages } from "./installed-routes.tsx";
import { registerInstancePages } from "./instance-routes.tsx";
import { registerLicensePages } from "./license-routes.tsx";
import { registerNoticePages } from "./notice-routes.tsx";
import { registerSettingsPages } from "./settings-routes.tsx";

/** `/console`: what somebody who runs Rising BSM registers, installs, licenses and watches. */
export function createConsolePages(): Hono<PersonalEnv> {
  const app = new Hono<PersonalEnv>();
  app.get(consolePaths.home(), async (context) => {
    const person = await requireSession(context);
    return person instanceof Response ? person : seeOther(consolePaths.instances());
  });
  registerInstancePages(app);
  registerInstallPages(app);
  registerInstalledPages(app);
  registerSettingsPages(app);
  registerLicensePages(app);
  registerActivityPages(app);
  registerNoticePages(app);
  return app;
}
