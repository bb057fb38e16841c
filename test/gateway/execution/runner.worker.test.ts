import { expect, it } from "vitest";
import type { HostSession, Runner } from "../../../src/contract/sandbox.ts";
import type { Job, RunReply } from "../../../src/domain/execution/job.ts";
import { createIncidentLog, type IncidentLog } from "../../../src/gateway/execution/incidents.ts";
import { createPluginRunner } from "../../../src/gateway/execution/runner.ts";
import { jobFor, REQUEST_CALL } from "../../sandbox/job.ts";
import { AUTHORITY, worldOf } from "./run-world.ts";

const MODULE = "export default {};";
const GOOD: RunReply = { ok: true, value: null, report: { calls: {}, denied: {}, logs: [] } };

type Run = (job: Job, host: HostSession, module: string | undefined, nth: number) => Promise<RunReply>;

/** A sandbox that behaves as the test says, on the far side of the port. */
function sandboxThat(run: Run, ping: () => Promise<true> = async () => true): Runner & { readonly calls: number } {
  let calls = 0;
  return {
    ping,
    run: (job, _call, host, module) => run(job, host, module, ++calls),
    get calls() {
      return calls;
    },
  };
}

function runnerOn(sandbox: Runner, incidents: IncidentLog | null = null, modules: string | null = MODULE) {
  const bundles = {
    putOnce: async () => "exists" as const,
    get: async () => (modules === null ? null : new TextEncoder().encode(modules)),
    range: async () => null,
    size: async () => null,
    erase: async () => {},
  };
  return createPluginRunner(worldOf({ bundles }), sandbox, incidents);
}

let made = 0;
async function shortJob(over: Partial<Job> = {}): Promise<Job> {
  const job = await jobFor(MODULE);
  return { ...job, executionId: `exe_${++made}`, limits: { ...job.limits, wallMs: 50 }, ...over };
}

const lost = (): Promise<RunReply> => Promise.reject(new Error("Network connection lost."));
const never = (): Promise<never> => new Promise(() => {});
const code = (reply: RunReply) => (reply.ok ? "ok" : reply.error.code);

it("sends the module when it is asked for, once", async () => {
  const seen: (string | undefined)[] = [];
  const sandbox = sandboxThat(async (_job, _host, module) => {
    seen.push(module);
    return module === undefined ? { ok: false, error: { code: "need_module" } } : GOOD;
  });
  expect(await runnerOn(sandbox).run(await shortJob(), REQUEST_CALL, AUTHORITY)).toEqual(GOOD);
  expect(seen).toEqual([undefined, MODULE]);
});

it("calls a plugin invalid whose module is lost", async () => {
  const sandbox = sandboxThat(async () => ({ ok: false, error: { code: "need_module" } }));
  expect(code(await runnerOn(sandbox, null, null).run(await shortJob(), REQUEST_CALL, AUTHORITY))).toBe(
    "plugin_invalid",
  );
});

it("names a late plugin when the sandbox still answers, and does not run it again", async () => {
  const sandbox = sandboxThat(never);
  expect(code(await runnerOn(sandbox).run(await shortJob(), REQUEST_CALL, AUTHORITY))).toBe("plugin_timeout");
  expect(sandbox.calls).toBe(1);
});

it("names the only plugin in flight when the sandbox is silent", async () => {
  const sandbox = sandboxThat(never, never);
  expect(code(await runnerOn(sandbox).run(await shortJob(), REQUEST_CALL, AUTHORITY))).toBe("plugin_timeout");
});

it.each([
  ["hang", "plugin_timeout"],
  ["memory", "plugin_memory"],
] as const)("names a lost call for the incident %s, also when the word comes later", async (why, expected) => {
  const incidents = createIncidentLog();
  const sandbox = sandboxThat(async () => {
    setTimeout(() => incidents.report({ why, at: Date.now() }), 150);
    return lost();
  });
  expect(code(await runnerOn(sandbox, incidents).run(await shortJob(), REQUEST_CALL, AUTHORITY))).toBe(expected);
  expect(sandbox.calls).toBe(1);
});

it("runs again what a crash without a cause took away, if it bears a repeat", async () => {
  const once = sandboxThat((_job, _host, _module, nth) => (nth === 1 ? lost() : Promise.resolve(GOOD)));
  expect(await runnerOn(once).run(await shortJob(), REQUEST_CALL, AUTHORITY)).toEqual(GOOD);
  const twice = sandboxThat(lost);
  expect(code(await runnerOn(twice).run(await shortJob(), REQUEST_CALL, AUTHORITY))).toBe("plugin_crashed");
  const fragile = sandboxThat(lost);
  const job = await shortJob({ idempotent: false });
  expect(code(await runnerOn(fragile).run(job, REQUEST_CALL, AUTHORITY))).toBe("sandbox_crashed");
  expect(fragile.calls).toBe(1);
});

it("waits for a sandbox that has not started", async () => {
  const sandbox = sandboxThat((_job, _host, _module, nth) =>
    nth < 4 ? Promise.reject(new Error('Worker "sandbox" not found. Make sure it is running')) : Promise.resolve(GOOD),
  );
  expect(await runnerOn(sandbox).run(await shortJob(), REQUEST_CALL, AUTHORITY)).toEqual(GOOD);
});

it("sends no call while the sandbox is known to be down", async () => {
  const incidents = createIncidentLog();
  incidents.report({ why: "hang", at: Date.now() });
  setTimeout(() => incidents.report({ why: "ready", at: Date.now() }), 300);
  const from = Date.now();
  const sandbox = sandboxThat(async () => GOOD);
  expect(await runnerOn(sandbox, incidents).run(await shortJob(), REQUEST_CALL, AUTHORITY)).toEqual(GOOD);
  expect(Date.now() - from).toBeGreaterThan(250);
});

it("finds the culprit among several by running them alone", async () => {
  const incidents = createIncidentLog();
  let running = 0;
  let mostAlone = 0;
  const sandbox = sandboxThat(async (job, _host, _module, nth) => {
    running++;
    if (nth > 2) mostAlone = Math.max(mostAlone, running);
    try {
      await scheduler.wait(30);
      if (nth <= 2 || job.plugin === "looper") {
        incidents.report({ why: "hang", at: Date.now() });
        incidents.report({ why: "ready", at: Date.now() });
        return await lost();
      }
      return GOOD;
    } finally {
      running--;
    }
  });
  const runner = runnerOn(sandbox, incidents);
  const [looper, innocent] = await Promise.all([
    runner.run(await shortJob({ plugin: "looper" }), REQUEST_CALL, AUTHORITY),
    runner.run(await shortJob({ plugin: "innocent" }), REQUEST_CALL, AUTHORITY),
  ]);
  expect(code(looper)).toBe("plugin_timeout");
  expect(innocent).toEqual(GOOD);
  expect(mostAlone).toBe(1);
});

it("lets no suspect meet the sandbox that the one before it took down", async () => {
  const incidents = createIncidentLog();
  let isDown = false;
  let met = 0;
  const sandbox = sandboxThat(async (job, _host, _module, nth) => {
    if (isDown) met++;
    await scheduler.wait(20);
    if (nth > 2 && job.plugin === "innocent") return GOOD;
    isDown = true;
    incidents.report({ why: "hang", at: Date.now() });
    setTimeout(() => {
      isDown = false;
      incidents.report({ why: "ready", at: Date.now() });
    }, 250);
    return lost();
  });
  const runner = runnerOn(sandbox, incidents);
  const [looper, innocent] = await Promise.all([
    runner.run(await shortJob({ plugin: "looper" }), REQUEST_CALL, AUTHORITY),
    runner.run(await shortJob({ plugin: "innocent" }), REQUEST_CALL, AUTHORITY),
  ]);
  expect([code(looper), code(innocent)]).toEqual(["plugin_timeout", "ok"]);
  expect(met).toBe(0);
});

it("closes the session with the run: what the sandbox kept is dead", async () => {
  let kept: HostSession | undefined;
  const sandbox = sandboxThat(async (_job, host) => {
    kept = host;
    return GOOD;
  });
  await runnerOn(sandbox).run(await shortJob(), REQUEST_CALL, AUTHORITY);
  expect(await kept?.call("storage.get", { key: "a" })).toMatchObject({ ok: false, error: { code: "session_closed" } });
});
