import type { Context, Hono } from "hono";
import { TUF_OPERATIONS } from "../../contract/tuf/operations.ts";
import { judgeBytesRequest } from "../../domain/delivery/bytes-request.ts";
import { ok, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { readConsistentPath } from "../../domain/tuf/target-path.ts";
import { serveBundle } from "../../market/catalogue/serve-bundle.ts";
import { acceptDocument } from "../../market/tuf/accept-document.ts";
import type { ApiEnv } from "../context.ts";
import { bytesHeaders, bytesRequest, sourceOf } from "../delivery/answer-bytes.ts";
import { bundleSource, deliver } from "../delivery/routes.ts";
import { problemResponse } from "../problem.ts";
import { problemContext, route } from "../route.ts";

const OPS = TUF_OPERATIONS;
const IMMUTABLE = "public, max-age=31536000, immutable, no-transform";
/** The one file that changes its content: half a minute of a cache is half a minute of delay. */
const TIMESTAMP_CACHE = "public, max-age=30, no-transform";
const HEADERS = {
  "access-control-allow-origin": "*",
  "content-security-policy": "default-src 'none'; sandbox",
  "x-content-type-options": "nosniff",
};

/** The update repository. What does not exist is a plain 404, never a page or a redirect: clients stop at it. */
export function registerTufRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.showTufFile, async ({ world, params }) => {
    const name = params.file as string;
    const bytes = await world.tuf.metadata(name);
    if (bytes === null) return refuse({ reason: "NOT_FOUND" });
    const cache = name === "timestamp.json" ? TIMESTAMP_CACHE : IMMUTABLE;
    return new Response(bytes, {
      headers: {
        ...HEADERS,
        "content-type": "application/json",
        "content-length": String(bytes.length),
        "cache-control": cache,
      },
    });
  });
  app.get("/tuf/targets/:path{.+}", showTarget);
  route(app, OPS.acceptTufRoot, async ({ world, principal, body }) => {
    const accepted = await acceptDocument(world, principal, "root", body.document);
    return accepted.ok ? ok({ body: accepted.value }) : accepted;
  });
  route(app, OPS.acceptTufTargets, async ({ world, principal, body }) => {
    const accepted = await acceptDocument(world, principal, "targets", body.document);
    return accepted.ok ? ok({ body: accepted.value }) : accepted;
  });
}

/** Indexes and revocations as the repository stored them; bundles from where all downloads come, under the same rules. */
async function showTarget(context: Context<ApiEnv>): Promise<Response> {
  const world = context.get("world");
  const missing = () => problemResponse({ reason: "NOT_FOUND" }, problemContext(context));
  const wanted = readConsistentPath(
    decodeURIComponent(new URL(context.req.url).pathname.slice("/tuf/targets/".length)),
  );
  if (wanted === null) return missing();
  const { path, sha256 } = wanted;
  const request = bytesRequest(context.req.raw);
  const headers = { ...bytesHeaders(sha256, null), ...HEADERS, "cache-control": IMMUTABLE };
  const release = /^(bundle|sealed)\/([a-z0-9-]+)\/([^/]+)\.(?:rbsm|rbsx)$/.exec(path);
  if (release === null) {
    const bytes = await world.tuf.target(path, sha256);
    if (bytes === null) return missing();
    const size = bytes.length;
    const now = unixSeconds(world.clock.now());
    const requested = judgeBytesRequest(request, { etag: `"${sha256}"`, lastModified: null, size }, now);
    const answer = { requested, size, source: sourceOf(bytes) };
    return deliver(context, { ...answer, headers: { ...headers, "content-type": "application/json" } }, null);
  }
  const form = release[1] === "sealed" ? "sealed" : "plain";
  const served = await serveBundle(world, sha256, request, form);
  if (!served.ok) return problemResponse(served.problem, problemContext(context));
  const { bundle, requested } = served.value;
  if (bundle.name !== release[2] || bundle.version !== release[3]) return missing();
  const answer = { requested, size: bundle.size, source: bundleSource(world, sha256, form) };
  const typed = { ...headers, "content-type": "application/octet-stream" };
  return deliver(context, { ...answer, headers: typed }, bundle.releaseId);
}
