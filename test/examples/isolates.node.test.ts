import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Call } from "../../src/domain/execution/job.ts";
import { type Isolates, startIsolates } from "./isolates.ts";
import { EXAMPLES, HOSTILE } from "./setting.ts";

const CREATED: Call = {
  kind: "event",
  event: {
    id: "evt_1",
    event: "request.created",
    version: 1,
    occurredAt: "2026-03-10T10:20:00.000Z",
    entity: "request",
    entityId: "1",
    data: { id: 1 },
  },
};

function route(method: string, target: string, body: Record<string, unknown> | null = null): Call {
  const request = { method, path: target, params: {}, query: {}, headers: {}, body };
  return { kind: "route", request } as Call;
}

describe("the packed plugins inside real isolates", { timeout: 30_000 }, () => {
  let isolates: Isolates;
  beforeAll(async () => {
    isolates = await startIsolates();
  }, 60_000);
  afterAll(() => isolates.stop());
  const example = (name: string, call: Call) => isolates.run(path.join(EXAMPLES, name), call);
  const hostile = (name: string) => isolates.run(path.join(HOSTILE, name), CREATED);

  it("lead-scorer rates the request and reports it", async () => {
    expect(await example("lead-scorer", CREATED)).toMatchObject({
      ok: true,
      value: { requestId: 1, points: 100, grade: "hot" },
      report: {
        calls: { "requests.get": 1, "customers.list": 1, "storage.get": 1, "storage.set": 1, "notifications.send": 1 },
        logs: [{ level: "info", text: "Request 1 is hot with 100 points" }],
      },
    });
    expect(isolates.emulator.state.notifications.at(-1)?.title).toBe("Hot lead: Petra Lang");
  });

  it("appointment-reminder knows tomorrow in Vienna and keeps preferences", async () => {
    const preferences = { company: "Brandner", shortNotice: true, timeZone: "Europe/Berlin" };
    const changed = await example("appointment-reminder", route("PUT", "/preferences", preferences));
    expect(changed).toMatchObject({ ok: true, value: { body: preferences } });
    const wrong = await example("appointment-reminder", route("PUT", "/preferences", { timeZone: "Mars/Olympus" }));
    expect(wrong).toMatchObject({ ok: true, value: { status: 422 } });
    const sent = await example("appointment-reminder", { kind: "schedule", id: "afternoon" });
    expect(sent).toMatchObject({ ok: true, value: { day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) } });
  });

  it("vat-checker reaches the one host it declares", async () => {
    const answer = await example("vat-checker", route("GET", "/check/ATU13585627"));
    expect(answer).toMatchObject({
      ok: true,
      value: { body: { number: "ATU13585627", status: "registered", name: "Demo company ATU13585627" } },
      report: { calls: { "storage.get": 1, "storage.set": 1 } },
    });
    const customers = await example("vat-checker", route("POST", "/customers/check"));
    expect(customers).toMatchObject({ ok: true, value: { body: { notChecked: 0 } } });
  });

  it("pipeline-board answers its columns", async () => {
    const answer = await example("pipeline-board", route("GET", "/board"));
    expect(answer).toMatchObject({ ok: true, value: { body: { columns: [{ count: 2 }, {}, {}, {}] } } });
  });

  it.each([
    ["thrower", "plugin_error"],
    ["overreacher", "capability_denied"],
    ["network-prober", "network_denied"],
  ])("%s ends as %s", async (name, code) => {
    expect(await hostile(name)).toMatchObject({ ok: false, error: { code } });
    expect(isolates.emulator.state.customers).toHaveLength(4);
  });

  it("network-prober reached nothing", async () => {
    const reply = await hostile("network-prober");
    expect(reply.report?.logs.at(-1)?.text).toBe("6 addresses tried, 0 reached");
  });
});
