import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { hasChromium, startChromium } from "./chromium.ts";

if (hasChromium) describe("an account in a browser", describeAccount);
else
  it("has no browser here: the packaged one is for Linux on x64, another is named by CHROME_PATH", () => {
    expect(process.env.CHROME_PATH).toBeUndefined();
  });

function describeAccount(): void {
  const { url, demo } = inject("marketplace");
  let browser: Browser;
  let complaints: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** A browser of its own with a virtual authenticator that always agrees. */
  async function openBrowser(options: Parameters<Browser["newContext"]>[0] = {}): Promise<[BrowserContext, Page]> {
    complaints = [];
    const context = await browser.newContext({ locale: "en-GB", ...options });
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    const devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return [context, page];
  }

  it("is opened by the link that the start printed, gets a passkey, and is signed in by it from then on", async () => {
    const [context, page] = await openBrowser();
    await page.goto(demo.operator.link);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${url}/account`);
    await page.getByLabel("Name of the new passkey").fill("Desk laptop");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByText("Added", { exact: false }).first().waitFor();
    expect(await page.locator("input[name=name]").inputValue()).toBe("Desk laptop");

    const before = (await context.cookies()).find(({ name }) => name === "rbsm_session");
    expect(before).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${url}/`);
    expect((await context.cookies()).map(({ name }) => name)).toEqual([]);

    await page.goto(`${url}/account`);
    expect(page.url()).toBe(`${url}/sign-in?next=%2Faccount`);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForURL(`${url}/account`);
    const after = (await context.cookies()).find(({ name }) => name === "rbsm_session");
    expect(after?.value).not.toBe(before?.value);
    expect(complaints).toEqual([]);
    await context.close();
  });
}
