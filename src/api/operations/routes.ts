import type { Hono } from "hono";
import { OPERATIONS_OPERATIONS } from "../../contract/operations/operations.ts";
import { renderMetrics } from "../../domain/operations/prometheus.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { showMetrics } from "../../market/operations/show-metrics.ts";
import { showStatus } from "../../market/operations/show-status.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

/** A security.txt is good for so long after it was asked for; RFC 9116 wants less than a year. */
const CONTACT_DAYS = 180;

/** The marketplace about itself, and where to tell of its weaknesses (RFC 9116). */
export function registerOperationsRoutes(app: Hono<ApiEnv>): void {
  route(app, OPERATIONS_OPERATIONS.showStatus, async ({ world }) => {
    const { status, checkedAt, parts } = await showStatus(world);
    return ok({
      status: status === "down" ? 503 : 200,
      body: { status, checkedAt: isoTime(checkedAt), parts },
      headers: { "cache-control": "private, no-store" },
    });
  });
  route(app, OPERATIONS_OPERATIONS.showMetrics, async ({ world }) => {
    const text = renderMetrics(await showMetrics(world));
    const headers = {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "cache-control": "private, no-store",
    };
    return new Response(text, { headers });
  });
  app.get("/.well-known/security.txt", (context) => {
    const { site, clock } = context.get("world");
    const today = Math.floor(clock.now() / DAY_MS) * DAY_MS;
    const lines = [
      `Contact: ${site.securityContact}`,
      `Expires: ${new Date(today + CONTACT_DAYS * DAY_MS).toISOString()}`,
      "Preferred-Languages: en, de",
      `Canonical: ${site.origin}/.well-known/security.txt`,
      `Policy: ${site.origin}/docs/security`,
    ];
    return context.text(`${lines.join("\n")}\n`, 200, { "cache-control": "public, max-age=3600" });
  });
}

const DAY_MS = 86_400_000;
