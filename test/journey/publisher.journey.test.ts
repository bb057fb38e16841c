import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { encodeHex, encodeUtf8 } from "../../src/domain/bytes.ts";
import { createSigner, pkcs8OfSeed } from "../../src/domain/trust/signer.ts";
import { hasChromium, startChromium } from "../browser/chromium.ts";
import { ownPlugin } from "../bundles.ts";
import { ageInstallations } from "./age-installations.ts";
import { Connector } from "./connector.ts";

if (hasChromium) describe("a publisher in a browser", describePublisher);
else
  it("has no browser here: the packaged one is for Linux on x64, another is named by CHROME_PATH", () => {
    expect(process.env.CHROME_PATH).toBeUndefined();
  });

function describePublisher(): void {
  const { url, data, demo } = inject("marketplace");
  const desk = { authorization: `Bearer ${demo.operator.token}`, "content-type": "application/json" };
  const handle = "gipfel-soft";
  const name = "summit-notes";
  const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(0x5a).with(0, 9)));
  if (signer === null) throw new Error("no signer");
  let browser: Browser;

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });

  const press = (page: Page, button: string) =>
    page.locator("main").getByRole("button", { name: button, exact: true }).click();
  const follow = (page: Page, link: string) =>
    page.locator("main").getByRole("link", { name: link, exact: true }).click();
  const textOf = (page: Page) => page.locator("main").innerText();

  /** The link in the mail that the marketplace would have sent, as an operator reads it. */
  async function mailedLink(address: string): Promise<string> {
    const context = await browser.newContext({ locale: "en-GB" });
    const page = await context.newPage();
    const made = await fetch(`${url}/v1/desk/accounts/${await operatorId()}/links`, { method: "POST", headers: desk });
    await page.goto(((await made.json()) as { url: string }).url);
    await press(page, "Sign in");
    await page.waitForURL(`${url}/account`);
    await page.goto(`${url}/desk/mail`);
    const mail = await page.locator("main li").filter({ hasText: address }).first().innerText();
    await context.close();
    return /https?:\/\/\S+\/link\?code=[A-Za-z0-9_-]{43}/.exec(mail)?.[0] ?? "";
  }

  async function operatorId(): Promise<string> {
    const who = (await (await fetch(`${url}/v1/whoami`, { headers: desk })).json()) as { account: { id: string } };
    return who.account.id;
  }

  /** Signs what the page shows, where the key is. */
  async function signPaper(page: Page, id: string): Promise<void> {
    const payload = await page.locator(`input[name="${id}-payload"]`).inputValue();
    const { type } = JSON.parse(payload) as { type: string };
    const signature = await (signer as NonNullable<typeof signer>).sign(encodeUtf8(`${type}\n${payload}`));
    await page.locator(`#${id}-signature`).fill(encodeHex(signature));
  }

  async function upload(page: Page, bytes: Uint8Array, button: string): Promise<void> {
    await page.goto(`${url}/publish/${handle}/upload`);
    const file = { name: `${name}.rbsm`, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
    await page.getByLabel("Bundle (.rbsm)").setInputFiles(file);
    await press(page, button);
  }

  /** The page of a release looks again by itself while checks run. */
  async function waitForReview(page: Page): Promise<void> {
    await expect
      .poll(
        async () => {
          await page.reload();
          return textOf(page);
        },
        { timeout: 60_000 },
      )
      .toContain("In review");
  }

  async function decide(page: Page, decision: "approve" | "reject", reason: string): Promise<void> {
    const releaseId = page.url().split("/").at(-1);
    const shown = await (await fetch(`${url}/v1/releases/${releaseId}`, { headers: desk })).json();
    const { sha256 } = shown as { sha256: string };
    const body = JSON.stringify({ decision, reason, sha256 });
    const decided = await fetch(`${url}/v1/desk/releases/${releaseId}/decision`, {
      method: "POST",
      headers: desk,
      body,
    });
    expect([decided.status, await decided.text()]).toEqual([200, expect.any(String)]);
  }

  it("signs up, enrolls a key, uploads, is rejected, fixes, is approved, and answers a review", async () => {
    const context = await browser.newContext({ locale: "en-GB" });
    const page = await context.newPage();
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

    await page.goto(`${url}/sign-up`);
    await page.getByLabel("Your name").fill("Gitti Gipfel");
    await page.getByLabel("E-mail address").fill("gitti@gipfel.example");
    await press(page, "Send me the link");
    await page.goto(await mailedLink("gitti@gipfel.example"));
    await page.locator("main").getByRole("button").first().click();
    await page.waitForURL(`${url}/account`);
    await page.getByLabel("Name of the new passkey").fill("Laptop");
    await Promise.all([
      page.waitForEvent("load"),
      page.getByRole("button", { name: "Add a passkey", exact: true }).click(),
    ]);

    await page.goto(`${url}/publish`);
    await page.getByLabel("Handle").fill("Gipfel!");
    await page.getByLabel("Name", { exact: true }).fill("Gipfel Software");
    await press(page, "Make an organization");
    expect(await page.getByRole("alert").innerText()).toContain("Handle");
    await page.getByLabel("Handle").fill(handle);
    await press(page, "Make an organization");
    await page.waitForURL(`${url}/publish/${handle}`);
    expect(await textOf(page)).toContain("First steps");

    await follow(page, "Enroll a signing key");
    await follow(page, "Enroll the first key");
    if (page.url().includes("/account/prove")) {
      await page.getByRole("button", { name: "Use your passkey" }).click();
      await page.waitForURL(`${url}/publish/${handle}/keys/add`);
    }
    await page.getByLabel("Public key").fill(encodeHex(await signer.publicKey()));
    await press(page, "Continue");
    await signPaper(page, "proof");
    await press(page, "Hand it in");
    await page.waitForURL(`${url}/publish/${handle}/keys`);
    expect(await textOf(page)).toContain(await signer.keyId());

    const first = await ownPlugin({ publisher: handle, name, note: "the first try" });
    const torn = first.bytes.slice();
    torn[torn.length - 30] = (torn[torn.length - 30] ?? 0) ^ 0xff;
    await upload(page, torn, "Check only");
    expect(await textOf(page)).toContain("This bundle was not taken");
    await upload(page, first.bytes, "Check only");
    expect(await textOf(page)).toContain("This bundle would be taken");
    await upload(page, first.bytes, "Upload");
    await page.waitForURL(new RegExp(`${url}/publish/${handle}/releases/\\d+$`));
    await waitForReview(page);
    expect(await textOf(page)).toContain("Nobody has signed these bytes");

    await decide(page, "reject", "The README does not say what is kept.");
    await page.reload();
    expect(await textOf(page)).toContain("The README does not say what is kept.");
    await follow(page, "Upload a corrected bundle");

    const readme = `# Summit notes\n\n${"It keeps the number of requests, and nothing else. ".repeat(12)}\n`;
    const fixed = await ownPlugin({
      publisher: handle,
      name,
      note: "says what is kept",
      files: new Map([["README.md", encodeUtf8(readme)]]),
    });
    await upload(page, fixed.bytes, "Upload");
    await page.waitForURL(new RegExp(`${url}/publish/${handle}/releases/\\d+$`));
    await waitForReview(page);
    const release = page.url();
    await follow(page, "Sign");
    if (page.url().includes("/account/prove")) {
      await page.getByRole("button", { name: "Use your passkey" }).click();
      await page.waitForURL(`${release}/sign`);
    }
    await signPaper(page, "statement");
    await press(page, "Hand in the signature");
    await page.waitForURL(release);
    await waitForReview(page);
    expect(await textOf(page)).not.toContain("Nobody has signed these bytes");
    await decide(page, "approve", "Says what it keeps now.");
    await page.reload();
    expect(await textOf(page)).toContain("Published");

    const instance = new Connector(`${url}/v1`, demo.instance);
    const { body: plugin } = await instance.call("GET", `/plugins/by-name/${name}`);
    const issued = await instance.call("POST", "/licenses", { pluginId: plugin.id, userId: "1", type: "free" });
    expect(issued.status).toBe(201);
    const version = await instance.call("GET", `/plugins/${plugin.id}/versions/1.0.0`);
    const installed = await instance.call("POST", "/installations", {
      licenseKey: issued.body.licenseKey,
      pluginId: plugin.id,
      version: "1.0.0",
      hardwareId: "b".repeat(64),
      closureDigest: version.body.closureDigest,
      grantedPermissions: ["requests.read", "storage.read", "storage.write"],
    });
    expect([installed.status, JSON.stringify(installed.body)]).toEqual([201, expect.any(String)]);
    const review = { userId: "1", userName: "Resi", rating: 4, title: "Good", comment: "Counts well, but slowly." };
    const early = await instance.call("POST", `/plugins/${plugin.id}/reviews`, review);
    expect(early.body.code).toBe("review_not_allowed");
    ageInstallations(data, name);
    const written = await instance.call("POST", `/plugins/${plugin.id}/reviews`, review);
    expect([written.status, JSON.stringify(written.body)]).toEqual([201, expect.any(String)]);

    await page.goto(`${url}/publish/${handle}/reviews`);
    expect(await textOf(page)).toContain("Counts well, but slowly.");
    await page.getByLabel("Your answer").fill("The next version counts faster.");
    await press(page, "Answer");
    expect(await textOf(page)).toContain("The next version counts faster.");
    const { body: reviews } = await instance.call("GET", `/plugins/${plugin.id}/reviews`);
    expect(JSON.stringify(reviews)).toContain("The next version counts faster.");
    await context.close();
  });
}
