import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import worker from "../../../src/worker.ts";
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

/** What the cron does every minute. */
async function tick(): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled?.(createScheduledController(), env as never, context);
  await waitOnExecutionContext(context);
}

async function asInstance(instance: Registered, method: string, path: string, body?: unknown) {
  return call(method, path, { bearer: await instance.bearer(), ...(body === undefined ? {} : { body }) });
}

async function rowsOf({ activationId }: Installed) {
  const { results } = await env.DB.prepare("SELECT id FROM executions WHERE activation_id = ?")
    .bind(activationId)
    .all();
  return results;
}

it("purges runs thirty days after they ended and keeps how many there were", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: onRequest("return 1", "// purged") });
  await tick();
  for (const n of [1, 2, 3]) await postEvent(instance, requestCreated(`evt_old_${n}`));
  await ended(instance, installed, 5);
  const path = `/v1/installations/${installed.installationId}`;
  const counted = async () => (await asInstance(instance, "GET", `${path}/outcomes?days=90`)).body.data;
  const before = await counted();
  expect(before).toMatchObject([
    { kind: "event", outcome: "ok", runs: 3 },
    { kind: "lifecycle", outcome: "ok", runs: 2 },
  ]);
  const age = (table: string, columns: readonly string[], id: string | number, of: string, days: number) =>
    env.DB.prepare(
      `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} - ${days * 86_400}`).join()} WHERE ${of} = ?`,
    )
      .bind(id)
      .run();
  const grow = async (days: number) => {
    await age("executions", ["created_at", "finished_at"], installed.activationId, "activation_id", days);
    await age("events", ["created_at"], Number(instance.instanceId), "instance_id", days);
  };
  await grow(29);
  await tick();
  expect(await rowsOf(installed)).toHaveLength(5);
  await grow(2);
  await Promise.all([tick(), tick()]);
  // The run that ended last of all stays, so that followers never meet a number twice.
  expect((await rowsOf(installed)).length).toBeLessThanOrEqual(1);
  const after = (await counted()) as { kind: string; runs: number }[];
  const sum = (kind: string) => after.filter((row) => row.kind === kind).reduce((all, { runs }) => all + runs, 0);
  expect([sum("event"), sum("lifecycle")]).toEqual([3, 2]);
  const kept = await env.DB.prepare("SELECT COUNT(*) AS n FROM events WHERE instance_id = ?")
    .bind(Number(instance.instanceId))
    .first<{ n: number }>();
  expect(kept?.n).toBe((await rowsOf(installed)).length);
});

it("writes down who suspends and resumes by hand, and tells the instance once", async () => {
  const instance = await registeredInstance();
  const { activationId, installationId } = await installPlugin({
    instance,
    module: onRequest("return 1", "// by hand"),
  });
  const path = `/v1/installations/${installationId}`;
  const suspend = () => asInstance(instance, "POST", `${path}/suspend`, { reason: "Looks wrong" });
  const owners = () => call("POST", `${path}/suspend`, { bearer: instance.accountToken });
  const answers = await Promise.all([suspend(), suspend(), suspend()]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await owners()).body).toMatchObject({ suspension: { reason: "Looks wrong" } });
  for (let n = 0; n < 2; n++) await call("POST", `${path}/resume`, { bearer: instance.accountToken });
  const owed = await env.DB.prepare(
    "SELECT data FROM webhook_outbox WHERE instance_id = ? AND event = 'installation.suspended'",
  )
    .bind(Number(instance.instanceId))
    .all<{ data: string }>();
  expect(owed.results.map(({ data }) => JSON.parse(data))).toMatchObject([{ activationId, reason: "Looks wrong" }]);
  const noted = await env.DB.prepare("SELECT actor_kind, action, data FROM audit WHERE subject_id = ? ORDER BY id")
    .bind(activationId)
    .all();
  expect(noted.results).toEqual([
    { actor_kind: "instance", action: "installation.suspended", data: '{"reason":"Looks wrong"}' },
    { actor_kind: "account", action: "installation.resumed", data: "{}" },
  ]);
});

it("exports values, settings and files with their content, page by page, and counts cursors of others as none", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    granted: ["requests.read", "storage.read", "storage.write"],
    manifest: { settings: { version: 1, fields: [{ key: "tone", type: "text", label: "Tone" }] } },
    module: onRequest(`
      await context.storage.set("count", 1);
      for (let n = 0; n < 9; n++) await context.files.put("f0" + n, "Grüße " + n, "text/plain");`),
  });
  const path = `/v1/installations/${installed.activationId}/storage`;
  await asInstance(instance, "PUT", `/v1/installations/${installed.activationId}/settings`, {
    values: { tone: "kind" },
  });
  await postEvent(instance, requestCreated("evt_files"));
  expect((await ended(instance, installed))[0]).toMatchObject({ outcome: "ok" });
  const first = await asInstance(instance, "GET", path);
  expect(first.body).toEqual({ items: [{ key: "count", value: 1 }], settings: { tone: "kind" }, cursor: "files:" });
  const second = await asInstance(instance, "GET", `${path}?cursor=files:`);
  expect(second.body.files).toHaveLength(9);
  expect(second.body).not.toHaveProperty("cursor");
  const [file] = second.body.files;
  expect(file).toMatchObject({ key: "f00", size: 9, contentType: "text/plain" });
  expect(new TextDecoder().decode(Uint8Array.from(atob(file.base64), (c) => c.charCodeAt(0)))).toBe("Grüße 0");
  for (const cursor of ["files:x", "x"])
    expect((await asInstance(instance, "GET", `${path}?cursor=${cursor}`)).status).toBe(422);
});
