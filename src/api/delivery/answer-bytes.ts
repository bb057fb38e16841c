import { decodeHex, encodeBase64 } from "../../domain/bytes.ts";
import type { BytesRequest, RequestedBytes } from "../../domain/delivery/bytes-request.ts";
import { renderHttpDate } from "../../domain/delivery/http-date.ts";
import { frameParts, type MultipartFrame } from "../../domain/delivery/multipart.ts";
import type { Part } from "../../domain/delivery/ranges.ts";
import type { Problem } from "../../domain/problem.ts";

export const IMMUTABLE = "public, max-age=31536000, immutable, no-transform";

/** Bytes behind one address; null where the store has none. */
export interface ByteSource {
  whole(): Promise<ReadableStream<Uint8Array> | null>;
  part(part: Part): Promise<ReadableStream<Uint8Array> | null>;
}

export interface BytesAnswer {
  readonly requested: RequestedBytes;
  readonly size: number;
  /** Of the 200; `content-type` is that of the parts, too. */
  readonly headers: Readonly<Record<string, string>>;
  readonly source: ByteSource;
  /** Random; stands in no file. */
  readonly boundary: () => string;
}

export type BytesProblem = Problem<"precondition_failed" | "range_not_satisfiable" | "blob_unavailable">;

/** The answer RFC 9110 wants for what was judged, or why there is none – for {@link refusalOf} to dress. */
export async function answerBytes(method: string, answer: BytesAnswer): Promise<Response | BytesProblem> {
  const { requested, headers, size, source } = answer;
  if (requested.status === 412) return { reason: "precondition_failed" };
  if (requested.status === 416) return { reason: "range_not_satisfiable", facts: { size } };
  if (requested.status === 304) return new Response(null, { status: 304, headers: withoutContent(headers) });
  if (method === "HEAD") return new Response(null, { headers: { ...headers, "content-length": String(size) } });
  if (requested.status === 200) {
    const body = await source.whole();
    if (body === null) return { reason: "blob_unavailable" };
    return new Response(sized(body, size), { headers: { ...headers, "content-length": String(size) } });
  }
  const [part, ...more] = requested.parts;
  if (part === undefined || more.length > 0) return answerParts(requested.parts, answer);
  const body = await source.part(part);
  if (body === null) return { reason: "blob_unavailable" };
  const { offset, length } = part;
  return new Response(sized(body, length), {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(length),
      "content-range": `bytes ${offset}-${offset + length - 1}/${size}`,
    },
  });
}

/** What a refusal about bytes says besides its problem: 412 and 416 repeat the tag, 416 the size. */
export function dressRefusal(response: Response, problem: BytesProblem, answer: BytesAnswer): Response {
  if (problem.reason === "blob_unavailable") return response;
  const dressed = new Response(response.body, response);
  for (const [name, value] of Object.entries(withoutContent(answer.headers)))
    if (name !== "cache-control") dressed.headers.set(name, value);
  if (problem.reason === "range_not_satisfiable") dressed.headers.set("content-range", `bytes */${answer.size}`);
  return dressed;
}

async function answerParts(parts: readonly Part[], answer: BytesAnswer): Promise<Response | BytesProblem> {
  const { headers, size, source } = answer;
  const frame = frameParts(parts, size, headers["content-type"] ?? "application/octet-stream", answer.boundary());
  const bodies = await Promise.all(parts.map((part) => source.part(part)));
  const present = bodies.filter((body) => body !== null);
  if (present.length < parts.length) {
    await Promise.all(present.map((body) => body.cancel()));
    return { reason: "blob_unavailable" };
  }
  const content = chunksOf(present, frame);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await content.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await content.return(undefined);
    },
  });
  return new Response(sized(body, frame.length), {
    status: 206,
    headers: { ...headers, "content-type": frame.contentType, "content-length": String(frame.length) },
  });
}

/** Heads and parts by turns; whoever stops early lets go of the parts that are left. */
async function* chunksOf(
  bodies: readonly ReadableStream<Uint8Array>[],
  frame: MultipartFrame,
): AsyncGenerator<Uint8Array, undefined> {
  const left = [...bodies];
  try {
    for (const head of frame.heads) {
      yield head;
      const reader = left.shift()?.getReader();
      for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) yield read.value;
    }
    yield frame.tail;
  } finally {
    await Promise.all(left.map((body) => body.cancel()));
  }
  return undefined;
}

/** A stream that says its length; a store that sends less breaks the download instead of passing for whole. */
function sized(body: ReadableStream<Uint8Array>, length: number): ReadableStream<Uint8Array> {
  return body.pipeThrough(new FixedLengthStream(length));
}

/** What a 304, a 412 and a 416 repeat. */
function withoutContent(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => (!name.startsWith("content-") || name === "content-security-policy") && name !== "repr-digest",
    ),
  );
}

/** Headers of everything that has a digest for a name. `lastModified` in Unix seconds; null: no date is known. */
export function bytesHeaders(sha256: string, lastModified: number | null): Record<string, string> {
  return {
    etag: `"${sha256}"`,
    ...(lastModified === null ? {} : { "last-modified": renderHttpDate(lastModified) }),
    "repr-digest": `sha-256=:${encodeBase64(decodeHex(sha256) ?? new Uint8Array())}:`,
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
  };
}

export function bytesRequest(request: Request): BytesRequest {
  const header = (name: string) => request.headers.get(name);
  return {
    method: request.method === "HEAD" ? "HEAD" : "GET",
    ifMatch: header("if-match"),
    ifUnmodifiedSince: header("if-unmodified-since"),
    ifNoneMatch: header("if-none-match"),
    ifModifiedSince: header("if-modified-since"),
    ifRange: header("if-range"),
    range: header("range"),
  };
}

/** Bytes that are in memory already. */
export function sourceOf(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  const streamOf = (part: Uint8Array<ArrayBuffer>) => new Response(part).body;
  return {
    whole: async () => streamOf(bytes),
    part: async ({ offset, length }) => streamOf(bytes.slice(offset, offset + length)),
  };
}
