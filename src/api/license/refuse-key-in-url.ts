import type { Context, Next } from "hono";
import { parseLicenseKey } from "../../domain/license/key.ts";
import type { ApiEnv } from "../context.ts";
import { problemResponse } from "../problem.ts";
import { problemContext } from "../route.ts";

/** Addresses end up in logs and histories: a key in a query string is refused before anything else, its value unlogged. */
export async function refuseKeyInUrl(context: Context<ApiEnv>, next: Next): Promise<Response | undefined> {
  const { searchParams } = new URL(context.req.url);
  for (const [name, value] of searchParams) {
    if (/^license_?key$/i.test(name) || parseLicenseKey(value) !== null)
      return problemResponse({ reason: "KEY_IN_URL", facts: { class: "action" } }, problemContext(context));
  }
  await next();
  return undefined;
}
