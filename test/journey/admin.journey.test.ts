import { readdirSync } from "node:fs";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { hasChromium, startChromium } from "../browser/chromium.ts";
import { documentOf, ROOT, rbsm } from "../cli/run-rbsm.ts";
import { bearer, Connector } from "./connector.ts";

if (hasChromium) describe("an admin, an operator and a visitor in a browser", { timeout: 120_000 }, describeAdmin);
else
  it("has no browser here: the packaged one is for Linux on x64, another is named by CHROME_PATH", () => {
    expect(process.env.CHROME_PATH).toBeUndefined();
  });

function describeAdmin(): void {
  const { url, data, demo } = inject("marketplace");
  const V1 = `${url}/v1`;
  const HANDLE = "kaiser-software";
  const PLUGIN = "inquiry-ranking";
  const TITLE = "Inquiry Ranking";
  const operator = bearer(demo.operator.token)(V1);
  let browser: Browser;
  let home = "";
  let publisher = "";
  let pluginId = "";
  let licenseKey = "";
  let instance: Connector;
  const releases = new Map<string, string>();

  beforeAll(async () => {
    browser = await startChromium();
    home = await mkdtemp(path.join(os.tmpdir(), "rbsm-admin-journey-"));
    const account = await operator("POST", "/desk/accounts", {
      name: "Karla Kaiser",
      email: "karla@kaiser.example",
      publisher: { handle: HANDLE, displayName: "Kaiser Software" },
    });
    publisher = account.body.token;
    await cp(path.join(ROOT, "src/examples/lead-scorer"), path.join(home, "plugin"), { recursive: true });
    await told(["keys", "create", "--key", "key.pem"]);
    await told(["keys", "enroll", HANDLE, "--key", "key.pem", "--nonce", account.body.keyNonce]);
    await publish("1.0.0");
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await rm(home, { recursive: true, force: true });
  });

  async function told(args: readonly string[]): Promise<Record<string, unknown>> {
    const run = await rbsm([...args, "--json"], { cwd: home, env: { RBSM_MARKETPLACE: url, RBSM_TOKEN: publisher } });
    expect([run.code, run.stdout]).toEqual([0, expect.any(String)]);
    return documentOf(run);
  }

  /** A release of the journey's own plugin, checked and approved. */
  async function publish(version: string): Promise<void> {
    const file = path.join(home, "plugin/manifest.json");
    const manifest = JSON.parse(await readFile(file, "utf8"));
    const own = { name: PLUGIN, displayName: TITLE, publisher: HANDLE, version };
    await writeFile(file, JSON.stringify({ ...manifest, ...own }));
    if (version !== "1.0.0")
      await appendFile(path.join(home, "plugin/CHANGELOG.md"), `\n## ${version}\n\n- Version ${version}.\n`);
    const releaseId = (await told(["publish", "plugin", "--key", "key.pem", "--yes"])).releaseId as string;
    const { body } = await operator("GET", `/releases/${releaseId}?wait=30`);
    expect(body.state).toBe("review");
    const decision = { decision: "approve", reason: "As it should be", sha256: body.sha256 };
    expect((await operator("POST", `/desk/releases/${releaseId}/decision`, decision)).status).toBe(200);
    pluginId = body.pluginId;
    releases.set(version, releaseId);
  }

  const press = (page: Page, button: string) =>
    page.locator("main").getByRole("button", { name: button, exact: true }).click();
  const follow = (page: Page, link: string) =>
    page.locator("main").getByRole("link", { name: link, exact: true }).click();
  const shows = (page: Page, text: string | RegExp) => page.locator("main").getByText(text).first().waitFor();

  /** Signs a new person in by the one-time link that the desk hands out. */
  async function newPerson(name: string, email: string): Promise<[BrowserContext, Page, string]> {
    const { accountId } = (await operator("POST", "/desk/accounts", { name, email })).body;
    const link = (await operator("POST", `/desk/accounts/${accountId}/links`)).body.url;
    const context = await browser.newContext({ locale: "en-GB" });
    const page = await context.newPage();
    await page.goto(link);
    await press(page, "Sign in");
    await page.waitForURL(`${url}/account`);
    return [context, page, accountId];
  }

  async function postRequest(): Promise<number> {
    const posted = await instance.call("POST", "/events", {
      id: `evt_admin_${Date.now()}`,
      event: "request.created",
      version: 1,
      occurredAt: new Date().toISOString(),
      entity: "request",
      entityId: "1",
      data: { id: 1, name: "Eva", service: "Fensterreinigung", status: "NEW", message: "Bitte um ein Angebot" },
    });
    return posted.body.deliveries.length;
  }

  /** The page of an installed plugin, looked at again until it tells of such a run. */
  async function waitForRun(page: Page, run: RegExp): Promise<void> {
    const look = async () => {
      await page.reload();
      return page.getByRole("region", { name: "Runs" }).innerText();
    };
    await expect.poll(look, { timeout: 30_000 }).toMatch(run);
  }

  it("the visitor searches and reads, without JavaScript", async () => {
    const context = await browser.newContext({ locale: "en-GB", javaScriptEnabled: false });
    const page = await context.newPage();
    const found = async () => {
      await page.goto(`${url}/plugins`);
      await page.getByLabel("Search plugins").fill("inquiry ranking");
      await page.getByRole("button", { name: "Apply" }).click();
      await page.waitForURL(/query=/);
      return page.locator("main article h2").allInnerTexts();
    };
    await expect.poll(found, { timeout: 30_000 }).toContain(TITLE);
    await page.locator("main article").filter({ hasText: TITLE }).first().click();
    await page.waitForURL(`${url}/plugins/${PLUGIN}`);
    await shows(page, "Is a customer already");
    const tabs = page.getByRole("navigation", { name: "Sections" });
    await tabs.getByRole("link", { name: "Permissions", exact: true }).click();
    await shows(page, "Reads the request that is to be rated.");
    await tabs.getByRole("link", { name: "Pricing", exact: true }).click();
    await shows(page, "Up to three installations");
    await context.close();
  });

  it("the admin installs a paid plugin, consents, sees it run, updates and uninstalls it", async () => {
    const [context, page] = await newPerson("Adam Admin", "adam@admin.example");
    await page.goto(`${url}/console`);
    await follow(page, "Register an instance");
    await page.getByLabel("Name").fill("Admin & Sohn");
    await page.getByLabel("Address", { exact: true }).fill(demo.instance.url);
    await page.getByLabel("Version of Rising BSM").fill("0.1.0");
    const host = JSON.parse(await readFile(path.join(data, "instance.json"), "utf8"));
    await page.getByLabel("API key of the instance").fill(host.apiKey);
    await press(page, "Register");
    const lines = await page.locator("pre").innerText();
    const line = (name: string) => new RegExp(`${name}=(\\S+)`).exec(lines)?.[1] ?? "";
    instance = new Connector(V1, { apiKey: line("MARKETPLACE_API_KEY"), apiSecret: line("MARKETPLACE_API_SECRET") });
    await follow(page, "I have copied them");
    await page.waitForURL(/\/console\/instances\/\d+/);
    await press(page, "Check the connection");
    await shows(page, "The instance answers with its API key");
    const instanceId = /instances\/(\d+)/.exec(page.url())?.[1];

    const wanted = { instanceId, pluginId, userId: "1", type: "basic" };
    const issued = await bearer(publisher)(V1)("POST", "/licenses", wanted);
    expect([issued.status, JSON.stringify(issued.body)]).toEqual([201, expect.any(String)]);
    licenseKey = issued.body.licenseKey;

    await page.goto(`${url}/plugins/${PLUGIN}`);
    await follow(page, "Install from here");
    await press(page, "Continue");
    await shows(page, "With a license you have");
    await page.getByLabel(/^Basic, active/).check();
    await press(page, "Continue");
    await shows(page, "A Basic license allows it.");
    await follow(page, "Continue to permissions");
    await shows(page, "It cannot work without");
    await press(page, "Agree and install");
    await shows(page, `${TITLE} 1.0.0 is installed on Admin & Sohn.`);

    // The page follows by itself, since scripts run here.
    await page.locator('[data-step="ran"][data-state="waiting"]').waitFor();
    expect(await postRequest()).toBe(1);
    await page.locator('[data-step="ran"][data-state="done"]').waitFor();
    await follow(page, "See the plugin");
    await waitForRun(page, /Done\nrequest\.created\n.*version 1\.0\.0/);

    await publish("1.1.0");
    await page.reload();
    await follow(page, "Update to 1.1.0");
    await press(page, "Agree and update");
    await shows(page, "The new version is installed and runs from now on.");
    expect(await postRequest()).toBe(1);
    await waitForRun(page, /Done\nrequest\.created\n.*version 1\.1\.0/);

    await follow(page, "Uninstall");
    await press(page, "Uninstall");
    await shows(page, "Uninstalled");
    expect(await postRequest()).toBe(0);
    await context.close();
  });

  it("the operator blocks a release at the desk, and the instance learns of it by its next ping", async () => {
    const { body: shown } = await instance.call("GET", `/plugins/${pluginId}/versions/1.1.0`);
    const hardwareId = "ad".repeat(32);
    const installed = await instance.call("POST", "/installations", {
      licenseKey,
      pluginId,
      version: "1.1.0",
      hardwareId,
      closureDigest: shown.closureDigest,
      grantedPermissions: shown.manifest.permissions.map(({ code }: { code: string }) => code),
      appVersion: "0.1.0",
    });
    expect([installed.status, JSON.stringify(installed.body)]).toEqual([201, expect.any(String)]);
    const ping = async () =>
      (
        await instance.call("POST", "/instances/ping", {
          appVersion: "0.1.0",
          installed: [{ pluginId, version: "1.1.0" }],
        })
      ).body;
    expect(await ping()).toMatchObject({ revoked: [], nextPingSeconds: 300 });
    expect(await postRequest()).toBe(1);

    const [context, page, accountId] = await newPerson("Ottilie Ordnung", "ottilie@ordnung.example");
    makeOperator(accountId);
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
    await page.getByLabel("Name of the new passkey").fill("Desk");
    await Promise.all([page.waitForEvent("load"), press(page, "Add a passkey")]);
    const desk = `${url}/desk/releases/${releases.get("1.1.0")}`;
    await page.goto(desk);
    await block(page);
    if (page.url().includes("/account/prove")) {
      await press(page, "Use your passkey");
      await page.waitForURL(desk);
      await block(page);
    }
    await shows(page, "Blocked. Another operator confirms within a day.");

    expect((await ping()).revoked).toMatchObject([{ pluginId, version: "1.1.0", code: "release_blocked" }]);
    expect(await postRequest()).toBe(0);
    const download = { licenseKey, hardwareId, version: "1.1.0" };
    const again = await instance.call("POST", `/plugins/${pluginId}/download`, download);
    expect([again.status, again.body.code]).toEqual([404, "release_not_found"]);
    await context.close();
  });

  async function block(page: Page): Promise<void> {
    const form = page.getByRole("form", { name: "Block" });
    await form.getByLabel("Why").selectOption("vulnerability");
    await form.getByLabel("Reason").fill("It reads what it should not.");
    await Promise.all([page.waitForEvent("load"), form.getByRole("button", { name: "Block now" }).click()]);
  }

  /** A second operator, whose passkey is nobody else's matter; there is no page that makes one. */
  function makeOperator(accountId: string): void {
    const folder = path.join(data, "state");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sqlite"));
    for (const file of files) {
      const database = new DatabaseSync(path.join(folder, file));
      try {
        database.exec("PRAGMA busy_timeout = 5000");
        const isOurs = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'accounts'").get() !== undefined;
        if (isOurs) database.prepare("UPDATE accounts SET is_operator = 1 WHERE id = ?").run(Number(accountId));
      } finally {
        database.close();
      }
    }
  }
}
