import { afterEach, expect, it } from "vitest";
import { definePlugin, type PluginContext } from "../../../src/sdk/index.ts";
import { createTestHost, customerFixture, eventFixture, requestFixture } from "../../../src/sdk/testing/index.ts";
import {
  createIsolateHost,
  type IsolateHost,
  type IsolateHostOptions,
} from "../../../src/sdk/testing/isolate/index.ts";

const SLOW = { timeout: 60_000 };
const MANIFEST = {
  name: "probe",
  version: "1.0.0",
  type: "automation",
  permissions: ["requests.read", "storage.read", "storage.write"].map((code) => ({ code, required: false })),
  events: [{ on: "request.created", timeoutMs: 1000 }, { on: "customer.created" }],
  routes: [{ method: "GET", path: "/x" }],
  schedules: [{ id: "daily" }],
  egress: [{ host: "ec.europa.eu", methods: ["GET"] }],
};
const CREATED = eventFixture("request.created", requestFixture({ id: 1 }));
let host: IsolateHost | undefined;
afterEach(() => host?.dispose());

function play(body: string, options: IsolateHostOptions = {}): IsolateHost {
  const module = `export default { events: { "request.created": async (context, event) => { ${body} }, "customer.created": () => 1 },
    schedules: { daily: async (context) => { ${body} } }, routes: { "GET /x": async (context, request) => ({ body: request.query }) } };`;
  host = createIsolateHost(MANIFEST, module, options);
  return host;
}

it("runs a module in the real sandbox, on the emulated host and on storage of its own", SLOW, async () => {
  const one = play(`
    const request = await context.requests.get(Number(event.entityId));
    await context.storage.set("name", request.name);
    context.log.info("kept", request.name);
    return { name: request.name };`);
  const run = await one.event(CREATED);
  const name = one.emulator.state.requests[0]?.name;
  expect(run).toMatchObject({ outcome: "ok", value: { name }, storage: { name }, denied: {} });
  expect(run.calls).toEqual({ "requests.get": 1, "storage.set": 1 });
  expect(run.logs).toEqual([{ level: "info", text: `kept ${name}` }]);
  expect(await one.route({ method: "GET", path: "/x", query: { a: "1" } })).toMatchObject({
    outcome: "ok",
    value: { body: { a: "1" } },
  });
});

it("is as strict as the marketplace: no process, no network, no ungranted call", SLOW, async () => {
  expect((await play(`return typeof process + typeof require`).event(CREATED)).value).toBe("undefinedundefined");
  await host?.dispose();
  const denied = await play(`await context.requests.list()`, { granted: ["storage.read"] }).schedule("daily");
  expect(denied).toMatchObject({ outcome: "capability_denied", denied: { "requests.list": 1 } });
  expect((await host?.event(eventFixture("customer.created", customerFixture())))?.outcome).toBe("skipped");
  await host?.dispose();
  expect((await play(`await fetch("https://example.com/")`).event(CREATED)).outcome).toBe("network_denied");
});

it("lets a declared host through, played by the test", SLOW, async () => {
  const network = (request: Request) => new Response(`you asked ${new URL(request.url).pathname}`);
  const run = await play(`return (await fetch("https://ec.europa.eu/vat")).text()`, { network }).event(CREATED);
  expect(run).toMatchObject({ outcome: "ok", value: "you asked /vat" });
});

it("stops a plugin that loops, names it, and runs the next call in a fresh process", SLOW, async () => {
  const one = play(`if (event.entityId === "1") for (;;); return "alive"`);
  expect((await one.event(CREATED)).outcome).toBe("plugin_timeout");
  expect(await one.event(eventFixture("request.created", requestFixture({ id: 2 })))).toMatchObject({ value: "alive" });
});

it("calls nothing the manifest does not declare, and grants nothing either", SLOW, async () => {
  const one = play(`return 1`);
  await expect(one.schedule("nightly")).rejects.toThrow("declares no schedule nightly");
  await expect(one.event(eventFixture("appointment.created", { id: 1 }))).rejects.toThrow("declares no event");
  expect(() => play("", { granted: ["customers.delete"] })).toThrow("does not declare customers.delete");
});

const WHOLE = {
  ...MANIFEST,
  permissions: ["storage.delete", "storage.read", "storage.write", "webhooks.trigger"].map((code) => ({
    code,
    required: false,
  })),
  emits: ["done"],
  egress: [{ host: "ec.europa.eu", methods: ["GET"] }],
  settings: {
    fields: [
      { key: "tone", type: "text", label: "Tone", default: "kind" },
      { key: "mine", type: "secret", label: "Mine", readable: true },
      { key: "gate", type: "secret", label: "Gate", inject: { host: "ec.europa.eu", header: "x-key" } },
    ],
  },
};
const FACTS = {
  settings: { tone: "plain" },
  secrets: { mine: "s3cret", gate: "k3y" },
  strings: { en: { hello: "Hello {name}", bye: "Bye" }, de: { hello: "Servus {name}" } },
  license: { tier: "premium" as const, limits: { storage: 5 } },
};
const network = async (request: Request) => new Response(request.headers.get("x-key") ?? "nothing");

/** Everything the context has, as one value. */
async function everything(context: PluginContext) {
  const code = (error: { code?: string }) => error.code ?? "";
  return {
    settings: context.settings,
    license: context.license,
    own: await context.secrets.get("mine"),
    gate: await context.secrets.get("gate").catch(code),
    sent: await (await fetch("https://ec.europa.eu/x")).text(),
    texts: [await context.i18n.text("de-AT", "hello", { name: "Eva" }), await context.i18n.text("de", "bye")],
    told: (await context.events.emit("done", { n: 1 })).deliveries,
    other: await context.events.emit("other").catch(code),
    hook: typeof (await context.webhooks.trigger("done")).id,
    counted: [await context.storage.increment("n"), await context.storage.increment("n", 4)],
    first: await context.storage.compareAndSet("c", null, 1),
    second: await context.storage.compareAndSet("c", null, 2),
    none: await context.storage.setMany([{ key: "a", value: 1 }]),
    many: await context.storage.getMany(["a", "c", "z"]),
    put: (await context.files.put("f.txt", "Grüße", "text/plain")).size,
    bad: await context.files.put("f.txt", "x", "no type").catch(code),
    big: await context.files.put("g", new Uint8Array(4_194_305), "a/b").catch(code),
    read: new TextDecoder().decode((await context.files.get("f.txt"))?.bytes),
    listed: (await context.files.list()).items.map(({ key }) => key),
    gone: [await context.files.delete("f.txt"), await context.files.get("f.txt")],
  };
}

it("answers every capability as the host in memory does", SLOW, async () => {
  host = createIsolateHost(WHOLE, `export default { schedules: { daily: ${everything.toString()} } };`, {
    ...FACTS,
    network,
  });
  const inside = await host.schedule("daily");
  const memory = await createTestHost(WHOLE, definePlugin({ schedules: { daily: everything as never } }), {
    ...FACTS,
    network: network as never,
  }).schedule("daily");
  expect(inside).toMatchObject({ outcome: "ok", emitted: [{ name: "done", data: { n: 1 } }], files: [] });
  const { value, calls, storage, files, emitted, webhooks, outcome } = memory;
  expect(inside).toMatchObject({ value, calls, storage, files, emitted, webhooks, outcome });
  expect(inside.value).toMatchObject({ own: "s3cret", gate: "capability_denied", sent: "k3y", counted: [1, 5] });
});
