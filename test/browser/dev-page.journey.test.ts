import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DevSession, startDev } from "../../src/cli/work/dev/dev-session.ts";
import { initProject } from "../../src/cli/work/init-project.ts";
import { hasChromium, startChromium } from "./chromium.ts";

if (hasChromium) describePage();
else
  it("has no browser here: the packaged one is for Linux on x64, another is named by CHROME_PATH", () => {
    expect(process.env.CHROME_PATH).toBeUndefined();
  });

/** The plugin's own page; views of blocks are frames of ours beside it. */
const FRAME = 'iframe[src^="/ui/"]';

function describePage(): void {
  let browser: Browser;
  let session: DevSession;
  let folder: string;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-dev-page-"));
    await initProject({ folder, template: "mixed", name: "visit-notes", publisher: "acme" });
    const started = await startDev(folder, { port: 0, isOnline: false, onHappening: () => {} });
    if (!started.ok) throw new Error(started.problem.message);
    session = started.value;
    browser = await startChromium();
    page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(session.url);
  });
  afterAll(async () => {
    await browser?.close();
    await session?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const says = (text: string | RegExp) => page.locator("#log li").filter({ hasText: text }).first().waitFor();

  it("names the plugin and offers its events, routes and hooks", async () => {
    await page.getByRole("heading", { name: "visit-notes 0.1.0" }).waitFor();
    expect(await page.title()).toBe("rbsm dev");
    for (const name of ["appointment.created", "GET /count", "install"])
      expect(await page.getByRole("button", { name, exact: true }).count()).toBe(1);
  });

  it("fires a sample event and shows, as they come, every wish of the plugin, its log and what it keeps", async () => {
    await press("appointment.created");
    await says("storage.set");
    await says(/event appointment\.created ok/);
    await page.locator("#storage").filter({ hasText: "1" }).waitFor();
    await press("GET /count");
    await says(/route GET \/count ok .*"count":1/);
  });

  it("draws a view of blocks, and the plugin's page calls its own route over the bridge", async () => {
    const view = page.frameLocator('iframe[src="/view/widget.summary"]');
    await view.getByText("Appointments").waitFor();
    await page.frameLocator(FRAME).locator("#answer").filter({ hasText: /^\d+$/ }).waitFor();
  });

  it("shows the plugin's own page in a frame without origin and without network", async () => {
    const frame = page.frameLocator(FRAME);
    await frame.locator("body").filter({ hasText: /\w/ }).waitFor();
    expect(await page.locator(FRAME).getAttribute("sandbox")).toBe("allow-scripts");
    const inner = page.frames().find((one) => one.url().includes("/ui/"));
    expect(await inner?.evaluate(() => (globalThis as unknown as { origin: string }).origin)).toBe("null");
    const isRefused = await inner?.evaluate(() =>
      fetch("/state").then(
        () => false,
        () => true,
      ),
    );
    expect(isRefused).toBe(true);
    complaints.length = 0;
  });

  it("answers the frame over the same bridge as the marketplace", async () => {
    const inner = page.frames().find((one) => one.url().includes("/ui/"));
    const answered = await inner?.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener("message", ({ data }) => {
            if (data.id === "mine") resolve(data);
          });
          parent.postMessage({ rbsm: 1, id: "mine", method: "GET", path: "/count" }, "*");
        }),
    );
    expect(answered).toEqual({ rbsm: 1, id: "mine", status: 200, body: { count: 1 } });
  });

  it("builds again when a file changes, tells it in the open page, and runs the new code", async () => {
    const file = path.join(folder, "src/server.ts");
    const source = await readFile(file, "utf8");
    await writeFile(file, source.replace("+ 1);", "+ 10);"));
    await says(/^built [0-9a-f]{16}/);
    await press("appointment.created");
    await press("GET /count");
    await says(/route GET \/count ok .*"count":11/);
    await writeFile(file, `${source}\nlet broken = ;\n`);
    await page.locator("#log li.failed").first().waitFor();
    await expect.poll(() => page.locator("#build").innerText()).not.toBe("built");
    expect(complaints).toEqual([]);
  });
}
