// Calls a plugin through the real runner and the real sandbox Worker; the capability answers at once.
import type { Runner } from "../../src/contract/sandbox.ts";
import type { Job } from "../../src/domain/execution/job.ts";
import { runLimits } from "../../src/domain/execution/limits.ts";
import { createPluginRunner } from "../../src/gateway/execution/runner.ts";
import type { World } from "../../src/market/ports.ts";
import { AUTHORITY } from "../gateway/execution/run-world.ts";

interface RunnerEnv {
  readonly SANDBOX: Runner;
}

/** Makes as many capability calls as the event says, one after the other. */
const PLUGIN = `export default { events: { "request.created": async (context, event) => {
  let value = "value";
  for (let n = Number(event.entityId); n > 0; n--) value = await context.storage.get("key");
  return value;
} } };\n`;
const texts = new Map<number, { sha256: string; bytes: Uint8Array }>();

/** A module of about `size` bytes whose work is the same at any size. */
async function moduleOf(size: number): Promise<{ sha256: string; bytes: Uint8Array }> {
  const kept = texts.get(size);
  if (kept) return kept;
  const lines = Math.max(0, Math.ceil((size - PLUGIN.length) / 60));
  const filler = Array.from(
    { length: lines },
    (_, i) => `function f${i}(a, b) { return a * ${i} + b - "${i}".length; }`,
  );
  const bytes = new TextEncoder().encode(`${PLUGIN}${filler.join("\n")}\n`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const made = { sha256: [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""), bytes };
  texts.set(size, made);
  return made;
}

const world = {
  clock: { now: () => Date.now() },
  bundles: {
    get: async (_kind: string, sha256: string) =>
      [...texts.values()].find((text) => text.sha256 === sha256)?.bytes ?? null,
  },
  pluginStorage: {
    of: () => ({ perform: async () => ({ ok: true, value: "value" }), spend: async () => null }),
  },
} as unknown as World;

export default {
  async fetch(request: Request, env: RunnerEnv): Promise<Response> {
    const query = new URL(request.url).searchParams;
    const plugin = await moduleOf(Number(query.get("size") ?? 1024));
    const job: Job = {
      executionId: `exe_${crypto.randomUUID()}`,
      activationId: `act_${query.get("isolate") ?? "warm"}`,
      plugin: "bench",
      type: "automation",
      version: "1.0.0",
      moduleSha256: plugin.sha256,
      closureDigest: "0".repeat(64),
      granted: ["storage.read"],
      egress: [],
      egressPerMinute: 100,
      emits: [],
      settings: {},
      license: { tier: "basic", status: "active", features: [], limits: {} },
      idempotent: true,
      limits: runLimits("automation", "event"),
    };
    const reply = await createPluginRunner(world, env.SANDBOX, null).run(
      job,
      {
        kind: "event",
        event: {
          id: "evt_bench",
          event: "request.created",
          version: 1,
          occurredAt: "2026-01-01T00:00:00.000Z",
          entity: "request",
          entityId: query.get("calls") ?? "1",
          data: {},
        },
      },
      AUTHORITY,
    );
    return Response.json(reply, { status: reply.ok && reply.value === "value" ? 200 : 500 });
  },
};
