import { expect, test } from "vitest";
import { pluginContext } from "../../../src/sandbox/guest/context.ts";
import { definePlugin, type PluginDefinition } from "../../../src/sdk/index.ts";
import { bridgeContext } from "../../../src/sdk/testing/host/bridge-context.ts";
import { createEmulator, createTestHost, demoSeed, type TestHostOptions } from "../../../src/sdk/testing/index.ts";

const NOON = Date.parse("2026-03-10T12:00:00.000Z");
const KEY = "rk_test_1";
const ALL = [
  "appointments.read",
  "appointments.write",
  "customers.read",
  "customers.write",
  "customers.delete",
  "notifications.read",
  "notifications.send",
  "requests.read",
  "storage.read",
  "storage.write",
  "storage.delete",
];
const MANIFEST = {
  name: "probe",
  version: "1.0.0",
  permissions: ALL.map((code) => ({ code, required: false })),
  events: [{ on: "request.created" }],
  routes: [
    { method: "GET", path: "/notes/:id" },
    { method: "GET", path: "/notes/new" },
    { method: "POST", path: "/notes" },
  ],
  schedules: [{ id: "daily" }],
  egress: [{ host: "ec.europa.eu" }],
};
const CREATED = {
  id: "evt_1",
  event: "request.created",
  version: 1,
  occurredAt: "2026-03-10T12:00:00.000Z",
  entity: "request",
  entityId: "1",
  data: { id: 1 },
} as const;

function host(plugin: PluginDefinition, options: TestHostOptions = {}) {
  const clock = { now: () => NOON };
  const emulator = createEmulator({ apiKey: KEY, seed: demoSeed(NOON), clock });
  return createTestHost(MANIFEST, definePlugin(plugin), { emulator, apiKey: KEY, clock, ...options });
}
const daily = (run: NonNullable<PluginDefinition["schedules"]>[string]) => ({ schedules: { daily: run } });

test("an event reaches its handler, which reads the host and keeps a value", async () => {
  const run = await host({
    events: {
      "request.created": async (context, event) => {
        const request = await context.requests.get(Number(event.entityId));
        await context.storage.set("last", request.name);
        context.log.info("kept", request.name, { id: request.id });
        return request;
      },
    },
  }).event(CREATED);
  expect(run).toMatchObject({
    outcome: "ok",
    value: { id: 1, name: "Petra Lang" },
    calls: { "requests.get": 1, "storage.set": 1 },
    denied: {},
    logs: [{ level: "info", text: 'kept Petra Lang {"id":1}' }],
    storage: { last: "Petra Lang" },
  });
  expect(run.value).not.toHaveProperty("ipAddress");
});

test("without the grant a call is refused, counted and names the run", async () => {
  const plugin = daily(async (context) => void (await context.customers.delete(1)));
  const { emulator, schedule } = host(plugin, { granted: ["customers.read"] });
  expect(await schedule("daily")).toMatchObject({
    outcome: "capability_denied",
    message: "Plugin does not have permission: customers.delete",
    denied: { "customers.delete": 1 },
    calls: {},
  });
  expect(emulator.state.customers).toHaveLength(4);
  expect(emulator.state.calls).toEqual([]);
});

test("a plugin that lives with a refusal ends well", async () => {
  const plugin = daily(async (context) => {
    try {
      await context.notifications.send({ title: "A", message: "B" });
      return "sent";
    } catch (error) {
      return (error as { code: string }).code;
    }
  });
  const run = await host(plugin, { granted: [] }).schedule("daily");
  expect(run).toMatchObject({ outcome: "ok", value: "capability_denied", denied: { "notifications.send": 1 } });
});

test("what the manifest does not declare cannot be granted, heard or called", async () => {
  expect(() => host({}, { granted: ["users.read"] })).toThrow("manifest.json does not declare users.read");
  const { event, route, schedule } = host({});
  expect(() => event({ ...CREATED, event: "customer.created", entity: "customer" })).toThrow(
    "no event customer.created",
  );
  expect(() => route({ method: "DELETE", path: "/notes" })).toThrow("no route DELETE /notes");
  expect(() => schedule("hourly")).toThrow("no schedule hourly");
});

test("an event about an entity that may not be read is skipped", async () => {
  const plugin = { events: { "request.created": () => expect.fail("must not run") } };
  expect((await host(plugin, { granted: ["storage.read"] }).event(CREATED)).outcome).toBe("skipped");
});

test("a declared handler that is not there is plugin_invalid, a missing hook is nothing", async () => {
  const { event, lifecycle } = host({});
  expect((await event(CREATED)).outcome).toBe("plugin_invalid");
  expect((await lifecycle("install")).outcome).toBe("ok");
});

test("routes match by segment, a literal wins, parameters are decoded", async () => {
  const { route } = host({
    routes: {
      "GET /notes/:id": (_, { params }) => ({ body: params.id ?? null }),
      "GET /notes/new": () => ({ body: "form" }),
      "POST /notes": (_, { body }) => ({ status: 201, body }),
    },
  });
  expect((await route({ method: "GET", path: "/notes/a%20b+c" })).value).toEqual({ body: "a b+c" });
  expect((await route({ method: "GET", path: "/notes/new" })).value).toEqual({ body: "form" });
  expect((await route({ method: "POST", path: "/notes", body: { x: 1 } })).value).toEqual({
    status: 201,
    body: { x: 1 },
  });
});

test("creating an appointment answers the row although the host says {}", async () => {
  const data = { title: "Visit", appointmentDate: "2026-04-01", appointmentTime: "09:00" };
  const run = await host(daily((context) => context.appointments.create(data))).schedule("daily");
  expect(run.value).toMatchObject({ id: 6, ...data });
});

test("notifications go to the installing user, and only one's own are listed", async () => {
  const plugin = daily(async (context) => {
    await context.notifications.send({ title: "Hot lead", message: "Petra" });
    return context.notifications.list();
  });
  const { schedule, emulator } = host(plugin);
  expect((await schedule("daily")).value).toEqual([{ title: "Hot lead", message: "Petra" }]);
  expect(emulator.state.notifications.at(-1)).toMatchObject({ userId: 1, title: "Hot lead", type: "info" });
});

test.each([
  ["an uncaught host error", { kind: "C" }, "host_unavailable"],
  ["a proxy's page", { kind: "html" }, "host_unavailable"],
  ["a broken line", { kind: "drop" }, "host_unavailable"],
] as const)("%s is %s to the plugin", async (_, fault, code) => {
  const plugin = daily((context) =>
    context.customers.get(1).then(
      () => "fine",
      (error) => error.code,
    ),
  );
  const { schedule, emulator } = host(plugin);
  emulator.failNext(fault);
  expect((await schedule("daily")).value).toBe(code);
  expect((await schedule("daily")).value).toBe("fine");
});

test.each([
  ["a row that is not there", (context) => context.customers.get(77), "host_refused"],
  ["an id that is none", (context) => context.customers.get(1.5), "invalid_arguments"],
  ["a filter that is no plain value", (context) => context.customers.list({ city: { $ne: "" } }), "invalid_arguments"],
  ["a filter the host does not have", (context) => context.customers.list({ password: "x" }), "invalid_arguments"],
  ["a page of 101", (context) => context.requests.list({ limit: 101 }), "invalid_arguments"],
  ["a customer without a name", (context) => context.customers.create({ city: "Graz" }), "invalid_arguments"],
  [
    "a day that is none",
    (context) => context.appointments.create({ title: "A", appointmentDate: "2026-02-30", appointmentTime: "09:00" }),
    "invalid_arguments",
  ],
  ["a cursor of one's own making", (context) => context.storage.list({ cursor: "%" }), "invalid_arguments"],
  ["a key with a line break", (context) => context.storage.get("a\nb"), "invalid_arguments"],
  ["a key of 257 bytes", (context) => context.storage.set(`${"ä".repeat(128)}a`, 1), "invalid_arguments"],
  ["a value over 64 KiB", (context) => context.storage.set("k", "x".repeat(65536)), "invalid_arguments"],
  [
    "a title of 101 letters",
    (context) => context.notifications.send({ title: "x".repeat(101), message: "" }),
    "invalid_arguments",
  ],
] as [string, NonNullable<PluginDefinition["schedules"]>[string], string][])("%s is refused", async (_, call, code) => {
  const plugin = daily(async (context) => {
    try {
      await call(context, { id: "daily" });
      return "fine";
    } catch (error) {
      return (error as { code: string }).code;
    }
  });
  expect((await host(plugin).schedule("daily")).value).toBe(code);
});

test("storage keeps order, pages and a quota", async () => {
  const plugin = daily(async (context) => {
    for (const key of ["b:2", "a:1", "b:1", "b:3"]) await context.storage.set(key, key.length);
    const first = await context.storage.list({ prefix: "b:", limit: 2 });
    const rest = await context.storage.list({ prefix: "b:", limit: 2, cursor: first.cursor ?? "" });
    await context.storage.delete("a:1");
    return [first.items.map(({ key }) => key), rest.items.map(({ key }) => key), "cursor" in rest];
  });
  const run = await host(plugin).schedule("daily");
  expect(run.value).toEqual([["b:1", "b:2"], ["b:3"], false]);
  expect(run.storage).toEqual({ "b:1": 3, "b:2": 3, "b:3": 3 });
  const full = daily((context) => context.storage.set("k", "x".repeat(50)));
  const refused = await host(full, { storageQuotaBytes: 40 }).schedule("daily");
  expect(refused).toMatchObject({ outcome: "plugin_error", message: "Storage quota exceeded", storage: {} });
});

test("the host's own limit, a 401 there, is rate_limited to the plugin", async () => {
  const emulator = createEmulator({ apiKey: KEY, seed: demoSeed(NOON), clock: { now: () => NOON }, callsPerMinute: 1 });
  const plugin = daily(async (context) => {
    await context.customers.get(1);
    return context.customers.get(1).then(
      () => "fine",
      ({ code, retryAfter }) => ({ code, retryAfter }),
    );
  });
  const { value } = await host(plugin, { emulator }).schedule("daily");
  expect(value).toEqual({ code: "rate_limited", retryAfter: 60 });
});

test("a method has its own limit per minute", async () => {
  const plugin = daily(async (context) => {
    for (let i = 0; i < 11; i++) await context.customers.create({ name: `N${i}` });
  });
  const run = await host(plugin).schedule("daily");
  expect(run).toMatchObject({ outcome: "plugin_error", message: "Rate limit exceeded for customers.create" });
});

test("only declared https hosts are reached, and fetch is itself again afterwards", async () => {
  const outer = globalThis.fetch;
  const asked: string[] = [];
  const network = async (request: Request) => {
    asked.push(request.url);
    return new Response('{"isValid":true}');
  };
  const to = (url: string, init?: RequestInit) => daily(async () => (await fetch(url, init)).text());
  const fine = await host(to("https://ec.europa.eu/x"), { network }).schedule("daily");
  expect(fine).toMatchObject({ outcome: "ok", value: '{"isValid":true}' });
  for (const plugin of [
    to("https://evil.example/"),
    to("http://ec.europa.eu/x"),
    to("https://ec.europa.eu:8443/x"),
    to("https://ec.europa.eu.evil.example/"),
    to("https://ec.europa.eu/x", { method: "DELETE" }),
  ]) {
    expect((await host(plugin, { network }).schedule("daily")).outcome).toBe("network_denied");
  }
  expect(asked).toEqual(["https://ec.europa.eu/x"]);
  expect(globalThis.fetch).toBe(outer);
});

test("an answer that is no JSON or too large is plugin_output", async () => {
  expect((await host(daily(() => "x".repeat(262_144))).schedule("daily")).outcome).toBe("plugin_output");
  expect((await host(daily(() => "x".repeat(1000))).schedule("daily")).outcome).toBe("ok");
});

test("work left behind finds its session closed", async () => {
  let late: Promise<unknown> = Promise.resolve();
  const plugin = daily((context) => {
    late = new Promise((resolve) => setTimeout(resolve, 5)).then(() => context.storage.set("late", 1));
    late.catch(() => {});
  });
  const run = await host(plugin).schedule("daily");
  expect(run.outcome).toBe("ok");
  await expect(late).rejects.toMatchObject({ name: "BridgeError", code: "session_closed" });
});

test("the test host's context makes the same calls as the one inside an isolate", async () => {
  const seen: Record<"test" | "guest", [string, unknown][]> = { test: [], guest: [] };
  const bridge = (into: [string, unknown][]) => ({
    call: async (method: string, args: unknown, bytes?: Uint8Array) => {
      into.push([method, args, ...(bytes === undefined ? [] : [[...bytes]])] as [string, unknown]);
      return { ok: true as const, value: null };
    },
    log: async () => {},
  });
  const facts = {
    installation: "act_1",
    settings: { greeting: "Servus" },
    license: { tier: "basic" as const, status: "active" as const, features: ["a"], limits: { storage: 1 } },
  };
  const contexts = {
    test: bridgeContext({ plugin: { name: "p", version: "1.0.0" }, ...facts }, bridge(seen.test)),
    guest: pluginContext({ plugin: "p", version: "1.0.0", ...facts }, bridge(seen.guest)).context,
  };
  for (const context of Object.values(contexts)) {
    expect([context.plugin, context.installation]).toEqual([{ name: "p", version: "1.0.0" }, { id: "act_1" }]);
    for (const entity of [context.customers, context.requests, context.appointments]) {
      await entity.list();
      await entity.list({ page: 2 });
      await entity.get(1);
      await entity.create({ a: 1 });
      await entity.update(1, { a: 2 });
    }
    await context.customers.delete(1);
    await context.appointments.cancel(1);
    await context.appointments.cancel(1, "note");
    await context.notifications.send({ title: "t", message: "m", type: "info" });
    await context.notifications.list();
    await context.storage.get("k");
    await context.storage.set("k", { v: 1 });
    await context.storage.delete("k");
    await context.storage.list();
    await context.storage.list({ prefix: "p", limit: 1 });
    await context.storage.getMany(["a", "b"]);
    await context.storage.setMany([{ key: "a", value: 1 }]);
    await context.storage.compareAndSet("a", null, 1);
    await context.storage.increment("n");
    await context.storage.increment("n", -2);
    await context.files.put("f", "text", "text/plain");
    await context.files.put("f", new Uint8Array([1, 2]), "image/png");
    expect(await context.files.get("f")).toBeNull();
    await context.files.list({ prefix: "f" });
    await context.files.delete("f");
    await context.secrets.get("apiKey");
    await context.events.emit("done");
    await context.events.emit("done", { id: 1 });
    await context.webhooks.trigger("done", { id: 1 });
    await context.i18n.strings("de-AT");
    expect([context.settings, context.license]).toEqual([facts.settings, facts.license]);
  }
  expect(seen.test).toHaveLength(40);
  expect(seen.test).toEqual(seen.guest);
});

test("code that relies on a permission the manifest does not declare is an error of the test", () => {
  const plugin = definePlugin({ permissions: ["requests.write"] });
  expect(() => createTestHost(MANIFEST, plugin)).toThrow("manifest.json does not declare requests.write");
});
