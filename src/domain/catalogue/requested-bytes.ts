/** The conditional and range headers of one request for immutable bytes; null where the header is absent. */
export interface BytesRequest {
  readonly method: "GET" | "HEAD";
  readonly ifNoneMatch: string | null;
  readonly ifRange: string | null;
  readonly range: string | null;
}

export type RequestedBytes =
  | { readonly status: 200 }
  | { readonly status: 304 }
  | { readonly status: 206; readonly offset: number; readonly length: number }
  | { readonly status: 416 };

/**
 * What RFC 9110 wants of If-None-Match, If-Range and one single range, in its order (README, Delivery). `etag` is the
 * strong tag with its quotes. Malformed ranges, other units and several ranges are ignored: the whole file is right too.
 */
export function judgeBytesRequest(request: BytesRequest, etag: string, size: number): RequestedBytes {
  if (request.ifNoneMatch !== null && matchesWeakly(request.ifNoneMatch, etag)) return { status: 304 };
  if (request.method === "HEAD" || request.range === null) return { status: 200 };
  // A date or a weak tag in If-Range never equals a strong tag: the file may have changed, so all of it is sent.
  if (request.ifRange !== null && request.ifRange.trim() !== etag) return { status: 200 };
  return singleRange(request.range, size);
}

/** True when the answer carries the first byte: that request uses up a token and counts as a download. */
export function coversFirstByte(requested: RequestedBytes): boolean {
  return requested.status === 200 || (requested.status === 206 && requested.offset === 0);
}

function matchesWeakly(header: string, etag: string): boolean {
  if (header.trim() === "*") return true;
  return header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

function singleRange(header: string, size: number): RequestedBytes {
  const match = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header);
  const [, first = "", last = ""] = match ?? [];
  if (match === null || (first === "" && last === "")) return { status: 200 };
  if (first === "") return suffix(Number(last), size);
  const offset = Number(first);
  if (last !== "" && Number(last) < offset) return { status: 200 };
  if (offset >= size) return { status: 416 };
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return { status: 206, offset, length: end - offset + 1 };
}

/** The last bytes; a suffix longer than the file is the whole file, as 206. */
function suffix(length: number, size: number): RequestedBytes {
  if (length === 0 || size === 0) return { status: 416 };
  const taken = Math.min(length, size);
  return { status: 206, offset: size - taken, length: taken };
}
