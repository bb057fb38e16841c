import type { Context, Hono } from "hono";
import { TUF_OPERATIONS } from "../../contract/tuf/operations.ts";
import { ok, refuse } from "../../domain/result.ts";
import { readConsistentPath } from "../../domain/tuf/target-path.ts";
import { serveBundle } from "../../market/catalogue/serve-bundle.ts";
import { acceptDocument } from "../../market/tuf/accept-document.ts";
import type { ApiEnv } from "../context.ts";
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
  const { deliveries, tuf } = context.get("world");
  const wanted = readConsistentPath(
    decodeURIComponent(new URL(context.req.url).pathname.slice("/tuf/targets/".length)),
  );
  const missing = () => problemResponse({ reason: "NOT_FOUND" }, problemContext(context));
  if (wanted === null) return missing();
  const { path, sha256 } = wanted;
  const isHead = context.req.raw.method === "HEAD";
  const respond = (body: BodyInit | null, length: number, type: string) =>
    new Response(isHead ? null : body, {
      headers: {
        ...HEADERS,
        "content-type": type,
        "content-length": String(length),
        "cache-control": IMMUTABLE,
        etag: `"${sha256}"`,
      },
    });
  const release = /^(bundle|sealed)\/([a-z0-9-]+)\/([^/]+)\.(?:rbsm|rbsx)$/.exec(path);
  if (release === null) {
    const bytes = await tuf.target(path, sha256);
    return bytes === null ? missing() : respond(bytes, bytes.length, "application/json");
  }
  const form = release[1] === "sealed" ? "sealed" : "plain";
  const unconditional = { method: "GET", ifNoneMatch: null, ifRange: null, range: null } as const;
  const served = await serveBundle({ deliveries }, sha256, unconditional, form);
  if (!served.ok) return problemResponse(served.problem, problemContext(context));
  const { name, version, size } = served.value.bundle;
  if (name !== release[2] || version !== release[3]) return missing();
  const body = isHead ? null : await deliveries.stream(sha256, form);
  if (body === null && !isHead) return problemResponse({ reason: "blob_unavailable" }, problemContext(context));
  return respond(body, size, "application/octet-stream");
}
