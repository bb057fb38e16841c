import { env, exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import type { IndexDocument } from "../../../src/domain/resolve/index-document.ts";
import { resolve } from "../../../src/domain/resolve/resolve.ts";
import { call, ORIGIN } from "../account/calls.worker.ts";
import { makePlugin, type TestPlugin } from "../license/shop.worker.ts";

let writer: TestPlugin;
let reports: TestPlugin;
let invoices: TestPlugin;

beforeAll(async () => {
  writer = await makePlugin();
  reports = await makePlugin({ dependencies: { [writer.name]: "^1.0.0" } });
  invoices = await makePlugin({ dependencies: { [writer.name]: "1.0.0", [reports.name]: "*" } });
});

const ask = (body: Record<string, unknown>) => call("POST", "/v1/resolve", { body: { appVersion: "0.1.0", ...body } });
// biome-ignore lint/suspicious/noExplicitAny: answers are read by the test that knows their shape
const names = (list: any[]) => list.map(({ name, version }) => `${name} ${version}`);

it("anybody may ask: the newest of everything, needed ones first, with what all of it may do", async () => {
  const { status, body } = await ask({ roots: { [reports.name]: "*" } });
  expect(status).toBe(200);
  expect(names(body.install)).toEqual([`${writer.name} 1.1.0`, `${reports.name} 1.1.0`]);
  expect(body.closure.capabilities).toMatchObject({
    permissions: ["requests.read"],
    optionalPermissions: ["storage.write"],
  });
  expect(body.closure.elements).toContainEqual({
    kind: "permissions",
    value: "requests.read",
    paths: [`${writer.name}`, `${reports.name}`]
      .sort()
      .map((name) => (name === writer.name ? `${reports.name} → ${name}` : name)),
  });
  expect(body.closureDigest).toMatch(/^[0-9a-f]{64}$/);
});

it("a lock is kept, an update moves it, what nobody needs goes", async () => {
  const roots = { [invoices.name]: "1.0.0" };
  const first = (await ask({ roots })).body;
  expect(names(first.install)).toContain(`${writer.name} 1.0.0`);
  const lock = Object.fromEntries(
    first.install.map(({ name, version, sha256 }: Record<string, string>) => [name, { version, sha256 }]),
  );
  expect(names((await ask({ roots, lock })).body.keep)).toEqual(names(first.install));
  const moved = (await ask({ roots: { [writer.name]: "*" }, lock, update: [writer.name] })).body;
  expect(moved).toMatchObject({
    install: [],
    keep: [],
    update: [{ name: writer.name, from: "1.0.0", version: "1.1.0" }],
  });
  expect(names(moved.remove).sort()).toEqual([`${invoices.name} 1.0.0`, `${reports.name} 1.1.0`].sort());
});

it("what cannot be is told in sentences, with what would work", async () => {
  const { status, body } = await ask({ roots: { [invoices.name]: "*", [writer.name]: "^1.1.0" } });
  expect([status, body.code]).toEqual([409, "resolution_conflict"]);
  const { explanation, wouldWork } = body.error.details;
  expect(explanation).toEqual([
    `You asked for \`${writer.name} ^1.1.0\`, and every version of \`${invoices.name}\` needs \`${writer.name} 1.0.0\`.`,
    `No version of ${writer.name} is in both ranges, so they cannot be installed together.`,
  ]);
  expect(wouldWork[0]).toBe(`${writer.name} 1.0.0 instead of ${writer.name} ^1.1.0.`);
  expect(body.detail).toContain("What would work:");
  expect((await ask({ roots: { "never-was": "*" } })).body.error.details.explanation).toEqual([
    "There is no plugin never-was.",
  ]);
});

it("withdrawn, blocked and held back are what they are", async () => {
  const plugin = await makePlugin();
  const set = (state: string, version: string) =>
    env.DB.prepare("UPDATE releases SET state = ?1 WHERE plugin_id = ?2 AND version = ?3")
      .bind(state, Number(plugin.id), version)
      .run();
  const roots = { [plugin.name]: "^1.0.0" };
  await set("yanked", "1.1.0");
  expect(names((await ask({ roots })).body.install)).toEqual([`${plugin.name} 1.0.0`]);
  const pinned = (await ask({ roots: { [plugin.name]: "1.1.0" } })).body;
  expect(pinned).toMatchObject({ install: [{ version: "1.1.0" }], notices: [{ state: "yanked" }] });
  const lock = { [plugin.name]: { version: "1.1.0", sha256: pinned.install[0].sha256 } };
  expect(names((await ask({ roots, lock })).body.keep)).toEqual([`${plugin.name} 1.1.0`]);
  await set("blocked", "1.1.0");
  const refused = await ask({ roots, lock });
  expect([refused.status, refused.body.code]).toEqual([409, "locked_release_blocked"]);
  expect((await ask({ roots, lock, update: [plugin.name] })).body.update[0]).toMatchObject({
    from: "1.1.0",
    version: "1.0.0",
  });
  await env.DB.prepare("UPDATE plugins SET state = 'quarantined' WHERE id = ?").bind(Number(plugin.id)).run();
  expect((await ask({ roots })).status).toBe(409);
});

it("hands out the documents it chooses over, with all they lead to", async () => {
  const { status, body, headers } = await call("GET", `/v1/index?names=${invoices.name}`);
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toBe("public, max-age=60");
  expect(body.plugins.map(({ name }: { name: string }) => name).sort()).toEqual(
    [invoices.name, reports.name, writer.name].sort(),
  );
  expect((await call("GET", "/v1/index?names=Not%20a%20name")).status).toBe(422);
});

it.each([
  [{ roots: { UPPER: "*" } }],
  [{ roots: { plain: "not a range" } }],
  [{ roots: [] }],
  [{ roots: {}, appVersion: "one" }],
  [{ roots: {}, lock: { plain: { version: "1.0.0", sha256: "short" } } }],
  [{ roots: {}, channels: { plain: "nightly" } }],
])("a malformed question is refused: %j", async (body) => {
  const answer = await ask(body);
  expect([answer.status, answer.body.code]).toEqual([422, "VALIDATION_ERROR"]);
});

it("client and server choose the same, byte for byte, over the documents of the index", async () => {
  const requests = [
    { roots: { [reports.name]: "*" } },
    { roots: { [invoices.name]: "*", [writer.name]: "1.0.0" } },
    { roots: { [invoices.name]: "*" }, minimal: true },
  ];
  for (const request of requests) {
    const wanted = { appVersion: "0.1.0", lock: {}, channels: {}, update: [], minimal: false, ...request };
    const names = Object.keys(request.roots).join(",");
    const index = (await call("GET", `/v1/index?names=${names}`)).body as { plugins: IndexDocument[] };
    const here = await resolve(new Map(index.plugins.map((document) => [document.name, document])), wanted as never);
    const there = await exports.default.fetch(`${ORIGIN}/v1/resolve`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ appVersion: "0.1.0", ...request }),
    });
    expect([there.status, await there.text()]).toEqual([200, JSON.stringify(here.ok ? here.value : here.problem)]);
  }
});

it("a capability object is kept under its bundle's digest when first asked for, and read from there", async () => {
  const kept = await env.DB.prepare("SELECT count(*) AS n FROM capability_objects").first<number>("n");
  expect(kept).toBeGreaterThan(0);
  const { results } = await env.DB.prepare(
    "SELECT r.sha256 FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE p.name = ?",
  )
    .bind(writer.name)
    .all<{ sha256: string }>();
  const object = { permissions: ["customers.read"] };
  const before = (await ask({ roots: { [writer.name]: "*" } })).body;
  for (const { sha256 } of results)
    await env.DB.prepare("UPDATE capability_objects SET object = json_patch(object, ?) WHERE sha256 = ?")
      .bind(JSON.stringify(object), sha256)
      .run();
  expect((await ask({ roots: { [writer.name]: "*" } })).body.closure.capabilities.permissions).toEqual([
    "customers.read",
  ]);
  await env.DB.prepare("DELETE FROM capability_objects").run();
  expect((await ask({ roots: { [writer.name]: "*" } })).body).toEqual(before);
});
