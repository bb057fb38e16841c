import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { onRequest } from "../../sandbox/job.ts";
import { TEST_SECRETS } from "../../secrets.ts";
import { call } from "../account/calls.worker.ts";
import { ended, installPlugin, postEvent, registeredInstance, requestCreated } from "./installed.worker.ts";

it("shows executions to the instance and its owner, page by page, and to nobody else", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: onRequest(`return 1`) });
  for (const id of ["evt_1", "evt_2", "evt_3"]) await postEvent(instance, requestCreated(id));
  await ended(instance, installed, 3);
  const path = `/v1/installations/${installed.installationId}/executions`;

  const page = await call("GET", `${path}?page=2&limit=2`, { bearer: await instance.bearer() });
  expect(page).toMatchObject({ status: 200, body: { total: 3, page: 2, limit: 2, data: [{ outcome: "ok" }] } });
  expect(page.headers.get("cache-control")).toBe("private, no-store");
  const asOwner = await call("GET", path, { bearer: instance.accountToken });
  expect(asOwner.body.data).toHaveLength(3);
  const byActivation = await call("GET", `/v1/installations/${installed.activationId}/executions`, {
    bearer: await instance.bearer(),
  });
  expect(byActivation.body.data).toHaveLength(3);

  const stranger = await registeredInstance();
  for (const bearer of [await stranger.bearer(), stranger.accountToken]) {
    const refused = await call("GET", path, { bearer });
    expect(refused).toMatchObject({ status: 404, body: { code: "installation_not_found" } });
  }
  expect((await call("GET", path)).status).toBe(401);
  for (const query of ["page=0", "limit=101", "limit=x", "page=-1"])
    expect((await call("GET", `${path}?${query}`, { bearer: await instance.bearer() })).status).toBe(422);
});

it("hears of incidents only from who holds the secret", async () => {
  const body = { why: "ready", at: Date.now() };
  const post = (bearer?: string, over: object = {}) =>
    call("POST", "/__incident", { ...(bearer === undefined ? {} : { bearer }), body: { ...body, ...over } });
  expect((await post()).status).toBe(401);
  expect((await post("wrong")).status).toBe(401);
  expect((await post(`${TEST_SECRETS.INCIDENT_SECRET}x`)).status).toBe(401);
  expect((await post(TEST_SECRETS.INCIDENT_SECRET, { why: "boredom" })).status).toBe(422);
  expect(await post(TEST_SECRETS.INCIDENT_SECRET)).toMatchObject({ status: 200, body: { ok: true } });
  expect(await post(TEST_SECRETS.INCIDENT_SECRET, { at: "2026-01-01T00:00:00.000Z" })).toMatchObject({ status: 200 });
});

it("does not name the incident route in its public description", async () => {
  const response = await exports.default.fetch("http://localhost:8787/v1/openapi.json");
  expect(await response.text()).not.toContain("incident");
});

it("lets a plugin read only its own notifications, and write to its own user only", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    granted: ["requests.read", "notifications.read", "notifications.send"],
    module: onRequest(`
      const before = await context.notifications.list();
      await context.notifications.send({ title: "New", message: "A lead" });
      const forged = await context.notifications.send({ title: "x", message: "y", userId: 2 }).catch((e) => e.code);
      context.log.info({ before, after: await context.notifications.list(), forged });`),
  });
  await postEvent(instance, requestCreated("evt_n"));
  const [row] = await ended(instance, installed);
  expect(row.outcome).toBe("ok");
  expect(JSON.parse(row.logs[0].text)).toEqual({
    before: [],
    after: [{ title: "New", message: "A lead" }],
    forged: "invalid_arguments",
  });
});

it("stops a plugin at its minute's rate and says when to come back", async () => {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 3_000) await scheduler.wait(left + 50);
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    granted: ["requests.read", "customers.write"],
    module: onRequest(`
      const codes = [];
      for (let i = 0; i < 12; i++) {
        try { await context.customers.create({ name: "C" + i }); codes.push("made"); }
        catch (e) { codes.push(e.code + ":" + (e.retryAfter > 0)); }
      }
      context.log.info(codes);`),
  });
  await postEvent(instance, requestCreated("evt_rate"));
  const [row] = await ended(instance, installed);
  const codes = JSON.parse(row.logs[0].text) as string[];
  expect(codes.filter((code) => code === "made")).toHaveLength(10);
  expect(codes.slice(10)).toEqual(["rate_limited:true", "rate_limited:true"]);
});

it("refuses arguments that are not exactly a method's", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    granted: ["requests.read", "customers.read", "customers.write", "storage.read", "storage.write"],
    module: onRequest(`
      const tries = {
        zero: () => context.customers.get(0), text: () => context.customers.get("1/../users"),
        float: () => context.customers.get(1.5), huge: () => context.customers.get(1e12),
        filter: () => context.customers.list({ password: "x" }), limit: () => context.customers.list({ limit: 101 }),
        sort: () => context.customers.list({ sortBy: "a;drop" }), field: () => context.customers.create({ name: "a", createdBy: 1 }),
        empty: () => context.customers.create({}), key: () => context.storage.set("", 1),
        long: () => context.storage.set("k".repeat(257), 1), control: () => context.storage.set("a\\u0000b", 1),
        lone: () => context.storage.get("\\ud800"), value: () => context.storage.set("k", "x".repeat(65536)),
        page: () => context.storage.list({ limit: 1000000 }), cursor: () => context.storage.list({ cursor: "forged" }),
      };
      const codes = {};
      for (const [name, attempt] of Object.entries(tries)) codes[name] = await attempt().then(() => "worked", (e) => e.code);
      context.log.info(codes);`),
  });
  await postEvent(instance, requestCreated("evt_args"));
  const [row] = await ended(instance, installed);
  expect(row.outcome).toBe("ok");
  const codes = JSON.parse(row.logs[0].text) as Record<string, string>;
  expect(Object.entries(codes).filter(([, code]) => code !== "invalid_arguments")).toEqual([]);
  expect(Object.keys(codes)).toHaveLength(16);
});
