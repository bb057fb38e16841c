import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Rate, StorageAct } from "../../../src/market/execution/capability-ports.ts";
import { createPluginStorage, type InstallationStorage } from "../../../src/storage/execution/installation-storage.ts";
import { createRateMeter } from "../../../src/storage/execution/rate-meter.ts";

const { InstallationStorage: namespace } = exports as unknown as {
  InstallationStorage: DurableObjectNamespace<InstallationStorage>;
};
const storage = createPluginStorage(namespace);
const FREE: Rate = { method: "storage.get", perMinute: 100_000, globalPerMinute: 100_000 };
const MIB = 1_048_576;

/** Counters work in fixed minutes; a test that counts does not start at the end of one. */
async function freshMinute(): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 2_000) await scheduler.wait(left + 50);
}

function perform(name: string, act: StorageAct, maxBytes: number | null = 10 * MIB) {
  return storage.of(name).perform(FREE, act, maxBytes);
}

it("keeps values of one installation and forgets deleted ones", async () => {
  await perform("act_keep", { act: "set", key: "a", value: { n: 1 } });
  expect(await perform("act_keep", { act: "get", key: "a" })).toEqual({ ok: true, value: { n: 1 } });
  await perform("act_keep", { act: "set", key: "a", value: [2] });
  expect(await perform("act_keep", { act: "get", key: "a" })).toEqual({ ok: true, value: [2] });
  await perform("act_keep", { act: "delete", key: "a" });
  expect(await perform("act_keep", { act: "get", key: "a" })).toEqual({ ok: true, value: null });
});

it("never shows one installation the values of another, whatever the key says", async () => {
  await perform("act_victim", { act: "set", key: "secret", value: "canary" });
  const keys = ["secret", "../act_victim/secret", "act_victim:secret", "/act_victim/secret", "*", "%", "' OR 1=1 --"];
  for (const key of keys) {
    expect(await perform("act_thief", { act: "get", key })).toEqual({ ok: true, value: null });
    expect(await perform("act_thief", { act: "list", prefix: key, limit: 100 })).toEqual({
      ok: true,
      value: { items: [] },
    });
  }
});

it("takes wildcards in keys and prefixes literally", async () => {
  for (const key of ["a%b", "a_b", "axb", "A%b", "é", "e\u0301"])
    await perform("act_literal", { act: "set", key, value: key });
  expect(await perform("act_literal", { act: "list", prefix: "a%", limit: 100 })).toEqual({
    ok: true,
    value: { items: [{ key: "a%b", value: "a%b" }] },
  });
  expect(await perform("act_literal", { act: "get", key: "e\u0301" })).toEqual({ ok: true, value: "e\u0301" });
});

it("lists page by page and refuses cursors it did not make", async () => {
  for (let n = 0; n < 25; n++)
    await perform("act_pages", { act: "set", key: `k${String(n).padStart(2, "0")}`, value: n });
  await perform("act_pages", { act: "set", key: "other", value: 1 });
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const reply = await perform("act_pages", { act: "list", prefix: "k", limit: 10, ...(cursor ? { cursor } : {}) });
    if (!reply.ok) throw new Error(reply.error.code);
    const page = reply.value as unknown as { items: { value: number }[]; cursor?: string };
    seen.push(...page.items.map(({ value }) => value));
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => n));

  const first = await perform("act_pages", { act: "list", prefix: "k", limit: 10 });
  const made = (first as unknown as { value: { cursor: string } }).value.cursor;
  for (const forged of ["", "x", `${made}x`, made.slice(1), "AAAAAAAAAAAAAAAAAAAAAAazA5"])
    expect(await perform("act_pages", { act: "list", prefix: "k", limit: 10, cursor: forged })).toMatchObject({
      ok: false,
      error: { code: "invalid_arguments" },
    });
  for (const [name, prefix] of [
    ["act_pages", ""],
    ["act_elsewhere", "k"],
  ] as const)
    expect(await perform(name, { act: "list", prefix, limit: 10, cursor: made })).toMatchObject({ ok: false });
});

it("ends a page before it is larger than one call may answer", async () => {
  const value = "x".repeat(60_000);
  for (let n = 0; n < 5; n++) await perform("act_large", { act: "set", key: `k${n}`, value });
  const reply = await perform("act_large", { act: "list", prefix: "", limit: 100 });
  const page = (reply as unknown as { value: { items: unknown[]; cursor?: string } }).value;
  expect(page.items.length).toBe(3);
  expect(page.cursor).toBeTruthy();
});

it("takes back what outgrows the quota, lets values shrink, and stays usable", async () => {
  const value = "x".repeat(60_000);
  let kept = 0;
  for (; kept < 40; kept++) {
    const reply = await perform("act_quota", { act: "set", key: `k${kept}`, value }, MIB);
    if (!reply.ok) {
      expect(reply.error.code).toBe("quota_exceeded");
      break;
    }
  }
  expect(kept).toBeGreaterThan(10);
  expect(kept).toBeLessThan(20);
  expect(await perform("act_quota", { act: "get", key: `k${kept}` })).toEqual({ ok: true, value: null });
  expect(await perform("act_quota", { act: "set", key: "k0", value: "small" }, MIB)).toMatchObject({ ok: true });
  expect(await perform("act_quota", { act: "set", key: `k${kept}`, value: "y" }, MIB)).toMatchObject({ ok: true });
  expect(await perform("act_quota", { act: "set", key: "unlimited", value }, null)).toMatchObject({ ok: true });
});

it("counts exactly, also in parallel: eleven of ten are refused with the time to wait", async () => {
  await freshMinute();
  const rate: Rate = { method: "customers.create", perMinute: 10, globalPerMinute: 1000 };
  const waits = await Promise.all(Array.from({ length: 25 }, () => storage.of("act_rate").spend(rate)));
  const refused = waits.filter((wait) => wait !== null);
  expect(refused).toHaveLength(15);
  for (const wait of refused) expect(wait).toBeGreaterThan(0);
  expect(await storage.of("act_rate_other").spend(rate)).toBeNull();
});

it("counts all methods together against the license's minute", async () => {
  await freshMinute();
  const rate = (method: Rate["method"]): Rate => ({ method, perMinute: 100, globalPerMinute: 3 });
  for (const method of ["customers.get", "requests.get", "storage.get"] as const)
    expect(await storage.of("act_global").spend(rate(method))).toBeNull();
  expect(await storage.of("act_global").spend(rate("appointments.get"))).toBeGreaterThan(0);
});

it("keeps the last hundred notifications it sent, newest first", async () => {
  for (let n = 0; n < 105; n++) await storage.of("act_sent").noteSent({ title: `n${n}` });
  const sent = await storage.of("act_sent").sent();
  expect(sent).toHaveLength(100);
  expect(sent[0]).toEqual({ title: "n104" });
});

it("takes nothing from the calls of the minute for what is limited by itself alone, also after an eviction", async () => {
  await freshMinute();
  const stub = namespace.getByName("act_routes");
  const route: Rate = { method: "route" as Rate["method"], perMinute: 300, globalPerMinute: Number.MAX_SAFE_INTEGER };
  const call: Rate = { method: "storage.get", perMinute: 1000, globalPerMinute: 10 };
  const waits = await runInDurableObject(stub, (_, { storage: own }) => {
    const first = createRateMeter(own.sql);
    for (let n = 0; n < 50; n++) first.spend(route, Date.now());
    const second = createRateMeter(own.sql);
    return Array.from({ length: 10 }, () => second.spend(call, Date.now()));
  });
  expect(waits).toEqual(Array(10).fill(null));
});

it("remembers a minute's counts through an eviction: may refuse early, never allows more", async () => {
  await freshMinute();
  const stub = namespace.getByName("act_evicted");
  const rate: Rate = { method: "customers.get", perMinute: 1000, globalPerMinute: 10_000 };
  const allowed = await runInDurableObject(stub, (_, { storage: own }) => {
    let count = 0;
    // Each meter is what a restarted object would make of the rows.
    for (let restart = 0; restart < 30; restart++) {
      const meter = createRateMeter(own.sql);
      for (let n = 0; n < 55; n++) if (meter.spend(rate, Date.now()) === null) count++;
    }
    return count;
  });
  expect(allowed).toBeLessThanOrEqual(1000);
  expect(allowed).toBeGreaterThan(900);
});

const put = (name: string, key: string, size: number, maxBytes: number | null = 10 * MIB) =>
  storage.of(name).performFile(FREE, { act: "put", key, contentType: "a/b", bytes: new Uint8Array(size) }, maxBytes);
const blobsOf = async (name: string) =>
  (await env.BUNDLES.list({ prefix: `f/${namespace.idFromName(name).toString()}/` })).objects.length;

it("never lets parallel files pass the quota, values included", async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => put("act_full", `f${n}`, MIB, 5 * MIB)));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(4);
  expect(await blobsOf("act_full")).toBe(4);
  const many = Array.from({ length: 20 }, (_, n) => ({ key: `k${n}`, value: "x".repeat(60_000) }));
  expect(await perform("act_full", { act: "setMany", entries: many }, 5 * MIB)).toMatchObject({
    error: { code: "quota_exceeded" },
  });
  expect(await perform("act_full", { act: "get", key: "k0" })).toEqual({ ok: true, value: null });
});

it("leaves one blob for one name, whoever writes it at once", async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => put("act_same", "one", 1000 + n)));
  expect(answers.every(({ ok }) => ok)).toBe(true);
  expect(await blobsOf("act_same")).toBe(1);
  const got = await storage.of("act_same").performFile(FREE, { act: "get", key: "one" }, null);
  expect(got).toMatchObject({ ok: true, value: { key: "one" } });
  const { value, bytes } = got as unknown as { value: { size: number }; bytes: Uint8Array };
  expect(bytes.length).toBe(value.size);
});

it("sweeps what a crash left: bytes without a name, names without a row", async () => {
  const stub = namespace.getByName("act_crashed");
  await put("act_crashed", "kept", 10);
  const folder = `f/${namespace.idFromName("act_crashed").toString()}`;
  await env.BUNDLES.put(`${folder}/lost`, "bytes");
  await runInDurableObject(stub, async (_, { storage: own }) => {
    own.sql.exec("INSERT INTO loose_blobs (blob, size, at) VALUES ('lost', 5, 0), ('never-put', 4000000, 0)");
    await own.setAlarm(Date.now() + 600_000);
  });
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await blobsOf("act_crashed")).toBe(1);
  const loose = await runInDurableObject(stub, (_, { storage: own }) =>
    own.sql.exec("SELECT blob FROM loose_blobs").toArray(),
  );
  expect(loose).toEqual([]);
});

it("is empty after it was erased, in the bucket too, and can be used again", async () => {
  await perform("act_gone", { act: "set", key: "k", value: 1 });
  await put("act_gone", "f", 10);
  await storage.of("act_gone").noteSent({ title: "t" });
  await storage.of("act_gone").erase();
  expect(await blobsOf("act_gone")).toBe(0);
  expect(await perform("act_gone", { act: "get", key: "k" })).toEqual({ ok: true, value: null });
  expect(await storage.of("act_gone").sent()).toEqual([]);
  const none = await storage.of("act_gone").performFile(FREE, { act: "list", prefix: "", limit: 10 }, null);
  expect(none).toEqual({ ok: true, value: { items: [] } });
  await storage.of("act_gone").erase();
  expect(await put("act_gone", "f", 10)).toMatchObject({ ok: true });
});

it("never shows one installation the files of another, whatever the key says", async () => {
  await put("act_owner", "secret.txt", 10);
  const folder = namespace.idFromName("act_owner").toString();
  for (const key of ["secret.txt", "../act_owner/secret.txt", `../${folder}/secret.txt`, `f/${folder}`, "%", "*"]) {
    const got = await storage.of("act_snoop").performFile(FREE, { act: "get", key }, null);
    expect(got).toEqual({ ok: true, value: null });
    const list = await storage.of("act_snoop").performFile(FREE, { act: "list", prefix: key, limit: 10 }, null);
    expect(list).toEqual({ ok: true, value: { items: [] } });
  }
});
