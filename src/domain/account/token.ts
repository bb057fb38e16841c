import { encodeUtf8 } from "../bytes.ts";
import { sha256Hex } from "../digest.ts";
import { DAY } from "../time.ts";
import { encodeBase62Digits, randomBase62 } from "./base62.ts";
import type { TokenKind } from "./scopes.ts";

/** `rbsm_<kind>_<40 base62><6 base62 CRC-32 of everything before>` (README, Tokens). */
export interface Token {
  readonly text: string;
  readonly kind: TokenKind;
  /** The last four characters: enough to recognise, nothing to guess from. */
  readonly hint: string;
}

const SHAPE = /^rbsm_(pat|ci|adm)_[0-9A-Za-z]{46}$/;
const ANYWHERE = /rbsm_(?:pat|ci|adm)_[0-9A-Za-z]{46}/g;

export const DEFAULT_TOKEN_SECONDS = 90 * DAY;

/** 238 random bits behind the kind, so that a plain SHA-256 is a sufficient hash. */
export function makeToken(kind: TokenKind, draw: (bytes: number) => Uint8Array): Token {
  const body = `rbsm_${kind}_${randomBase62(40, draw)}`;
  const text = body + encodeBase62Digits(crc32(body));
  return { text, kind, hint: text.slice(-4) };
}

/** Null for everything whose shape or checksum is wrong: typos cost no read. */
export function parseToken(text: string): Token | null {
  const kind = SHAPE.exec(text)?.[1] as TokenKind | undefined;
  if (kind === undefined || encodeBase62Digits(crc32(text.slice(0, -6))) !== text.slice(-6)) return null;
  return { text, kind, hint: text.slice(-4) };
}

/** What is stored of a token, and all that is stored. */
export function hashToken(token: Token): Promise<string> {
  return sha256Hex(token.text);
}

/** Every token-shaped text inside an address, percent-encoded or not. */
export function findTokens(address: string): readonly string[] {
  if (!address.includes("%")) return address.match(ANYWHERE) ?? [];
  const decoded = address.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return [...(address.match(ANYWHERE) ?? []), ...(decoded.match(ANYWHERE) ?? [])];
}

/** CRC-32/ISO-HDLC; a token has 55 bytes, so no table is worth its memory. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of encodeUtf8(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
