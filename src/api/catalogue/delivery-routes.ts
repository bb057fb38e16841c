import type { Hono } from "hono";
import { CATALOGUE_OPERATIONS, DELIVERY_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { decodeHex, encodeBase64 } from "../../domain/bytes.ts";
import { type BytesRequest, coversFirstByte, type RequestedBytes } from "../../domain/catalogue/requested-bytes.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { countDownload, type Downloader } from "../../market/catalogue/count-download.ts";
import type { BundleForm } from "../../market/catalogue/delivery-ports.ts";
import { redeemDownload } from "../../market/catalogue/redeem-download.ts";
import { requestDownload } from "../../market/catalogue/request-download.ts";
import { serveBundle } from "../../market/catalogue/serve-bundle.ts";
import { showBundleFile } from "../../market/catalogue/show-bundle-file.ts";
import type { World } from "../../market/ports.ts";
import type { ApiEnv } from "../context.ts";
import { meterKey } from "../license/meter-keys.ts";
import { problemResponse } from "../problem.ts";
import { problemContext, route } from "../route.ts";

const IMMUTABLE = "public, max-age=31536000, immutable, no-transform";

/** Bytes: public bundles, gated downloads, pictures. Conditions and ranges are decided here, before anything is read. */
export function registerDeliveryRoutes(app: Hono<ApiEnv>): void {
  route(app, CATALOGUE_OPERATIONS.requestDownload, async ({ world, principal, params, body, request }) => {
    const { licenseKey, hardwareId, version } = body;
    const wanted = { pluginId: params.id ?? "", licenseKey, hardwareId, version: version ?? null };
    const answer = await requestDownload(world, principal, wanted);
    const ticket = await meterKey({ world, principal, request }, licenseKey, answer);
    if (!ticket.ok) return ticket;
    const { token, url, expiresAt } = ticket.value;
    return ok({ body: { token, url, expiresAt: isoTime(expiresAt) } });
  });
  route(app, DELIVERY_OPERATIONS.redeemDownload, async ({ world, principal, params, request }) => {
    const redeemed = await redeemDownload(world, principal, params.token ?? "", bytesRequest(request));
    if (!redeemed.ok) return redeemed;
    const { release, requested } = redeemed.value;
    const headers = {
      ...bytesHeaders(release.sha256),
      "cache-control": "no-store",
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${release.name}-${release.version}.rbsm"`,
      "x-plugin-checksum": release.sha256,
      "x-plugin-version": release.version,
      "access-control-expose-headers":
        "X-Plugin-Checksum, X-Plugin-Version, ETag, Repr-Digest, Content-Range, Accept-Ranges",
    };
    return deliver(world, request, { ...release, headers, requested });
  });
  route(app, DELIVERY_OPERATIONS.getBundle, async ({ world, params, request }) => {
    const [sha256 = "", extension = "rbsm"] = (params.file ?? "").split(".");
    const form = extension === "rbsx" ? "sealed" : "plain";
    const served = await serveBundle(world, sha256, bytesRequest(request), form);
    if (!served.ok) return served;
    const { bundle, requested } = served.value;
    const headers = {
      ...bytesHeaders(sha256),
      "cache-control": IMMUTABLE,
      "content-type": form === "sealed" ? "application/vnd.rbsm.sealed" : "application/vnd.rbsm+zip",
      "content-disposition": `attachment; filename="${bundle.name}-${bundle.version}.${extension}"`,
      "access-control-expose-headers": "ETag, Repr-Digest, Content-Range, Accept-Ranges",
    };
    return deliver(world, request, { ...bundle, sha256, form, headers, requested });
  });
  app.get("/f/:sha256{[0-9a-f]{64}}/:path{.+}", async (context) => {
    const { sha256, path } = context.req.param();
    const file = await showBundleFile(context.get("world"), sha256, path);
    if (!file.ok) return problemResponse(file.problem, problemContext(context));
    const { bytes, mediaType, sha256: digest } = file.value;
    const headers = {
      "cache-control": IMMUTABLE,
      "content-type": mediaType,
      "content-length": String(bytes.length),
      etag: `"${digest}"`,
      "content-security-policy": "default-src 'none'; sandbox",
      "cross-origin-resource-policy": "cross-origin",
      "x-content-type-options": "nosniff",
    };
    const known = context.req.header("if-none-match")?.includes(`"${digest}"`) ?? false;
    if (known) return new Response(null, { status: 304, headers: { etag: headers.etag, "cache-control": IMMUTABLE } });
    return new Response(context.req.raw.method === "HEAD" ? null : bytes, { headers });
  });
}

interface Delivery {
  readonly releaseId: string;
  readonly sha256: string;
  readonly size: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly requested: RequestedBytes;
  readonly form?: BundleForm;
}

/** The answer RFC 9110 wants, counted when it begins at byte 0. */
async function deliver(
  world: World,
  request: Request,
  delivery: Delivery,
): Promise<Response | Result<never, Problem<Reason>>> {
  const { requested, headers, sha256, size, form } = delivery;
  if (requested.status === 304) return new Response(null, { status: 304, headers: withoutContent(headers) });
  if (requested.status === 416) return unsatisfiable(headers, size);
  if (request.method === "HEAD") return new Response(null, { headers: { ...headers, "content-length": String(size) } });
  const body =
    requested.status === 206
      ? await world.deliveries.streamRange(sha256, requested.offset, requested.length, form)
      : await world.deliveries.stream(sha256, form);
  if (body === null) return refuse({ reason: "blob_unavailable" });
  if (coversFirstByte(requested)) countDownload(world, delivery.releaseId, downloaderOf(request));
  if (requested.status === 200)
    return new Response(sized(body, size), { headers: { ...headers, "content-length": String(size) } });
  const { offset, length } = requested;
  return new Response(sized(body, length), {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(length),
      "content-range": `bytes ${offset}-${offset + length - 1}/${size}`,
    },
  });
}

/** A stream that says its length; a store that sends less breaks the download instead of passing for whole. */
function sized(body: ReadableStream<Uint8Array>, length: number): ReadableStream<Uint8Array> {
  return body.pipeThrough(new FixedLengthStream(length));
}

function unsatisfiable(headers: Readonly<Record<string, string>>, size: number): Response {
  return new Response(null, {
    status: 416,
    headers: { ...withoutContent(headers), "content-range": `bytes */${size}`, "cache-control": "no-store" },
  });
}

/** What a 304 and a 416 repeat. */
function withoutContent(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith("content-") && name !== "repr-digest"),
  );
}

function bytesHeaders(sha256: string): Record<string, string> {
  return {
    etag: `"${sha256}"`,
    "repr-digest": `sha-256=:${encodeBase64(decodeHex(sha256) ?? new Uint8Array())}:`,
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
  };
}

function bytesRequest(request: Request): BytesRequest {
  const header = (name: string) => request.headers.get(name);
  return {
    method: request.method === "HEAD" ? "HEAD" : "GET",
    ifNoneMatch: header("if-none-match"),
    ifRange: header("if-range"),
    range: header("range"),
  };
}

/** The platform's header names the client; what a client may write itself counts for nothing. */
function downloaderOf(request: Request): Downloader {
  return {
    address: request.headers.get("cf-connecting-ip") ?? "",
    agent: request.headers.get("user-agent") ?? "",
    purpose: request.headers.get("rbsm-purpose") ?? "",
  };
}
