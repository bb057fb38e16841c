import type { Context, Hono } from "hono";
import { CATALOGUE_OPERATIONS, DELIVERY_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { encodeHex } from "../../domain/bytes.ts";
import { coversFirstByte, judgeBytesRequest } from "../../domain/delivery/bytes-request.ts";
import { ok } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
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
import {
  answerBytes,
  type ByteSource,
  type BytesAnswer,
  bytesHeaders,
  bytesRequest,
  dressRefusal,
  IMMUTABLE,
  sourceOf,
} from "./answer-bytes.ts";

/** Bytes: public bundles, gated downloads, files of bundles. Conditions and ranges are decided before anything is read. */
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
  route(app, DELIVERY_OPERATIONS.redeemDownload, async ({ world, principal, params, request, context }) => {
    const redeemed = await redeemDownload(world, principal, params.token ?? "", bytesRequest(request));
    if (!redeemed.ok) return redeemed;
    const { release, requested } = redeemed.value;
    const headers = {
      ...bytesHeaders(release.sha256, release.publishedAt),
      "cache-control": "no-store",
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${release.name}-${release.version}.rbsm"`,
      "x-plugin-checksum": release.sha256,
      "x-plugin-version": release.version,
      "access-control-expose-headers":
        "X-Plugin-Checksum, X-Plugin-Version, ETag, Repr-Digest, Content-Range, Accept-Ranges",
    };
    const source = bundleSource(world, release.sha256, "plain");
    return deliver(context, { requested, size: release.size, headers, source }, release.releaseId);
  });
  route(app, DELIVERY_OPERATIONS.getBundle, async ({ world, params, request, context }) => {
    const [sha256 = "", extension = "rbsm"] = (params.file ?? "").split(".");
    const form = extension === "rbsx" ? "sealed" : "plain";
    const served = await serveBundle(world, sha256, bytesRequest(request), form);
    if (!served.ok) return served;
    const { bundle, requested } = served.value;
    const headers = {
      ...bytesHeaders(sha256, bundle.publishedAt),
      "cache-control": IMMUTABLE,
      "content-type": form === "sealed" ? "application/vnd.rbsm.sealed" : "application/vnd.rbsm+zip",
      "content-disposition": `attachment; filename="${bundle.name}-${bundle.version}.${extension}"`,
      "access-control-expose-headers": "ETag, Repr-Digest, Content-Range, Accept-Ranges",
    };
    const source = bundleSource(world, sha256, form);
    return deliver(context, { requested, size: bundle.size, headers, source }, bundle.releaseId);
  });
  app.get("/f/:sha256{[0-9a-f]{64}}/:path{.+}", showFile);
}

/** One file of a published bundle. It is never run or framed from here: pictures are drawn, everything else is text. */
async function showFile(context: Context<ApiEnv>): Promise<Response> {
  const world = context.get("world");
  const { sha256 = "", path = "" } = context.req.param();
  const file = await showBundleFile(world, sha256, path);
  if (!file.ok) return problemResponse(file.problem, problemContext(context));
  const { bytes, mediaType, sha256: digest, publishedAt } = file.value;
  const size = bytes.length;
  const now = unixSeconds(world.clock.now());
  const current = { etag: `"${digest}"`, lastModified: publishedAt, size };
  const requested = judgeBytesRequest(bytesRequest(context.req.raw), current, now);
  const headers = {
    ...bytesHeaders(digest, publishedAt),
    "cache-control": IMMUTABLE,
    "content-type": mediaType,
  };
  return deliver(context, { requested, size, headers, source: sourceOf(bytes) }, null);
}

/** A whole bundle through the edge cache, parts straight from the store. */
export function bundleSource({ deliveries }: Pick<World, "deliveries">, sha256: string, form: BundleForm): ByteSource {
  return {
    whole: () => deliveries.stream(sha256, form),
    part: ({ offset, length }) => deliveries.streamRange(sha256, offset, length, form),
  };
}

/** Answers, and counts a release of which the first byte is sent. */
export async function deliver(
  context: Context<ApiEnv>,
  wanted: Omit<BytesAnswer, "boundary">,
  releaseId: string | null,
): Promise<Response> {
  const world = context.get("world");
  const request = context.req.raw;
  const answer = { ...wanted, boundary: () => encodeHex(world.chance.bytes(16)) };
  const answered = await answerBytes(request.method, answer);
  if (!(answered instanceof Response))
    return dressRefusal(problemResponse(answered, problemContext(context)), answered, answer);
  const isSent = request.method !== "HEAD" && coversFirstByte(answer.requested);
  if (releaseId !== null && isSent) countDownload(world, releaseId, downloaderOf(request));
  return answered;
}

/** The platform's header names the client; what a client may write itself counts for nothing. */
function downloaderOf(request: Request): Downloader {
  const { headers } = request;
  return {
    country: countryOf(request),
    address: headers.get("cf-connecting-ip") ?? "",
    agent: headers.get("user-agent") ?? "",
    purpose: headers.get("rbsm-purpose") ?? "",
    isPrefetch: /\bprefetch\b/i.test(`${headers.get("sec-purpose")} ${headers.get("purpose")} ${headers.get("x-moz")}`),
  };
}

/** What the platform notes beside a request; no header, so no client writes it. */
function countryOf(request: Request): string | undefined {
  const noted: unknown = Reflect.get(request, "cf");
  if (typeof noted !== "object" || noted === null || !("country" in noted)) return undefined;
  return typeof noted.country === "string" ? noted.country : undefined;
}
