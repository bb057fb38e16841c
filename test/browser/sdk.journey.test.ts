import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { openBundle } from "../../src/domain/bundle/open.ts";
import { sealEnvelope } from "../../src/domain/trust/envelope.ts";
import { buildStatement } from "../../src/domain/trust/statement.ts";
import { ownPlugin } from "../bundles.ts";
import { FrontDoor } from "../front-door.ts";
import { hasChromium, startChromium } from "./chromium.ts";
import { type HostServer, startHost } from "./sdk/host-server.ts";

if (hasChromium) describeHooks();
else
  it("has no browser here: the packaged one is for Linux on x64, another is named by CHROME_PATH", () => {
    expect(process.env.CHROME_PATH).toBeUndefined();
  });

function describeHooks(): void {
  const { url, demo } = inject("marketplace");
  let browser: Browser;
  let host: HostServer;
  const free = demo.licenses.find(({ plugin }) => plugin === "lead-scorer") ?? demo.licenses[0];

  beforeAll(async () => {
    [browser, host] = await Promise.all([startChromium(), startHost(url, demo.instance)]);
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
  });

  /** A page of the host; whatever React or the browser complains about fails the test. */
  async function open(
    server: HostServer,
    query: string,
    act: (page: Page, shown: Shown) => Promise<void>,
    refusals = 0,
  ): Promise<void> {
    server.asked.length = 0;
    const complaints: string[] = [];
    const page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        complaints.push(message.text());
    });
    page.on("response", (response) => {
      if (response.status() >= 400 && refusals-- <= 0) complaints.push(`${response.status()} ${response.url()}`);
    });
    try {
      await page.goto(`${server.url}/?${query}`);
      const line = (name: string) => page.locator(`[data-name="${name}"]`);
      await act(page, {
        text: (name) => line(name).innerText(),
        becomes: (name, text) => line(name).filter({ hasText: text }).waitFor(),
        press: (name) => page.getByRole("button", { name, exact: true }).click(),
      });
      expect(complaints).toEqual([]);
    } finally {
      await page.close();
    }
  }

  const reads = (start: string) => host.asked.filter(({ method, path }) => method === "GET" && path.startsWith(start));

  it("lists plugins; two components with one question send one request, also under StrictMode", async () => {
    await open(host, "view=list", async (_, shown) => {
      await shown.becomes("state", "ready");
      const names = (await shown.text("names")).split(" ");
      expect(names.length).toBeGreaterThanOrEqual(4);
      expect(names).toEqual([...names].sort());
      expect(await shown.text("same")).toBe(String(names.length));
      expect(reads("/plugins").length).toBe(1);
    });
    await open(host, "view=list&strict", async (_, shown) => {
      await shown.becomes("state", "ready");
      expect(reads("/plugins").filter(({ isCancelled }) => !isCancelled).length).toBe(1);
    });
  });

  it("filters, sorts and pages, and shows a question it has asked before at once", async () => {
    await open(host, "view=list", async (_, shown) => {
      await shown.becomes("state", "ready");
      const all = await shown.text("names");
      await shown.press("automation");
      await shown.becomes("filters", "automation");
      await shown.becomes("state", "ready");
      expect((await shown.text("names")).split(" ").length).toBeLessThan(all.split(" ").length);
      await shown.press("any type");
      await shown.becomes("names", all);
      expect(reads("/plugins").length).toBe(2);
      await shown.press("two a page");
      const pages = Math.ceil(all.split(" ").length / 2);
      await shown.becomes("page", `1 of ${pages}`);
      await shown.press("page 2");
      await shown.becomes("page", `2 of ${pages}`);
      await shown.becomes("names", all.split(" ").slice(2, 4).join(" "));
      await shown.press("descending");
      await shown.becomes("page", `1 of ${pages}`);
      await shown.becomes("names", all.split(" ").reverse().slice(0, 2).join(" "));
    });
  });

  it("asks nothing again when a component comes back, and once when told to", async () => {
    await open(host, "view=list", async (_, shown) => {
      await shown.becomes("state", "ready");
      await shown.press("show or hide");
      await shown.press("show or hide");
      await shown.becomes("state", "ready");
      expect(reads("/plugins").length).toBe(1);
      await shown.press("refetch");
      await shown.becomes("state", "ready");
      await expect.poll(() => reads("/plugins").length).toBe(2);
    });
  });

  it("cancels a request whose question changed, and one whose component left", async () => {
    await open(host, "view=list", async (_, shown) => {
      await shown.becomes("state", "ready");
      await shown.press("slow");
      await shown.becomes("state", "loading");
      await expect.poll(() => reads("/plugins?").length).toBe(2);
      await shown.press("automation");
      await expect.poll(() => host.asked[1]?.isCancelled).toBe(true);
      await shown.press("show or hide");
      await expect.poll(() => host.asked.filter(({ isCancelled }) => isCancelled).length).toBe(2);
    });
  });

  it("reads a plugin and its numbers side by side and follows another id", async () => {
    const id = free?.pluginId ?? "";
    await open(
      host,
      `view=detail&plugin=${id}`,
      async (_, shown) => {
        await shown.becomes("plugin", "Lead Scorer");
        await shown.becomes("installs", /\d+/);
        expect(reads(`/plugins/${id}`).map(({ path }) => path)).toEqual([`/plugins/${id}`, `/plugins/${id}/stats`]);
        await shown.press("describe");
        await shown.becomes("description", "Written at");
        await shown.becomes("updating", "false");
        await shown.press("upload");
        await shown.becomes("created", "refused");
        await shown.press("other plugin");
        await shown.becomes("error", "MarketplaceError");
      },
      3,
    );
  });

  it("publishes, rejects, submits again, approves, suspends, resumes and deletes, each seen without a reload", async () => {
    const made = await makeHouse(url, demo.operator.token);
    const author = await startHost(url, { token: made.token });
    const desk = await startHost(url, { token: demo.operator.token });
    try {
      await open(author, "view=house", async (page, shown) => {
        await page.locator("input").setInputFiles(made.files);
        await shown.becomes("chosen", "yes");
        await shown.press("publish");
        await shown.becomes("said", "true");
      });
      const asAuthor = { headers: { authorization: `Bearer ${made.token}` } };
      const { id } = await (await fetch(`${url}/v1/plugins/by-name/${made.name}`, asAuthor)).json();
      const isInReview = async () => (await (await fetch(`${url}/v1/plugins/${id}`, asAuthor)).json()).status;
      await expect.poll(isInReview, { timeout: 30_000 }).toBe("review");
      await open(desk, `view=desk&plugin=${id}`, async (_, shown) => {
        await shown.becomes("waiting", new RegExp(` ${id} `));
        await shown.press("reject");
        await shown.becomes("waiting", new RegExp(`^(?!.* ${id} )waiting:`));
      });
      await open(author, `view=house&plugin=${id}`, async (_, shown) => {
        await shown.becomes("status", "rejected");
        await shown.press("submit");
        await shown.becomes("status", "review");
      });
      await open(desk, `view=desk&plugin=${id}`, async (_, shown) => {
        await shown.becomes("waiting", new RegExp(` ${id} `));
        await shown.press("approve");
        await shown.becomes("waiting", new RegExp(`^(?!.* ${id} )waiting:`));
      });
      await open(author, `view=house&plugin=${id}`, async (_, shown) => {
        await shown.becomes("status", "approved");
        await shown.press("suspend");
        await shown.becomes("status", "suspended");
        await shown.press("resume");
        await shown.becomes("status", "approved");
        await shown.press("delete");
        await shown.becomes("said", "true");
      });
      const found = await (await fetch(`${url}/v1/plugins?query=${made.name}`)).json();
      expect(found.total).toBe(0);
    } finally {
      await Promise.all([author.stop(), desk.stop()]);
    }
  });

  it("licenses, verifies, installs, pauses, pings, uninstalls and revokes, each seen without a reload", async () => {
    await open(host, `view=rights&plugin=${free?.pluginId}`, async (_, shown) => {
      await shown.becomes("installation", "none");
      await shown.press("license");
      await shown.becomes("licenses", "active");
      await shown.press("verify");
      await shown.becomes("verified", "true");
      await shown.press("install");
      await shown.becomes("installation", "active");
      await shown.press("pause");
      await shown.becomes("installation", "inactive");
      await shown.press("beat");
      await shown.press("beat");
      await expect.poll(() => host.asked.filter(({ path }) => path.endsWith("/heartbeat")).length).toBe(1);
      await shown.press("uninstall");
      await shown.becomes("installation", "none");
      await shown.press("revoke");
      await shown.becomes("licenses", "revoked");
    });
  });
}

/** A publisher with an enrolled key, and the two files its author would have on disk. */
async function makeHouse(url: string, operator: string) {
  const door = new FrontDoor(url, fetch);
  door.operator = operator;
  const name = `shown-${Date.now().toString(36)}`;
  const { handle, token, signer } = await door.addPublisher(`house-of-${name}`, 0xb7);
  const { bytes } = await ownPlugin({ publisher: handle, name });
  const opened = await openBundle(bytes);
  if (!opened.ok) throw new Error("the bundle does not open");
  const head = { sequence: 0, statementSha256: null };
  const statement = await sealEnvelope(buildStatement(opened.value, "localhost", head, await signer.keyId()), signer);
  const file = (ending: string, content: Uint8Array | string) => ({
    name: `${name}.${ending}`,
    mimeType: "application/octet-stream",
    buffer: Buffer.from(content),
  });
  return { name, token, files: [file("rbsm", bytes), file("json", JSON.stringify(statement))] };
}

interface Shown {
  text(name: string): Promise<string>;
  becomes(name: string, text: string | RegExp): Promise<void>;
  press(name: string): Promise<void>;
}
