import { describe, expect, it } from "vitest";
import type { EventEnvelope } from "../../../src/domain/execution/events.ts";
import type { ExecutionStore } from "../../../src/market/execution/ports.ts";

/** One installation that may run, on a fresh instance. */
export interface ExecutionSetting {
  readonly executions: ExecutionStore;
  readonly instanceId: string;
  readonly activationId: string;
  readonly installationId: string;
  readonly pluginId: string;
}

const NOON = 1_796_126_400;
const DAY = 86_400;

let made = 0;
function event(instanceId: string, id: string, bodySha256 = "a") {
  const envelope: EventEnvelope = {
    id,
    event: "request.created",
    version: 1,
    occurredAt: "2026-01-01T08:30:00.000Z",
    entity: "request",
    entityId: "1",
    data: { id: 1 },
  };
  return { instanceId, envelope, bodySha256, postId: `post-${++made}` };
}

function delivery({ activationId, pluginId }: ExecutionSetting) {
  return { executionId: `exe_${String(++made).padStart(26, "0")}`, activationId, pluginId, version: "1.0.0" };
}

/** What every store of events and executions must do. */
export function describeExecutionStore(name: string, open: () => Promise<ExecutionSetting>): void {
  describe(`executions ${name}`, () => {
    it("keep an event once, with its deliveries, and find it again", async () => {
      const setting = await open();
      const { executions, instanceId, installationId } = setting;
      const first = delivery(setting);
      const deliveries = [{ installationId, executionId: first.executionId }];
      expect(await executions.keepEvent(event(instanceId, "e1"), [first], NOON)).toEqual({
        result: "kept",
        deliveries,
      });
      expect(await executions.keepEvent(event(instanceId, "e1"), [delivery(setting)], NOON)).toEqual({
        result: "duplicate",
        deliveries,
      });
      expect(await executions.keepEvent(event(instanceId, "e1", "b"), [delivery(setting)], NOON)).toEqual({
        result: "conflict",
        deliveries: [],
      });
      expect((await executions.page(setting.activationId, 1, 10)).total).toBe(1);
    });

    it("let one claim win and one end count", async () => {
      const setting = await open();
      const { executions, instanceId, activationId } = setting;
      const { executionId, ...rest } = delivery(setting);
      await executions.keepEvent(event(instanceId, "e2"), [{ executionId, ...rest }], NOON);
      const claims = await Promise.all(Array.from({ length: 5 }, () => executions.claim(executionId, NOON + 1)));
      const [claimed] = claims.filter((claim) => claim !== null);
      expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
      expect(claimed).toMatchObject({ id: executionId, activationId, instanceId, eventId: "e2", attempt: 1 });
      expect(claimed?.envelope).toMatchObject({ id: "e2", data: { id: 1 } });
      if (claimed === undefined) throw new Error("nobody claimed");
      const end = { outcome: "plugin_error" as const, message: "x".repeat(400), durationMs: 12.4 };
      expect(await executions.finish(claimed, end, NOON + 2)).toBe(true);
      expect(await executions.finish(claimed, { outcome: "ok" }, NOON + 3)).toBe(false);
      const { rows } = await executions.page(activationId, 1, 10);
      expect(rows[0]).toMatchObject({
        id: executionId,
        kind: "event",
        eventName: "request.created",
        outcome: "plugin_error",
        durationMs: 12,
        createdAt: NOON,
        startedAt: NOON + 1,
        finishedAt: NOON + 2,
      });
      expect(rows[0]?.message).toHaveLength(300);
      expect(await executions.claim(executionId, NOON + 4)).toBeNull();
    });

    it("hand the body to the claim and know the event after it was erased", async () => {
      const one = await open();
      const { executions, instanceId } = one;
      const [a] = [delivery(one)];
      await executions.keepEvent(event(instanceId, "e3"), [a], NOON);
      const claimed = await executions.claim(a.executionId, NOON);
      if (claimed === null) throw new Error("not claimed");
      expect(claimed.envelope).not.toBeNull();
      await executions.finish(claimed, { outcome: "ok" }, NOON);
      expect(await executions.keepEvent(event(instanceId, "e3"), [], NOON)).toMatchObject({ result: "duplicate" });
    });

    it("start what concerns one entity one after the other, and nothing before its time", async () => {
      const setting = await open();
      const { executions, instanceId } = setting;
      const [first, second] = [delivery(setting), delivery(setting)];
      await executions.keepEvent(event(instanceId, "o1"), [first], NOON);
      await executions.keepEvent(event(instanceId, "o2"), [second], NOON);
      expect(await executions.claim(second.executionId, NOON)).toBeNull();
      const claimed = await executions.claim(first.executionId, NOON);
      if (claimed === null) throw new Error("not claimed");
      expect(claimed).toMatchObject({ kind: "event", tries: 1, orderKey: "request:1" });
      expect(await executions.claim(second.executionId, NOON)).toBeNull();
      await executions.finish(claimed, { outcome: "plugin_error" }, NOON);
      expect(await executions.claim(second.executionId, NOON)).not.toBeNull();
      expect((await executions.page(setting.activationId, 1, 10, "dead")).rows.map(({ id }) => id)).toEqual([
        first.executionId,
      ]);
      expect((await executions.page(setting.activationId, 1, 10, "ok")).total).toBe(0);
    });

    it("page newest first", async () => {
      const setting = await open();
      const ids: string[] = [];
      for (let n = 0; n < 5; n++) {
        const next = delivery(setting);
        ids.unshift(next.executionId);
        await setting.executions.keepEvent(event(setting.instanceId, `p${n}`), [next], NOON + n);
      }
      const { rows, total } = await setting.executions.page(setting.activationId, 2, 2);
      expect(total).toBe(5);
      expect(rows.map(({ id }) => id)).toEqual(ids.slice(2, 4));
    });

    it("sweep: lost runs end, old events go, quiet bells are named after a minute", async () => {
      const setting = await open();
      const { executions, instanceId, activationId } = setting;
      const [lost, quiet, old] = [delivery(setting), delivery(setting), delivery(setting)];
      await executions.keepEvent(event(instanceId, "s1"), [lost], NOON);
      await executions.keepEvent(event(instanceId, "s2"), [quiet], NOON + 100);
      await executions.keepEvent(event(instanceId, "s3"), [old], NOON - 8 * DAY);
      await executions.claim(lost.executionId, NOON);
      expect(await executions.sweep(NOON + 150)).not.toContain(quiet.executionId);
      expect(await executions.sweep(NOON + 200)).toContain(quiet.executionId);
      const { rows } = await executions.page(activationId, 1, 10);
      const outcome = (id: string) => rows.find((row) => row.id === id)?.outcome;
      expect(outcome(lost.executionId)).toBe("queued");
      expect(outcome(old.executionId)).toBe("skipped");
      expect(outcome(quiet.executionId)).toBe("queued");
    });

    it("find an installation by both its ids, for its own instance only", async () => {
      const { executions, instanceId, activationId, installationId } = await open();
      for (const id of [activationId, installationId]) {
        expect(await executions.findInstallation(id, { instanceId })).toEqual({ activationId, installationId });
        expect(await executions.findInstallation(id, { instanceId: "999999" })).toBeNull();
        expect(await executions.findInstallation(id, { accountId: "999999" })).toBeNull();
      }
      expect(await executions.findInstallation("act_unknown", { instanceId })).toBeNull();
    });

    it("know an installation whose seat is live, and only as long as it is", async () => {
      const { executions, instanceId, activationId } = await open();
      const now = Math.floor(Date.now() / 1000);
      expect((await executions.installationsOf(instanceId, now)).map((one) => one.activationId)).toEqual([
        activationId,
      ]);
      expect(await executions.installationsOf(instanceId, now + 10 * DAY)).toEqual([]);
      expect(await executions.installation(activationId)).toMatchObject({ activationId, version: "1.0.0" });
      expect(await executions.installation("act_unknown")).toBeNull();
    });
  });
}
