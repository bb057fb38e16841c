import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import type { Browser, Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { PluginElement } from "../../src/sdk/element/index.ts";
import { Connector, send } from "../journey/connector.ts";
import { hasChromium, startChromium } from "./chromium.ts";

if (hasChromium) describeViews();
else
  it("has no browser here: the packaged one is for Linux on x64, another is named by CHROME_PATH", () => {
    expect(process.env.CHROME_PATH).toBeUndefined();
  });

function describeViews(): void {
  const { url, demo } = inject("marketplace");
  const host = demo.instance.url;
  const instance = new Connector(`${url}/v1`, demo.instance);
  let browser: Browser;
  let page: Page;
  let board: string;
  let reminder: string;
  const errors: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
    [board, reminder] = [await install("pipeline-board"), await install("appointment-reminder")];
    page = await browser.newPage();
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.context().addCookies([{ name: "session", value: "of-the-host", url: host }]);
    const query = new URLSearchParams([
      ["installation", board],
      ["slot", "page.board"],
      ["installation", reminder],
      ["slot", "settings"],
    ]);
    await page.goto(`${host}/plugins/view?${query}`);
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** Installs an example on the emulated instance as its admin would: with everything it asks for. */
  async function install(name: string): Promise<string> {
    const { body: plugin } = await send(`${url}/v1/plugins/by-name/${name}`);
    const licensed = demo.licenses.find((one) => one.plugin === name);
    const free = { pluginId: String(plugin.id), userId: "1", type: "free" };
    const licenseKey = licensed?.key ?? (await instance.call("POST", "/licenses", free)).body.licenseKey;
    const { body: version } = await send(`${url}/v1/plugins/${plugin.id}/versions/${plugin.version}`);
    const { status, body } = await instance.call("POST", "/installations", {
      pluginId: String(plugin.id),
      licenseKey,
      hardwareId: "cd".repeat(32),
      version: plugin.version,
      grantedPermissions: version.manifest.permissions.map(({ code }: { code: string }) => code),
      closureDigest: version.closureDigest,
      appVersion: "0.1.0",
    });
    if (status >= 300) throw new Error(`${name}: ${status} ${JSON.stringify(body)}`);
    return body.installationId ?? body.data?.installationId;
  }

  const view = (slot: string) => page.frameLocator(`rbsm-plugin[data-slot="${slot}"] iframe`);
  const inBoard = () => view("page.board").frameLocator("iframe");
  const heightOf = (slot: string) =>
    page.locator(`rbsm-plugin[data-slot="${slot}"] iframe`).evaluate((node) => node.getBoundingClientRect().height);
  /** The plugin's own document: the code of a hostile plugin would run here. */
  function boardFrame(): Frame {
    const found = page.frames().find((frame) => frame.url().endsWith("/ui/board.html"));
    if (found === undefined) throw new Error("the plugin's frame is not there");
    return found;
  }

  it("shows what a route answered over the bridge, in a frame as high as its page", async () => {
    await inBoard()
      .getByText(/open request/)
      .waitFor();
    expect(await inBoard().getByText("Sample data").isVisible()).toBe(false);
    await expect.poll(() => heightOf("page.board")).toBeGreaterThan(200);
    const inner = await boardFrame().evaluate(() => document.body.getBoundingClientRect().height);
    await expect.poll(() => heightOf("page.board")).toBeGreaterThanOrEqual(Math.floor(inner));
  });

  it("draws blocks and runs their form; the plugin keeps what was sent", async () => {
    const panel = view("settings");
    await panel.getByLabel("Company").fill("Huber & <b>Söhne</b>");
    await panel.getByLabel("Time zone").fill("Nowhere/Land");
    await panel.getByRole("button", { name: "Save" }).click();
    await panel.getByText("timeZone is a name such as Europe/Vienna.").waitFor();
    await panel.getByLabel("Company").fill("Huber & <b>Söhne</b>");
    await panel.getByLabel("Alert me at once").uncheck();
    await panel.getByRole("button", { name: "Save" }).click();
    await panel.getByText("Your preferences were kept.").waitFor();
    expect(await panel.getByLabel("Company").inputValue()).toBe("Huber & <b>Söhne</b>");
    expect(await panel.getByLabel("Alert me at once").isChecked()).toBe(false);
  });

  it("follows the host's theme in blocks and in the plugin's frame", async () => {
    const background = (frame: Frame) => frame.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const panel = () =>
      page.frames().find((frame) => frame.parentFrame() === page.mainFrame() && !frame.childFrames()[0]);
    await page.getByRole("button", { name: "Dark" }).click();
    await expect.poll(() => background(boardFrame())).toBe("rgb(2, 8, 23)");
    await expect.poll(() => background(panel() as Frame)).toBe("rgb(2, 8, 23)");
    await page.getByRole("button", { name: "Light" }).click();
    await expect.poll(() => background(boardFrame())).toBe("rgb(255, 255, 255)");
  });

  it("is a component of React too, which asks for a new ticket when told to", async () => {
    const other = await browser.newPage();
    await other.goto(`${host}/plugins/view`);
    const script = await bundleReactPage(`/plugins/tickets?installation=${reminder}&slot=settings`);
    await other.evaluate(() => document.body.append(document.createElement("main")));
    await other.addScriptTag({ content: script });
    const panel = other.frameLocator("rbsm-plugin.panel iframe");
    await panel.getByLabel("Company").waitFor();
    await expect.poll(() => panel.locator("html").getAttribute("data-mode")).toBe("dark");
    const address = () => other.locator("rbsm-plugin iframe").getAttribute("src");
    const first = await address();
    await other.locator("rbsm-plugin").evaluate((element) => (element as unknown as PluginElement).reload());
    expect(await address()).not.toBe(first);
    await panel.getByLabel("Company").waitFor();
    await other.close();
  });

  it("keeps a plugin's code away from the host's page, its cookies, the ticket and every network", async () => {
    const reached = await boardFrame().evaluate(async (site) => {
      const tried = async (work: () => unknown) => {
        try {
          return String(await work());
        } catch (error) {
          return (error as Error).name;
        }
      };
      return {
        origin: self.origin,
        parent: await tried(() => window.parent.document.title),
        top: await tried(() => window.top?.document.cookie),
        cookie: await tried(() => document.cookie),
        storage: await tried(() => localStorage.length),
        marketplace: await tried(() => fetch("/v1/health")),
        host: await tried(() => fetch(`${site}/api/customers`)),
        elsewhere: await tried(() => fetch("https://evil.example/", { mode: "no-cors" })),
        image: await tried(
          () =>
            new Promise((resolve) => {
              const image = new Image();
              image.onerror = () => resolve("refused");
              image.onload = () => resolve("loaded");
              image.src = `${site}/plugins/element.js`;
            }),
        ),
        popup: await tried(() => window.open("https://evil.example/")),
        inline: await tried(() => {
          const script = document.createElement("script");
          script.textContent = "window.wasRun = true";
          document.body.append(script);
          return (window as unknown as { wasRun?: boolean }).wasRun;
        }),
        away: await tried(() => {
          (window.top as Window).location.href = "https://evil.example/";
        }),
        ticket: /uit_/.test(document.location.href + document.referrer + document.documentElement.outerHTML),
      };
    }, host);
    expect(reached).toEqual({
      origin: "null",
      parent: "SecurityError",
      top: "SecurityError",
      cookie: "SecurityError",
      storage: "SecurityError",
      marketplace: "TypeError",
      host: "TypeError",
      elsewhere: "TypeError",
      image: "refused",
      popup: "null",
      inline: "undefined",
      away: "SecurityError",
      ticket: false,
    });
    expect(page.url()).toContain(`${host}/plugins/view`);
  });

  it("believes no message that another window or the plugin forged", async () => {
    const before = await heightOf("settings");
    // The plugin speaks to the host's page past the page of ours.
    await boardFrame().evaluate(() => {
      window.top?.postMessage({ rbsm: 1, height: 9999 }, "*");
      window.top?.postMessage({ rbsm: 1, expired: true }, "*");
    });
    // The host's page, as any other window might, pretends to be the plugin: no answer comes.
    const isAnswered = await page.evaluate(async () => {
      const frame = document.querySelector<HTMLIFrameElement>('rbsm-plugin[data-slot="page.board"] iframe');
      const heard = new Promise((resolve) => {
        addEventListener("message", ({ data }) => data.id === "forged" && resolve(true));
        setTimeout(() => resolve(false), 500);
      });
      frame?.contentWindow?.postMessage({ rbsm: 1, id: "forged", method: "GET", path: "/board" }, "*");
      window.postMessage({ rbsm: 1, height: 9999 }, "*");
      return heard;
    });
    expect(isAnswered).toBe(false);
    expect(await heightOf("settings")).toBe(before);
    expect(await heightOf("page.board")).toBeLessThan(9000);
  });

  it("bounds how often a frame may call", async () => {
    const statuses = await boardFrame().evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const seen: number[] = [];
          addEventListener("message", ({ data }) => {
            if (String(data.id).startsWith("many") && seen.push(data.status) === 60) resolve(seen);
          });
          for (let n = 0; n < 60; n++)
            parent.postMessage({ rbsm: 1, id: `many${n}`, method: "GET", path: "/none" }, "*");
        }),
    );
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(50);
  });

  it("carries nothing away by leading the frame elsewhere", async () => {
    const answered: string[] = [];
    page.on("response", (response) => answered.push(response.url()));
    await boardFrame().evaluate((site) => {
      document.location.href = `${site}/plugins/view?stolen=data`;
    }, host);
    const isBroken = () => page.frames().some((frame) => frame.url().startsWith("chrome-error:"));
    await expect.poll(isBroken).toBe(true);
    expect(answered.filter((address) => address.includes("stolen"))).toEqual([]);
  });

  it("opens no view with a ticket that is unknown, on another site, or at the marketplace's own address", async () => {
    const { body: issued } = await instance.call("POST", `/installations/${board}/ui-tickets`, {
      slot: "page.board",
      user: { id: "1", permissions: ["requests.view"] },
    });
    const { pathname, origin } = new URL(issued.url);
    expect(origin).not.toBe(url);
    expect((await fetch(issued.url)).status).toBe(200);
    expect((await fetch(`${url}${pathname}`)).status).toBe(404);
    expect((await fetch(`${issued.url.slice(0, -2)}AA`)).status).toBe(404);
    // Any other site on this machine: the same page in it, and there the browser refuses to show it.
    const site = http.createServer((_, answer) => {
      answer.writeHead(200, { "content-type": "text/html" }).end(`<iframe src="${issued.url}"></iframe>`);
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const other = await browser.newPage();
    const complaints: string[] = [];
    other.on("console", (message) => complaints.push(message.text()));
    await other.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    await expect.poll(() => complaints.join()).toContain("frame-ancestors");
    await other.close();
    site.closeAllConnections();
    site.close();
    const foreign = await instance.call("POST", "/installations/act_00000000000000000000/ui-tickets", {
      slot: "settings",
      user: { id: "1" },
    });
    expect(foreign.status).toBe(404);
    expect(errors).toEqual([]);
  });
}

/** A page of a host that is made with React. */
async function bundleReactPage(tickets: string): Promise<string> {
  const sdk = path.resolve(import.meta.dirname, "../../src/sdk/react/index.ts");
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createElement } from "react";
        import { createRoot } from "react-dom/client";
        import { PluginView } from ${JSON.stringify(sdk)};
        const ticket = async () => (await fetch(${JSON.stringify(tickets)}, { method: "POST" })).json();
        const theme = { mode: "dark", tokens: {} };
        createRoot(document.querySelector("main")).render(createElement(PluginView, { ticket, theme, className: "panel" }));`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return outputFiles[0]?.text ?? "";
}
