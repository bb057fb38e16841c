import { jsx } from "hono/jsx";
import { type Bytes, encodeHex, encodeUtf8 } from "../domain/bytes.ts";
import { LANGUAGE_VARY, type Language, languageOf, Spoken } from "./words/language.ts";

/** A rendered page: bytes that may be sent to anybody who reads its language, and their validator. */
export interface Rendered {
  /** UTF-8, encoded once: a kept page is sent many times. */
  readonly bytes: Bytes;
  /** Strong ETag with quotes. */
  readonly etag: string;
}

/** What every page sends. */
export const SECURITY_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  // No script at all, nothing inline, nothing from elsewhere.
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
  "x-content-type-options": "nosniff",
} as const;

/** Whom a page is drawn for. */
export interface Reader {
  readonly language: Language;
  /** Of this marketplace, for the absolute addresses in the head. */
  readonly origin: string;
}

export function readerOf(request: Request, world: { readonly site: { readonly origin: string } }): Reader {
  return { language: languageOf(request), origin: world.site.origin };
}

/** A JSX tree → the page's text and its ETag. */
export async function render(
  page: { toString(): string | Promise<string> },
  reader: Reader = { language: "en", origin: "" },
): Promise<Rendered> {
  // As an element: called as a function, it would draw outside the store that holds its value.
  const html = await jsx(Spoken, { value: reader }, page as never).toString();
  const bytes = encodeUtf8(`<!doctype html>${html}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const etag = `"${encodeHex(digest.subarray(0, 16))}"`;
  return { bytes, etag };
}

/** A page everybody may keep for a minute; 304 when the browser has these very bytes. */
export function pageResponse(request: Request, { bytes, etag }: Rendered): Response {
  const headers = { ...SECURITY_HEADERS, etag, "cache-control": "public, max-age=60", vary: LANGUAGE_VARY };
  if (isFresh(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  return new Response(bytes, { headers });
}

/** Pages that say what went wrong are never kept by anybody. */
export function errorPageResponse({ bytes }: Rendered, status: number): Response {
  const headers = { ...SECURITY_HEADERS, "cache-control": "no-store", vary: `accept, ${LANGUAGE_VARY}` };
  return new Response(bytes, { status, headers });
}

/** Weak comparison of RFC 9110 §13.1.2. */
export function isFresh(condition: string | null, etag: string): boolean {
  if (condition === null) return false;
  return condition.trim() === "*" || condition.split(",").some((entry) => entry.trim().replace(/^W\//, "") === etag);
}

/** A document for programs, in one language: kept for five minutes, 304 when the reader has these very bytes. */
export async function textResponse(
  request: Request,
  text: string,
  type: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const bytes = encodeUtf8(text);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const headers = {
    "content-type": type,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    etag: `"${encodeHex(digest.subarray(0, 16))}"`,
    "cache-control": "public, max-age=300",
    ...more,
  };
  if (isFresh(request.headers.get("if-none-match"), headers.etag)) return new Response(null, { status: 304, headers });
  return new Response(bytes, { headers });
}
