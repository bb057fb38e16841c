import { describe, expect, it } from "vitest";
import { derivedEvents, watchedRow } from "../../../src/domain/execution/derive.ts";
import { eventOfHook } from "../../../src/domain/execution/hook.ts";
import { type LifecycleState, owedHooks } from "../../../src/domain/execution/lifecycle.ts";
import { retryDelay } from "../../../src/domain/execution/retry.ts";
import { findRoute, readAnswer, requestHeaders } from "../../../src/domain/execution/route.ts";
import { callOfName, hookRunName, scheduleRunName } from "../../../src/domain/execution/run-names.ts";
import {
  jitterSeconds,
  MAX_JITTER_SECONDS,
  nextSlot,
  takeSlot,
  wholeSchedule,
} from "../../../src/domain/execution/schedule.ts";

const at = (iso: string) => Date.parse(iso) / 1000;
const iso = (seconds: number | undefined) => (seconds === undefined ? null : new Date(seconds * 1000).toISOString());
const ACT = "act_00000000000000000001";

describe("schedules", () => {
  it.each([
    ["0 3 * * *", "UTC", "2026-12-05T12:00:00Z", "2026-12-06T03:00:00.000Z"],
    ["0 3 * * *", "Europe/Vienna", "2026-12-05T12:00:00Z", "2026-12-06T02:00:00.000Z"],
    ["0 3 * * *", "Europe/Vienna", "2026-07-05T12:00:00Z", "2026-07-06T01:00:00.000Z"],
    // 02:30 does not exist on this night: it is moved behind the gap.
    ["30 2 * * *", "Europe/Vienna", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00.000Z"],
    // 02:30 comes twice on this night: it is named once.
    ["30 2 * * *", "Europe/Vienna", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00.000Z"],
    ["30 2 * * *", "Europe/Vienna", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00.000Z"],
    ["*/15 8-9 * * 1-5", "America/New_York", "2026-12-04T14:50:00Z", "2026-12-07T13:00:00.000Z"],
  ])("name %s in %s after %s as %s", (cron, timezone, after, wanted) => {
    expect(iso(nextSlot(wholeSchedule({ id: "a", cron, timezone }), ACT, at(after))?.slotAt)).toBe(wanted);
  });

  it("spread installations by a jitter that never changes and never reaches the next run", () => {
    const all = Array.from({ length: 500 }, (_, n) => jitterSeconds(`act_${n}`, "nightly"));
    expect(Math.max(...all)).toBeLessThan(MAX_JITTER_SECONDS);
    expect(new Set(all).size).toBeGreaterThan(60);
    expect(jitterSeconds(ACT, "nightly")).toBe(jitterSeconds(ACT, "nightly"));
  });

  it.each(["skip", "once"] as const)("that were missed: %s", (missed) => {
    const schedule = wholeSchedule({ id: "a", cron: "0 * * * *", missed });
    const due = nextSlot(schedule, ACT, at("2026-12-05T12:00:00Z"));
    if (due === null) throw new Error("no slot");
    const inTime = takeSlot(schedule, ACT, due, due.dueAt + 30);
    expect([iso(inTime.run ?? 0), iso(inTime.next?.slotAt)]).toEqual([
      "2026-12-05T13:00:00.000Z",
      "2026-12-05T14:00:00.000Z",
    ]);
    const late = takeSlot(schedule, ACT, due, at("2026-12-07T09:30:00Z"));
    expect(late.run === null ? null : iso(late.run)).toBe(missed === "skip" ? null : "2026-12-07T09:00:00.000Z");
    expect(iso(late.next?.slotAt)).toBe("2026-12-07T10:00:00.000Z");
  });
});

describe("life-cycle hooks", () => {
  const state = (over: Partial<LifecycleState> = {}): LifecycleState => ({
    state: "active",
    version: "1.0.0",
    epoch: 1,
    ...over,
  });
  it.each([
    ["a new installation", null, state(), ["install", "activate"]],
    ["a new one that is paused", null, state({ state: "paused" }), ["install"]],
    ["one that went before it was told", null, state({ state: "released" }), []],
    ["the same again", state(), state(), []],
    ["a pause", state(), state({ state: "paused" }), ["deactivate"]],
    ["a resumption with an update", state({ state: "paused" }), state({ version: "1.1.0" }), ["update", "activate"]],
    ["a changed license", state(), state({ epoch: 3 }), ["licenseChanged"]],
    ["a removal", state(), state({ state: "released" }), ["deactivate", "uninstall"]],
    ["a removal while paused", state({ state: "paused" }), state({ state: "released", epoch: 2 }), ["uninstall"]],
    ["a return", state({ state: "released" }), state({ version: "2.0.0" }), ["install", "activate"]],
  ] as const)("of %s", (_, told, now, hooks) => {
    expect(owedHooks(told, now).map(({ hook }) => hook)).toEqual(hooks);
  });

  it("and schedules are named by their cause and read back from the name", () => {
    expect(callOfName(hookRunName("update", 4, "1.0.0-beta.1"))).toEqual({
      kind: "lifecycle",
      hook: "update",
      from: "1.0.0-beta.1",
    });
    expect(callOfName(hookRunName("install", 1))).toEqual({ kind: "lifecycle", hook: "install" });
    expect(callOfName(scheduleRunName("nightly", 1_796_472_000))).toEqual({
      kind: "schedule",
      id: "nightly",
      at: "2026-12-05T12:00:00.000Z",
    });
    for (const name of ["evt_1", "~lifecycle:explode:1", "lifecycle:install:1", ""])
      expect(callOfName(name), name).toBeNull();
  });
});

it("tries again what may pass by itself, six times in all, later each time", () => {
  const delays = [1, 2, 3, 4, 5, 6].map((tries) => retryDelay({ outcome: "sandbox_crashed" }, tries));
  expect(delays).toEqual([10, 60, 300, 1800, 7200, null]);
  expect(retryDelay({ outcome: "plugin_error", isTransient: true }, 1)).toBe(10);
  for (const outcome of [
    "ok",
    "skipped",
    "stopped",
    "plugin_error",
    "plugin_timeout",
    "capability_denied",
    "plugin_invalid",
  ])
    expect(retryDelay({ outcome }, 1), outcome).toBeNull();
});

describe("a webhook of the host", () => {
  const fallback = { id: "hook_1", occurredAt: "2026-12-05T12:00:00.000Z" };
  const read = (body: unknown, query: Record<string, string> = {}) =>
    eventOfHook(body as never, new Map(Object.entries(query)), fallback);
  it.each([
    ["customer.create", "customer.created"],
    ["CUSTOMER.Updated", "customer.updated"],
    ["request.delete", "request.deleted"],
    ["appointment.status_changed", "appointment.status_changed"],
    ["request.assign", "request.assigned"],
  ])("names %s as %s", (event, wanted) => {
    expect(read({ event, id: "4" })).toMatchObject({ event: wanted, entityId: "4", id: "hook_1", data: { id: 4 } });
  });
  it("is read from any of the shapes a template may have", () => {
    expect(read({ entity: "customer", operation: "create", data: { id: 4, name: "Eva" } })).toMatchObject({
      data: { id: 4, name: "Eva" },
    });
    expect(read({ customer: { id: "4", name: "Eva" } }, { event: "customer.update" })).toMatchObject({
      event: "customer.updated",
      data: { name: "Eva" },
    });
    expect(
      read({ event: "user.create", id: "1", eventId: "a:1", occurredAt: "2026-01-01T10:00:00+01:00" }),
    ).toMatchObject({ id: "a:1", occurredAt: "2026-01-01T09:00:00.000Z" });
    expect(read({ event: "user.create", id: "1", eventId: "../x", timestamp: "yesterday" })).toMatchObject(fallback);
  });
  it.each([
    ["no event", { id: "1" }],
    ["an event we do not know", { event: "invoice.paid", id: "1" }],
    ["an operation the entity has not", { event: "customer.completed", id: "1" }],
    ["a member of every object", { event: "constructor.created", id: "1" }],
    ["no id", { event: "customer.created" }],
    ["an id that is no number", { event: "customer.created", id: "1; DROP" }],
    ["no object", [1]],
  ])("is refused with %s", (_, body) => {
    expect(read(body)).toBeNull();
  });
});

describe("a route", () => {
  const declared = [
    { method: "GET", path: "/notes/:id", access: "public" },
    { method: "GET", path: "/notes/new", access: "session", bodyKiB: 2 },
  ] as const;
  it("is the declared one, literal before parameter", () => {
    expect(findRoute(declared, "GET", "/notes/new")).toMatchObject({ name: "GET /notes/new", maxBodyBytes: 2048 });
    expect(findRoute(declared, "GET", "/notes/7")).toMatchObject({ params: { id: "7" }, maxBodyBytes: 65_536 });
    for (const path of ["/notes", "/notes/7/8", "/notes/", "//notes/7", "/"])
      expect(findRoute(declared, "GET", path), path).toBeNull();
    expect(findRoute(declared, "POST", "/notes/7")).toBeNull();
  });
  it.each([
    [null],
    [7],
    ["text"],
    [[1]],
    [{ status: 302 }],
    [{ status: 101 }],
    [{ status: 304 }],
    [{ status: 600 }],
    [{ status: "200" }],
    [{ status: 200.5 }],
    [{ headers: [] }],
  ])("answers nothing with %j", (value) => {
    expect(readAnswer(value as never)).toBeNull();
  });
  it("answers text as text, everything else as JSON, and no body where the status has none", () => {
    expect(readAnswer({ body: "a" })).toEqual({
      status: 200,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: "a",
    });
    expect(readAnswer({ status: 404, body: { a: 1 } })).toMatchObject({
      headers: { "content-type": "application/json" },
      body: '{"a":1}',
    });
    expect(readAnswer({ status: 204, body: "x", headers: { "x-plugin-a": "b" } })).toEqual({
      status: 204,
      headers: {},
      body: null,
    });
    const odd = {
      "Content-Type": "text/html\r\nset-cookie: a=b",
      "x-plugin-a": "é",
      "X-Plugin-B": "ok",
      location: "/x",
    };
    expect(readAnswer({ headers: odd })?.headers).toEqual({ "content-type": "application/json", "x-plugin-b": "ok" });
  });
  it("shows a plugin at most 64 headers, none longer than 4 KiB", () => {
    const many = Array.from({ length: 100 }, (_, n) => [`x-${n}`, "v"] as const);
    expect(Object.keys(requestHeaders(many, "public"))).toHaveLength(64);
    expect(requestHeaders([["x-long", "v".repeat(4097)]], "public")).toEqual({});
    expect(requestHeaders([["Authorization", "Bearer abc"]], "public")).toEqual({});
    expect(requestHeaders([["Authorization", "Bearer abc"]], "webhook")).toEqual({ authorization: "Bearer abc" });
    expect(requestHeaders([["authorization", "Bearer mk_a:00ff:1796472000000"]], "webhook")).toEqual({});
  });
});

describe("derived events", () => {
  const row = (over: object) => ({
    id: 5,
    status: "new",
    processorId: null,
    updatedAt: "2026-12-05T12:00:00.000Z",
    ...over,
  });
  const names = (entity: "customer" | "request" | "appointment", before: object, after: object) => {
    const seen = watchedRow(row(before));
    if (seen === null) throw new Error("no row");
    return derivedEvents(entity, seen, row(after), 0).map(({ event }) => event);
  };
  it.each([
    ["request", {}, { status: "NEW" }, []],
    ["request", {}, { status: "in_progress" }, ["request.status_changed"]],
    ["request", {}, { status: "COMPLETED" }, ["request.status_changed", "request.completed"]],
    ["request", {}, { processorId: 3 }, ["request.assigned"]],
    ["request", { processorId: 3 }, { processorId: null }, []],
    [
      "appointment",
      { status: "PLANNED" },
      { status: "completed" },
      ["appointment.status_changed", "appointment.completed"],
    ],
    ["customer", { status: "ACTIVE" }, { status: "COMPLETED" }, ["customer.status_changed"]],
  ] as const)("of a %s %j → %j", (entity, before, after, events) => {
    expect(names(entity, before, after)).toEqual(events);
  });
  it("have ids that say the same thing twice, and are ours to accept", () => {
    const seen = watchedRow(row({})) as NonNullable<ReturnType<typeof watchedRow>>;
    const [event] = derivedEvents("request", seen, row({ status: "DONE" }), 0);
    expect(event?.id).toBe("derived.request.status_changed.5.1796472000000");
    expect(derivedEvents("request", seen, row({ status: "DONE", updatedAt: "never" }), 0)[0]?.id).toBe(
      "derived.request.status_changed.5.NEW-DONE",
    );
    expect(watchedRow({ id: 1.5, status: "NEW" })).toBeNull();
  });
});
