import type { Hono } from "hono";
import { EXECUTION_OPERATIONS, REPORT_INCIDENT } from "../../contract/execution/operations.ts";
import { SENTENCES } from "../../contract/sentences.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { isDerivedEvent } from "../../domain/execution/derive.ts";
import type { EventEnvelope } from "../../domain/execution/events.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { checkEventSignature } from "../../market/execution/check-event-signature.ts";
import { listExecutions } from "../../market/execution/list-executions.ts";
import { type ReceivedEvent, receivePostedEvent } from "../../market/execution/receive-events.ts";
import type { World } from "../../market/ports.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { showExecutions } from "./show-execution.ts";

/** Events in, executions out, and the launcher's word about the sandbox. */
export function registerExecutionRoutes(app: Hono<ApiEnv>): void {
  route(app, EXECUTION_OPERATIONS.postEvents, async ({ world, principal, body, raw, request }) => {
    const instanceId = instanceIdOf(principal);
    const signed = await checkEventSignature(world, instanceId, signatureOf(request), new TextDecoder().decode(raw));
    if (!signed.ok) return signed;
    if ("events" in body) {
      const events = [];
      for (const event of body.events) events.push(showBatched(event.id, await receive(world, instanceId, event)));
      return ok({ status: 202, body: { events } });
    }
    const received = await receive(world, instanceId, body);
    return received.ok ? ok({ status: received.value.duplicate ? 200 : 202, body: received.value }) : received;
  });

  route(app, EXECUTION_OPERATIONS.listExecutions, async ({ world, principal, params, query }) => {
    const { page, limit } = { page: Number(query.page ?? 1), limit: Number(query.limit ?? 20) };
    const found = await listExecutions(world, ownerOf(principal), params.installationId ?? "", {
      page,
      limit,
      outcome: query.outcome,
    });
    return found.ok ? ok({ body: showExecutions(found.value, page, limit) }) : found;
  });

  route(app, REPORT_INCIDENT, async ({ world, body, request }) => {
    if (world.incidents === null) return refuse({ reason: "NOT_FOUND" });
    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    if (!world.incidents.isReporter(bearer)) return refuse({ reason: "AUTHENTICATION_REQUIRED" });
    const at = typeof body.at === "number" ? body.at : Date.parse(body.at);
    world.incidents.report({ why: body.why, at });
    return ok({ body: { ok: true } });
  });
}

type EventProblem = Problem<"event_conflict" | "RATE_LIMITED" | "VALIDATION_ERROR">;
/** As zod read it: absent members may be present as `undefined`. */
type ParsedEnvelope = Omit<EventEnvelope, "instanceId" | "changes" | "snapshot"> & {
  instanceId?: string | undefined;
  changes?: EventEnvelope["changes"] | undefined;
  snapshot?: { readonly [entity: string]: readonly JsonObject[] | undefined } | undefined;
};

async function receive(
  world: World,
  instanceId: string,
  { instanceId: named, changes, snapshot, ...rest }: ParsedEnvelope,
): Promise<Result<ReceivedEvent, EventProblem>> {
  if (named !== undefined && named !== instanceId)
    return refuse({
      reason: "VALIDATION_ERROR",
      facts: { errors: [{ pointer: "/instanceId", detail: "is another instance" }] },
    });
  const envelope: EventEnvelope = {
    ...rest,
    ...(named === undefined ? {} : { instanceId: named }),
    ...(changes === undefined ? {} : { changes }),
    // Absent members stay absent.
    ...(snapshot === undefined ? {} : { snapshot: JSON.parse(JSON.stringify(snapshot)) as JsonObject }),
  };
  // Who posts such events by itself is not looked at any more: nothing shall be told twice.
  if (isDerivedEvent(envelope.event)) await world.watches.tellsItself(instanceId);
  return receivePostedEvent(world, instanceId, envelope);
}

function showBatched(id: string, result: Result<ReceivedEvent, EventProblem>): object {
  if (result.ok) return result.value;
  const { reason } = result.problem;
  return { id, error: { code: reason, message: SENTENCES[reason] } };
}

function signatureOf(request: Request) {
  const { headers } = request;
  return {
    id: headers.get("rbsm-id"),
    timestamp: headers.get("rbsm-timestamp"),
    signature: headers.get("rbsm-signature"),
  };
}

function instanceIdOf(principal: Principal): string {
  if (principal.kind !== "instance") throw new Error("only an instance may call this");
  return principal.instanceId;
}

function ownerOf(principal: Principal): { instanceId: string } | { accountId: string } {
  if (principal.kind === "anonymous") throw new Error("a caller is required");
  return principal.kind === "instance" ? { instanceId: principal.instanceId } : { accountId: principal.accountId };
}
