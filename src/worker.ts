import { Hono } from "hono";
import { createApi } from "./api/app.ts";
import type { ApiEnv } from "./api/context.ts";
import { problemResponse } from "./api/problem.ts";
import type { World } from "./market/ports.ts";

const app = new Hono<ApiEnv & { Bindings: Env }>();

app.use(async (context, next) => {
  const requestId = context.req.header("cf-ray") ?? crypto.randomUUID();
  context.set("requestId", requestId);
  context.set("world", buildWorld(context.env, context.executionCtx as ExecutionContext));
  context.set("principal", { kind: "anonymous" });
  await next();
  context.res.headers.set("x-request-id", requestId);
  if (!context.res.headers.has("cache-control")) context.res.headers.set("cache-control", "no-store");
  context.res.headers.set("x-content-type-options", "nosniff");
});

app.route("/", createApi());
// pages: app.route("/", createPages());

app.notFound((context) =>
  problemResponse(
    { reason: "NOT_FOUND" },
    { origin: context.env.PUBLIC_ORIGIN, requestId: context.get("requestId"), path: new URL(context.req.url).pathname },
  ),
);

export default {
  fetch: app.fetch,
  // queue: one consumer per queue name; scheduled: the sweeps.
} satisfies ExportedHandler<Env>;

/** Every port on its real implementation, for one request, message or cron tick. */
function buildWorld(env: Env, ctx: ExecutionContext): World {
  const origin = env.PUBLIC_ORIGIN;
  const isLocal = new URL(origin).hostname === "localhost";
  return {
    site: {
      origin,
      marketplace: new URL(origin).hostname,
      localOrigins: isLocal ? env.LOCAL_ORIGINS.split(",").filter((entry) => entry !== "") : [],
    },
    clock: { now: () => Date.now() },
    chance: {
      bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
      uuid: () => crypto.randomUUID(),
    },
    background: {
      defer: (work: Promise<unknown>) => ctx.waitUntil(work.catch((error: unknown) => console.error(String(error)))),
    },
    // vault, receiptSigner, leaseSigner, audit, accounts, catalogue, publish, licenses, executions: one line each
  } as unknown as World;
}
