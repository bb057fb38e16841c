import { type EntityTag, parseTag, parseTagCondition } from "./entity-tags.ts";
import { parseHttpDate } from "./http-date.ts";
import { type Part, readRanges } from "./ranges.ts";

/** The conditional and range headers of one request for bytes; null where the header is absent. */
export interface BytesRequest {
  readonly method: "GET" | "HEAD";
  readonly ifMatch: string | null;
  readonly ifUnmodifiedSince: string | null;
  readonly ifNoneMatch: string | null;
  readonly ifModifiedSince: string | null;
  readonly ifRange: string | null;
  readonly range: string | null;
}

/** A request without any condition. */
export const UNCONDITIONAL: BytesRequest = {
  method: "GET",
  ifMatch: null,
  ifUnmodifiedSince: null,
  ifNoneMatch: null,
  ifModifiedSince: null,
  ifRange: null,
  range: null,
};

/** What there is to send. */
export interface Representation {
  /** Strong tag with its quotes. */
  readonly etag: string;
  /** Unix seconds; a strong validator too, since bytes under a digest never change. Null: no date is known. */
  readonly lastModified: number | null;
  readonly size: number;
}

export type RequestedBytes =
  | { readonly status: 200 }
  | { readonly status: 304 }
  | { readonly status: 412 }
  | { readonly status: 416 }
  | { readonly status: 206; readonly parts: readonly Part[] };

/** True for a plain GET of everything. */
export function isUnconditional(request: BytesRequest): boolean {
  return Object.entries(request).every(([name, value]) => (name === "method" ? value === "GET" : value === null));
}

/**
 * What RFC 9110 §13.2.2 wants, in its order: If-Match or else If-Unmodified-Since, If-None-Match or else
 * If-Modified-Since, then Range with If-Range. A header that is not well-formed is as good as absent. `now` is Unix seconds.
 */
export function judgeBytesRequest(request: BytesRequest, current: Representation, now: number): RequestedBytes {
  const { ifUnmodifiedSince, ifModifiedSince } = request;
  const ifMatch = request.ifMatch === null ? null : parseTagCondition(request.ifMatch);
  if (ifMatch !== null) {
    if (ifMatch !== "*" && !ifMatch.some((tag) => equalsStrongly(tag, current.etag))) return { status: 412 };
  } else if (request.ifMatch === null && isAfter(current.lastModified, ifUnmodifiedSince, now) === true)
    return { status: 412 };

  const ifNoneMatch = request.ifNoneMatch === null ? null : parseTagCondition(request.ifNoneMatch);
  if (ifNoneMatch !== null) {
    if (ifNoneMatch === "*" || ifNoneMatch.some((tag) => tag.opaque === current.etag)) return { status: 304 };
  } else if (request.ifNoneMatch === null && isAfter(current.lastModified, ifModifiedSince, now) === false)
    return { status: 304 };

  if (request.method === "HEAD" || request.range === null) return { status: 200 };
  if (request.ifRange !== null && !isSame(request.ifRange, current, now)) return { status: 200 };
  const parts = readRanges(request.range, current.size);
  if (parts === null) return { status: 200 };
  return parts === "unsatisfiable" ? { status: 416 } : { status: 206, parts };
}

/** True when the answer carries the first byte: that request uses up a token and counts as a download. */
export function coversFirstByte(requested: RequestedBytes): boolean {
  return requested.status === 200 || (requested.status === 206 && requested.parts.some(({ offset }) => offset === 0));
}

function equalsStrongly(tag: EntityTag, etag: string): boolean {
  return !tag.isWeak && tag.opaque === etag;
}

/** Whether it was modified later than a date header says; null where either date is missing or no date. */
function isAfter(lastModified: number | null, header: string | null, now: number): boolean | null {
  if (lastModified === null || header === null) return null;
  const date = parseHttpDate(header.trim(), now);
  return date === null ? null : lastModified > date;
}

/** If-Range: a tag that equals strongly, or exactly the date. Whatever else it holds, the file may have changed. */
function isSame(header: string, current: Representation, now: number): boolean {
  const tag = parseTag(header);
  if (tag !== null) return equalsStrongly(tag, current.etag);
  const date = parseHttpDate(header.trim(), now);
  return date !== null && date === current.lastModified;
}
