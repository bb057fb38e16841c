import { sha256Hex } from "../../src/domain/digest.ts";
import type { EventEnvelope } from "../../src/domain/execution/events.ts";
import type { Call, Job } from "../../src/domain/execution/job.ts";
import { runLimits } from "../../src/domain/execution/limits.ts";

/** A job for this module's text that may do nothing; `over` widens it. */
export async function jobFor(module: string, over: Partial<Job> = {}): Promise<Job> {
  return {
    executionId: "exe_test",
    activationId: "act_test",
    plugin: "test-plugin",
    version: "1.0.0",
    type: "automation",
    moduleSha256: await sha256Hex(module),
    closureDigest: "c".repeat(64),
    granted: [],
    egress: [],
    egressPerMinute: 1000,
    emits: [],
    settings: {},
    license: { tier: "basic", status: "active", features: [], limits: {} },
    idempotent: true,
    limits: runLimits("automation", "event", 2000),
    ...over,
  };
}

export const REQUEST_CREATED: EventEnvelope = {
  id: "evt_1",
  event: "request.created",
  version: 1,
  occurredAt: "2026-01-01T08:30:00.000Z",
  entity: "request",
  entityId: "314",
  data: { id: 314, name: "Eva", status: "NEW" },
};

export const REQUEST_CALL: Call = { kind: "event", event: REQUEST_CREATED };

/** A module whose handler of request.created has this body. `context` and `event` are in scope. */
export function onRequest(body: string, before = ""): string {
  return `${before}\nexport default { events: { "request.created": async (context, event) => { ${body} } } };`;
}
