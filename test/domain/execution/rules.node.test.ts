import { describe, expect, it } from "vitest";
import { parseArguments } from "../../../src/domain/execution/arguments.ts";
import { copyJson } from "../../../src/domain/execution/copy-json.ts";
import { EVENTS } from "../../../src/domain/execution/events.ts";
import { runLimits, typeLimits } from "../../../src/domain/execution/limits.ts";
import { matchRoute } from "../../../src/domain/execution/match-route.ts";
import { METHODS, type Method } from "../../../src/domain/execution/methods.ts";
import { cutUser, withoutSecrets } from "../../../src/domain/execution/people.ts";
import { PERMISSIONS, PLUGIN_TYPES } from "../../../src/domain/manifest/permissions.ts";
import { egressRefusal, egressRequest, exchange } from "../../../src/sandbox/egress.ts";

describe("copying a stranger's value", () => {
  it.each([
    ["null", null],
    ["numbers", [0, -1.5, 1e300]],
    ["text of any script", "Grüße 🧽"],
    ["nested objects", { a: { b: [1, { c: "d" }] } }],
    ["a member called constructor", { constructor: { prototype: { polluted: 1 } } }],
  ])("keeps %s", (_, value) => {
    expect(copyJson(value, 1000)).toEqual({ ok: true, value });
  });

  it("leaves out what is undefined and makes holes null", () => {
    expect(copyJson({ a: undefined, b: [undefined, 1] }, 1000)).toEqual({ ok: true, value: { b: [null, 1] } });
  });

  it("calls nothing of the value", () => {
    let called = 0;
    const evil = Object.defineProperty({}, "x", { enumerable: true, get: () => ++called });
    expect(copyJson({ evil, toJSON: undefined }, 1000)).toEqual({ ok: true, value: { evil: {} } });
    copyJson({ toJSON: () => ++called }, 1000);
    expect(called).toBe(0);
  });

  it.each([
    ["functions", () => 1],
    ["dates", new Date(0)],
    ["maps", new Map()],
    ["symbols", Symbol("s")],
    ["bigints", 1n],
    ["infinity", Number.POSITIVE_INFINITY],
    ["lone surrogates", "\ud800"],
    ["__proto__", JSON.parse('{"__proto__":{"polluted":1}}')],
    ["class instances", new (class A {})()],
    [
      "trapped proxies",
      new Proxy(
        {},
        {
          getPrototypeOf: () => {
            throw new Error("trap");
          },
        },
      ),
    ],
  ])("refuses %s", (_, value) => {
    expect(copyJson(value, 1000)).toEqual({ ok: false, problem: "not_json" });
    expect(copyJson({ inside: [value] }, 1000)).toEqual({ ok: false, problem: "not_json" });
  });

  it("refuses what is too large or too deep, cycles included, without walking it all", () => {
    expect(copyJson("x".repeat(1001), 1000)).toEqual({ ok: false, problem: "too_large" });
    expect(copyJson(Array(600).fill(0), 1000)).toEqual({ ok: false, problem: "too_large" });
    const sparse: number[] = [];
    sparse[4_294_967_294] = 1;
    expect(copyJson(sparse, 1000)).toEqual({ ok: false, problem: "too_large" });
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(copyJson(cycle, 1_000_000)).toEqual({ ok: false, problem: "too_deep" });
  });

  it("never lets more JSON text through than it was told", () => {
    for (const value of [
      "\u0001".repeat(200),
      { ü: ["€", "\\\\"] },
      [true, false, null, 1.25, 1.7976931348623157e308],
    ]) {
      const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
      expect(copyJson(value, bytes - 1).ok).toBe(false);
    }
  });
});

describe("limits", () => {
  it("follow the type and never exceed it", () => {
    for (const type of PLUGIN_TYPES) {
      const event = runLimits(type, "event");
      const most = typeLimits(type);
      expect(event.wallMs).toBe(5000);
      expect(event.cpuMs).toBeLessThanOrEqual(most.cpuMs);
      expect(event.subRequests).toBe(event.calls + 50);
      expect(runLimits(type, "schedule", 10_000_000).wallMs).toBe(runLimits(type, "route").wallMs);
    }
    expect(runLimits("automation", "event", 100)).toMatchObject({ wallMs: 100, cpuMs: 75, calls: 1000 });
    expect(runLimits("api", "route")).toMatchObject({ wallMs: 30_000, cpuMs: 15_000, calls: 5000 });
  });
});

describe("methods", () => {
  it("need a permission of the closed list and have a rate", () => {
    for (const { permission, perMinute } of Object.values(METHODS)) {
      if (permission !== null) expect(PERMISSIONS).toContain(permission);
      expect(perMinute).toBeGreaterThan(0);
    }
  });

  it.each(Object.keys(METHODS) as Method[])("%s refuses members it does not know", (method) => {
    expect(parseArguments(method, { unknown: 1 }).ok).toBe(false);
    for (const args of [null, [], "x", 1]) expect(parseArguments(method, args).ok).toBe(false);
  });

  it("says which member is bad, never its value", () => {
    const refused = parseArguments("customers.create", { data: { name: "a", email: "s3cret".repeat(100) } });
    expect(refused.ok ? "" : refused.problem).toMatch(/^data\.email: /);
    expect(refused.ok ? "" : refused.problem).not.toContain("s3cret");
  });
});

describe("people", () => {
  it("are cut to five fields", () => {
    const row = {
      id: 1,
      name: "A",
      email: "a@b.at",
      role: "user",
      status: "active",
      password: "x",
      resetToken: "y",
      phone: "1",
      status2: {},
    };
    expect(cutUser(row)).toEqual({ id: 1, name: "A", email: "a@b.at", role: "user", status: "active" });
    expect(cutUser({ id: 1, name: { toString: "x" } })).toEqual({ id: 1 });
  });

  it("are cut wherever they stand, and secrets and addresses go", () => {
    expect(
      withoutSecrets({
        id: 1,
        ipAddress: "203.0.113.9",
        ip_address: "203.0.113.9",
        processor: { id: 2, name: "B", phone: "1" },
        notes: [{ text: "t", user: { id: 3, passwordHash: "x" } }],
        metadata: { apiToken: "x", kept: 1 },
      }),
    ).toEqual({
      id: 1,
      processor: { id: 2, name: "B" },
      notes: [{ text: "t", user: { id: 3 } }],
      metadata: { kept: 1 },
    });
  });
});

describe("events", () => {
  it("are the closed list that plugins may declare", () => {
    expect(EVENTS).toHaveLength(4 + 6 + 5 + 4);
    expect(EVENTS).toContain("request.assigned");
    expect(EVENTS).not.toContain("customer.assigned");
  });
});

describe("routes of a plugin", () => {
  const names = ["GET /notes", "GET /notes/:id", "GET /notes/new", "POST /notes", "GET /notes/:id/lines/:line"];
  it.each([
    ["GET", "/notes", "GET /notes", {}],
    ["POST", "/notes", "POST /notes", {}],
    ["GET", "/notes/7", "GET /notes/:id", { id: "7" }],
    ["GET", "/notes/new", "GET /notes/new", {}],
    ["GET", "/notes/a%20b", "GET /notes/:id", { id: "a b" }],
    ["GET", "/notes/7/lines/2", "GET /notes/:id/lines/:line", { id: "7", line: "2" }],
  ])("%s %s", (method, path, name, params) => {
    expect(matchRoute(names, method, path)).toEqual({ name, params });
  });

  it.each([
    ["DELETE", "/notes"],
    ["GET", "/notes/"],
    ["GET", "/note"],
    ["GET", "/notes/7/lines"],
    ["GET", "/notes/%zz"],
    ["get", "/notes"],
  ])("answers %s %s with nothing", (method, path) => {
    expect(matchRoute(names, method, path)).toBeNull();
  });
});

describe("the egress rule", () => {
  const rules = [
    { host: "api.example.at", methods: ["GET"] },
    { host: "*.wild.at", methods: ["GET"] },
  ];
  it.each(["https://api.example.at/x", "https://API.example.at/", "https://a.wild.at/", "https://api.example.at:443/"])(
    "lets %s out",
    (url) => {
      expect(egressRefusal(new URL(url), "GET", rules)).toBeNull();
    },
  );
  it.each([
    "http://api.example.at/",
    "https://api.example.at:444/",
    "https://user:pw@api.example.at/",
    "https://xapi.example.at/",
    "https://api.example.at.evil.at/",
    "https://api.example.at./",
    "https://wild.at/",
    "https://.wild.at/",
    "https://a.b.wild.at/",
    "https://evilwild.at/",
    "ftp://api.example.at/",
    "https://api.example.at@evil.at/",
    "https://api.example.at%2eevil.at/",
    "https://аpi.example.at/",
  ])("keeps %s in", (url) => {
    expect(egressRefusal(new URL(url), "GET", rules)).not.toBeNull();
  });
  it.each([
    ["127.0.0.1", "https://127.0.0.1/"],
    ["127.0.0.1", "https://2130706433/"],
    ["127.0.0.1", "https://0x7f.1/"],
    ["127.0.0.1", "https://017700000001/"],
    ["169.254.169.254", "https://169.254.169.254/latest/meta-data"],
    ["10.0.0.5", "https://10.0.0.5/"],
    ["100.64.0.1", "https://100.64.0.1/"],
    ["[::1]", "https://[::1]/"],
    ["[::ffff:7f00:1]", "https://[::ffff:127.0.0.1]/"],
    ["[64:ff9b::a00:1]", "https://[64:ff9b::10.0.0.1]/"],
    ["[fd00::1]", "https://[fd00::1]/"],
    ["localhost", "https://localhost/"],
    ["metadata.google.internal", "https://metadata.google.internal/"],
    ["10.0.0.1.nip.io", "https://10.0.0.1.nip.io/"],
    ["*.nip.io", "https://127-0-0-1.nip.io/"],
    ["*.sslip.io", "https://10-0-0-1.sslip.io/"],
    ["localtest.me", "https://localtest.me/"],
    ["printer.local", "https://printer.local/"],
  ])("keeps in what is declared as %s, for it is no public host: %s", (host, url) => {
    expect(egressRefusal(new URL(url), "GET", [{ host, methods: ["GET"] }])).not.toBeNull();
  });
  it("keeps methods in that were not declared", () => {
    for (const method of ["POST", "get", "CONNECT", "TRACE"])
      expect(egressRefusal(new URL("https://api.example.at/"), method, rules)).not.toBeNull();
  });
});

describe("an exchange with a declared host", () => {
  const url = new URL("https://api.allowed.example/slow");
  const leaving = () => {
    const made = egressRequest(new Request(url), url, [{ host: url.hostname, methods: ["GET"] }]);
    if (made === null) throw new Error("it may leave");
    return made;
  };
  const aborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

  it("ends when the host does not answer in time, and the plugin is told", async () => {
    const answer = await exchange(leaving(), url.hostname, (_, { signal }) => aborted(signal), 20);
    expect([answer.status, answer.headers.get("x-rbsm-egress")]).toEqual([403, "denied"]);
    expect(await answer.text()).toBe("network_denied: api.allowed.example took longer than 0.02 s");
  });

  it("breaks off an answer that never ends", async () => {
    const dripping = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([1])) });
    const answer = await exchange(leaving(), url.hostname, async () => new Response(dripping), 20);
    expect(answer.status).toBe(200);
    await expect(answer.arrayBuffer()).rejects.toThrow(/timeout/);
  });

  it("tells a host that cannot be reached from one that is slow", async () => {
    const answer = await exchange(leaving(), url.hostname, () => Promise.reject(new Error("refused")));
    expect(await answer.text()).toBe("network_denied: api.allowed.example does not answer");
  });
});
