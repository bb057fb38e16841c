import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Job } from "../../../src/domain/execution/job.ts";
import { METHODS, type Method } from "../../../src/domain/execution/methods.ts";
import type { Json } from "../../../src/domain/json/json.ts";
import type { CapabilityWorld } from "../../../src/gateway/execution/capabilities/open-capabilities.ts";
import { RunSession } from "../../../src/gateway/execution/host-session.ts";
import { createIsolateGate } from "../../../src/gateway/execution/isolate-gate.ts";
import type { UsageStore } from "../../../src/market/license/usage-ports.ts";
import { createPluginStorage, type InstallationStorage } from "../../../src/storage/execution/installation-storage.ts";
import { jobFor } from "../../sandbox/job.ts";
import { AUTHORITY, worldOf } from "./run-world.ts";

const { InstallationStorage: namespace } = exports as unknown as {
  InstallationStorage: DurableObjectNamespace<InstallationStorage>;
};
const pluginStorage = createPluginStorage(namespace);

async function sessionFor(
  over: Partial<Job> = {},
  parts: Partial<CapabilityWorld> = {},
  deadline = Date.now() + 60_000,
) {
  const job = await jobFor("", over);
  return new RunSession(worldOf({ pluginStorage, ...parts }), job, AUTHORITY, deadline);
}
const codeOf = (reply: Awaited<ReturnType<RunSession["call"]>>) => (reply.ok ? "ok" : reply.error.code);

describe("the marketplace's side of a run trusts nothing that the sandbox tested", () => {
  it.each(Object.keys(METHODS) as Method[])(
    "%s is refused without its grant, by whatever arguments",
    async (method) => {
      const session = await sessionFor();
      const codes = [];
      for (const args of [{}, { key: "apiKey" }, { name: "done", data: {} }, { locale: "de" }])
        codes.push(codeOf(await session.call(method, args)));
      const { permission } = METHODS[method];
      if (permission !== null) expect(new Set(codes)).toEqual(new Set(["capability_denied"]));
      // What needs no permission still needs a declaration; texts are the plugin's own.
      else if (method !== "i18n.strings") expect(codes).not.toContain("ok");
    },
  );

  it.each<[string, Method, Json, unknown, string]>([
    ["a file without content", "files.put", { key: "k", contentType: "a/b" }, undefined, "invalid_arguments"],
    ["content that is text", "files.put", { key: "k", contentType: "a/b" }, "text", "invalid_arguments"],
    [
      "content that only looks like bytes",
      "files.put",
      { key: "k", contentType: "a/b" },
      { length: 1, 0: 1 },
      "invalid_arguments",
    ],
    [
      "content of more than 4 MiB",
      "files.put",
      { key: "k", contentType: "a/b" },
      new Uint8Array(4_194_305),
      "invalid_arguments",
    ],
    [
      "a type with parameters",
      "files.put",
      { key: "k", contentType: "a/b; c=d" },
      new Uint8Array(1),
      "invalid_arguments",
    ],
    [
      "a type that ends a header",
      "files.put",
      { key: "k", contentType: "a/b\r\nX: 1" },
      new Uint8Array(1),
      "invalid_arguments",
    ],
    ["an empty name", "files.put", { key: "", contentType: "a/b" }, new Uint8Array(1), "invalid_arguments"],
    [
      "somebody else's installation",
      "storage.get",
      { key: "k", activationId: "act_victim" },
      undefined,
      "invalid_arguments",
    ],
    ["fifty-one keys", "storage.getMany", { keys: Array(51).fill("k") }, undefined, "invalid_arguments"],
    ["a step that is no whole number", "storage.increment", { key: "k", by: 0.5 }, undefined, "invalid_arguments"],
    ["a method of objects", "toString" as Method, {}, undefined, "unknown_method"],
    ["a method that is inherited", "__proto__" as Method, {}, undefined, "unknown_method"],
  ])("refuses %s", async (_, method, args, bytes, code) => {
    const session = await sessionFor({ granted: ["storage.read", "storage.write"] });
    expect(codeOf(await session.call(method, args, bytes as Uint8Array))).toBe(code);
  });

  it("answers nothing after it was closed, after its deadline and after its calls", async () => {
    const granted = ["storage.read"] as const;
    const closed = await sessionFor({ granted });
    expect(codeOf(await closed.call("storage.get", { key: "k" }))).toBe("ok");
    RunSession.close(closed);
    expect(codeOf(await closed.call("storage.get", { key: "k" }))).toBe("session_closed");
    const late = await sessionFor({ granted }, {}, Date.now() - 1);
    expect(codeOf(await late.call("storage.get", { key: "k" }))).toBe("session_closed");
    const { limits } = await jobFor("");
    const spent = await sessionFor({ granted, limits: { ...limits, calls: 2 } });
    const codes = [];
    for (let n = 0; n < 3; n++) codes.push(codeOf(await spent.call("storage.get", { key: "k" })));
    expect(codes).toEqual(["ok", "ok", "rate_limited"]);
  });

  it("acts for the installation it was made for, whatever job a sandbox claims to run", async () => {
    const granted = ["storage.read", "storage.write"] as const;
    const victim = await sessionFor({ granted, activationId: "act_deputy_victim" });
    await victim.call("storage.set", { key: "k", value: "canary" });
    const thief = await sessionFor({ granted, activationId: "act_deputy_thief" });
    const forged = { key: "k", __proto__: { activationId: "act_deputy_victim" } } as unknown as Json;
    expect(codeOf(await thief.call("storage.get", forged))).toBe("invalid_arguments");
    expect(await thief.call("storage.get", { key: "k" })).toEqual({ ok: true, value: null });
    // Nothing of it can be reached or written over RPC.
    expect(Object.keys(thief)).toEqual([]);
  });
});

describe("calls of the license's month", () => {
  /** A quota of so many units, given out in blocks of ten. */
  function quotaOf(cap: number) {
    let left = cap;
    let asked = 0;
    const usage = {
      reserve: async (_license: string, _metric: string, wanted: number) => {
        asked++;
        const taken = Math.min(left, wanted, 10);
        left -= taken;
        return { taken, period: new Date().toISOString().slice(0, 7), used: cap - left, cap };
      },
    } as unknown as UsageStore;
    // Whatever passes a threshold is told at once; nobody listens here.
    const background = { defer: (work: Promise<unknown>) => void work };
    const webhooks = { owedAbout: async () => [] } as unknown as CapabilityWorld["webhooks"];
    const chance = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)), uuid: () => "" };
    return { parts: { usage, background, webhooks, chance }, asked: () => asked };
  }
  const license = { tier: "free", status: "active", features: [], limits: { apiCalls: 25 } } as const;

  it("are reserved in blocks and end with quota_exceeded, for all runs together", async () => {
    const { parts, asked } = quotaOf(25);
    const codes: string[] = [];
    for (let run = 0; run < 3; run++) {
      const job = await jobFor("", { granted: ["storage.read"], license });
      const session = new RunSession(
        worldOf({ pluginStorage, ...parts }),
        job,
        { ...AUTHORITY, licenseId: "metered" },
        Date.now() + 60_000,
      );
      for (let n = 0; n < 10; n++) codes.push(codeOf(await session.call("storage.get", { key: "k" })));
    }
    expect(codes.filter((code) => code === "ok")).toHaveLength(25);
    expect(codes.slice(25)).toEqual(Array(5).fill("quota_exceeded"));
    expect(asked()).toBeLessThan(10);
  });

  it("are counted for a license without limit and never end", async () => {
    const { parts, asked } = quotaOf(1000);
    const unlimited = { ...license, limits: { apiCalls: -1 } };
    const job = await jobFor("", { granted: ["storage.read"], license: unlimited });
    const authority = { ...AUTHORITY, licenseId: "unlimited" };
    const session = new RunSession(worldOf({ pluginStorage, ...parts }), job, authority, Date.now() + 60_000);
    for (let n = 0; n < 11; n++) expect(codeOf(await session.call("storage.get", { key: "k" }))).toBe("ok");
    expect(asked()).toBe(2);
  });
});

it("lets a request have four isolates on their way and no fifth, and one isolate as often as it likes", async () => {
  const gate = createIsolateGate();
  let now = 0;
  let most = 0;
  const run = (isolate: string) =>
    gate(isolate, async () => {
      most = Math.max(most, ++now);
      await scheduler.wait(1);
      now--;
      return isolate;
    });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => run(`act_${n}`)));
  expect([answers.length, most]).toEqual([20, 4]);
  await Promise.all(Array.from({ length: 6 }, () => run("act_same")));
  expect(most).toBe(6);
  await expect(gate("act_1", () => Promise.reject(new Error("lost")))).rejects.toThrow("lost");
  expect(await run("act_1")).toBe("act_1");
});
