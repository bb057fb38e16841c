import { encodeBase64url } from "../bytes.ts";
import { MINUTE } from "../time.ts";

/** RFC 8628: a tool without a browser gets a token that somebody approves in one. */
export const DEVICE_SECONDS = 10 * MINUTE;
/** A tool that asks again sooner is told to slow down. */
export const DEVICE_INTERVAL_SECONDS = 5;
export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** RFC 8628 §3.5 and RFC 6749 §5.2. */
export const DEVICE_ERRORS = [
  "authorization_pending",
  "slow_down",
  "access_denied",
  "expired_token",
  "invalid_grant",
  "unsupported_grant_type",
] as const;
export type DeviceError = (typeof DEVICE_ERRORS)[number];

/** §6.1: no vowels, so no words; 20⁸ codes live ten minutes, and few guesses are free. */
const LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
const USER_CODE_LENGTH = 8;

export function makeDeviceCode(draw: (bytes: number) => Uint8Array): string {
  return encodeBase64url(draw(32));
}

/** `XXXX-XXXX`; bytes of 240 and above are thrown away, never folded. */
export function makeUserCode(draw: (bytes: number) => Uint8Array): string {
  let text = "";
  while (text.length < USER_CODE_LENGTH)
    for (const byte of draw(USER_CODE_LENGTH))
      if (byte < 240 && text.length < USER_CODE_LENGTH) text += LETTERS[byte % LETTERS.length];
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/** As it is hashed, however a person typed it; null for what cannot be one. */
export function readUserCode(text: string): string | null {
  const letters = text.toUpperCase().replaceAll(/[^A-Z]/g, "");
  return letters.length === USER_CODE_LENGTH && [...letters].every((letter) => LETTERS.includes(letter))
    ? letters
    : null;
}
