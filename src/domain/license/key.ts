import { crc32 } from "../bundle/crc32.ts";
import { type Bytes, encodeUtf8 } from "../bytes.ts";

export type KeyKind = "live" | "test" | "legacy";
declare const canonicalKey: unique symbol;
/** A license key in its one canonical spelling (README, License keys). */
export type CanonicalKey = string & { readonly [canonicalKey]: true };

export interface LicenseKey {
  readonly kind: KeyKind;
  readonly text: CanonicalKey;
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BODY_CHARACTERS = 26;
const CHECK_CHARACTERS = 6;
const MAX_INPUT_BYTES = 128;
const PREFIXED = /^rbsm[_ -](live|test)[_ -](.*)$/is;
const REST = new RegExp(`^[${CROCKFORD}]{${BODY_CHARACTERS + CHECK_CHARACTERS}}$`);
const LEGACY = /^[0-9A-F]{30}$/;

/**
 * What a person or machine typed as a license key → its canonical form, or null (KEY_MALFORMED). Needs no database: a
 * mistyped or guessed key costs nothing but this function.
 */
export function parseLicenseKey(input: unknown): LicenseKey | null {
  if (typeof input !== "string" || input.length > MAX_INPUT_BYTES || encodeUtf8(input).length > MAX_INPUT_BYTES)
    return null;
  const text = input.replace(/^[\t-\r ]+|[\t-\r ]+$/g, "");
  const prefixed = PREFIXED.exec(text);
  const rest = normalizeRest(prefixed ? (prefixed[2] as string) : text);
  if (prefixed) {
    const kind = (prefixed[1] as string).toLowerCase() as "live" | "test";
    const canonical = `rbsm_${kind}_${rest}`;
    if (
      !REST.test(rest) ||
      checkCharacters(canonical.slice(0, -CHECK_CHARACTERS)) !== canonical.slice(-CHECK_CHARACTERS)
    )
      return null;
    return { kind, text: canonical as CanonicalKey };
  }
  if (!LEGACY.test(rest)) return null;
  return { kind: "legacy", text: (rest.match(/.{6}/g) as string[]).join("-") as CanonicalKey };
}

/** A new key of our own form from 17 random bytes, of which 130 bits are used. */
export function makeLicenseKey(kind: "live" | "test", random: Bytes): LicenseKey {
  const body = `rbsm_${kind}_${crockford(random, BODY_CHARACTERS)}`;
  return { kind, text: `${body}${checkCharacters(body)}` as CanonicalKey };
}

/** A new key in the host's shape from 15 random bytes: no checksum, because the host derives its bundle key from the text. */
export function makeLegacyKey(random: Bytes): LicenseKey {
  const hex = [...random.subarray(0, 15)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { kind: "legacy", text: (hex.toUpperCase().match(/.{6}/g) as string[]).join("-") as CanonicalKey };
}

/** The last four characters: what people may see of a key. */
export function keyHint(key: LicenseKey): string {
  return key.text.slice(-4);
}

/** `count` Crockford characters out of the leading bits of `bytes`. */
export function crockford(bytes: Uint8Array, count: number): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < count) {
      bits -= 5;
      text += CROCKFORD[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  if (text.length < count) throw new RangeError("not enough bytes");
  return text;
}

function normalizeRest(text: string): string {
  // Only ASCII letters are folded: toUpperCase would turn ı into I and ß into SS.
  return text
    .replace(/[ -]/g, "")
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
}

function checkCharacters(prefixAndBody: string): string {
  const value = crc32(encodeUtf8(prefixAndBody));
  let text = "";
  for (let shift = 25; shift >= 0; shift -= 5) text += CROCKFORD[(value >>> shift) & 31];
  return text;
}
