import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { INSTANCE_WEBHOOK_SECRET } from "../../../src/market/account/seal-purposes.ts";
import {
  pluginDownloadedWebhook,
  pluginReviewedWebhook,
  pluginSuspendedWebhook,
} from "../../../src/storage/account/webhook-outbox.ts";
import { createVault } from "../../../src/storage/vault.ts";
import worker from "../../../src/worker.ts";
import {
  makeInstance,
  makePlugin,
  openShop,
  sellLicense,
  type TestInstance,
  type TestPlugin,
} from "../license/shop.worker.ts";
import { call } from "./calls.worker.ts";

/** What the emulated Rising-BSM checks signatures with, over its own serialisation of the body. */
const EMULATOR_SECRET = "whs_of_the_tests";

interface Row {
  readonly id: number;
  readonly event: string;
  readonly state: string;
  readonly attempts: number;
  readonly last_status: number | null;
  readonly not_before: number;
  readonly created_at: number;
  readonly data: string;
}

async function rowsOf(kind: string, subjectId: string, instanceId?: string): Promise<readonly Row[]> {
  const { results } = await env.DB.prepare(
    `SELECT * FROM webhook_outbox WHERE subject_kind = ?1 AND subject_id = ?2 AND (?3 IS NULL OR instance_id = ?3) ORDER BY id`,
  )
    .bind(kind, Number(subjectId), instanceId === undefined ? null : Number(instanceId))
    .all<Row>();
  return results;
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 5_000;
  while (!(await isDone())) {
    if (Date.now() > end) throw new Error("it did not happen within five seconds");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function runCron(): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled?.(createScheduledController(), env as never, context);
  await waitOnExecutionContext(context);
}

/** The instance's secret becomes the emulator's, as if it had been configured there. */
async function configure(instanceId: string): Promise<void> {
  const row = await env.DB.prepare("SELECT api_key FROM instances WHERE id = ?")
    .bind(Number(instanceId))
    .first<{ api_key: string }>();
  const sealed = await createVault(env.KEK_V1).seal(INSTANCE_WEBHOOK_SECRET, row?.api_key ?? "", EMULATOR_SECRET);
  await env.DB.prepare("UPDATE instances SET webhook_secret_sealed = ? WHERE id = ?")
    .bind(sealed, Number(instanceId))
    .run();
}

let instance: TestInstance;
let plugin: TestPlugin;
beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
  await configure(instance.id);
});

describe("a license sold by the publisher", () => {
  it("is told to its instance at once, in a form the instance accepts, and so is each change", async () => {
    const { id } = await sellLicense(instance, plugin);
    await until(async () => (await rowsOf("license", id)).every(({ state }) => state === "delivered"));
    expect(await rowsOf("license", id)).toMatchObject([
      { event: "license.created", state: "delivered", attempts: 1, last_status: 200, data: "{}" },
    ]);
    const { sell } = await openShop();
    expect(await sell("POST", `/v1/licenses/${id}/revoke`, { reason: "Refunded" })).toMatchObject({ status: 200 });
    await until(async () => (await rowsOf("license", id)).filter(({ state }) => state === "delivered").length === 2);
    expect((await rowsOf("license", id)).map(({ event }) => event)).toEqual(["license.created", "license.revoked"]);
  });

  it("keeps no license key in the outbox", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const { results } = await env.DB.prepare("SELECT * FROM webhook_outbox").all();
    expect(JSON.stringify(results)).not.toContain(licenseKey);
  });
});

it("a license the instance took itself is told a minute later", async () => {
  const made = await instance.post("/v1/licenses", {
    pluginId: plugin.id,
    userId: "901",
    type: "trial",
    maxInstalls: 1,
  });
  expect(made.status).toBe(201);
  const [row] = await rowsOf("license", made.body.id);
  expect(row).toMatchObject({ event: "license.created", state: "queued", attempts: 0 });
  expect((row?.not_before ?? 0) - (row?.created_at ?? 0)).toBe(60);
  await runCron();
  // The trial is as long as ends are announced ahead, so the sweep may have said that, too: it waits behind.
  const waiting = await rowsOf("license", made.body.id);
  expect(waiting[0]).toMatchObject({ event: "license.created", state: "queued", attempts: 0 });
  expect(waiting.filter(({ state, attempts }) => state !== "queued" || attempts > 0)).toEqual([]);
});

it("the cron finds what no bell was heard for, and what a crash left half done", async () => {
  const { id } = await sellLicense(instance, plugin);
  await until(async () => (await rowsOf("license", id)).every(({ state }) => state === "delivered"));
  const now = Math.floor(Date.now() / 1000);
  for (const state of ["queued", "sending"])
    await env.DB.prepare(
      `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, state, not_before, created_at)
       VALUES (?, 'license.updated', 'license', ?, ?, ?, ?)`,
    )
      .bind(Number(instance.id), Number(id), state, now - 5, now - 500)
      .run();
  await runCron();
  await until(async () => (await rowsOf("license", id)).every(({ state }) => state === "delivered"));
});

it("an instance with another secret refuses five times, is paused and shown, and resumes with a new address", async () => {
  const stranger = await makeInstance();
  const { id } = await sellLicense(stranger, plugin);
  for (let attempt = 1; attempt <= 5; attempt++) {
    await until(async () => {
      const [row] = await rowsOf("license", id);
      return row?.attempts === attempt && row.state === "queued";
    });
    await env.DB.prepare("UPDATE webhook_outbox SET not_before = 0 WHERE subject_id = ?").bind(Number(id)).run();
    await runCron();
  }
  const paused = await stranger.send("GET", "/v1/whoami");
  expect(paused.body.instance.webhook).toMatchObject({ state: "paused", refusals: 5 });
  expect(await rowsOf("license", id)).toMatchObject([{ state: "queued", attempts: 5, last_status: 401 }]);

  await configure(stranger.id);
  const webhookUrl = "http://127.0.0.1:9999/api/webhooks/marketplace?resumed";
  const changed = await call("PATCH", `/v1/instances/${stranger.id}`, {
    bearer: stranger.ownerToken,
    body: { webhookUrl },
  });
  expect(changed.body.webhook).toEqual({ state: "active", refusals: 0 });
  await runCron();
  await until(async () => (await rowsOf("license", id)).every(({ state }) => state === "delivered"));
});

describe("what happens to a plugin", () => {
  it("is told to its publisher's instances, a suspension also to holders, never to strangers", async () => {
    const { publisherId } = await openShop();
    const [own, holder, stranger] = [await makeInstance(), await makeInstance(), await makeInstance()];
    const fresh = await makePlugin();
    await env.DB.prepare("UPDATE instances SET publisher_id = ? WHERE id = ?")
      .bind(Number(publisherId), Number(own.id))
      .run();
    for (const { id } of [own, holder, stranger]) await configure(id);
    await sellLicense(holder, fresh);
    const release = await env.DB.prepare("SELECT id FROM releases WHERE plugin_id = ?")
      .bind(Number(fresh.id))
      .first<{ id: number }>();
    const now = Math.floor(Date.now() / 1000);
    const touch = (condition: string) => env.DB.prepare(`UPDATE plugins SET rating = 4.5 WHERE ${condition}`);
    await env.DB.batch([
      pluginSuspendedWebhook(env.DB, fresh.id, "Malware", now),
      touch(`id = ${fresh.id}`),
      pluginReviewedWebhook(env.DB, fresh.id, now),
      touch(`id = ${fresh.id}`),
      pluginDownloadedWebhook(env.DB, String(release?.id)),
      touch("id = -1"),
      pluginDownloadedWebhook(env.DB, String(release?.id)),
    ]);
    await runCron();
    await until(async () => (await rowsOf("plugin", fresh.id)).every(({ state }) => state === "delivered"));
    const told = async (to: TestInstance) =>
      (await rowsOf("plugin", fresh.id, to.id)).map(({ event, data }) => [event, JSON.parse(data)]);
    const suspension = ["plugin.suspended", { pluginId: fresh.id, reason: "Malware" }];
    expect(await told(own)).toEqual([
      suspension,
      ["plugin.reviewed", { pluginId: fresh.id, averageRating: 4.5 }],
      ["plugin.downloaded", { pluginId: fresh.id }],
    ]);
    expect(await told(holder)).toEqual([suspension]);
    expect(await told(stranger)).toEqual([]);
  });
});
