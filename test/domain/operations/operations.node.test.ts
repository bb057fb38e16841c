import { describe, expect, it } from "vitest";
import {
  judgeQueues,
  judgeStatus,
  judgeSweep,
  judgeUpdates,
  type PartState,
} from "../../../src/domain/operations/judge-status.ts";
import { failureLine, requestLine } from "../../../src/domain/operations/log-line.ts";
import { renderMetrics } from "../../../src/domain/operations/prometheus.ts";
import { alarmsOf } from "../../../src/domain/operations/read-trace.ts";
import { putForwardSql, versionFloor } from "../../../src/storage/operations/put-forward.ts";

const NOON = 1_796_472_000;
const none = { count: 0, oldestAt: null };

describe("the state of the service", () => {
  it.each<[PartState, PartState, string]>([
    ["ok", "ok", "ok"],
    ["off", "ok", "ok"],
    ["degraded", "ok", "degraded"],
    ["down", "ok", "degraded"],
    ["ok", "down", "down"],
    ["down", "down", "down"],
  ])("sandbox %s and database %s make %s", (sandbox, database, expected) => {
    const parts = [
      { part: "sandbox", state: sandbox, detail: "" },
      { part: "database", state: database, detail: "" },
    ] as const;
    expect(judgeStatus(parts)).toBe(expected);
  });

  it("sees what is late", () => {
    expect(judgeSweep(NOON - 60, NOON).state).toBe("ok");
    expect(judgeSweep(NOON - 301, NOON).state).toBe("degraded");
    expect(judgeSweep(null, NOON).state).toBe("degraded");
    const backlog = { releases: none, executions: { count: 3, oldestAt: NOON - 60 }, webhooks: none, mails: none };
    expect(judgeQueues(backlog, NOON)).toMatchObject({ state: "ok", detail: "3 waiting" });
    const late = { ...backlog, releases: { count: 1, oldestAt: NOON - 3600 } };
    expect(judgeQueues(late, NOON)).toMatchObject({ state: "degraded", detail: "waiting too long: releases" });
    expect(judgeUpdates(null, NOON).state).toBe("off");
    expect(judgeUpdates(NOON + 86_400, NOON).state).toBe("ok");
    expect(judgeUpdates(NOON + 3600, NOON).state).toBe("degraded");
    expect(judgeUpdates(NOON, NOON).state).toBe("down");
  });

  it("is written for Prometheus with its labels quoted", () => {
    const text = renderMetrics([
      {
        name: "a",
        help: "A.",
        type: "gauge",
        samples: [{ value: 1.5 }, { labels: { x: 'q"\\\n' }, value: Number.NaN }],
      },
      { name: "b", help: "B.", type: "counter", samples: [] },
    ]);
    expect(text).toBe('# HELP a A.\n# TYPE a gauge\na 1.5\na{x="q\\"\\\\\\n"} NaN\n');
  });
});

describe("the log", () => {
  it("is one JSON object a line, without secrets of addresses", () => {
    const line = requestLine({
      requestId: "r",
      method: "GET",
      path: `/v1/download/${"t".repeat(43)}`,
      status: 500,
      ms: 3,
      caller: "anonymous",
    });
    expect(line).not.toContain("t".repeat(43));
    expect(JSON.parse(line)).toMatchObject({ level: "error", event: "request", requestId: "r", status: 500, ms: 3 });
    expect(line).not.toContain("\n");
    const bundle = { requestId: "r", method: "GET", path: `/bundles/${"ab".repeat(32)}.rbsm`, status: 200, ms: 1 };
    expect(JSON.parse(requestLine({ ...bundle, caller: "instance" })).path).toBe(bundle.path);
    const failed = JSON.parse(failureLine("sweep.failed", new Error("x".repeat(9000)), { queue: "q" }));
    expect([failed.level, failed.event, failed.queue, failed.error.length]).toEqual([
      "error",
      "sweep.failed",
      "q",
      500,
    ]);
  });

  it("tells the tail Worker what went wrong, and nothing else", () => {
    const trace = { scriptName: "marketplace", outcome: "ok", exceptions: [], logs: [] };
    const line = failureLine("request.failed", new Error("boom"), { requestId: "r1" });
    const alarms = alarmsOf([
      trace,
      {
        ...trace,
        logs: [
          { level: "log", message: ["fine"] },
          { level: "error", message: [line] },
        ],
      },
      { ...trace, outcome: "exceededCpu" },
      { ...trace, outcome: "exception", exceptions: [{ name: "TypeError", message: "no" }] },
      { ...trace, scriptName: null, logs: [{ level: "error", message: "plain words" }] },
      { ...trace, outcome: "canceled" },
    ]);
    expect(alarms.map(({ worker, what, requestId }) => [worker, what, requestId])).toEqual([
      ["marketplace", "request.failed", "r1"],
      ["marketplace", "exceededCpu", null],
      ["marketplace", "TypeError", null],
      ["unknown", "error", null],
    ]);
  });
});

it("a restore skips ahead of everything that may have been numbered since the backup", () => {
  expect(versionFloor(40, NOON - 100, NOON)).toBe(40 + 1000 + 1000);
  expect(versionFloor(40, NOON + 100, NOON)).toBe(1040);
  expect(() => putForwardSql({ at: NOON, backupAt: Number.NaN, versionFloor: 1 })).toThrow(RangeError);
});
