import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { drawAll } from "./documents.ts";
import { pluginDetail } from "./fixtures.ts";

const root = path.resolve(import.meta.dirname, "../..");
const STYLE = path.join(root, "public/assets/site.css");
const pages = Object.entries(drawAll());
const german = Object.entries(drawAll({ language: "de" }));

it.each(pages)("%s is at most 30 KiB, compressed", (_, html) => {
  expect(gzipSync(html).length).toBeLessThanOrEqual(30 * 1024);
});

it("has a style sheet of at most 20 KiB, compressed, that loads nothing from elsewhere", () => {
  expect(existsSync(STYLE), "npm run build writes it").toBe(true);
  const css = readFileSync(STYLE, "utf8");
  expect(gzipSync(css).length).toBeLessThanOrEqual(20 * 1024);
  for (const [, url] of css.matchAll(/url\(["']?([^"')]+)/g)) expect(url).toMatch(/^(?:\/assets\/|data:)/);
});

it.each(pages)("%s has one main heading, no skipped level, a title and a language", (_, html) => {
  const levels = [...html.matchAll(/<h([1-6])[\s>]/g)].map(([, level]) => Number(level));
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  levels.forEach((level, index) => {
    expect(level - (levels[index - 1] ?? 1)).toBeLessThanOrEqual(1);
  });
  expect(html).toMatch(/<html lang="en">/);
  expect(html).toMatch(/<title>[^<]+<\/title>/);
});

it.each(pages)("%s names every field and every picture, and no id twice", (_, html) => {
  const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [field] of html.matchAll(/<(?:input|select)[^>]*>/g)) {
    const [, id] = /\sid="([^"]+)"/.exec(field) ?? [];
    if (!field.includes('type="hidden"')) expect(html).toContain(`for="${id}"`);
  }
  for (const [image] of html.matchAll(/<img[^>]*>/g)) expect(image).toContain(" alt=");
  for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
});

it.each(pages)("%s needs no script and holds nothing inline", (_, html) => {
  expect(html).not.toMatch(/<script(?! type="application\/ld\+json">)|<style|\sstyle="|\son[a-z]+="|javascript:/i);
});

it.each(german)("%s says it in German, in a page that says so", (name, html) => {
  expect(html).toMatch(/<html lang="de">/);
  expect(html).toContain("Zum Inhalt springen");
  expect(gzipSync(html).length).toBeLessThanOrEqual(30 * 1024);
  const english = Object.fromEntries(pages)[name] ?? "";
  // Texts of others and our legal pages stay as they are; everything else differs.
  if (name !== "legal") expect(mainOf(html)).not.toBe(mainOf(english));
});

it("writes numbers, dates and money of German pages as German does", () => {
  const { plugin, versions, pricing } = drawAll({ language: "de" });
  expect(plugin).toContain("1.280");
  expect(plugin).toContain("4,6");
  expect(versions).toContain("01.11.2026");
  expect(pricing).toContain("19,00\u00a0€");
  expect(pricing).toContain("10.000 API-Aufrufe im Monat");
});

it("names the address of each language in the head, and the one the page is in as the canonical one", () => {
  const { plugin } = drawAll({ language: "de" });
  expect(plugin).toContain(
    '<link rel="canonical" href="https://market.example/plugins/appointment-reminder?lang=de"/>',
  );
  expect(plugin).toContain('hreflang="en" href="https://market.example/plugins/appointment-reminder"/>');
  expect(plugin).toContain('href="/language?to=en&amp;back=%2Fplugins%2Fappointment-reminder"');
});

it("describes a plugin to machines, and no text of a publisher ends the description", () => {
  const name = "</script><script>alert(1)</script>";
  const { plugin } = drawAll({ plugin: { displayName: name } });
  const [, json = ""] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(plugin) ?? [];
  const data = JSON.parse(json);
  expect(data).toMatchObject({
    "@type": "SoftwareApplication",
    name,
    softwareVersion: "1.2.0",
    aggregateRating: { ratingValue: "4.6", ratingCount: 31 },
  });
  expect(plugin.match(/<script/g)).toHaveLength(1);
});

it("shows pictures of our own bundles only", () => {
  const elsewhere = "https://tracker.example/pixel.png";
  const { plugin, list } = drawAll({
    plugin: { icon: elsewhere, screenshots: [{ url: elsewhere, alt: "A picture from elsewhere" }] },
  });
  expect(plugin + list).not.toContain("tracker.example");
  const own = `/f/${"ab".repeat(32)}/icons/icon.png`;
  for (const icon of [own, `http://localhost:8787${own}`])
    expect(drawAll({ plugin: { icon } }).list).toContain(`src="${own}"`);
});

it.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "//evil.example",
  "ftp://evil.example",
  " https://x",
  "vbscript:x",
])("offers no link to %s", (url) => {
  const bad = { homepage: url, repository: url, support: { url, email: null }, security: url };
  const { plugin } = drawAll({ plugin: bad });
  expect(plugin).not.toContain(`href="${url}`);
  expect(plugin).not.toContain("Website");
});

it("offers mail to an address and to nothing that adds a recipient or a text", () => {
  expect(drawAll().plugin).toContain('href="mailto:security@alpenware.example"');
  for (const email of ["a@b.example?cc=c@d.example", "a@b.example&x", "a b@c.example", "a@b@c"])
    expect(drawAll({ plugin: { support: { url: null, email } } }).plugin).not.toContain(`mailto:${email.slice(0, 3)}`);
});

it("says plainly when a plugin asks for nothing", () => {
  const { permissions } = drawAll({ plugin: { permissions: [], egress: [], events: [] } });
  expect(permissions).toContain("No access to your data");
  expect(permissions).toContain("No network");
});

it("says what a tier costs and allows", () => {
  const { pricing } = drawAll();
  for (const text of ["Free", "€19.00", "On request", "Unlimited installations", "3 installations", "10,000 API calls"])
    expect(pricing).toContain(text);
});

it("gives the bundle to everybody only where it is public", () => {
  const link = `/bundles/${pluginDetail().sha256}.rbsm`;
  expect(drawAll().trust).toContain(link);
  expect(drawAll({ plugin: { delivery: "gated" } }).trust).not.toContain(link);
});

it("marks a release that is not signed as nothing", () => {
  const { plugin, trust } = drawAll({ plugin: { trust: null } });
  expect(plugin).not.toContain("Signed twice");
  expect(trust).not.toContain("Check it yourself");
});

it("leaves out a README's title that repeats the plugin's name, and keeps any other", () => {
  expect(drawAll().plugin).toContain("<h3>What it does</h3>");
  expect(drawAll().plugin).not.toContain("<h3>Appointment reminder</h3>");
  const renamed = drawAll({ plugin: { displayName: "Other" } }).plugin;
  expect(renamed).toContain("<h3>Appointment reminder</h3>");
  expect(renamed).toContain("<h4>What it does</h4>");
});

function mainOf(html: string): string {
  return /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? "";
}
