import type { Context, Next } from "hono";
import type { ApiEnv } from "./context.ts";
import { problemResponse } from "./problem.ts";
import { problemContext } from "./route.ts";

/** Of the whole address, in characters as sent. */
const MAX_ADDRESS = 8192;

/**
 * Addresses that two readers could read differently: broken percent-encoding, bytes that are no UTF-8, control characters. Of
 * a query only the length counts: forms write `100%` into it, and its reader (WHATWG) takes that literally.
 */
export async function refuseBadAddress(context: Context<ApiEnv>, next: Next): Promise<Response | undefined> {
  const address = context.req.url;
  if (address.length > MAX_ADDRESS)
    return problemResponse(
      { reason: "URI_TOO_LONG", facts: { maxCharacters: MAX_ADDRESS } },
      { ...problemContext(context), path: "/" },
    );
  const { pathname } = new URL(address);
  if (pathname.includes("%") && !isText(pathname))
    return problemResponse({ reason: "URI_INVALID" }, problemContext(context));
  await next();
  return undefined;
}

function isText(path: string): boolean {
  try {
    return !/\p{Cc}/u.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}
