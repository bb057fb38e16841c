import type { Context, Next } from "hono";
import { parseLicenseKey } from "../domain/license/key.ts";
import { revokeLeakedTokens } from "../market/account/revoke-leaked-tokens.ts";
import type { ApiEnv } from "./context.ts";
import { problemResponse } from "./problem.ts";
import { problemContext } from "./route.ts";

/** Of the whole address, in characters as sent. */
const MAX_ADDRESS = 8192;
/** What every refusal below begins with; nearly all addresses have none of it. */
const SUSPICIOUS = /[?%]|rbsm_/;

/**
 * Addresses refused before any route: secrets in them (they end up in logs and histories: a token there is revoked, a key
 * unlogged) and what two readers could read differently (broken percent-encoding, bytes that are no UTF-8, control
 * characters). Of a query only the length counts: forms write `100%` into it, and its reader (WHATWG) takes that literally.
 */
export async function refuseAddress(context: Context<ApiEnv>, next: Next): Promise<Response | undefined> {
  const address = context.req.url;
  const isPlain = address.length <= MAX_ADDRESS && !SUSPICIOUS.test(address);
  const refused = isPlain ? undefined : await judgeAddress(context, address);
  if (refused !== undefined) return refused;
  await next();
  return undefined;
}

async function judgeAddress(context: Context<ApiEnv>, address: string): Promise<Response | undefined> {
  const hidden = { ...problemContext(context), path: "/" };
  if (await revokeLeakedTokens(context.get("world"), address))
    return problemResponse({ reason: "token_in_url" }, hidden);
  const { searchParams, pathname } = new URL(address);
  for (const [name, value] of searchParams)
    if (/^license_?key$/i.test(name) || parseLicenseKey(value) !== null)
      return problemResponse({ reason: "KEY_IN_URL", facts: { class: "action" } }, problemContext(context));
  if (address.length > MAX_ADDRESS)
    return problemResponse({ reason: "URI_TOO_LONG", facts: { maxCharacters: MAX_ADDRESS } }, hidden);
  if (pathname.includes("%") && !isText(pathname))
    return problemResponse({ reason: "URI_INVALID" }, problemContext(context));
  return undefined;
}

function isText(path: string): boolean {
  try {
    return !/\p{Cc}/u.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}
