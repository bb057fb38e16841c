import type { Hono } from "hono";
import { USAGE_OPERATIONS } from "../../contract/license/usage-operations.ts";
import { ok } from "../../domain/result.ts";
import { eraseEvents, exportEvents } from "../../market/license/audit-export.ts";
import { reportUsage, showUsage } from "../../market/license/usage.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { readDeviceProofs } from "./device-proofs.ts";

const EVENTS_PER_PAGE = 100;

export function registerUsageRoutes(app: Hono<ApiEnv>): void {
  route(app, USAGE_OPERATIONS.showUsage, async ({ world, principal, params, request, raw }) => {
    const proofs = await readDeviceProofs(world, request, raw, undefined);
    if (!proofs.ok) return proofs;
    const usage = await showUsage(world, principal, params.id as string, proofs.value);
    return usage.ok ? ok({ body: usage.value }) : usage;
  });

  route(app, USAGE_OPERATIONS.reportUsage, async ({ world, principal, params, body, request, raw }) => {
    const proofs = await readDeviceProofs(world, request, raw, undefined);
    if (!proofs.ok) return proofs;
    const counted = await reportUsage(world, principal, params.id as string, body, proofs.value);
    return counted.ok ? ok({ body: counted.value }) : counted;
  });

  route(app, USAGE_OPERATIONS.listLicenseEvents, async ({ world, principal, params, query }) => {
    const limit = Number(query.limit ?? EVENTS_PER_PAGE);
    const page = { after: Number(query.after ?? 0), limit };
    const events = await exportEvents(world, principal, params.id as string, page);
    if (!events.ok) return events;
    const last = events.value.at(-1)?.seq;
    const next = events.value.length === limit && typeof last === "number" ? { next: last } : {};
    if (query.format !== "jsonl") return ok({ body: { data: events.value, ...next } });
    return new Response(events.value.map((event) => `${JSON.stringify(event)}\n`).join(""), {
      headers: { "content-type": "application/x-ndjson", "cache-control": "private, no-store" },
    });
  });

  route(app, USAGE_OPERATIONS.eraseLicenseEvents, async ({ world, principal, params }) => {
    const erased = await eraseEvents(world, principal, params.id as string);
    return erased.ok ? ok({ body: erased.value }) : erased;
  });
}
