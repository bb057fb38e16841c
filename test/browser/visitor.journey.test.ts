import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { violationsOf } from "./axe.ts";
import { hasChromium, startChromium } from "./chromium.ts";
import { PAGES, pathOf } from "./pages.ts";

const COLORS = ["light", "dark"] as const;

if (hasChromium) describeVisitor();
else
  it("has no browser here: the packaged one is for Linux on x64, another is named by CHROME_PATH", () => {
    expect(process.env.CHROME_PATH).toBeUndefined();
  });

function describeVisitor(): void {
  const { url, demo } = inject("marketplace");
  let browser: Browser;
  let complaints: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** A visit of its own; whatever the browser complains about is kept. */
  async function visit<T>(
    options: Parameters<Browser["newContext"]>[0],
    act: (page: Page, context: BrowserContext) => Promise<T>,
  ): Promise<T> {
    complaints = [];
    const context = await browser.newContext({ locale: "en-GB", ...options });
    try {
      const page = await context.newPage();
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("dialog", (dialog) => complaints.push(`dialog ${dialog.message()}`));
      page.on("requestfailed", (request) => complaints.push(`failed ${request.url()}`));
      page.on("request", (request) => {
        if (new URL(request.url()).origin !== url) complaints.push(`left for ${request.url()}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
      });
      const result = await act(page, context);
      expect(complaints).toEqual([]);
      return result;
    } finally {
      await context.close();
    }
  }

  /** Names of the plugins in the list, as they stand there. */
  function listed(page: Page): Promise<string[]> {
    return page.locator("main article h2").allInnerTexts();
  }

  /** Every page that visitors come by; pages that are meant to be refused are looked at elsewhere. */
  const addresses = PAGES.filter(({ viewer, name }) => viewer === "visitor" && !name.endsWith("-lost")).map((page) =>
    pathOf(page, demo),
  );

  it("finds plugins on the home page and opens one, without JavaScript", async () => {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(url);
      expect(await page.title()).toContain("Rising BSM Marketplace");
      const cards = page.locator("main article");
      expect(await cards.count()).toBeGreaterThanOrEqual(4);
      const name = await cards.first().locator("h3").innerText();
      await cards.first().click();
      await page.waitForURL(/\/plugins\/[a-z0-9-]+$/);
      expect(await page.locator("h1").innerText()).toBe(name);
      const tabs = page.getByRole("navigation", { name: "Sections" });
      for (const tab of [
        "Versions",
        "Permissions",
        "Pricing",
        "Reviews",
        "Technical & trust",
        "Statistics",
        "Overview",
      ]) {
        await tabs.getByRole("link", { name: tab, exact: true }).click();
        expect(await page.getByRole("heading", { name: tab, level: 2 }).isVisible()).toBe(true);
        expect(await tabs.locator("[aria-current=page]").innerText()).toBe(tab);
      }
    });
  });

  it("searches and filters by a form whose address is its state, without JavaScript", async () => {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${url}/plugins`);
      const all = await listed(page);
      const wanted = all[0] ?? "";
      await page.getByLabel("Search plugins").fill(wanted);
      await page.getByLabel("Sort by").selectOption("name");
      await page.getByRole("button", { name: "Apply" }).click();
      await page.waitForURL(/query=/);
      expect(await listed(page)).toContain(wanted);
      expect(new URL(page.url()).searchParams.get("sort")).toBe("name");
      expect(await page.getByLabel("Search plugins").inputValue()).toBe(wanted);
      await page.getByRole("link", { name: "Remove filter" }).first().click();
      await page.waitForURL((address) => !address.searchParams.has("query"));
      expect((await listed(page)).length).toBe(all.length);
    });
  });

  it("narrows the list by type and says so", async () => {
    await visit({}, async (page) => {
      await page.goto(`${url}/plugins?type=automation`);
      const cards = await page.locator("main article").count();
      expect(cards).toBeGreaterThan(0);
      expect(await page.locator("main article", { hasText: "Automation" }).count()).toBe(cards);
      const filters = page.getByRole("navigation", { name: "Filters" });
      expect(await filters.locator("[aria-current=true]").allInnerTexts()).toEqual([
        expect.stringContaining("Automation"),
      ]);
      await filters.getByRole("link", { name: /^Automation/ }).click();
      await page.waitForURL(`${url}/plugins`);
    });
  });

  it("says that nothing matches, and how to go on", async () => {
    await visit({}, async (page) => {
      await page.goto(`${url}/plugins?query=zzqqxxyy`);
      expect(await page.getByText("Nothing matches").isVisible()).toBe(true);
      await page.getByRole("link", { name: "Show all plugins" }).click();
      await page.waitForURL(`${url}/plugins`);
    });
  });

  it("runs nothing of what was typed", async () => {
    await visit({}, async (page) => {
      const typed = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
      await page.goto(`${url}/plugins?query=${encodeURIComponent(typed)}`);
      expect(await page.getByLabel("Search plugins").inputValue()).toBe(typed);
      expect(await page.locator("img[src=x], main script").count()).toBe(0);
    });
  });

  it("is read and searched by keyboard alone", async () => {
    await visit({}, async (page) => {
      await page.goto(url);
      await page.keyboard.press("Tab");
      expect(await page.locator(":focus").innerText()).toBe("Skip to content");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      await page.keyboard.type("reminder");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/plugins\?query=reminder/);
    });
  });

  it("follows every link of its pages to something that is there", async () => {
    const broken: string[] = [];
    const seen = new Set<string>();
    for (const start of ["/", "/plugins", "/plugins/appointment-reminder", "/publishers/alpenware", "/docs"]) {
      const links = await visit({}, async (page) => {
        await page.goto(url + start);
        return page
          .locator("a[href], link[href], img[src]")
          .evaluateAll((elements) =>
            elements.map((element) => element.getAttribute("href") ?? element.getAttribute("src") ?? ""),
          );
      });
      for (const link of links) {
        const { origin, pathname, search } = new URL(link, url);
        if (origin !== url || seen.has(pathname + search)) continue;
        seen.add(pathname + search);
        const response = await fetch(url + pathname + search);
        await response.body?.cancel();
        if (!response.ok) broken.push(`${start} → ${pathname}${search}: ${response.status}`);
      }
    }
    expect(seen.size).toBeGreaterThan(10);
    expect(broken).toEqual([]);
  });

  it("would see what is wrong for people who see, hear or move otherwise", async () => {
    await visit({ colorScheme: "light" }, async (page) => {
      await page.goto(`${url}/impressum`);
      await page.locator("h1").evaluate((heading) => heading.style.setProperty("color", "#94a4b9"));
      expect(await violationsOf(page)).toEqual([expect.stringContaining("color-contrast")]);
    });
  });

  it.each(addresses)("fits every width and is free of violations that axe finds, in both themes: %s", async (path) => {
    await visit({ reducedMotion: "reduce" }, async (page) => {
      await page.goto(url + path);
      for (const width of [320, 768, 1280, 1920]) {
        await page.setViewportSize({ width, height: 800 });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow, `${width} pixels`).toBeLessThanOrEqual(0);
      }
      for (const colorScheme of COLORS) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        expect(await violationsOf(page), colorScheme).toEqual([]);
      }
    });
  });

  it("gives every control enough room for a finger", async () => {
    await visit({ viewport: { width: 320, height: 800 } }, async (page) => {
      for (const path of ["/", "/plugins", "/plugins/appointment-reminder/report"]) {
        await page.goto(url + path);
        const small = await page
          .locator("button, select, textarea, input:not([type=hidden], [type=radio])")
          .evaluateAll((controls) =>
            controls
              .filter((control) => control.getClientRects().length > 0 && control.getBoundingClientRect().height < 44)
              .map((control) => control.outerHTML),
          );
        expect(small).toEqual([]);
      }
    });
  });

  it("enlarges a picture and closes it again, without JavaScript", async () => {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${url}/plugins/appointment-reminder`);
      const viewer = page.getByRole("region", { name: "1 of 1" });
      expect(await viewer.isVisible()).toBe(false);
      await page.getByRole("list", { name: "Screenshots" }).getByRole("link").first().click();
      await viewer.waitFor();
      await page.goBack();
      expect(await viewer.isVisible()).toBe(false);
      await page.goForward();
      await viewer.locator(".viewer-bar").getByRole("link", { name: "Close" }).click();
      await viewer.waitFor({ state: "hidden" });
    });
  });

  it("speaks German to whoever chose it, until they choose again, without JavaScript", async () => {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${url}/plugins?type=ui`);
      await page.getByRole("link", { name: "Deutsch" }).click();
      await page.waitForURL(`${url}/plugins?type=ui`);
      expect(await page.locator("html").getAttribute("lang")).toBe("de");
      await page.locator("main article").first().click();
      await page.getByRole("link", { name: "Berechtigungen", exact: true }).click();
      expect(await page.getByRole("heading", { name: "Berechtigungen" }).isVisible()).toBe(true);
      await page.getByRole("link", { name: "English" }).click();
      await page.waitForURL(/\/permissions$/);
      expect(await page.locator("html").getAttribute("lang")).toBe("en");
    });
  });

  it("lets anybody report a plugin from its page, and only from there", async () => {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${url}/plugins/pipeline-board`);
      await page.getByRole("link", { name: "Report this plugin" }).click();
      await page.getByLabel("It does not work").check();
      await page.getByLabel("What did you see?").fill("The board stays empty although there are requests.");
      await page.getByRole("button", { name: "Send the report" }).click();
      expect(await page.locator("h1").innerText()).toBe("Thank you for your report");
    });
    const body = new URLSearchParams({ kind: "malware", text: "Sent by a page of somebody else." });
    const foreign = { method: "POST", body, headers: { origin: "https://evil.example" } };
    expect((await fetch(`${url}/plugins/pipeline-board/report`, foreign)).status).toBe(403);
  });

  it("prints without its navigation", async () => {
    const plugin = addresses.find((path) => path.startsWith("/plugins/")) ?? "";
    await visit({}, async (page) => {
      await page.goto(url + plugin);
      const sections = page.getByRole("navigation", { name: "Sections" });
      expect(await sections.isVisible()).toBe(true);
      await page.emulateMedia({ media: "print" });
      expect(await sections.isVisible()).toBe(false);
      expect(await page.locator("h1").isVisible()).toBe(true);
    });
  });
}
