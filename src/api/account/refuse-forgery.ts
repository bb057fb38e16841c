import type { Context, Next } from "hono";
import { isOwnRequest } from "../../domain/account/same-origin.ts";
import { readSessionCookie } from "../../domain/account/session.ts";
import type { ApiEnv } from "../context.ts";
import { problemResponse } from "../problem.ts";
import { problemContext } from "../route.ts";

/** In front of every route: what carries a session and changes something comes from a page of ours, whatever its media type. */
export async function refuseForgery(context: Context<ApiEnv>, next: Next): Promise<Response | undefined> {
  const { origin } = context.get("world").site;
  const header = (name: string) => context.req.header(name) ?? null;
  const source = { method: context.req.method, secFetchSite: header("sec-fetch-site"), origin: header("origin") };
  if (readSessionCookie(header("cookie"), origin) !== null && !isOwnRequest(source, origin))
    return problemResponse({ reason: "csrf_refused" }, problemContext(context));
  await next();
  return undefined;
}
