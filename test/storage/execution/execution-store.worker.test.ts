import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Job, RunReply } from "../../../src/domain/execution/job.ts";
import { deliverExecution } from "../../../src/market/execution/deliver-execution.ts";
import type { PluginRunner } from "../../../src/market/execution/ports.ts";
import { receiveEvent } from "../../../src/market/execution/receive-events.ts";
import { sweepExecutions } from "../../../src/market/execution/sweep-executions.ts";
import { createAuditLog } from "../../../src/storage/account/audit.ts";
import { bundlesOnR2 } from "../../../src/storage/bundles.ts";
import { createExecutionStore } from "../../../src/storage/execution/execution-store.ts";
import { createHealthStore } from "../../../src/storage/execution/health-store.ts";
import { createRunStore } from "../../../src/storage/execution/run-store.ts";
import { settingsOnD1 } from "../../../src/storage/execution/settings.ts";
import { createLicenseStore } from "../../../src/storage/license/store.ts";
import {
  type Installed,
  type InstalledPlugin,
  installPlugin,
  type Registered,
  registeredInstance,
  requestCreated,
} from "../../api/execution/installed.worker.ts";
import { onRequest, REQUEST_CREATED } from "../../sandbox/job.ts";

const executions = createExecutionStore(env.DB);
const chance = {
  bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  uuid: () => crypto.randomUUID(),
};

/** Runs nothing: counts the jobs it was handed. */
function countingRunner(reply: RunReply = { ok: true, value: null, report: { calls: {}, denied: {}, logs: [] } }) {
  const jobs: Job[] = [];
  const runner: PluginRunner = {
    run: async (job) => {
      jobs.push(job);
      await scheduler.wait(5);
      return reply;
    },
  };
  return { jobs, runner };
}

/** A world whose bell is silent, so that nothing runs until the test says so. */
function quietWorld(now = Date.now()) {
  const rung: string[] = [];
  const { jobs, runner } = countingRunner();
  const executionBell = { ring: async (ids: readonly string[]) => void rung.push(...ids) };
  const [runs, health] = [createRunStore(env.DB), createHealthStore(env.DB)];
  return {
    world: {
      executions,
      runs,
      health,
      executionBell,
      chance,
      pluginStorage: { of: () => ({ spend: async () => null }) as never },
      clock: { now: () => now },
      runner,
      settings: settingsOnD1(env.DB),
      licenses: createLicenseStore(env.DB, { now: () => now }),
      bundles: bundlesOnR2(env.BUNDLES),
      audit: createAuditLog(env.DB),
    },
    rung,
    jobs,
  };
}

async function queued(over: Partial<InstalledPlugin> = {}, id = crypto.randomUUID()) {
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: onRequest("return 1"), ...over });
  const quiet = quietWorld();
  const envelope = { ...REQUEST_CREATED, ...requestCreated(id) } as typeof REQUEST_CREATED;
  const received = await receiveEvent(quiet.world, instance.instanceId, envelope);
  if (!received.ok) throw new Error(received.problem.reason);
  return { ...quiet, instance, installed, executionId: received.value.deliveries[0]?.executionId ?? "" };
}

async function row(id: string) {
  return env.DB.prepare("SELECT * FROM executions WHERE id = ?").bind(id).first<Record<string, unknown>>();
}

it("lets exactly one of twenty parallel consumers run a delivery", async () => {
  const { world, jobs, executionId } = await queued();
  const taken = await Promise.all(Array.from({ length: 20 }, () => deliverExecution(world, executionId)));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(jobs).toHaveLength(1);
  expect(await row(executionId)).toMatchObject({ outcome: "ok", attempt: 1 });
  expect(await deliverExecution(world, executionId)).toBe(false);
});

it("hands the runner exactly what was consented to", async () => {
  const { world, jobs, installed, executionId } = await queued({
    granted: ["customers.read", "requests.read"],
    egress: [{ host: "api.allowed.example" }, { host: "b.example", methods: ["GET"] }],
    events: [{ on: "request.created", timeoutMs: 1234 }],
    type: "mixed",
  });
  await deliverExecution(world, executionId);
  expect(jobs[0]).toMatchObject({
    executionId,
    activationId: installed.activationId,
    plugin: installed.name,
    version: "1.0.0",
    type: "mixed",
    granted: ["customers.read", "requests.read"],
    egress: [
      { host: "api.allowed.example", methods: ["GET", "POST"] },
      { host: "b.example", methods: ["GET"] },
    ],
    limits: { wallMs: 1234, cpuMs: 617, calls: 2500, subRequests: 2550 },
  });
});

const LATER: readonly [string, (installed: Installed, instance: Registered) => [string, ...unknown[]]][] = [
  ["license_inactive", ({ licenseId }) => ["UPDATE licenses SET state = 'revoked' WHERE id = ?", licenseId]],
  ["license_expired", ({ licenseId }) => ["UPDATE licenses SET expires_at = 1 WHERE id = ?", licenseId]],
  ["license_not_started", ({ licenseId }) => ["UPDATE licenses SET starts_at = 9e9 WHERE id = ?", licenseId]],
  ["seat_lapsed", ({ activationId }) => ["UPDATE activations SET lease_until = 1 WHERE id = ?", activationId]],
  [
    "installation_released",
    ({ activationId }) => ["UPDATE activations SET released_at = 1 WHERE id = ?", activationId],
  ],
  ["installation_paused", ({ activationId }) => ["UPDATE activations SET paused_at = 1 WHERE id = ?", activationId]],
  ["plugin_unavailable", ({ pluginId }) => ["UPDATE plugins SET state = 'removed' WHERE id = ?", pluginId]],
  ["release_unavailable", ({ pluginId }) => ["UPDATE releases SET state = 'blocked' WHERE plugin_id = ?", pluginId]],
  [
    "release_blocked",
    ({ pluginId }) => [
      "INSERT INTO blocked_digests (sha256, reason, at) SELECT sha256, 'test', 1 FROM releases WHERE plugin_id = ?",
      pluginId,
    ],
  ],
  ["no_server_module", ({ pluginId }) => ["UPDATE releases SET server_sha256 = NULL WHERE plugin_id = ?", pluginId]],
  ["consent_stale", ({ pluginId }) => ["UPDATE releases SET closure_digest = 'new' WHERE plugin_id = ?", pluginId]],
  ["consent_missing", ({ activationId }) => ["DELETE FROM grants WHERE activation_id = ?", activationId]],
  [
    "entity_not_granted",
    ({ activationId }) => ["UPDATE grants SET permissions = '[]' WHERE activation_id = ?", activationId],
  ],
  [
    "event_not_declared",
    ({ pluginId }) => [
      "UPDATE releases SET manifest = json_set(manifest, '$.events', json('[]')) WHERE plugin_id = ?",
      pluginId,
    ],
  ],
  [
    "instance_suspended",
    (_, { instanceId }) => ["UPDATE instances SET state = 'suspended' WHERE id = ?", Number(instanceId)],
  ],
];

it.each(LATER)("skips what changed between post and run: %s", async (reason, change) => {
  const { world, jobs, installed, instance, executionId } = await queued();
  const [sql, ...values] = change(installed, instance);
  await env.DB.prepare(sql)
    .bind(...values)
    .run();
  await deliverExecution(world, executionId);
  expect(await row(executionId)).toMatchObject({ outcome: "skipped", message: reason });
  expect(jobs).toHaveLength(0);
});

it.each(LATER.filter(([reason]) => reason !== "instance_suspended"))(
  "makes no delivery at all where it holds before the post: %s",
  async (_, change) => {
    const instance = await registeredInstance();
    const installed = await installPlugin({ instance, module: onRequest("return 1") });
    const [sql, ...values] = change(installed, instance);
    await env.DB.prepare(sql)
      .bind(...values)
      .run();
    const received = await receiveEvent(quietWorld().world, instance.instanceId, REQUEST_CREATED);
    expect(received).toMatchObject({ ok: true, value: { deliveries: [] } });
  },
);

it("lets the newest consent count", async () => {
  const { world, jobs, installed, executionId } = await queued({ granted: ["requests.read"] });
  await env.DB.prepare(
    `INSERT INTO grants (activation_id, version, permissions, closure_digest, actor, at)
     SELECT activation_id, version, '["requests.read","storage.read"]', closure_digest, actor, at FROM grants WHERE activation_id = ?`,
  )
    .bind(installed.activationId)
    .run();
  await deliverExecution(world, executionId);
  expect(jobs[0]?.granted).toEqual(["requests.read", "storage.read"]);
});

it("tries a run nobody finished again, and ends it after its sixth try", async () => {
  const { world, rung, executionId } = await queued();
  const hourAgo = Math.floor(Date.now() / 1000) - 3600;
  for (let tries = 1; tries <= 6; tries++) {
    await executions.claim(executionId, hourAgo);
    await env.DB.prepare(
      "UPDATE executions SET not_before = NULL, started_at = ?1 WHERE id = ?2 AND outcome = 'running'",
    )
      .bind(hourAgo, executionId)
      .run();
    await sweepExecutions(world);
    await env.DB.prepare("UPDATE executions SET not_before = NULL WHERE id = ?").bind(executionId).run();
    if (tries < 6) expect(await row(executionId)).toMatchObject({ outcome: "queued", attempt: tries });
  }
  expect(rung.filter((id) => id === executionId).length).toBeGreaterThan(4);
  expect(await row(executionId)).toMatchObject({ outcome: "sandbox_crashed", attempt: 6 });
  const bodies = await env.DB.prepare(
    "SELECT count(*) AS n FROM events WHERE body IS NOT NULL AND id = (SELECT event_id FROM executions WHERE id = ?)",
  )
    .bind(executionId)
    .first<{ n: number }>();
  // Kept for a replay.
  expect(bodies?.n).toBe(1);
});

it("keeps what a swept run reports later from overwriting its end", async () => {
  const { world, executionId } = await queued();
  const claimed = await executions.claim(executionId, Math.floor(Date.now() / 1000) - 3600);
  if (claimed === null) throw new Error("not claimed");
  await sweepExecutions(world);
  expect(await executions.finish(claimed, { outcome: "ok" }, Math.floor(Date.now() / 1000))).toBe(false);
  expect(await row(executionId)).toMatchObject({ outcome: "queued" });
});

it("rings again for a delivery whose bell was lost, and not before a minute", async () => {
  const { rung, executionId } = await queued();
  rung.length = 0;
  const early = quietWorld();
  await sweepExecutions(early.world);
  expect(early.rung).not.toContain(executionId);
  const late = quietWorld(Date.now() + 120_000);
  await sweepExecutions(late.world);
  expect(late.rung).toContain(executionId);
});

it("erases an event after seven days and ends its delivery as skipped", async () => {
  const { executionId } = await queued();
  const late = quietWorld(Date.now() + 8 * 86_400_000);
  await sweepExecutions(late.world);
  expect(await row(executionId)).toMatchObject({ outcome: "skipped", message: "event_erased" });
  const left = await env.DB.prepare("SELECT count(*) AS n FROM events WHERE body IS NOT NULL").first<{ n: number }>();
  expect(left?.n).toBe(0);
});

it("takes an event although the bell cannot ring", async () => {
  const instance = await registeredInstance();
  await installPlugin({ instance, module: onRequest("return 1") });
  const broken = { ring: async () => Promise.reject(new Error("queue down")) };
  const received = await receiveEvent(
    { ...quietWorld().world, executionBell: broken },
    instance.instanceId,
    REQUEST_CREATED,
  );
  expect(received).toMatchObject({ ok: true, value: { duplicate: false, deliveries: [{}] } });
});
