import { type Bytes, encodeUtf8 } from "../bytes.ts";
import { canonicalize } from "../json/canonical.ts";
import type { Json } from "../json/json.ts";

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/**
 * The bytes that are signed and stored. The canonical form of TUF clients leaves control characters raw and knows no
 * fractions; RFC 8785 escapes the former and prints the latter. Where a value holds only printable ASCII and integers both
 * are the same text, and nothing else is ever signed (README, Canonical form). Throws on any other value.
 */
export function tufBytes(value: Json): Bytes {
  if (!isSignable(value)) throw new RangeError("only printable ASCII and integers are signed");
  return encodeUtf8(canonicalize(value));
}

/** Whether both canonical forms of the value are one text. */
export function isSignable(value: Json): boolean {
  if (value === null || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isSafeInteger(value) && !Object.is(value, -0);
  if (typeof value === "string") return PRINTABLE_ASCII.test(value);
  if (Array.isArray(value)) return value.every(isSignable);
  return Object.entries(value as { readonly [key: string]: Json }).every(
    ([key, member]) => PRINTABLE_ASCII.test(key) && (member === undefined || isSignable(member)),
  );
}
