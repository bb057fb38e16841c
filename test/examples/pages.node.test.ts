import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPlugin } from "../../src/cli/work/build-plugin.ts";
import type { OpenedBundle } from "../../src/domain/bundle/open.ts";
import { hasChromium, startChromium } from "../browser/chromium.ts";
import { EXAMPLES } from "./setting.ts";

const TYPES: Record<string, string> = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript" };
const FRAME_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'";

/** As they are published: scripts with the SDK in them. */
const BUNDLES = new Map<string, OpenedBundle>();

const BOARD = {
  columns: [
    {
      status: "NEW",
      title: "New",
      count: 1,
      cards: [
        {
          id: 1,
          name: "<img src=x onerror=document.title='owned'>",
          service: "Cleaning",
          since: "2026-03-10T10:20:00.000Z",
          assigned: false,
        },
      ],
    },
    { status: "CANCELLED", title: "Cancelled", count: 0, cards: [] },
  ],
};
const TOMORROW = {
  day: "2026-03-11",
  reminders: [{ id: 1, time: "08:30", title: "Stairs", customer: "Eva & Co", text: "Dear Eva & Co,\n\nsee you." }],
};

if (hasChromium) describe("pages of the examples in a browser", { timeout: 30_000 }, pages);
else it("no browser is at hand, so the pages were not opened", () => expect(hasChromium).toBe(false));

function pages(): void {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
    for (const name of ["pipeline-board", "appointment-reminder"]) {
      const built = await buildPlugin(path.join(EXAMPLES, name));
      if (!built.ok) throw new Error(built.problem.message);
      BUNDLES.set(name, built.value);
    }
  }, 60_000);
  afterAll(() => browser.close());

  it.each([
    ["pipeline-board", "board", "5 open requests"],
    ["appointment-reminder", "tomorrow", "11.03.2026, 2 appointments"],
  ])("%s opened by itself shows sample data and says so", async (plugin, page, summary) => {
    const { opened, problems } = await open(browser, `https://plugin.example/${plugin}/ui/${page}.html`);
    await opened.getByText(summary).waitFor();
    expect(await opened.getByText("Sample data").isVisible()).toBe(true);
    expect(problems).toEqual([]);
    await opened.close();
  });

  it("the board inside a host shows the route's answer, and names as text", async () => {
    const { opened, problems, frame } = await embed(browser, "pipeline-board", "board", "/board", BOARD);
    await frame.getByText("1 open request").waitFor();
    expect(await frame.getByText("<img src=x").isVisible()).toBe(true);
    expect(await frame.getByText("Unassigned").count()).toBe(1);
    expect(await frame.getByText("Nothing here").count()).toBe(1);
    expect(await frame.getByText("Sample data").isVisible()).toBe(false);
    expect(await opened.title()).toBe("Host");
    expect(problems).toEqual([]);
    await opened.close();
  });

  it("the reminder's page inside a host offers the text, and selects it where the clipboard is closed", async () => {
    const { opened, frame } = await embed(browser, "appointment-reminder", "tomorrow", "/tomorrow", TOMORROW);
    await frame.getByText("11.03.2026, 1 appointment").waitFor();
    await frame.getByRole("button").click();
    await frame.getByText("Selected, now press Ctrl+C").waitFor();
    const inner = opened.frames()[1];
    expect(await inner?.evaluate("getSelection().toString()")).toContain("Dear Eva & Co,");
    await opened.close();
  });

  it("a host that refuses the call leaves the sample, labelled as one", async () => {
    const { opened, frame } = await embed(browser, "pipeline-board", "board", "/board", BOARD, 403);
    await frame.getByText("Sample data").waitFor();
    expect(await frame.getByText("5 open requests").isVisible()).toBe(true);
    await opened.close();
  });
}

/** A frame of another origin without network, as the host shows a plugin's page; the host answers one route. */
async function embed(browser: Browser, plugin: string, page: string, route: string, body: unknown, status = 200) {
  const host = `<!doctype html><title>Host</title><script>
    addEventListener("message", (event) => {
      const { rbsm, id, method, path } = event.data;
      if (rbsm !== 1 || method !== "GET" || path !== ${JSON.stringify(route)}) return;
      event.source.postMessage({ rbsm: 1, id: "another", status: 200, body: null }, "*");
      event.source.postMessage({ rbsm: 1, id, status: ${status}, body: ${JSON.stringify(body).replaceAll("<", "\\u003c")} }, "*");
    });</script>
    <iframe sandbox="allow-scripts" width="900" height="600" src="https://plugin.example/${plugin}/ui/${page}.html"></iframe>`;
  const shown = await open(browser, "https://host.example/", host);
  return { ...shown, frame: shown.opened.frameLocator("iframe") };
}

/** Serves `plugin.example` from the examples' bundles and nothing else. */
async function open(browser: Browser, address: string, host = ""): Promise<{ opened: Page; problems: string[] }> {
  const opened = await browser.newPage();
  const problems: string[] = [];
  opened.on("pageerror", (error) => problems.push(error.message));
  opened.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await opened.route("**/*", (request) => {
    const url = new URL(request.request().url());
    if (url.hostname === "host.example") return request.fulfill({ contentType: "text/html", body: host });
    if (url.pathname === "/favicon.ico") return request.fulfill({ status: 204 });
    const [, plugin = "", ...rest] = url.pathname.split("/");
    const file = rest.join("/");
    return request.fulfill({
      contentType: TYPES[path.extname(file)] ?? "text/plain",
      headers: { "content-security-policy": FRAME_POLICY, "x-content-type-options": "nosniff" },
      body: Buffer.from(BUNDLES.get(plugin)?.file(file) ?? new Uint8Array()),
    });
  });
  await opened.goto(address);
  return { opened, problems };
}
