import { env, exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { createShowcase } from "../../src/storage/showcase/showcase.ts";
import { NOON, pluginDetail } from "./fixtures.ts";
import { seedPlugin } from "./seed.ts";

const ORIGIN = "http://localhost:8787";
const SECRETS = ["unlisted-plugin", "draft-plugin", "removed-plugin"] as const;
const showcase = createShowcase(env.DB);

async function visit(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, {
    redirect: "manual",
    headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8", ...headers },
  });
}

async function read(path: string): Promise<string> {
  const response = await visit(path);
  expect(response.status, path).toBe(200);
  return response.text();
}

beforeAll(async () => {
  await seedPlugin(env.DB, pluginDetail({ name: "reminder", displayName: "Reminder & <more>", dependencies: [] }));
  const needs = { dependencies: [{ name: "reminder", range: "^1.0.0" }], category: "reporting" } as const;
  await seedPlugin(env.DB, pluginDetail({ name: "board", displayName: "Board", ...needs }));
  for (const name of SECRETS)
    await seedPlugin(env.DB, pluginDetail({ name, displayName: `Secret ${name}`, tags: ["hush"], ...needs }));
  await env.DB.batch([
    env.DB.prepare("UPDATE plugins SET listed = 0 WHERE name = 'unlisted-plugin'"),
    env.DB.prepare("UPDATE plugins SET latest_release_id = NULL WHERE name = 'draft-plugin'"),
    env.DB.prepare(
      "UPDATE releases SET state = 'review' WHERE plugin_id = (SELECT id FROM plugins WHERE name = 'draft-plugin')",
    ),
    env.DB.prepare(
      "UPDATE plugins SET state = 'removed', listed = 0, latest_release_id = NULL WHERE name = 'removed-plugin'",
    ),
  ]);
  await showcase.putCollection(
    {
      slug: "starters",
      title: { en: "To begin with", de: "Für den Anfang" },
      lead: { en: "Small and useful.", de: "Klein und nützlich." },
      position: 1,
      plugins: ["board", "reminder", ...SECRETS, "nothing-like-it"],
    },
    NOON,
  );
});

const PUBLIC_ADDRESSES = [
  "/",
  "/plugins",
  "/plugins?query=secret",
  "/plugins?query=unlisted-plugin",
  "/plugins?tag=hush",
  "/plugins/reminder/trust",
  "/publishers/alpenware-reminder",
  "/collections",
  "/collections/starters",
  "/feed.atom",
  "/feed.json",
  "/categories/reporting/feed.atom",
  "/publishers/alpenware-board/feed.json",
  "/sitemap.xml",
  "/sitemaps/pages.xml",
  "/sitemaps/publishers.xml",
  "/sitemaps/plugins-0.xml",
  "/llms.txt",
  "/robots.txt",
];

it.each(PUBLIC_ADDRESSES)("sec-46 %s names nothing that is private, unlisted, unpublished or removed", async (path) => {
  const text = await read(path);
  for (const name of SECRETS) {
    // What somebody searches for stands in the search field.
    const own = new RegExp(`(?:value="|“|query=|query%3D)${name}`, "g");
    expect(text.replace(own, ""), path).not.toContain(name);
  }
  expect(text).not.toContain("Secret");
});

it.each(SECRETS)("sec-46 %s has no badge, no feed, and its publisher no page: as if there were none", async (name) => {
  for (const path of [
    `/badges/${name}/version.svg`,
    `/plugins/${name}/feed.atom`,
    `/publishers/alpenware-${name}`,
    `/publishers/alpenware-${name}/feed.atom`,
  ]) {
    const [secret, absent] = [await visit(path), await visit(path.replace(name, "never-there"))];
    expect(secret.status, path).toBe(404);
    expect(await secret.text()).toBe(await absent.text());
  }
});

it("sec-46 counts nothing that is not public", async () => {
  expect(await read("/plugins")).toContain("2 plugins");
  expect(await read("/collections")).toContain("2 plugins");
});

it("shows a publisher with its plugins and since when", async () => {
  const html = await read("/publishers/alpenware-reminder");
  expect(html).toContain("Alpenware");
  expect(html).toContain('href="/plugins/reminder"');
  expect(html).toContain("Has not proved a domain");
  expect(html).toContain('href="/publishers/alpenware-reminder/feed.atom"');
});

it("shows the operator's collections in the visitor's language, the first one on the front page", async () => {
  const response = await visit("/collections/starters", { "accept-language": "de" });
  const html = await response.text();
  expect(html).toContain("Für den Anfang");
  expect(html.indexOf('href="/plugins/board"')).toBeLessThan(html.indexOf('href="/plugins/reminder"'));
  const home = await read("/");
  expect(home).toContain("Featured");
  expect(home).toContain('href="/collections/starters"');
  expect((await visit("/collections/none")).status).toBe(404);
});

it("replaces a collection as a whole, and drops it once", async () => {
  const draft = { slug: "brief", title: { en: "A", de: "B" }, lead: { en: "", de: "" }, position: 9 };
  await showcase.putCollection({ ...draft, plugins: ["board", "reminder"] }, NOON);
  await showcase.putCollection({ ...draft, plugins: ["reminder"] }, NOON);
  expect((await showcase.collection("brief"))?.items.map(({ name }) => name)).toEqual(["reminder"]);
  expect(await showcase.dropCollection("brief")).toBe(true);
  expect(await showcase.dropCollection("brief")).toBe(false);
});

it("lists collections for programs, and lets nobody without the desk's right write one", async () => {
  const { collections } = JSON.parse(await read("/v1/collections"));
  expect(collections).toMatchObject([{ slug: "starters", title: { de: "Für den Anfang" }, plugins: 2 }]);
  const written = await exports.default.fetch(`${ORIGIN}/v1/desk/collections/starters`, { method: "DELETE" });
  expect(written.status).toBe(401);
});

it("says which plugins need one, and forgets those that no longer do", async () => {
  expect(await showcase.dependents("reminder", 10)).toEqual(["board"]);
  expect(await read("/plugins/reminder/trust")).toContain('href="/plugins/board"');
  await env.DB.prepare("UPDATE plugins SET latest_release_id = NULL WHERE name = 'board'").run();
  expect(await showcase.dependents("reminder", 10)).toEqual([]);
  await env.DB.prepare(
    "UPDATE plugins SET latest_release_id = (SELECT max(id) FROM releases WHERE plugin_id = plugins.id) WHERE name = 'board'",
  ).run();
  expect(await showcase.dependents("reminder", 10)).toEqual(["board"]);
});

it("feeds releases as Atom, newest first, whatever a publisher called it", async () => {
  const response = await visit("/feed.atom");
  expect(response.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("public, max-age=300");
  const text = await response.text();
  expect(text).toContain("<title>Reminder &#38; &#60;more&#62; 1.2.0</title>");
  expect(text).toContain(`<id>${ORIGIN}/plugins/reminder/1.2.0</id>`);
  expect(text).not.toContain("1.1.0-beta.1");
  expect(text).toContain("<updated>2026-11-01T12:00:00Z</updated>");
  const times = [...text.matchAll(/<published>([^<]+)/g)].map(([, time]) => time as string);
  expect(times).toEqual([...times].sort().reverse());
  const again = await visit("/feed.atom", { "if-none-match": response.headers.get("etag") ?? "" });
  expect(again.status).toBe(304);
});

it("feeds the same as JSON, of a category or of one plugin alone where asked", async () => {
  const all = JSON.parse(await read("/feed.json"));
  expect(all.version).toBe("https://jsonfeed.org/version/1.1");
  expect(all.items[0]).toMatchObject({ authors: [{ name: "Alpenware" }], date_published: "2026-11-01T12:00:00Z" });
  const reporting = JSON.parse(await read("/categories/reporting/feed.json"));
  expect(new Set(reporting.items.map((item: { url: string }) => item.url.split("/")[4]))).toEqual(new Set(["board"]));
  const one = JSON.parse(await read("/plugins/reminder/feed.json"));
  expect(one.items).toHaveLength(2);
  expect((await visit("/categories/nothing/feed.json")).status).toBe(404);
});

it("maps the site: an index, and every plugin with the time of its last change", async () => {
  const index = await read("/sitemap.xml");
  expect(index).toContain(`<loc>${ORIGIN}/sitemaps/plugins-0.xml</loc><lastmod>2026-11-01T12:00:00Z</lastmod>`);
  const part = await read("/sitemaps/plugins-0.xml");
  expect(part).toContain(`<loc>${ORIGIN}/plugins/reminder</loc><lastmod>2026-11-01T12:00:00Z</lastmod>`);
  expect(part).toContain(`hreflang="de" href="${ORIGIN}/plugins/reminder?lang=de"`);
  for (const [, address] of index.matchAll(/<loc>([^<]+)<\/loc>/g))
    expect((await visit((address as string).slice(ORIGIN.length))).status).toBe(200);
  expect((await visit("/sitemaps/plugins-77.xml")).status).toBe(404);
  expect(await read("/robots.txt")).toContain(`Sitemap: ${ORIGIN}/sitemap.xml`);
});

it("draws badges that say in words what they show", async () => {
  const response = await visit("/badges/reminder/rating.svg");
  expect(response.headers.get("content-type")).toBe("image/svg+xml; charset=utf-8");
  expect(response.headers.get("content-security-policy")).toContain("sandbox");
  expect(await response.text()).toContain("<title>rating: 4.6 of 5 (31)</title>");
  expect(await read("/badges/reminder/version.svg")).toContain('aria-label="version: 1.2.0"');
  expect(await read("/badges/reminder/installs.svg")).toContain("active installs: 0");
  expect((await visit("/badges/reminder/trust.svg")).status).toBe(404);
});

it("tells programs that read what this site is", async () => {
  const text = await read("/llms.txt");
  expect(text).toMatch(/^# Rising BSM Marketplace\n\n> /);
  expect(text).toContain(`${ORIGIN}/v1/openapi.json`);
  for (const [, address] of text.matchAll(/\]\((http[^)]+)\)/g))
    if ((address as string).includes("/docs/") === false)
      expect((await visit((address as string).slice(ORIGIN.length))).status, address).toBe(200);
});
