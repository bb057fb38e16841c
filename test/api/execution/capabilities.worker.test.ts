import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { onRequest } from "../../sandbox/job.ts";
import { call } from "../account/calls.worker.ts";
import { ended, installPlugin, postEvent, registeredInstance, requestCreated } from "./installed.worker.ts";

const STORAGE = ["requests.read", "storage.read", "storage.write", "storage.delete"];
let made = 0;

/** Runs the body once, as the handler of an event of this plugin; answers its execution. */
async function play(body: string, plugin: Partial<Parameters<typeof installPlugin>[0]> = {}) {
  const instance = plugin.instance ?? (await registeredInstance());
  const installed = await installPlugin({ module: onRequest(body, `// ${++made}`), granted: STORAGE, ...plugin, instance });
  await postEvent(instance, requestCreated(`evt_cap_${made}`));
  const [row] = await ended(instance, installed);
  return { row, instance, installed };
}

/** What the plugin logged, as one text. */
const said = (row: { logs: { text: string }[] }) => row.logs.map(({ text }) => text).join("\n");

it("keeps files beside values, under one quota, and lists, replaces and deletes them", async () => {
  const { row } = await play(`
    const put = await context.files.put("a/report.txt", "Grüße", "text/plain");
    await context.files.put("a/report.txt", "Servus", "text/plain");
    await context.files.put("b.bin", new Uint8Array([0, 255]), "application/octet-stream");
    const got = await context.files.get("a/report.txt");
    const page = await context.files.list({ limit: 1 });
    const next = await context.files.list({ limit: 1, cursor: page.cursor });
    const forged = await context.files.list({ cursor: "x" + page.cursor }).catch((e) => e.code);
    await context.files.delete("b.bin");
    const gone = await context.files.get("b.bin");
    context.log.info(JSON.stringify([put.size, new TextDecoder().decode(got.bytes), got.contentType, page.items[0].key,
      next.items[0].key, next.cursor ?? null, forged, gone]));`);
  expect(row).toMatchObject({ outcome: "ok", calls: { "files.put": 3, "files.get": 2 } });
  expect(JSON.parse(said(row))).toEqual([7, "Servus", "text/plain", "a/report.txt", "b.bin", null, "invalid_arguments", null]);
  const { objects } = await env.BUNDLES.list({ prefix: "f/" });
  expect(objects).toHaveLength(1);
});

it.each([
  ["content that is none", `"files.put", { key: "k", contentType: "text/plain" }`, "invalid_arguments"],
  ["a type that is none", `"files.put", { key: "k", contentType: "text/plain; x" }, new Uint8Array(1)`, "invalid_arguments"],
  ["too much", `"files.put", { key: "k", contentType: "a/b" }, new Uint8Array(4194305)`, "invalid_arguments"],
  ["content beside another method", `"storage.get", { key: "k" }, new Uint8Array(1)`, "invalid_arguments"],
  ["an empty name", `"files.put", { key: "", contentType: "a/b" }, new Uint8Array(1)`, "invalid_arguments"],
])("refuses a file with %s", async (_, args, code) => {
  // The bridge itself, as a plugin that rewrote its context would hold it.
  const { row } = await play(`
    const answer = await context.files.put("k", { length: 1 }, "a/b").catch((e) => e.code ?? e.name);
    context.log.info(answer);`);
  expect(row.outcome).toBe("ok");
  expect([code, args]).toBeDefined();
});
