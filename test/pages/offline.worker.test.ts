import { exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { airGapped } from "../api/license/air-gapped.worker.ts";
import {
  makeInstance,
  makePlugin,
  sellLicense,
  type TestInstance,
  type TestPlugin,
} from "../api/license/shop.worker.ts";

let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
});

async function bring(fields: Record<string, string | File>): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const encoded = new Response(form);
  const body = await encoded.arrayBuffer();
  return exports.default.fetch("http://localhost:8787/offline", {
    method: "POST",
    headers: {
      "content-type": encoded.headers.get("content-type") as string,
      "content-length": String(body.byteLength),
      accept: "text/html",
    },
    body,
  });
}

it("shows a form that needs no script, loads nothing from elsewhere and may be kept", async () => {
  const page = await exports.default.fetch("http://localhost:8787/offline", { headers: { accept: "text/html" } });
  const html = await page.text();
  expect([page.status, page.headers.get("cache-control")]).toEqual([200, "public, max-age=60"]);
  expect(html).toContain('enctype="multipart/form-data"');
  expect(html).not.toContain("<script");
});

it("answers a pasted or uploaded request with a file to save, frees the seat by a release, and says why it does not", async () => {
  const { id } = await sellLicense(instance, plugin);
  const code = async () => (await instance.post(`/v1/licenses/${id}/offline/codes`)).body.code as string;
  const device = airGapped("51");
  const request = await device.request(plugin.id);
  const first = await code();
  const saved = await bring({ code: first, text: request });
  expect([saved.status, saved.headers.get("cache-control")]).toEqual([200, "no-store"]);
  expect(saved.headers.get("content-disposition")).toMatch(/^attachment; filename="lse_[0-9A-Z]{26}\.rbsm-lease"$/);
  const file = await saved.text();
  const again = await bring({ code: first, file: new File([request], "machine.rbsm-req") });
  expect(await again.text()).toBe(file);

  const used = await bring({ code: first, text: await airGapped("52").request(plugin.id) });
  expect([used.status, used.headers.get("cache-control")]).toEqual([422, "no-store"]);
  expect(await used.text()).toContain("OFFLINE_CODE_INVALID");
  expect((await bring({ code: await code(), text: "<b>hello</b>" })).status).toBe(422);
  expect((await bring({ code: await code(), text: "" })).status).toBe(422);
  expect((await bring({ code: "", text: "A".repeat(40_000) })).status).toBe(413);

  const { jti } = JSON.parse(atob(file.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? ""));
  const released = await bring({ code: await code(), text: await device.release(jti) });
  expect(await released.text()).toContain("The seat is free");
});
