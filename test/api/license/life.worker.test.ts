import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { parseIp } from "../../../src/domain/account/ip.ts";
import { brokenAt, CHAIN_START, truncateAddress } from "../../../src/domain/license/audit.ts";
import { deliverWebhook } from "../../../src/market/account/deliver-webhook.ts";
import { deliverEvent } from "../../../src/market/license/deliver-event.ts";
import { renderLicenseWebhook } from "../../../src/market/license/render-webhook.ts";
import { createSubscriberStore } from "../../../src/storage/license/subscribers.ts";
import { createUsageStore } from "../../../src/storage/license/usage.ts";
import { createSealedHmac, createVault } from "../../../src/storage/vault.ts";
import { NOON, passTime, setClock } from "../../clock.ts";
import { makeStand, type Stand } from "../../scenarios/seats.worker.ts";
import { sweep, world } from "../../scenarios/terms.worker.ts";
import { call } from "../account/calls.worker.ts";
import { count, eventsOf, hardware, makeInstance, openShop, webhooksOf } from "./shop.worker.ts";

const DAY = 86_400;
const vault = createVault(env.KEK_V1);
const subscribers = createSubscriberStore(env.DB);
const usage = createUsageStore(env.DB);
const validate = (stand: Stand, licenseKey = stand.licenseKey) =>
  stand.instance.post("/v1/licenses/validate", { licenseKey, pluginId: stand.plugin.id });

interface Sent {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}
/** A receiver that answers `status` and keeps what it got; everything before it is real. */
function receiver(status = 200) {
  const sent: Sent[] = [];
  const rung: { id: string; delay: number }[] = [];
  const delivery = {
    ...world,
    vault,
    subscribers,
    hmac: createSealedHmac(vault),
    webhookSender: {
      post: async (url: string, body: string, headers: Readonly<Record<string, string>>) => {
        sent.push({ url, body, headers });
        return { status: delivery.status };
      },
    },
    webhookBell: {
      ring: async (id: string, delay = 0) => void rung.push({ id, delay }),
    },
    renderLicense: (...args: [string, "license.created" | "license.updated" | "license.revoked", object]) =>
      renderLicenseWebhook({ ...world, vault }, args[0], args[1], args[2] as never),
    status,
  };
  return { sent, rung, delivery };
}
const owed = async (licenseId: string) =>
  (
    await env.DB.prepare("SELECT id FROM webhook_outbox WHERE subject_id = ? AND subject_kind = 'license' ORDER BY id")
      .bind(Number(licenseId))
      .all<{ id: number }>()
  ).results.map(({ id }) => String(id));
const owedEvents = async (licenseId: string) =>
  (
    await env.DB.prepare("SELECT id FROM license_outbox WHERE license_id = ? ORDER BY id")
      .bind(Number(licenseId))
      .all<{ id: number }>()
  ).results.map(({ id }) => String(id));

describe("a key that is rotated", () => {
  it("is taken for the overlap with a warning, then retired; seats, leases and epoch stay", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const seat = await stand.activate(1);
    const epoch = await count("SELECT epoch AS n FROM licenses WHERE id = ?", Number(stand.licenseId));
    const rotated = await stand.instance.post(`/v1/licenses/${stand.licenseId}/rotate-key`, { overlapDays: 2 });
    expect([rotated.status, rotated.body.oldKeyUntil]).toEqual([200, "2026-12-07T12:00:00.000Z"]);
    const fresh = rotated.body.licenseKey;
    expect(fresh).not.toBe(stand.licenseKey);
    expect((await validate(stand)).body).toMatchObject({ code: "VALID", warnings: ["KEY_ROTATED"] });
    expect((await validate(stand, fresh)).body.warnings).toBeUndefined();
    expect((await stand.refresh(seat)).status).toBe(200);
    expect((await stand.activate(1)).body.warnings).toEqual(["KEY_ROTATED"]);
    expect(await count("SELECT epoch AS n FROM licenses WHERE id = ?", Number(stand.licenseId))).toBe(epoch);
    passTime(2 * DAY);
    expect((await validate(stand)).body).toMatchObject({ code: "KEY_RETIRED", class: "action", status: 403 });
    const verified = await stand.instance.post("/v1/licenses/verify", {
      licenseKey: stand.licenseKey,
      pluginId: stand.plugin.id,
      hardwareId: hardware(1),
    });
    expect(verified.body).toMatchObject({ valid: false, error: "License is not active", code: "KEY_RETIRED" });
    expect((await validate(stand, fresh)).body.code).toBe("VALID");
    expect((await stand.instance.send("GET", `/v1/users/${stand.userId}/licenses`)).body[0].licenseKey).toBe(fresh);
    expect(await eventsOf(stand.licenseId)).toEqual([
      "license.created",
      "activation.granted",
      "license.key_rotated",
      "license.key_issued",
    ]);
  });

  it("tells the host that the old one is revoked, then of the new one, also without an overlap; then nothing of it is kept", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const { body } = await stand.instance.post(`/v1/licenses/${stand.licenseId}/rotate-key`, { overlapDays: 0 });
    expect((await validate(stand)).body.code).toBe("KEY_RETIRED");
    expect((await webhooksOf(stand.licenseId)).slice(1)).toEqual(["2 license.revoked", "3 license.created"]);
    const sealed = () =>
      count(
        "SELECT COUNT(*) AS n FROM license_keys WHERE license_id = ? AND serial = 1 AND sealed IS NOT NULL",
        Number(stand.licenseId),
      );
    await sweep();
    // The webhook that needs it is still owed.
    expect(await sealed()).toBe(1);
    const { sent, delivery } = receiver();
    for (const id of await owed(stand.licenseId)) await deliverWebhook(delivery, id);
    expect(sent.map((one) => JSON.parse(one.body)).slice(-2)).toMatchObject([
      { event: "license.revoked", data: { licenseKey: stand.licenseKey }, sequence: 2 },
      { event: "license.created", data: { licenseKey: body.licenseKey, id: stand.licenseId }, sequence: 3 },
    ]);
    await sweep();
    expect(await sealed()).toBe(0);
  });

  it("leaves a revoked license's sealed text for 30 days", async () => {
    setClock(NOON);
    const { sell } = await openShop();
    const stand = await makeStand();
    await sell("POST", `/v1/licenses/${stand.licenseId}/revoke`, { reason: "terms" });
    const again = await stand.instance.post(`/v1/licenses/${stand.licenseId}/rotate-key`);
    expect([again.status, again.body.code, again.body.from]).toEqual([409, "TRANSITION_INVALID", "revoked"]);
    const { delivery } = receiver();
    for (const id of await owed(stand.licenseId)) await deliverWebhook(delivery, id);
    const sealed = () =>
      count(
        "SELECT COUNT(*) AS n FROM license_keys WHERE license_id = ? AND sealed IS NOT NULL",
        Number(stand.licenseId),
      );
    passTime(30 * DAY - 1);
    await sweep();
    expect(await sealed()).toBe(1);
    passTime(1);
    await sweep();
    expect(await sealed()).toBe(0);
  });

  it("is one of several at once: each rotation has its own number", async () => {
    const stand = await makeStand();
    const rotate = () => stand.instance.post(`/v1/licenses/${stand.licenseId}/rotate-key`);
    const answers = await Promise.all([rotate(), rotate(), rotate()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const current = "SELECT COUNT(*) AS n FROM license_keys WHERE license_id = ? AND state = 'current' AND serial = 4";
    expect(await count(current, Number(stand.licenseId))).toBe(1);
    expect(await eventsOf(stand.licenseId)).toHaveLength(7);
  });
});

describe("subscribers", () => {
  const subscribe = async (body: object) => {
    const { sell } = await openShop();
    return sell("POST", "/v1/webhooks", { publisher: "seller", url: "https://hooks.example.com/licenses", ...body });
  };

  it("hear every event of their plugins, signed with id and timestamp, in order and without a gap", async () => {
    setClock(NOON);
    const { sell } = await openShop();
    const made = await subscribe({});
    expect([made.status, made.body.state]).toEqual([201, "active"]);
    const stand = await makeStand();
    await stand.activate(1);
    await sell("POST", `/v1/licenses/${stand.licenseId}/suspend`, { reason: "terms" });
    const rows = await owedEvents(stand.licenseId);
    expect(rows).toHaveLength(3);
    const { sent, rung, delivery } = receiver();
    // The last one waits for those before it.
    await deliverEvent(delivery, rows[2] as string);
    expect(sent).toEqual([]);
    expect(rung[0]?.id).toBe(`sub:${rows[0]}`);
    for (const id of rows) await deliverEvent(delivery, id);
    await deliverEvent(delivery, rows[0] as string);
    expect(sent.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: "license.created", sequence: 1, licenseId: stand.licenseId },
      { type: "activation.granted", sequence: 2 },
      { type: "license.suspended", sequence: 3, data: { reason: "terms" }, license: { status: "suspended" } },
    ]);
    for (const { body, headers } of sent) {
      expect(body).not.toContain(stand.licenseKey);
      const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = headers;
      expect([id, at]).toEqual([JSON.parse(body).id, String(NOON)]);
      const key = await crypto.subtle.importKey(
        "raw",
        new TextEncoder().encode(made.body.secret),
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["verify"],
      );
      const mac = Uint8Array.from(atob((signature as string).slice(3)), (char) => char.charCodeAt(0));
      const signed = new TextEncoder().encode(`${id}.${at}.${body}`);
      expect(await crypto.subtle.verify("HMAC", key, mac, signed)).toBe(true);
    }
    await sell("DELETE", `/v1/webhooks/${made.body.id}`);
  });

  it("are asked again with growing delays, paused by five refusals, given up after 72 hours", async () => {
    setClock(NOON);
    const { sell } = await openShop();
    const made = await subscribe({ events: ["license.created"] });
    const stand = await makeStand();
    await stand.activate(1);
    const [row, ...others] = await owedEvents(stand.licenseId);
    expect(others).toEqual([]);
    const state = () => count("SELECT attempts AS n FROM license_outbox WHERE id = ?", Number(row));
    const { rung, delivery } = receiver(503);
    const delays = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      await deliverEvent(delivery, row as string);
      delays.push(rung.at(-1)?.delay);
      passTime(rung.at(-1)?.delay ?? 0);
    }
    expect(delays).toEqual([60, 300, 1_800, 7_200]);
    expect(await state()).toBe(4);
    delivery.status = 410;
    for (let attempt = 0; attempt < 5; attempt++) {
      await deliverEvent(delivery, row as string);
      passTime(13 * 3_600);
    }
    const listed = await sell("GET", "/v1/webhooks");
    expect(listed.body.data.find(({ id }: { id: string }) => id === made.body.id)).toMatchObject({
      state: "paused",
      refusals: 5,
    });
    const resumed = await sell("POST", `/v1/webhooks/${made.body.id}/resume`);
    expect(resumed.body).toMatchObject({ state: "active", refusals: 0 });
    passTime(3 * DAY);
    await sweep();
    await world.webhooks.sweep(Math.floor(Date.now() / 1000), Math.floor(Date.now() / 1000) - 3 * DAY, 10);
    expect(await count("SELECT COUNT(*) AS n FROM license_outbox WHERE id = ? AND state = 'dead'", Number(row))).toBe(
      1,
    );
    await sell("DELETE", `/v1/webhooks/${made.body.id}`);
  });

  it("are refused for private addresses, unknown kinds and publishers of others", async () => {
    expect((await subscribe({ url: "http://10.0.0.1/" })).body.code).toBe("url_refused");
    expect((await subscribe({ events: ["license.everything"] })).status).toBe(422);
    expect((await subscribe({ publisher: "somebody" })).status).toBe(404);
    expect((await subscribe({ instanceId: "1" })).status).toBe(422);
    const instance = await makeInstance();
    const own = await call("POST", "/v1/webhooks", {
      bearer: instance.ownerToken,
      body: { instanceId: instance.id, url: "https://hooks.example.com/x" },
    });
    expect([own.status, own.body.instanceId]).toEqual([201, instance.id]);
    expect((await call("DELETE", `/v1/webhooks/${own.body.id}`, { bearer: instance.ownerToken })).status).toBe(200);
    expect((await call("DELETE", `/v1/webhooks/${own.body.id}`, { bearer: instance.ownerToken })).status).toBe(404);
  });
});

describe("what an instance was sent", () => {
  it("is listed and sent again under its id and sequence, and a paused hook goes on by it", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const [row] = await owed(stand.licenseId);
    const { sent, delivery } = receiver(401);
    for (let attempt = 0; attempt < 5; attempt++) {
      await deliverWebhook(delivery, row as string);
      passTime(13 * 3_600);
    }
    expect(sent).toHaveLength(5);
    const path = `/v1/instances/${stand.instance.id}/deliveries`;
    const listed = (await call("GET", path, { bearer: stand.instance.ownerToken })).body.data;
    expect(listed.find(({ id }: { id: string }) => id === row)).toMatchObject({
      event: "license.created",
      eventId: `evt_${row}`,
      licenseId: stand.licenseId,
      sequence: 1,
      state: "queued",
      attempts: 5,
      lastStatus: 401,
    });
    const paused = "SELECT COUNT(*) AS n FROM instances WHERE id = ? AND webhook_paused_at IS NOT NULL";
    expect(await count(paused, Number(stand.instance.id))).toBe(1);
    passTime(4 * DAY);
    await world.webhooks.sweep(Math.floor(Date.now() / 1000), Math.floor(Date.now() / 1000) - 3 * DAY, 10);
    const replayed = await call("POST", `${path}/${row}/replay`, { bearer: stand.instance.ownerToken });
    expect([replayed.status, replayed.body.state, replayed.body.attempts]).toEqual([202, "queued", 0]);
    expect(await count(paused, Number(stand.instance.id))).toBe(0);
    delivery.status = 200;
    await deliverWebhook(delivery, row as string);
    expect(JSON.parse(sent.at(-1)?.body as string)).toMatchObject({ id: `evt_${row}`, sequence: 1 });
    const other = await makeInstance();
    expect((await call("GET", path, { bearer: other.ownerToken })).status).toBe(404);
    expect((await call("POST", `${path}/${row}/replay`, { bearer: other.ownerToken })).status).toBe(404);
  });
});

describe("the audit", () => {
  it("is sealed within a minute into a chain, exported line by line, and survives the erasing of persons", async () => {
    const { operatorToken, sell } = await openShop();
    const stand = await makeStand();
    await stand.activate(1);
    await sell("POST", `/v1/licenses/${stand.licenseId}/suspend`, { reason: "asked by Jane" });
    await Promise.all([sweep(), sweep()]);
    await sell("POST", `/v1/licenses/${stand.licenseId}/reactivate`, {});
    await sweep();
    const events = await world.licenseAudit.events(stand.licenseId, 0, 100);
    expect(events.map(({ chain }) => chain?.length)).toEqual([64, 64, 64, 64]);
    expect([await brokenAt(events), CHAIN_START]).toEqual([null, "0".repeat(64)]);
    const changed = events.map((event, index) =>
      index === 2 ? { ...event, data: { reason: "asked by Joe" } } : event,
    );
    expect(await brokenAt(changed)).toBe(3);
    expect(await brokenAt(events.filter(({ seq }) => seq !== 2))).toBe(2);

    const path = `/v1/licenses/${stand.licenseId}/events`;
    const page = await stand.instance.send("GET", `${path}?after=1&limit=2`);
    expect([page.body.data.map(({ seq }: { seq: number }) => seq), page.body.next]).toEqual([[2, 3], 3]);
    expect(page.body.data[1]).toMatchObject({
      kind: "license.suspended",
      actor: { kind: "publisher" },
      data: { reason: "asked by Jane" },
    });

    expect((await call("DELETE", `${path}/personal`, { bearer: operatorToken })).body).toEqual({ erased: 4 });
    const erased = await world.licenseAudit.events(stand.licenseId, 0, 100);
    expect(await brokenAt(erased)).toBeNull();
    expect(JSON.stringify(erased)).not.toContain("Jane");
  });

  it.each([
    ["203.0.113.77", "203.0.113.0/24"],
    ["2001:db8:aaaa:bbbb::1", "2001:db8:aaaa::/48"],
  ])("holds of %s only %s", (address, kept) => {
    expect(truncateAddress(parseIp(address) ?? [])).toBe(kept);
  });
});

describe("metering of a hot path", () => {
  it("takes blocks of one per cent, in parallel never more than the quota, and gives back what it did not spend", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const set = "UPDATE license_limits SET cap = 1000 WHERE license_id = ? AND metric = 'apiCalls'";
    await env.DB.prepare(set).bind(Number(stand.licenseId)).run();
    const reserve = (wanted: number) =>
      usage.reserve(stand.licenseId, "apiCalls", wanted, crypto.randomUUID(), Math.floor(Date.now() / 1000));
    expect(await reserve(500)).toEqual({ taken: 10, period: "2026-12", used: 10, cap: 1000 });
    const blocks = await Promise.all(Array.from({ length: 110 }, () => reserve(10)));
    expect(blocks.reduce((sum, { taken }) => sum + taken, 0)).toBe(990);
    expect(blocks.filter(({ taken }) => taken === 0)).toHaveLength(11);
    await usage.giveBack(stand.licenseId, "apiCalls", "2026-12", 4);
    expect(await reserve(10)).toMatchObject({ taken: 4, used: 1000 });
    const told = (await eventsOf(stand.licenseId)).filter((kind) => kind === "quota.threshold");
    expect(told).toHaveLength(2);
    expect(await reserve(1)).toMatchObject({ taken: 0 });
    expect(await usage.reserve(stand.licenseId, "unheardOf", 1, "op", NOON)).toMatchObject({ taken: 0 });
  });
});
