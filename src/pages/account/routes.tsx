import { Hono } from "hono";
import { registerAccountPages } from "./account-routes.tsx";
import { registerDevicePages } from "./device-routes.tsx";
import { registerOrganizationPages } from "./organization-routes.tsx";
import type { PersonalEnv } from "./session.ts";
import { registerSignInPages } from "./sign-in-routes.tsx";

/** Sign-in, one-time links, a person's account, organizations, tools to let in. */
export function createAccountPages(): Hono<PersonalEnv> {
  const app = new Hono<PersonalEnv>();
  registerSignInPages(app);
  registerAccountPages(app);
  registerOrganizationPages(app);
  registerDevicePages(app);
  return app;
}
