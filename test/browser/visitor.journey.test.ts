import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { hasChromium, startChromium } from "./chromium.ts";

const COLORS = ["light", "dark"] as const;

if (hasChromium) describeVisitor();
else
  it("has no browser here: the packaged one is for Linux on x64, another is named by CHROME_PATH", () => {
    expect(process.env.CHROME_PATH).toBeUndefined();
  });

function describeVisitor(): void {
  const { url } = inject("marketplace");
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

  /** The pages a visitor comes by, one plugin's among them. */
  async function pagesOfTheSite(): Promise<string[]> {
    return visit({}, async (page) => {
      await page.goto(`${url}/plugins`);
      const plugin = (await page.locator("main article h2 a").first().getAttribute("href")) ?? "";
      expect(plugin).toMatch(/^\/plugins\/[a-z0-9-]+$/);
      return ["/", "/plugins", "/plugins?query=nothing-like-it", plugin, "/impressum", "/problems/NOT_FOUND"];
    });
  }

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
      for (const section of ["Overview", "Versions", "Permissions", "Pricing", "Reviews", "Technical & trust"])
        expect(await page.getByRole("heading", { name: section, level: 2 }).isVisible()).toBe(true);
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
      expect(await page.getByLabel("Type", { exact: true }).inputValue()).toBe("automation");
    });
  });

  it("says that nothing matches, whatever was typed, and runs none of it", async () => {
    await visit({}, async (page) => {
      const typed = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
      await page.goto(`${url}/plugins?query=${encodeURIComponent(typed)}`);
      expect(await page.getByText("Nothing matches").isVisible()).toBe(true);
      expect(await page.getByLabel("Search plugins").inputValue()).toBe(typed);
      expect(await page.locator("main img, main script").count()).toBe(0);
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
    for (const start of await pagesOfTheSite()) {
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

  it.each([320, 768, 1280, 1920])("needs no horizontal scrolling at %d pixels", async (width) => {
    for (const path of await pagesOfTheSite())
      await visit({ viewport: { width, height: 800 } }, async (page) => {
        await page.goto(url + path);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow, path).toBeLessThanOrEqual(0);
      });
  });

  it("would see text that is hard to read", async () => {
    await visit({ colorScheme: "light" }, async (page) => {
      await page.goto(url);
      await page.locator("h1").evaluate((heading) => heading.style.setProperty("color", "#8494a9"));
      expect(await page.evaluate(lowContrast)).toEqual([expect.stringContaining("H1"), expect.stringContaining("H1")]);
    });
  });

  it.each(COLORS)("keeps a contrast of 4.5 to 1 for text in %s colors", async (colorScheme) => {
    for (const path of await pagesOfTheSite())
      await visit({ colorScheme }, async (page) => {
        await page.goto(url + path);
        expect(await page.evaluate(lowContrast), path).toEqual([]);
      });
  });

  it("gives every control enough room for a finger", async () => {
    await visit({ viewport: { width: 320, height: 800 } }, async (page) => {
      for (const path of ["/", "/plugins"]) {
        await page.goto(url + path);
        const small = await page
          .locator("button, select, input:not([type=hidden])")
          .evaluateAll((controls) =>
            controls
              .filter((control) => control.getBoundingClientRect().height < 44)
              .map((control) => control.outerHTML),
          );
        expect(small).toEqual([]);
      }
    });
  });

  it("prints without its navigation", async () => {
    const plugin = (await pagesOfTheSite()).find((path) => path.startsWith("/plugins/")) ?? "";
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

/**
 * Runs in the page. Text whose color differs too little from what lies behind it (WCAG 1.4.3); gradients are left out,
 * since no single color lies behind such text.
 */
function lowContrast(): string[] {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (canvas === null) throw new Error("no canvas");
  const rgba = (color: string): number[] => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color: number[]): number =>
    color.slice(0, 3).reduce((sum, value, index) => {
      const part = value / 255;
      const linear = part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      return sum + linear * ([0.2126, 0.7152, 0.0722][index] ?? 0);
    }, 0);
  const behind = (element: Element | null): number[] | null => {
    for (let at = element; at !== null; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none" && at.tagName !== "DIV" && at.tagName !== "SECTION") return null;
      const color = rgba(style.backgroundColor);
      if ((color[3] ?? 0) === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.textContent?.trim() === "" || element.closest("[aria-hidden=true]")) continue;
    const { width, height } = element.getBoundingClientRect();
    if (width <= 1 || height <= 1) continue;
    const style = getComputedStyle(element);
    const front = rgba(style.color);
    const back = behind(element);
    if (back === null || (front[3] ?? 0) === 0) continue;
    const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a) as [number, number];
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${element.tagName} ${node.textContent?.trim().slice(0, 40)}`);
  }
  return found;
}
