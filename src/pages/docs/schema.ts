import { paths } from "../../contract/paths.ts";
import { type Bytes, encodeHex, encodeUtf8 } from "../../domain/bytes.ts";
import { manifestJsonSchema } from "../../domain/manifest/manifest.ts";
import { isFresh } from "../respond.ts";

let kept: { readonly origin: string; readonly bytes: Bytes; readonly etag: string } | null = null;

/**
 * `GET /schemas/manifest.json`: the JSON Schema with which editors complete a manifest, for programs of any origin. It
 * changes with a release of the marketplace only, so it may be kept for a day and used for a week while it is asked for again.
 */
export async function schemaResponse(request: Request, origin: string): Promise<Response> {
  if (kept?.origin !== origin) {
    const bytes = encodeUtf8(`${JSON.stringify(manifestJsonSchema(`${origin}${paths.manifestSchema()}`), null, 2)}\n`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    kept = { origin, bytes, etag: `"${encodeHex(digest.subarray(0, 16))}"` };
  }
  const headers = {
    "content-type": "application/schema+json",
    "cache-control": "public, max-age=86400, stale-while-revalidate=604800",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
    etag: kept.etag,
  };
  if (isFresh(request.headers.get("if-none-match"), kept.etag)) return new Response(null, { status: 304, headers });
  return new Response(kept.bytes, { headers });
}
