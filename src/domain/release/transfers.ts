import { DAY } from "../time.ts";

/** How long an accepted transfer waits before the plugin changes hands; either side may call it off. */
export const HOLD_SECONDS = 14 * DAY;
/** How long pages name the new publisher as new. */
export const NEW_HANDS_SECONDS = 90 * DAY;

/** Between two looks at a proven domain, and how long a proof may be missing before it counts no more. */
export const DOMAIN_CHECK_SECONDS = 30 * DAY;
export const DOMAIN_GRACE_SECONDS = 14 * DAY;
/** While a proof is missing it is looked for daily. */
export const DOMAIN_RETRY_SECONDS = DAY;

/** The TXT record that proves a domain. */
export function domainRecord(nonce: string): string {
  return `rbsm-verify=${nonce}`;
}

/** The file that proves a domain, `/.well-known/rbsm.json`: `{"verify": ["<nonce>"]}`. Does it hold this one? */
export function holdsNonce(text: string, nonce: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    const list = typeof value === "object" && value !== null ? (value as { readonly verify?: unknown }).verify : null;
    return Array.isArray(list) && list.includes(nonce);
  } catch {
    return false;
  }
}

/** A registrable host name in lower case: at least two labels, none of it an address. */
export const DOMAIN_NAME = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
