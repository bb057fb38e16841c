import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/domain/time.ts";
import { createWebhookSender } from "../../../src/gateway/webhooks.ts";
import { type DeliveryWorld, deliverWebhook } from "../../../src/market/account/deliver-webhook.ts";
import { registerInstance } from "../../../src/market/account/register-instance.ts";
import { INSTANCE_WEBHOOK_SECRET } from "../../../src/market/account/seal-purposes.ts";
import { sweepWebhooks } from "../../../src/market/account/sweep-webhooks.ts";
import { openWebhook } from "../../../src/sdk/webhook.ts";
import {
  accountsInMemory,
  emptyAccountTables,
  hmacOver,
  instancesInMemory,
  type OutboxRow,
  openVault,
  webhooksInMemory,
} from "../../memory/account.ts";

const NOON = 1_767_225_600;
const SECRET = "whs_demo_6c2e9f10";
const KEY = "9F3A1C-07B2E4-5D6C88-A1F09B-3E47D2";

/** A receiver on a real port: keeps what came in and answers what it is told to. */
class Receiver {
  readonly received: { body: string; headers: IncomingMessage["headers"] }[] = [];
  answers: (number | "hang")[] = [];
  origin = "";
  readonly #server: Server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    this.received.push({ body, headers: request.headers });
    const answer = this.answers.shift() ?? 200;
    if (answer === "hang") return;
    response.writeHead(answer, answer === 302 ? { location: "/elsewhere" } : {});
    response.end('{"success":true,"data":{"received":true},"error":null}');
  });
  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

let receiver: Receiver;
let tables: ReturnType<typeof emptyAccountTables>;
let world: DeliveryWorld;
let now: number;
let rung: { id: string; delay: number }[];

beforeEach(async () => {
  receiver = new Receiver();
  await receiver.start();
  tables = emptyAccountTables();
  now = NOON;
  rung = [];
  tables.accounts.push({ id: "1", name: "Admin", email: "a@office.example", isOperator: false, isActive: true });
  const vault = openVault();
  const clock = { now: () => now * 1000 };
  const site = { origin: "http://localhost:8787", marketplace: "localhost", localOrigins: [receiver.origin] };
  const instances = instancesInMemory(tables);
  const chance = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)), uuid: () => "" };
  const registered = await registerInstance(
    { accounts: accountsInMemory(tables), instances, vault, chance, clock, site },
    "1",
    {
      name: "Office",
      url: receiver.origin,
      appVersion: "0.1.0",
      webhookUrl: `${receiver.origin}/api/webhooks/marketplace`,
    },
  );
  if (!registered.ok) throw new Error(registered.problem.reason);
  const { apiKey } = registered.value;
  const webhookSecretSealed = await vault.seal(INSTANCE_WEBHOOK_SECRET, apiKey, SECRET);
  tables.instances[0] = { ...(tables.instances[0] as (typeof tables.instances)[0]), webhookSecretSealed };
  world = {
    webhooks: webhooksInMemory(tables),
    webhookSender: createWebhookSender(site.localOrigins, 300),
    webhookBell: { ring: async (id, delay = 0) => void rung.push({ id, delay }) },
    hmac: hmacOver(vault),
    clock,
    renderLicense: async (id, event) =>
      event === "license.revoked"
        ? { licenseKey: KEY }
        : {
            licenseKey: KEY,
            status: id === "1" ? "active" : "suspended",
            expiresAt: "2027-01-01T00:00:00.000Z",
            maxInstalls: 3,
            currentInstalls: 1,
          },
  };
});
afterEach(() => receiver.stop());

function owe(id: string, change: Partial<OutboxRow> = {}): OutboxRow {
  const row: OutboxRow = {
    id,
    event: "license.updated",
    subjectKind: "license",
    subjectId: "1",
    sequence: 0,
    data: {},
    attempts: 0,
    createdAt: NOON,
    countedFrom: change.createdAt ?? NOON,
    instanceId: "1",
    state: "queued",
    notBefore: NOON,
    lastStatus: null,
    ...change,
  };
  tables.outbox.push(row);
  return row;
}

describe("a delivery", () => {
  it("is the worked example of the host contract, byte for byte", async () => {
    const row = owe("1042");
    await deliverWebhook(world, "1042");
    expect(receiver.received).toHaveLength(1);
    const { body, headers } = receiver.received[0] as (typeof receiver.received)[0];
    expect(body).toBe(
      '{"event":"license.updated","data":{"licenseKey":"9F3A1C-07B2E4-5D6C88-A1F09B-3E47D2","status":"active","expiresAt":"2027-01-01T00:00:00.000Z","maxInstalls":3,"currentInstalls":1},"id":"evt_1042","createdAt":"2026-01-01T00:00:00.000Z"}',
    );
    expect(body).toHaveLength(234);
    expect(headers["x-marketplace-signature"]).toBe("92ed7ee35d8ba8fe0a140ced6c56767202aa9923336218fd4af9150892b602cd");
    expect(headers["content-type"]).toBe("application/json");
    expect(JSON.stringify(JSON.parse(body))).toBe(body);
    expect(row).toMatchObject({ state: "delivered", lastStatus: 200, attempts: 1 });
    expect(await openWebhook(body, headers["x-marketplace-signature"] as string, SECRET)).toMatchObject({
      id: "evt_1042",
    });
    expect(await openWebhook(`${body} `, headers["x-marketplace-signature"] as string, SECRET)).toBeNull();
  });

  it("happens once, however many bells ring at the same time", async () => {
    owe("1");
    await Promise.all(Array.from({ length: 20 }, () => deliverWebhook(world, "1")));
    expect(receiver.received).toHaveLength(1);
    await deliverWebhook(world, "1");
    expect(receiver.received).toHaveLength(1);
  });

  it("waits for its time", async () => {
    owe("1", { event: "license.created", notBefore: NOON + 60 });
    await deliverWebhook(world, "1");
    expect(receiver.received).toHaveLength(0);
    now += 60;
    await deliverWebhook(world, "1");
    expect(receiver.received).toHaveLength(1);
  });

  it("carries the sequence of a license and what was written down about a plugin", async () => {
    owe("1", { sequence: 7 });
    owe("2", {
      event: "plugin.suspended",
      subjectKind: "plugin",
      subjectId: "42",
      data: { pluginId: "42", reason: "x" },
    });
    await deliverWebhook(world, "1");
    await deliverWebhook(world, "2");
    expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({ sequence: 7 });
    expect(JSON.parse(receiver.received[1]?.body ?? "")).toMatchObject({
      event: "plugin.suspended",
      data: { pluginId: "42", reason: "x" },
    });
  });

  it("is buried when the license can no longer be shown", async () => {
    const row = owe("1");
    await deliverWebhook({ ...world, renderLicense: async () => null }, "1");
    expect(row.state).toBe("dead");
    expect(receiver.received).toHaveLength(0);
  });
});

describe("order", () => {
  it("sends what is owed earlier about the same license first", async () => {
    owe("1", { notBefore: NOON + 60 });
    const later = owe("2");
    await deliverWebhook(world, "2");
    expect(receiver.received).toHaveLength(0);
    expect(later.state).toBe("queued");
    expect(rung).toEqual([{ id: "1", delay: 60 }]);
    now += 60;
    await deliverWebhook(world, "1");
    expect(rung.at(-1)).toEqual({ id: "2", delay: 0 });
    await deliverWebhook(world, "2");
    expect(receiver.received.map(({ body }) => JSON.parse(body).id)).toEqual(["evt_1", "evt_2"]);
  });

  it("does not hold up another license", async () => {
    owe("1", { notBefore: NOON + 60 });
    owe("2", { subjectId: "2" });
    await deliverWebhook(world, "2");
    expect(receiver.received).toHaveLength(1);
  });
});

describe("a failure", () => {
  it("is retried with growing delays when the receiver is slow, busy, broken or gone", async () => {
    const row = owe("1");
    receiver.answers = [500, 429, "hang", 503];
    const delays: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      await deliverWebhook(world, "1");
      expect(row.state).toBe("queued");
      delays.push(row.notBefore - now);
      now = row.notBefore;
    }
    expect(delays).toEqual([MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR]);
    expect(rung.map(({ delay }) => delay)).toEqual(delays);
    await deliverWebhook(world, "1");
    expect(row).toMatchObject({ state: "delivered", attempts: 5 });
  });

  it("of the network is retried too", async () => {
    const row = owe("1");
    await receiver.stop();
    await deliverWebhook(world, "1");
    expect(row).toMatchObject({ state: "queued", lastStatus: null });
    await receiver.start();
  });

  it("is given up after 72 hours", async () => {
    const row = owe("1");
    receiver.answers = Array.from({ length: 40 }, () => 500);
    for (let attempt = 0; attempt < 40 && row.state === "queued"; attempt++) {
      await deliverWebhook(world, "1");
      now = Math.max(now, row.notBefore);
    }
    expect(row.state).toBe("dead");
    expect(now).toBeLessThanOrEqual(NOON + 3 * DAY);
    expect(now).toBeGreaterThan(NOON + 2 * DAY);
  });

  it("that cannot get better is not repeated: other refusals, redirects, an address that may not be used", async () => {
    for (const [index, status] of [400, 404, 302].entries()) {
      const row = owe(String(index + 1), { subjectId: String(index + 1) });
      receiver.answers = [status];
      await deliverWebhook(world, row.id);
      expect(row).toMatchObject({ state: "dead", lastStatus: status });
    }
    const calls = receiver.received.length;
    tables.instances[0] = { ...(tables.instances[0] as (typeof tables.instances)[0]), webhookUrl: "http://10.0.0.1/" };
    const row = owe("9", { subjectId: "9" });
    await deliverWebhook(world, "9");
    expect(row.state).toBe("dead");
    expect(receiver.received).toHaveLength(calls);
  });

  it("of 401 or 410 five times in a row pauses the hook; what is owed waits", async () => {
    receiver.answers = [401, 410, 401, 410, 401];
    const row = owe("1");
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(tables.instances[0]?.webhookPausedAt).toBeNull();
      await deliverWebhook(world, "1");
      now = row.notBefore;
    }
    expect(tables.instances[0]).toMatchObject({ webhookFailures: 5 });
    expect(tables.instances[0]?.webhookPausedAt).not.toBeNull();
    await deliverWebhook(world, "1");
    expect(receiver.received).toHaveLength(5);
    expect(row.state).toBe("queued");
    expect(await sweepWebhooks(world)).toEqual({ rung: 0 });
  });

  it("of 401 followed by a success starts counting anew", async () => {
    receiver.answers = [401, 401, 200];
    const row = owe("1");
    for (let attempt = 0; attempt < 3; attempt++) {
      await deliverWebhook(world, "1");
      now = Math.max(now, row.notBefore);
    }
    expect(tables.instances[0]?.webhookFailures).toBe(0);
  });
});

describe("the sweep", () => {
  it("rings for what is due, takes back what a crash left, and gives up what is too old", async () => {
    owe("1");
    owe("2");
    owe("3", { subjectId: "3", state: "sending", notBefore: NOON - 1 });
    owe("4", { subjectId: "4", notBefore: NOON + 60 });
    const old = owe("5", { subjectId: "5", createdAt: NOON - 4 * DAY, attempts: 8 });
    expect(await sweepWebhooks(world)).toEqual({ rung: 2 });
    expect(rung.map(({ id }) => id).sort()).toEqual(["1", "3"]);
    expect(old.state).toBe("dead");
  });
});
