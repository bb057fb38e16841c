import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { Connector } from "../journey/connector.ts";
import { hasChromium, startChromium } from "./chromium.ts";

if (hasChromium) describe("an admin without JavaScript", describeConsole);
else
  it("has no browser here: the packaged one is for Linux on x64, another is named by CHROME_PATH", () => {
    expect(process.env.CHROME_PATH).toBeUndefined();
  });

function describeConsole(): void {
  const { url, demo } = inject("marketplace");
  let browser: Browser;

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** A new person's one-time link, as the desk hands it out. */
  async function newLink(): Promise<string> {
    const headers = { authorization: `Bearer ${demo.operator.token}`, "content-type": "application/json" };
    const body = JSON.stringify({ name: "Resi Reinlich", email: "resi@reinlich.example" });
    const made = await fetch(`${url}/v1/desk/accounts`, { method: "POST", headers, body });
    const { accountId } = (await made.json()) as { accountId: string };
    const link = await fetch(`${url}/v1/desk/accounts/${accountId}/links`, { method: "POST", headers });
    return ((await link.json()) as { url: string }).url;
  }

  const press = (page: Page, name: string) => page.locator("main").getByRole("button", { name, exact: true }).click();
  const follow = (page: Page, name: string) => page.locator("main").getByRole("link", { name, exact: true }).click();

  it("registers an instance, installs with consent, sees it run, sets it up and uninstalls it", async () => {
    const context = await browser.newContext({ locale: "en-GB", javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(await newLink());
    await press(page, "Sign in");
    await page.getByRole("link", { name: "Console", exact: true }).click();
    expect(await page.locator("main").innerText()).toContain("No instance yet");

    await follow(page, "Register an instance");
    await page.getByLabel("Name").fill("Reinlich GmbH");
    await page.getByLabel("Address", { exact: true }).fill("https://10.0.0.1");
    await page.getByLabel("Version of Rising BSM").fill("0.1.0");
    await press(page, "Register");
    expect(await page.getByRole("alert").innerText()).toContain("private address");
    await page.getByLabel("Address", { exact: true }).fill(demo.instance.url);
    await press(page, "Register");
    const lines = await page.locator("pre").innerText();
    const line = (name: string) => new RegExp(`${name}=(\\S+)`).exec(lines)?.[1] ?? "";
    expect(line("MARKETPLACE_API_URL")).toBe(`${url}/v1`);
    const keys = { apiKey: line("MARKETPLACE_API_KEY"), apiSecret: line("MARKETPLACE_API_SECRET") };
    await follow(page, "I have copied them");
    await press(page, "Check the connection");
    expect(await page.locator("main").innerText()).toContain("has given no API key");

    await page.goto(`${url}/plugins/lead-scorer`);
    await follow(page, "Install from here");
    await press(page, "Continue");
    await page.getByLabel(/^Free/).check();
    await press(page, "Get the license");
    expect(await page.locator("main").innerText()).toContain("Rising BSM 0.1.0 or newer is needed");
    await follow(page, "Continue to permissions");
    await press(page, "Agree and install");
    expect(await page.getByRole("status").innerText()).toContain("is installed on Reinlich GmbH");
    await page.locator("main").getByRole("link", { name: "See the plugin" }).click();

    const instance = new Connector(`${url}/v1`, keys);
    const posted = await instance.call("POST", "/events", {
      id: `evt_console_${Date.now()}`,
      event: "request.created",
      version: 1,
      occurredAt: new Date().toISOString(),
      entity: "request",
      entityId: "1",
      data: { id: 1, name: "Eva", service: "Fensterreinigung", status: "NEW", message: "Bitte um ein Angebot" },
    });
    expect(posted.body.deliveries).toHaveLength(1);
    const runs = page.getByRole("region", { name: "Runs" });
    await expect
      .poll(
        async () => {
          await page.reload();
          return runs.innerText();
        },
        { timeout: 20_000 },
      )
      .toMatch(/request\.created[\s\S]*version/);

    await follow(page, "Settings");
    await page.getByLabel("Points from which a lead is hot").fill("20");
    await press(page, "Save");
    expect(await page.getByRole("alert").innerText()).toContain("at least 30");
    await page.getByLabel("Points from which a lead is hot").fill("45");
    await press(page, "Save");
    expect(await page.getByRole("status").innerText()).toContain("Saved");

    await follow(page, "Back to the plugin");
    await follow(page, "Uninstall");
    await press(page, "Uninstall");
    expect(await page.locator("main").innerText()).toContain("Uninstalled");
    await page.goto(`${url}/console/activity`);
    expect(await page.locator("main").innerText()).toContain("Settings changed");
    await context.close();
  });
}
