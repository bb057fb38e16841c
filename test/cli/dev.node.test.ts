import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { buildPlugin } from "../../src/cli/work/build-plugin.ts";
import { type DevSession, startDev } from "../../src/cli/work/dev/dev-session.ts";
import { declaredCalls, runOnce } from "../../src/cli/work/dev/run-once.ts";
import type { Happening } from "../../src/cli/work/dev/workbench.ts";
import { initProject } from "../../src/cli/work/init-project.ts";
import { documentOf, rbsm } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let session: DevSession;
const happenings: Happening[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-dev-"));
  await initProject({ folder, template: "mixed", name: "visit-notes", publisher: "acme" });
  const started = await startDev(folder, { port: 0, isOnline: false, onHappening: (one) => void happenings.push(one) });
  if (!started.ok) throw new Error(started.problem.message);
  session = started.value;
});
afterAll(async () => {
  await session.close();
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string) => new URL(name, session.url);
const order = (call: object, headers: Record<string, string> = { "x-rbsm": "dev" }) =>
  fetch(at("/run"), { method: "POST", headers, body: JSON.stringify(call) });
const count = async () =>
  ((await (await order({ kind: "route", method: "GET", path: "/count" })).json()) as { value: { body: unknown } }).value
    .body;
const CREATED = { kind: "event", name: "appointment.created" };

/** Writes the server code anew and waits until the session has built it. */
async function change(edit: (source: string) => string): Promise<Happening & { kind: "build" }> {
  const before = happenings.filter(({ kind }) => kind === "build").length;
  const file = path.join(folder, "src/server.ts");
  await writeFile(file, edit(await readFile(file, "utf8")));
  return vi.waitFor(
    () => {
      const built = happenings.filter((one) => one.kind === "build").slice(before);
      if (!built[0]) throw new Error("not built yet");
      return built[0];
    },
    { timeout: 20_000 },
  );
}

describe("a session", () => {
  it("runs events and routes in a real isolate, and the log tells every wish", async () => {
    expect(await (await order(CREATED)).json()).toMatchObject({ ok: true });
    expect(await count()).toEqual({ count: 1 });
    expect(happenings.filter((one) => one.kind === "call").map((one) => one.method)).toEqual([
      "storage.get",
      "storage.set",
      "storage.get",
    ]);
    const log = (await fetch(at("/log"))).body?.getReader();
    const first = new TextDecoder().decode((await log?.read())?.value);
    await log?.cancel();
    expect(first).toContain('"method":"storage.set"');
  });

  it("shows what can be called, on a page of its own", async () => {
    expect(await (await fetch(at("/state"))).json()).toMatchObject({
      name: "visit-notes",
      events: ["appointment.created"],
      routes: [{ method: "GET", path: "/count" }, { path: "/summary" }],
      pages: [{ file: "ui/index.html" }, { slot: "widget.summary", blocks: "view/widget.summary" }],
    });
    const page = await fetch(session.url);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(await page.text()).toContain("/page/page.js");
  });

  it("shows the plugin's pages without origin and without network", async () => {
    const page = await fetch(at("/ui/index.html"));
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toMatch(/^sandbox allow-scripts; default-src 'none'/);
    expect((await fetch(at("/ui/%2e%2e/manifest.json"))).status).toBe(404);
    expect((await fetch(at("/ui/nothing.js"))).status).toBe(404);
  });

  it("shows views of blocks as the marketplace does, names what is wrong with one, and no other site posts to them", async () => {
    const shown = await fetch(at("/view/widget.summary"));
    expect(shown.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await shown.text()).toMatch(/<dt>Appointments<\/dt><dd>\d+<\/dd>/);
    expect((await fetch(at("/page/view.css"))).headers.get("content-type")).toContain("text/css");
    for (const [slot, status] of [
      ["page.home", 404],
      ["widget.nothing", 404],
    ] as const)
      expect((await fetch(at(`/view/${slot}`))).status).toBe(status);
    const post = (origin: string, body: string) =>
      fetch(at("/view/widget.summary"), { method: "POST", headers: { origin }, body });
    const own = session.url.replace(/\/$/, "");
    expect((await post("https://evil.example", "rbsm-action=POST+%2Fnothing")).status).toBe(403);
    expect((await post(own, "name=Eva")).status).toBe(400);
    expect(await (await post(own, "rbsm-action=POST+%2Fnothing")).text()).toContain(
      "No session route answers POST /nothing",
    );
    const elsewhere = await fetch(at("/view/widget.summary?rbsm-route=%2Fcount"));
    expect(await elsewhere.text()).toContain("view_invalid");
  });

  it("takes no orders from foreign pages and answers no other host name", async () => {
    expect((await order(CREATED, { origin: "https://evil.example" })).status).toBe(403);
    const status = await new Promise((resolve) => {
      const { port } = new URL(session.url);
      httpRequest({ host: "127.0.0.1", port, path: "/state", headers: { host: "evil.example" } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    expect(status).toBe(403);
    expect((await order({ kind: "event", name: "nothing.happened" })).status).toBe(400);
    expect((await order({ kind: "shell" })).status).toBe(400);
  });

  it("builds again when a file changes, keeps the storage, and survives code that does not build", async () => {
    const before = (await count()) as { count: number };
    expect(await change((source) => source.replace("+ 1);", "+ 10);"))).toMatchObject({ ok: true });
    await order(CREATED);
    expect(await count()).toEqual({ count: before.count + 10 });
    expect(await change((source) => `${source}\nlet broken = ;\n`)).toMatchObject({ ok: false });
    expect(await count()).toEqual({ count: before.count + 10 });
    expect(await change((source) => source.replace("let broken = ;", ""))).toMatchObject({ ok: true });
  });

  it("outlives a plugin that loops: its process is killed and the next call gets a new one", async () => {
    await change((source) =>
      source.replace("await context.storage.set", "for (;;) {}\n      await context.storage.set"),
    );
    expect(await (await order(CREATED)).json()).toMatchObject({ ok: false, error: { code: "plugin_timeout" } });
    expect(session.workbench.restarts).toBe(1);
    expect(await count()).toMatchObject({ count: expect.any(Number) });
  });

  it("refuses a port that is taken", async () => {
    const { port } = new URL(session.url);
    const second = await startDev(folder, { port: Number(port), isOnline: false, onHappening: () => {} });
    expect(second).toMatchObject({ ok: false, problem: { code: "port_taken", kind: "conflict" } });
  });
});

describe("once", () => {
  it("runs everything a plugin declares, one after the other, and shows what each did", async () => {
    const fresh = await mkdtemp(path.join(os.tmpdir(), "rbsm-once-"));
    try {
      await initProject({ folder: fresh, template: "automation", name: "visit-notes", publisher: "acme" });
      const bundle = await buildPlugin(fresh);
      if (!bundle.ok) throw new Error(bundle.problem.message);
      expect(declaredCalls(bundle.value)).toEqual([{ kind: "event", name: "request.created" }]);
      const ran = await runOnce(bundle.value, [...declaredCalls(bundle.value), { kind: "event", name: "no.event" }], {
        isOnline: false,
      });
      expect(ran).toMatchObject([
        { what: "event request.created", reply: { ok: true, report: { calls: { "notifications.send": 1 } } } },
        null,
      ]);

      const told = await rbsm(["dev", fresh, "--once", "--event", "request.created", "--json"], { cwd: fresh });
      expect(told).toMatchObject({ code: 0, stderr: "" });
      expect(documentOf(told)).toMatchObject({ ok: true, what: "event request.created", reply: { ok: true } });
      const [none, both, failed] = await Promise.all([
        rbsm(["dev", fresh, "--once", "--json"], { cwd: fresh }),
        rbsm(["dev", fresh, "--once", "--event", "a", "--schedule", "b", "--json"], { cwd: fresh }),
        rbsm(["dev", fresh, "--once", "--schedule", "nightly", "--json"], { cwd: fresh }),
      ]);
      expect([none.code, both.code, failed.code]).toEqual([2, 2, 1]);
      expect(documentOf(failed).problem).toMatchObject({ code: "plugin_invalid", kind: "bundle" });
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });

  it("hands a plugin the settings and secrets of a file, and refuses what its manifest does not declare", async () => {
    const fresh = await mkdtemp(path.join(os.tmpdir(), "rbsm-facts-"));
    try {
      await initProject({ folder: fresh, template: "automation", name: "visit-notes", publisher: "acme" });
      const manifestFile = path.join(fresh, "manifest.json");
      const manifest = JSON.parse(await readFile(manifestFile, "utf8"));
      const fields = [
        { key: "tone", type: "text", label: "Tone", default: "kind" },
        { key: "place", type: "text", label: "Place", default: "Graz" },
        { key: "apiKey", type: "secret", label: "API key", readable: true },
      ];
      await writeFile(manifestFile, JSON.stringify({ ...manifest, settings: { version: 1, fields } }));
      const handler = `async (context) => {
        context.log.info([context.settings.tone, context.settings.place, await context.secrets.get("apiKey")]);
      }`;
      await writeFile(
        path.join(fresh, "src/server.ts"),
        `import { definePlugin } from "@rising-bsm/plugin-sdk";
        export default definePlugin({ events: { "request.created": ${handler} } });`,
      );
      const facts = path.join(fresh, "facts.json");
      const once = async (text?: string) => {
        if (text !== undefined) await writeFile(facts, text);
        const flag = text === undefined ? [] : ["--settings", facts];
        return rbsm(["dev", fresh, "--once", "--event", "request.created", ...flag, "--json"], { cwd: fresh });
      };
      const said = async (text?: string) => {
        const reply = documentOf(await once(text)).reply as { report: { logs: { text: string }[] } };
        return reply.report.logs[0]?.text ?? "";
      };
      expect(JSON.parse(await said())).toEqual(["kind", "Graz", null]);
      const set = { settings: { tone: "curt" }, secrets: { apiKey: "s3cret" } };
      expect(JSON.parse(await said(JSON.stringify(set)))).toEqual(["curt", "Graz", "s3cret"]);
      // The same on the page of a session.
      const dev = await startDev(fresh, { port: 0, isOnline: false, onHappening: () => {} });
      if (!dev.ok) throw new Error(dev.problem.message);
      try {
        const { url } = dev.value;
        const post = (name: string, body: object, headers: Record<string, string> = { "x-rbsm": "dev" }) =>
          fetch(new URL(name, url), { method: "POST", headers, body: JSON.stringify(body) });
        expect((await post("/settings", set, {})).status).toBe(403);
        expect((await post("/settings", { values: {} })).status).toBe(400);
        const refused = await post("/settings", { settings: { tone: 1 } });
        expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining("settings/tone")]);
        expect((await post("/settings", set)).status).toBe(200);
        expect((await post("/settings", { settings: { tone: "dry" } })).status).toBe(200);
        const state = await (await fetch(new URL("/state", url))).json();
        expect(state.settings).toMatchObject({ values: { tone: "dry" }, secrets: ["apiKey"] });
        expect(JSON.stringify(state)).not.toContain("s3cret");
        const reply = await (await post("/run", { kind: "event", name: "request.created" })).json();
        expect(JSON.parse(reply.report.logs[0].text)).toEqual(["dry", "Graz", "s3cret"]);
      } finally {
        await dev.value.close();
      }
      for (const bad of ['{"values":{}}', '{"secrets":{"tone":"x"}}']) {
        const refused = await once(bad);
        expect(refused.code, bad).toBe(2);
        expect(documentOf(refused).problem).toMatchObject({ code: "option_invalid" });
      }
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
});
