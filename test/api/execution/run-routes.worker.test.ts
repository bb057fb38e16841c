import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { NOON, setClock } from "../../clock.ts";
import { onRequest } from "../../sandbox/job.ts";
import { call } from "../account/calls.worker.ts";
import {
  ended,
  type Installed,
  installPlugin,
  postEvent,
  type Registered,
  registeredInstance,
  requestCreated,
} from "./installed.worker.ts";

const ORIGIN = "http://localhost:8787";
const ROUTES = [
  { method: "GET", path: "/notes/:id", access: "session" },
  { method: "GET", path: "/notes/secret", access: "session", hostPermission: "settings.view" },
  { method: "GET", path: "/page", access: "public" },
  { method: "POST", path: "/echo", access: "public", bodyKiB: 1 },
  { method: "POST", path: "/stripe", access: "webhook", bodyKiB: 4 },
];
const MODULE = `
  const sent = (status, body, headers) => ({ status, body, headers });
  export default { routes: {
    "GET /notes/:id": async (context, request) => sent(200, { id: request.params.id, user: request.user, query: request.query }),
    "GET /notes/secret": async () => sent(200, "for few"),
    "GET /page": async (context, request) => {
      if (request.query.do === "throw") throw new Error("secret detail of the tenant");
      if (request.query.do === "hang") await new Promise((done) => setTimeout(done, 60_000));
      if (request.query.do === "redirect") return { status: 302, headers: { location: "https://evil.example" } };
      if (request.query.do === "nothing") return 7;
      return sent(200, "<script>alert(1)</script>", { "content-type": "text/html", "set-cookie": "a=b",
        "access-control-allow-origin": "*", "content-security-policy": "default-src *", "x-plugin-note": "kept", "cache-control": "public" });
    },
    "POST /echo": async (context, request) => sent(201, request),
    "POST /stripe": async (context, request) => sent(200, { raw: request.rawBody, body: request.body, auth: request.headers.authorization ?? null,
      signature: request.headers["stripe-signature"] }),
    "GET /undeclared": async () => sent(200, "never"),
  } };`;

let shared: Promise<{ instance: Registered; installed: Installed }> | undefined;
async function routed() {
  shared ??= (async () => {
    const instance = await registeredInstance();
    return { instance, installed: await installPlugin({ instance, module: MODULE, routes: ROUTES, type: "api" }) };
  })();
  return shared;
}
async function run(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  const { installed } = await routed();
  return exports.default.fetch(`${ORIGIN}/run/${installed.activationId}${path}`, { method, ...init });
}
const asUser = async (user: object = { id: "7" }) => ({
  headers: { authorization: `Bearer ${await (await routed()).instance.bearer()}`, "x-rbsm-user": JSON.stringify(user) },
});

it("answers the instance's signed-in user on a session route, with parameters and query", async () => {
  const answer = await run("GET", "/notes/a%20b?x=1&x=2", await asUser({ id: "7", role: "manager" }));
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ id: "a b", user: { id: "7", role: "manager" }, query: { x: "2" } });
  expect(answer.headers.get("x-rbsm-execution")).toMatch(/^exe_/);
});

it("asks for the user, for the host permission, and tells strangers that nothing is there", async () => {
  expect((await run("GET", "/notes/1")).status).toBe(401);
  const nobody = await run("GET", "/notes/1", { headers: { "x-rbsm-user": '{"id":"1"}' } });
  expect(nobody.status).toBe(401);
  const stranger = await registeredInstance();
  const headers = { authorization: `Bearer ${await stranger.bearer()}`, "x-rbsm-user": '{"id":"1"}' };
  expect((await run("GET", "/notes/1", { headers })).status).toBe(404);
  const { headers: own } = await asUser();
  expect((await run("GET", "/notes/1", { headers: { authorization: own.authorization } })).status).toBe(422);
  expect((await run("GET", "/notes/secret", await asUser())).status).toBe(403);
  expect((await run("GET", "/notes/secret", await asUser({ id: "1", permissions: ["settings.view"] }))).status).toBe(
    200,
  );
});

it("lets no header of a plugin decide about cookies, other origins, caches or scripts", async () => {
  const answer = await run("GET", "/page");
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "text/html",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "x-plugin-note": "kept",
  });
  for (const name of ["set-cookie", "access-control-allow-origin", "location"])
    expect(answer.headers.get(name), name).toBeNull();
});

it("hands a plugin no cookie, no credential of ours and nothing about the way here", async () => {
  const headers = {
    cookie: "session=1",
    authorization: "Bearer rbsm_pat_x",
    "cf-connecting-ip": "203.0.113.9",
    "x-forwarded-for": "203.0.113.9",
    "x-auth-is-admin": "true",
    "x-rbsm-user": "{}",
    "x-custom": "kept",
    "content-type": "application/json",
  };
  const answer = await run("POST", "/echo", { headers, body: '{"a":[1]}' });
  expect(answer.status).toBe(201);
  const seen = (await answer.json()) as { headers: Record<string, string>; body: unknown };
  expect(seen.body).toEqual({ a: [1] });
  expect(seen.headers["x-custom"]).toBe("kept");
  for (const name of Object.keys(headers).filter((name) => name !== "x-custom" && name !== "content-type"))
    expect(seen.headers[name], name).toBeUndefined();
});

it("hands a webhook route the exact bytes and the sender's own authorization, never an instance's", async () => {
  const body = new Uint8Array([123, 32, 255, 0, 125]);
  const headers = { "stripe-signature": "t=1,v1=2", authorization: "Basic c2VjcmV0" };
  const answer = await run("POST", "/stripe", { headers, body });
  expect(await answer.json()).toEqual({ raw: "eyD/AH0=", body: null, auth: "Basic c2VjcmV0", signature: "t=1,v1=2" });
  const { instance } = await routed();
  const leaked = await run("POST", "/stripe", {
    headers: { authorization: `Bearer ${await instance.bearer()}` },
    body: "{}",
  });
  expect(((await leaked.json()) as { auth: unknown }).auth).toBeNull();
});

it.each([
  ["a body that is too large", "POST", "/echo", { body: "x".repeat(1025) }, 413],
  ["a body that is not JSON", "POST", "/echo", { body: "{", headers: { "content-type": "application/json" } }, 400],
  ["a route nobody declared", "GET", "/undeclared", {}, 404],
  ["another method", "DELETE", "/page", {}, 404],
  ["a redirect", "GET", "/page?do=redirect", {}, 502],
  ["an answer that is none", "GET", "/page?do=nothing", {}, 502],
  ["a handler that throws", "GET", "/page?do=throw", {}, 502],
] as const)("refuses %s", async (_, method, path, init, status) => {
  const answer = await run(method, path, init);
  expect(answer.status).toBe(status);
  expect(await answer.text()).not.toContain("secret detail");
});

it("records every run and says why it failed to the instance alone", async () => {
  const { instance, installed } = await routed();
  const { body } = await call("GET", `/v1/installations/${installed.installationId}/executions?limit=100`, {
    bearer: await instance.bearer(),
  });
  const rows = body.data as { action: string; outcome: string; errorMessage?: string }[];
  expect(rows.find(({ errorMessage }) => errorMessage === "secret detail of the tenant")).toMatchObject({
    action: "GET /page",
    outcome: "plugin_error",
  });
  expect(rows.some(({ action, outcome }) => action === "POST /stripe" && outcome === "ok")).toBe(true);
  const dead = await call("GET", `/v1/installations/${installed.installationId}/executions?outcome=dead`, {
    bearer: await instance.bearer(),
  });
  expect(dead.body.total).toBe(0);
});

it("stops at the minute's limit and says when to come back", async () => {
  setClock(NOON);
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: MODULE, routes: ROUTES, type: "api" });
  const url = `${ORIGIN}/run/${installed.activationId}/page?do=nothing`;
  const namespace = (exports as unknown as { InstallationStorage: DurableObjectNamespace }).InstallationStorage;
  const own = namespace.getByName(installed.activationId) as unknown as { spend(rate: object): Promise<number | null> };
  for (let n = 0; n < 300; n++) await own.spend({ method: "route", perMinute: 300, globalPerMinute: 1e9 });
  const answer = await exports.default.fetch(url);
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
});

/** Reads a stream of server-sent events until so many executions came. */
async function follow(path: string, bearer: string, count: number, lastId?: string) {
  const response = await exports.default.fetch(`${ORIGIN}${path}`, {
    headers: { authorization: `Bearer ${bearer}`, ...(lastId === undefined ? {} : { "last-event-id": lastId }) },
  });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const seen: { id: string; data: Record<string, unknown> }[] = [];
  let text = "";
  while (seen.length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
    for (const [whole, id, data] of text.matchAll(/id: (\d+)\nevent: execution\ndata: (.*)\n\n/g)) {
      seen.push({ id: id as string, data: JSON.parse(data as string) });
      text = text.replace(whole, "");
    }
  }
  await reader.cancel();
  return seen;
}

it("streams runs as they end, resumes after the last id, and tells publishers nothing of tenants", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    module: onRequest(
      `context.log.info("customer", event.data.name); if (event.entityId === "2") throw new Error("Eva's secret");`,
    ),
  });
  const path = `/v1/installations/${installed.installationId}/logs`;
  const live = follow(path, await instance.bearer(), 2);
  await scheduler.wait(100);
  await postEvent(instance, requestCreated("evt_1"));
  await ended(instance, installed);
  await postEvent(instance, requestCreated("evt_2", { entityId: "2" }));
  const [first, second] = await live;
  expect(first?.data).toMatchObject({ action: "request.created", outcome: "ok", logs: [{ text: "customer Eva" }] });
  expect(second?.data).toMatchObject({ outcome: "plugin_error", message: "Eva's secret" });
  const resumed = await follow(path, instance.accountToken, 1, first?.id);
  expect(resumed.map(({ id }) => id)).toEqual([second?.id]);
  const stranger = await registeredInstance();
  expect((await call("GET", path, { bearer: await stranger.bearer() })).status).toBe(404);

  const { accountId } = (await env.DB.prepare("SELECT account_id AS accountId FROM instances WHERE id = ?")
    .bind(Number(stranger.instanceId))
    .first<{ accountId: number }>()) as { accountId: number };
  const own = `/v1/plugins/${installed.pluginId}`;
  await env.DB.batch([
    env.DB.prepare(`UPDATE plugins SET pricing = '{"currency":"EUR","tiers":[]}' WHERE id = ?`).bind(
      installed.pluginId,
    ),
    env.DB.prepare("UPDATE tokens SET scopes = json_insert(scopes, '$[#]', 'stats:read') WHERE account_id = ?").bind(
      accountId,
    ),
  ]);
  expect((await call("GET", `${own}/logs`, { bearer: stranger.accountToken })).status).toBe(404);
  await env.DB.prepare(
    "INSERT INTO publisher_members (publisher_id, account_id, role, created_at) SELECT publisher_id, ?, 'owner', 1 FROM plugins WHERE id = ?",
  )
    .bind(accountId, installed.pluginId)
    .run();
  const seen = await follow(`${own}/logs?after=0`, stranger.accountToken, 2);
  expect(seen.map(({ data }) => data.outcome)).toEqual(["ok", "plugin_error"]);
  expect(JSON.stringify(seen)).not.toMatch(/Eva|act_|exe_|installation/);
  expect((await call("GET", `${own}/outcomes`, { bearer: stranger.accountToken })).body.data).toEqual([]);
  const counts = await call("GET", `/v1/installations/${installed.installationId}/outcomes`, {
    bearer: await instance.bearer(),
  });
  expect(counts.body.data.map(({ outcome, runs }: { outcome: string; runs: number }) => [outcome, runs])).toEqual([
    ["ok", 1],
    ["plugin_error", 1],
  ]);
});
