import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/json/json.ts";
import { createHostApi } from "../../../src/gateway/execution/host-api.ts";
import type { HostWish } from "../../../src/market/execution/ports.ts";
import { createInstanceStore } from "../../../src/storage/account/instance-store.ts";
import { createVault } from "../../../src/storage/vault.ts";
import { type Registered, registeredInstance } from "../../api/execution/installed.worker.ts";
import { HOST_API_KEY } from "../../outside/host-key.ts";

const LOCAL = "http://127.0.0.1:9999";

function hostApi(localOrigins: readonly string[] = [LOCAL]) {
  return createHostApi({
    instances: createInstanceStore(env.DB),
    vault: createVault(env.KEK_V1),
    site: { origin: "http://localhost:8787", marketplace: "localhost", localOrigins },
    clock: { now: () => Date.now() },
  });
}

function wish(instance: Registered, method: HostWish["method"], args: JsonObject): HostWish {
  return { method, args, plugin: "p", installation: "act_1", instanceId: instance.instanceId, userId: "1" };
}

let instance: Registered;
beforeAll(async () => {
  instance = await registeredInstance();
});

describe("an instance with the real envelopes and quirks", () => {
  it("makes one page of a list, whatever its shape, without IP addresses", async () => {
    const reply = await hostApi().call(wish(instance, "requests.list", { limit: 2 }));
    if (!reply.ok) throw new Error(reply.error.message);
    const page = reply.value as unknown as { items: JsonObject[]; total: number; page: number; limit: number };
    expect(page.items).toHaveLength(2);
    expect(page).toMatchObject({ page: 1, limit: 2 });
    expect(page.total).toBeGreaterThan(2);
    expect(JSON.stringify(page)).not.toContain("ipAddress");
  });

  it("creates, reads, changes and deletes a customer", async () => {
    const api = hostApi();
    const created = await api.call(wish(instance, "customers.create", { data: { name: "Neu GmbH" } }));
    if (!created.ok) throw new Error(created.error.message);
    const { id } = created.value as { id: number };
    const changed = await api.call(wish(instance, "customers.update", { id, data: { city: "Wien" } }));
    expect(changed).toMatchObject({ ok: true, value: { id, city: "Wien" } });
    expect(await api.call(wish(instance, "customers.get", { id }))).toMatchObject({
      ok: true,
      value: { name: "Neu GmbH" },
    });
    expect(await api.call(wish(instance, "customers.delete", { id }))).toEqual({ ok: true, value: null });
    expect(await api.call(wish(instance, "customers.get", { id }))).toMatchObject({
      ok: false,
      error: { code: "host_refused" },
    });
  });

  it("finds the appointment it made although the host answers an empty body", async () => {
    const data = { title: "Glasreinigung", appointmentDate: "2026-03-04", appointmentTime: "09:30" };
    const reply = await hostApi().call(wish(instance, "appointments.create", { data }));
    expect(reply).toMatchObject({ ok: true, value: { ...data, id: expect.any(Number) } });
  });

  it("cancels with the host's own status call", async () => {
    const api = hostApi();
    const data = { title: "Abgesagt", appointmentDate: "2026-03-05", appointmentTime: "10:00" };
    const made = await api.call(wish(instance, "appointments.create", { data }));
    const { id } = (made as unknown as { value: { id: number } }).value;
    expect(await api.call(wish(instance, "appointments.cancel", { id, note: "krank" }))).toEqual({
      ok: true,
      value: null,
    });
    const read = await api.call(wish(instance, "appointments.get", { id }));
    expect(String((read as unknown as { value: { status: string } }).value.status).toUpperCase()).toBe("CANCELLED");
  });

  it("notifies the installing user", async () => {
    const reply = await hostApi().call(wish(instance, "notifications.send", { title: "Hi", message: "There" }));
    expect(reply).toEqual({ ok: true, value: null });
  });
});

describe("odd instances", () => {
  it.each([
    ["redirecting", "host_unavailable"],
    ["huge", "host_unavailable"],
    ["html", "host_unavailable"],
    ["html-ok", "host_unavailable"],
    ["shape-b", "host_refused"],
    ["shape-c", "host_unavailable"],
    ["object-code", "host_refused"],
  ])("names what an instance does that is %s", async (kind, code) => {
    const odd = await registeredInstance(`${LOCAL}/${kind}/api`);
    const reply = await hostApi().call(wish(odd, "customers.get", { id: 1 }));
    expect(reply).toMatchObject({ ok: false, error: { code } });
  });

  it("takes over the host's own words from each of its error shapes", async () => {
    for (const [kind, message] of [
      ["shape-b", "No right"],
      ["shape-c", "Boom inside"],
      ["object-code", "Odd"],
    ]) {
      const odd = await registeredInstance(`${LOCAL}/${kind}/api`);
      const reply = await hostApi().call(wish(odd, "customers.get", { id: 1 }));
      expect(reply).toMatchObject({ ok: false, error: { message } });
    }
  });

  it("reads a sudden 401 after a success as the host's rate limit", async () => {
    const odd = await registeredInstance(`${LOCAL}/limit-after-one/api`);
    const api = hostApi();
    expect(await api.call(wish(odd, "customers.get", { id: 1 }))).toMatchObject({ ok: true });
    expect(await api.call(wish(odd, "customers.get", { id: 1 }))).toMatchObject({
      ok: false,
      error: { code: "rate_limited", retryAfter: 60 },
    });
  });

  it("sends the key, the plugin's name and its installation, and nothing else of ours", async () => {
    const mirror = await registeredInstance(`${LOCAL}/mirror/api`);
    const reply = await hostApi().call(wish(mirror, "customers.get", { id: 7 }));
    const asked = (reply as unknown as { value: { url: string; method: string; headers: Record<string, string> } })
      .value;
    expect(asked).toMatchObject({ method: "GET", url: `${LOCAL}/mirror/api/customers/7` });
    expect(asked.headers).toMatchObject({
      authorization: `ApiKey ${HOST_API_KEY}`,
      "x-plugin-name": "p",
      "x-plugin-installation": "act_1",
    });
    expect(Object.keys(asked.headers).filter((name) => name.startsWith("cookie"))).toEqual([]);
  });

  it("builds queries from arguments without letting them add parameters", async () => {
    const mirror = await registeredInstance(`${LOCAL}/mirror/api`);
    const reply = await hostApi().call(wish(mirror, "customers.update", { id: 7, data: { city: "a&b=c/../d" } }));
    const asked = (reply as unknown as { value: { url: string; body: string } }).value;
    expect(asked.url).toBe(`${LOCAL}/mirror/api/customers/7`);
    expect(JSON.parse(asked.body)).toEqual({ city: "a&b=c/../d" });
  });
});

describe("addresses", () => {
  it("checks the address before every request, not only when it was registered", async () => {
    const reply = await hostApi([]).call(wish(instance, "customers.get", { id: 1 }));
    expect(reply).toMatchObject({ ok: false, error: { code: "host_unavailable" } });
  });

  it.each([
    "http://169.254.169.254/api",
    "https://127.0.0.1/api",
    "https://[::1]/api",
    "https://intranet/api",
    "http://127.0.0.1:9998/api",
  ])("never calls %s", async (apiUrl) => {
    const moved = await registeredInstance();
    await env.DB.prepare("UPDATE instances SET api_url = ? WHERE id = ?").bind(apiUrl, Number(moved.instanceId)).run();
    const reply = await hostApi().call(wish(moved, "customers.get", { id: 1 }));
    expect(reply).toMatchObject({
      ok: false,
      error: { code: "host_unavailable", message: expect.stringContaining("address") },
    });
  });

  it("says so when the instance gave no key", async () => {
    const keyless = await registeredInstance();
    await env.DB.prepare("UPDATE instances SET host_api_key_sealed = NULL WHERE id = ?")
      .bind(Number(keyless.instanceId))
      .run();
    const reply = await hostApi().call(wish(keyless, "customers.get", { id: 1 }));
    expect(reply).toMatchObject({
      ok: false,
      error: { code: "host_unavailable", message: expect.stringContaining("API key") },
    });
  });
});
