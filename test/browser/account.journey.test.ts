import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
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

  const session = async (context: BrowserContext) =>
    (await context.cookies()).find(({ name }) => name === "rbsm_session");

  async function signOut(page: Page): Promise<void> {
    await page.goto(`${url}/account`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${url}/`);
  }

  async function signInWithPasskey(page: Page, next = "/account"): Promise<void> {
    await page.goto(`${url}/sign-in?next=${encodeURIComponent(next)}`);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForURL(`${url}${next}`);
  }

  /** Opens the link of that account and gives it a passkey. */
  async function enroll(page: Page, link: string): Promise<void> {
    await page.goto(link);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${url}/account`);
    await page.getByLabel("Name of the new passkey").fill("Desk laptop");
    const button = page.getByRole("button", { name: "Add a passkey" });
    await Promise.all([page.waitForEvent("load"), button.click()]);
  }

  it("begins with the link that the start printed, gets a passkey, and is signed in by it from then on", async () => {
    const [context, page] = await openBrowser();
    await enroll(page, demo.operator.link);
    expect(await page.locator("input[name=name]").inputValue()).toBe("Desk laptop");
    const before = await session(context);
    expect(before).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
    await signOut(page);
    expect(await session(context)).toBeUndefined();
    await page.goto(`${url}/account`);
    expect(page.url()).toBe(`${url}/sign-in?next=%2Faccount`);
    await signInWithPasskey(page);
    expect((await session(context))?.value).not.toBe(before?.value);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("asks for the passkey again before what is dangerous, and goes on under another secret", async () => {
    const [context, page] = await openBrowser();
    await enroll(page, (await operatorLink()).link);
    // A link proves nothing, so the session it begins has no proof.
    await signOut(page);
    await page.goto((await operatorLink()).link);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${url}/account`);
    const before = await session(context);
    await page.getByRole("button", { name: "Make ten" }).click();
    await page.getByRole("heading", { name: "Is it you?" }).waitFor();
    await page.getByRole("button", { name: "Use your passkey" }).click();
    await page.waitForURL(`${url}/account`);
    expect((await session(context))?.value).not.toBe(before?.value);
    await page.getByRole("button", { name: "Make ten" }).click();
    expect(await page.locator("ol li").count()).toBe(10);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("is told apart from a replay, and from another page of this machine", async () => {
    const [context, page] = await openBrowser();
    await enroll(page, demo.admin.link);
    await signOut(page);
    let sent = "";
    page.on("request", (request) => {
      if (request.url().endsWith("/sign-in/passkey")) sent = request.postData() ?? "";
    });
    await signInWithPasskey(page);
    const replayed = await page.evaluate(async (body) => {
      const headers = { "content-type": "application/json" };
      return (await fetch("/sign-in/passkey", { method: "POST", headers, body })).status;
    }, sent);
    expect([sent.length > 100, replayed]).toEqual([true, 400]);

    // Another port of localhost is the same site to the browser, so the cookie travels; it is refused all the same.
    const kept = await session(context);
    const foreign = await context.newPage();
    await foreign.route("http://localhost:1/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<form method="post" action="${url}/sign-out"><button>Win a prize</button></form>`,
      }),
    );
    await foreign.goto("http://localhost:1/");
    const [refused] = await Promise.all([
      foreign.waitForResponse(`${url}/sign-out`),
      foreign.getByRole("button").click(),
    ]);
    expect(refused.status()).toBe(403);
    expect((await session(context))?.value).toBe(kept?.value);
    await page.goto(`${url}/account`);
    expect(page.url()).toBe(`${url}/account`);
    await context.close();
  });

  it("lets `rbsm login` in, with what stood on the page", async () => {
    const [context, page] = await openBrowser();
    await enroll(page, demo.publisher.link);
    const home = await mkdtemp(path.join(os.tmpdir(), "rbsm-login-"));
    const cli = path.resolve(import.meta.dirname, "../../src/cli/bin.mjs");
    const child = spawn(process.execPath, [cli, "login", "--marketplace", url], {
      env: { ...process.env, XDG_CONFIG_HOME: home, NO_COLOR: "1", RBSM_TOKEN: "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const link = await firstMatch(child, /Open (http:\S+)/);
    await page.goto(link);
    expect(await page.locator("main").innerText()).toContain("Publish releases");
    await page.getByRole("button", { name: "Let it in" }).click();
    await page.getByRole("heading", { name: "The tool is in" }).waitFor();
    expect(await new Promise((resolve) => child.on("exit", resolve))).toBe(0);
    const config = JSON.parse(await readFile(path.join(home, "rbsm/config.json"), "utf8"));
    const { token } = config.marketplaces[url] as { token: string };
    const me = await fetch(`${url}/v1/whoami`, { headers: { authorization: `Bearer ${token}` } });
    expect(await me.json()).toMatchObject({ kind: "account", publishers: [{ handle: "alpenware" }] });
    await rm(home, { recursive: true });
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("is recovered by a code on paper without any script, and rests from publishing", async () => {
    const [context, page] = await openBrowser();
    await page.goto(`${url}/sign-up`);
    await page.getByLabel("Your name").fill("Rosa Recht");
    await page.getByLabel("E-mail address").fill("rosa@firm.example");
    await page.getByRole("button", { name: "Send me the link" }).click();
    await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
    const [desk, outbox] = await openBrowser();
    const { link } = await operatorLink();
    await outbox.goto(link);
    await outbox.getByRole("button", { name: "Sign in" }).click();
    await outbox.goto(`${url}/desk/mail`);
    const mail = await outbox.locator("li", { hasText: "rosa@firm.example" }).first().innerText();
    await desk.close();
    await page.goto(/http:\S+link\?code=\S+/.exec(mail)?.[0] ?? "");
    await page.getByRole("button", { name: "Make the account" }).click();
    await page.waitForURL(`${url}/account`);
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByText("Added", { exact: false }).first().waitFor();
    await page.getByRole("button", { name: "Make ten codes" }).click();
    const codes = await page.locator("ol li").allInnerTexts();
    expect(codes).toHaveLength(10);
    expect(complaints).toEqual([]);
    await context.close();

    const plain = await browser.newContext({ locale: "en-GB", javaScriptEnabled: false });
    const without = await plain.newPage();
    await without.goto(`${url}/sign-in`);
    await without.getByLabel("Recovery code").fill((codes[0] as string).toLowerCase());
    await without.getByRole("button", { name: "Sign in with the code" }).click();
    await without.waitForURL(`${url}/account`);
    expect(await without.locator("main").innerText()).toContain("Nothing can be published with it until");
    await plain.close();
  });

  /** The operator's token makes a new link, as every start does. */
  async function operatorLink(): Promise<{ readonly link: string }> {
    const authorization = `Bearer ${demo.operator.token}`;
    const me = await fetch(`${url}/v1/whoami`, { headers: { authorization } });
    const { account } = (await me.json()) as { account: { id: string } };
    const target = `${url}/v1/desk/accounts/${account.id}/links`;
    const made = await fetch(target, { method: "POST", headers: { authorization } });
    return { link: ((await made.json()) as { url: string }).url };
  }
}

/** Waits for a line of a process that matches, and answers its first group. */
function firstMatch(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (part) => {
      said += part;
      const found = pattern.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on("exit", () => reject(new Error(said)));
  });
}
