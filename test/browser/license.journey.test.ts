import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { RootKey } from "../../src/domain/license/keyset.ts";
import { authorizationOf } from "../../src/sdk/credentials.ts";
import { hasChromium, startChromium } from "./chromium.ts";

if (hasChromium) describeLicense();
else
  it("has no browser here: the packaged one is for Linux on x64, another is named by CHROME_PATH", () => {
    expect(process.env.CHROME_PATH).toBeUndefined();
  });

function describeLicense(): void {
  const { url, demo } = inject("marketplace");
  const { plugin: name, pluginId, version } = demo.licenses[0] as (typeof demo.licenses)[number];
  let browser: Browser;
  let page: Page;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const server = await startServer(url, demo.instance);
    browser = await startChromium();
    page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction("typeof live === 'function'");
    stop = server.stop;
  });
  afterAll(async () => {
    await browser?.close();
    await stop?.();
  });

  // biome-ignore lint/suspicious/noExplicitAny: the page answers plain data
  const inPage = (call: string, ...args: unknown[]): Promise<any> =>
    page.evaluate(`${call}(...${JSON.stringify(args)})`);

  async function sell(userId: string): Promise<{ id: string; licenseKey: string }> {
    const response = await fetch(`${url}/v1/licenses`, {
      method: "POST",
      headers: { authorization: `Bearer ${demo.publisher.token}`, "content-type": "application/json" },
      body: JSON.stringify({ instanceId: demo.instance.id, pluginId, userId, type: "basic" }),
    });
    if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
    return (await response.json()) as { id: string; licenseKey: string };
  }

  async function asInstance(target: string, body: unknown): Promise<Record<string, string>> {
    const response = await fetch(url + target, {
      method: "POST",
      headers: {
        authorization: await authorizationOf(demo.instance, Date.now()),
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, string>;
  }

  it("a browser pins the root alone: it takes a seat, refreshes, pings and reads the list, and knows it all after a restart without a line", async () => {
    const setting = { ...(await settingOf(url)), pluginId, instanceId: demo.instance.id, hardwareId: "c1".repeat(32) };
    const { licenseKey } = await sell("browser-live");
    const { told, listEpoch, hasKeySet } = await inPage("live", setting, licenseKey);
    expect(told).toEqual(
      Array(4).fill(expect.objectContaining({ isLicensed: true, code: "VALID", warnings: [], isOffline: false })),
    );
    expect([typeof listEpoch, hasKeySet]).toEqual(["number", true]);
    expect(await inPage("stranger", setting)).toEqual(["lease", "verdict", "revocations", "keyset"]);
    expect(await inPage("restart", setting)).toMatchObject({ isLicensed: true, code: "VALID" });
  });

  it("a browser without a line carries its request out, the sealed answer in and the release out", async () => {
    const setting = { ...(await settingOf(url)), pluginId, instanceId: demo.instance.id, hardwareId: "c2".repeat(32) };
    await page.evaluate("localStorage.removeItem('license')");
    const { id } = await sell("browser-offline");
    const request = await inPage("request", setting, version);
    const answered = await asInstance(`/v1/licenses/${id}/offline`, { request });
    expect(answered.file).toMatch(/^rbsm-sealed-lease-1\./);
    // No key set is known yet: the answer is not believed, and the key set is carried in with the next start.
    expect(await inPage("take", setting, answered.file)).toMatchObject({ isLicensed: false, code: "KEYSET_STALE" });
    const kid = setting.roots[0]?.kid;
    const keySet = await (await fetch(`${url}/.well-known/license-keyset/${kid}.jws`)).text();
    const shipped = { ...setting, keySet };
    expect(await inPage("take", shipped, answered.file)).toMatchObject({
      isLicensed: true,
      isOffline: true,
      leaseId: answered.jti,
    });
    expect(await inPage("restart", { ...shipped, hardwareId: "c3".repeat(32) })).toMatchObject({
      isLicensed: false,
      code: "AUDIENCE_MISMATCH",
    });
    const release = await inPage("release", shipped);
    expect((await asInstance(`/v1/licenses/${id}/offline/release`, { release })).code).toBe("RELEASED");
    expect(await inPage("restart", shipped)).toMatchObject({ isLicensed: false, leaseId: null });
  });
}

/** The roots as an operator hands them out: here those whose documents the marketplace publishes. */
async function settingOf(marketplace: string): Promise<{ marketplace: string; roots: readonly RootKey[] }> {
  const { data } = inject("marketplace") as unknown as { data?: string };
  const { readFile } = await import("node:fs/promises");
  const { demo } = inject("marketplace");
  const folder = data ?? path.dirname(demo.trustFile);
  const roots = JSON.parse(await readFile(path.join(folder, "license-roots.json"), "utf8")) as RootKey[];
  return { marketplace, roots };
}

/** A host's server: the page, its script, and the marketplace behind the instance's credential. */
async function startServer(marketplace: string, credentials: { apiKey: string; apiSecret: string }) {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "sdk/license-page.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
  });
  const script = outputFiles[0]?.text ?? "";
  const server = http.createServer(async (incoming, outgoing) => {
    const target = incoming.url ?? "/";
    const say = (status: number, type: string, body: string) => {
      outgoing.writeHead(status, { "content-type": type, "cache-control": "no-store" });
      outgoing.end(body);
    };
    if (target === "/page.js") return say(200, "text/javascript", script);
    if (!/^\/(?:v1|\.well-known)\//.test(target))
      return say(200, "text/html", '<!doctype html><script type="module" src="/page.js"></script>');
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const proof = incoming.headers["device-proof"];
    const response = await fetch(marketplace + target, {
      method: incoming.method ?? "GET",
      headers: {
        ...(target.startsWith("/v1/") ? { authorization: await authorizationOf(credentials, Date.now()) } : {}),
        "content-type": "application/json",
        ...(typeof proof === "string" ? { "device-proof": proof } : {}),
      },
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
    });
    say(response.status, response.headers.get("content-type") ?? "application/json", await response.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
