import { encodeHex, encodeUtf8 } from "../domain/bytes.ts";

/** Who calls: an instance with its key and secret, or an account with a token. Keep both on a server, never in a page. */
export type Credentials =
  | { readonly apiKey: string; readonly apiSecret: string }
  /** `rbsm_…` */
  | { readonly token: string };

/**
 * The `Authorization` header of a call. An instance signs `<apiKey>:<timestamp>` with HMAC-SHA256, so its clock must be
 * within five minutes of the marketplace's.
 *
 * @param now Unix milliseconds.
 */
export async function authorizationOf(credentials: Credentials, now: number): Promise<string> {
  if ("token" in credentials) return `Bearer ${credentials.token}`;
  const message = `${credentials.apiKey}:${now}`;
  const key = await crypto.subtle.importKey(
    "raw",
    encodeUtf8(credentials.apiSecret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, encodeUtf8(message)));
  return `Bearer ${credentials.apiKey}:${encodeHex(signature)}:${now}`;
}
