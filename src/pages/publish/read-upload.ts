import { isOwnRequest } from "../../domain/account/same-origin.ts";
import { LIMITS } from "../../domain/bundle/limits.ts";
import { concatBytes } from "../../domain/bytes.ts";
import { refusalPage } from "../account/respond.tsx";
import type { PublishContext } from "./on-publish.ts";

const MAX_STATEMENT_BYTES = 524_288;
/** Bundle, statement, and what the form writes around them. */
const MAX_BODY_BYTES = LIMITS.maxBundleBytes + MAX_STATEMENT_BYTES + 65_536;

export interface UploadForm {
  /** Null: no file was chosen. */
  readonly bundle: Uint8Array | null;
  readonly statement: string | null;
  readonly isCheckOnly: boolean;
}

/** Did a page of ours send this? Asked before anything else of an upload is read. */
export function isFromHere(context: PublishContext): boolean {
  const source = {
    method: context.req.method,
    secFetchSite: context.req.header("sec-fetch-site") ?? null,
    origin: context.req.header("origin") ?? null,
  };
  return isOwnRequest(source, context.get("world").site.origin);
}

/** The upload form, multipart and bounded; anything else is refused with a page. The caller has asked who sends it. */
export async function readUpload(context: PublishContext): Promise<UploadForm | Response> {
  const type = context.req.header("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type)) return refusalPage(context, "MEDIA_TYPE_UNSUPPORTED", 415);
  const body = await readBounded(context.req.raw);
  if (body === null) return refusalPage(context, "BODY_TOO_LARGE", 413);
  const form = await parse(body, type);
  if (form === null) return refusalPage(context, "BODY_INVALID", 400);
  const bundle = form.get("bundle");
  const statement = form.get("statement");
  if (isFile(bundle) && bundle.size > LIMITS.maxBundleBytes) return refusalPage(context, "bundle_too_large", 413);
  if (isFile(statement) && statement.size > MAX_STATEMENT_BYTES) return refusalPage(context, "BODY_TOO_LARGE", 413);
  return {
    // A file input that nobody touched arrives as an empty file.
    bundle: isFile(bundle) && bundle.size > 0 ? new Uint8Array(await bundle.arrayBuffer()) : null,
    statement: isFile(statement) && statement.size > 0 ? await statement.text() : null,
    isCheckOnly: form.get("act") === "check",
  };
}

function isFile(value: File | string | null): value is File {
  return value !== null && typeof value !== "string";
}

async function parse(body: Uint8Array<ArrayBuffer>, type: string): Promise<FormData | null> {
  try {
    return await new Response(body, { headers: { "content-type": type } }).formData();
  } catch {
    return null;
  }
}

async function readBounded(request: Request): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) return null;
  if (request.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
    total += part.length;
    if (total > MAX_BODY_BYTES) return null;
    parts.push(part);
  }
  return concatBytes(...parts);
}
