import { env, exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { NOON, pluginDetail, review } from "./fixtures.ts";
import { seedPlugin, seedReview } from "./seed.ts";

const ORIGIN = "http://localhost:8787";
let reminderId = 0;

/** As a browser asks; redirects are looked at, never followed. */
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
  reminderId = await seedPlugin(env.DB, pluginDetail());
  await seedReview(env.DB, reminderId, review());
  await seedPlugin(
    env.DB,
    pluginDetail({
      name: "pipeline-board",
      displayName: "Pipeline board",
      description: "Your requests as a board on the dashboard.",
      type: "ui",
      category: "reporting",
      tags: ["dashboard"],
      rating: { average: 3.2, count: 5 },
      downloads: 40,
      createdAt: NOON,
      publisher: { id: "9", handle: "donau", displayName: "Donau Digital" },
    }),
  );
  for (let number = 1; number <= 24; number += 1)
    await seedPlugin(
      env.DB,
      pluginDetail({
        name: `filler-${number}`,
        displayName: `Filler ${number}`,
        description: "One of many.",
        type: "api",
        category: "other",
        tags: [],
        downloads: number,
        rating: { average: 0, count: 0 },
        createdAt: NOON - 86_400 * 200,
        publisher: { id: "10", handle: "filler", displayName: "Filler" },
      }),
    );
});

it("shows what is popular, what is new and the topics on the home page", async () => {
  // What was written in bulk is projected in pieces.
  await expect.poll(() => read("/"), { timeout: 20_000 }).toContain("26 plugins");
  const html = await read("/");
  expect(html).toContain('href="/plugins/appointment-reminder"');
  expect(html).toContain("New in the marketplace");
  expect(html).toContain('href="/plugins?category=reporting"');
});

it("lists twenty plugins per page and leads to the next page", async () => {
  const first = await read("/plugins");
  expect(first).toContain("1–20 of 26 plugins");
  expect(first).toContain('href="/plugins?page=2"');
  const second = await read("/plugins?page=2");
  expect(second).toContain("21–26 of 26 plugins");
  expect(second).toContain('rel="prev"');
});

it.each([
  ["?query=REMINDS", "appointment-reminder"],
  ["?query=dashboard", "pipeline-board"],
  ["?type=ui", "pipeline-board"],
  ["?category=appointments", "appointment-reminder"],
  ["?rating=4", "appointment-reminder"],
  ["?tag=dashboard", "pipeline-board"],
  ["?price=trial&type=automation", "appointment-reminder"],
  ["?updated=90&type=ui", "pipeline-board"],
  ["?query=appointmnt+remindr", "appointment-reminder"],
  ["?query=pipeline-board", "pipeline-board"],
  ["?query=&type=ui&category=&rating=&sort=name", "pipeline-board"],
])("keeps the search in the address: %s finds one plugin", async (search, name) => {
  const html = await read(`/plugins${search}`);
  const found = [...html.matchAll(/<h2[^>]*><a href="\/plugins\/([a-z0-9-]+)"/g)].map(([, plugin]) => plugin);
  expect(found).toEqual([name]);
});

it("shows the form as the address says it, and each filter with a way to drop it", async () => {
  const html = await read("/plugins?query=remind&type=automation&rating=4&sort=rating");
  expect(html).toContain('name="query" value="remind"');
  expect(html).toContain('<input type="hidden" name="type" value="automation"/>');
  expect(html).toContain('<option value="rating" selected="">');
  expect(html).toMatch(/<a href="\/plugins\?query=remind&amp;rating=4&amp;sort=rating"[^>]*aria-current="true"/);
  expect(html).toContain("<mark>remind</mark>");
  expect(html).toContain('href="/plugins?query=remind&amp;rating=4&amp;sort=rating"');
});

it("says that nothing matches and how to go on", async () => {
  const html = await read("/plugins?query=zeppelin");
  expect(html).toContain("Nothing matches");
  expect(html).toContain("Show all plugins");
});

it("says that the list ends earlier when a page beyond it is asked for", async () => {
  const html = await read("/plugins?page=900");
  expect(html).toContain("The list ends earlier");
  expect(html).toContain('href="/plugins?page=2"');
});

it.each([
  "?page=0",
  "?page=-1",
  "?page=1e9",
  "?type=evil",
  "?rating=99",
  "?sort=;drop",
  "?query=%00%ff",
  "?query=%ED%A0%80",
  "?tag=%27",
])("ignores a malformed filter: %s", async (search) => {
  expect((await visit(`/plugins${search}`)).status).toBe(200);
});

it.each([
  [
    "",
    ["Appointment reminder", "Alpenware", "1,280", "14-day trial", "<strong>one day before</strong>", "New in 1.2.0"],
  ],
  ["/versions", ["Quiet hours: nothing is sent at night", "1 Nov 2026", "yanked"]],
  ["/permissions", ["See appointments", "Contacts api.sms.example"]],
  ["/pricing", ["€9.00", "Try it 14 days for free"]],
  ["/reviews", ["Saves an hour a day", "Eva"]],
  ["/trust", ["1f".repeat(32), "4c".repeat(32), "sms-gateway"]],
])("shows everything about a plugin, each part at an address of its own: %s", async (tab, texts) => {
  const html = await read(`/plugins/appointment-reminder${tab}`);
  for (const text of texts) expect(html).toContain(text);
  expect(html).toContain(`href="/plugins/appointment-reminder${tab}" aria-current="page"`);
});

it("leads to the signed documents of a plugin", async () => {
  expect(await read("/plugins/appointment-reminder/trust")).toContain(
    `href="/v1/plugins/${reminderId}/versions/1.2.0/release"`,
  );
});

it("shows one release on a page of its own and no release that was never published", async () => {
  const html = await read("/plugins/appointment-reminder/1.1.0-beta.1");
  expect(html).toContain("yanked");
  expect((await visit("/plugins/appointment-reminder/9.9.9")).status).toBe(404);
});

it("leads from the number an instance knows to the name", async () => {
  const response = await visit(`/plugins/${reminderId}`);
  expect(response.status).toBe(308);
  expect(response.headers.get("location")).toBe("/plugins/appointment-reminder");
  expect((await visit("/plugins/999999")).status).toBe(404);
  expect((await visit("/plugins/?type=ui")).headers.get("location")).toBe("/plugins?type=ui");
});

it.each([
  "/",
  "/plugins",
  "/plugins/appointment-reminder",
  "/plugins/appointment-reminder/1.2.0",
  "/plugins/appointment-reminder/reviews?page=2",
  "/problems/NOT_FOUND",
  "/impressum",
  "/datenschutz",
  "/agb",
])("answers %s as a page without script, cookie or frame, kept for a minute", async (path) => {
  const response = await visit(path);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("public, max-age=60");
  expect(response.headers.get("set-cookie")).toBeNull();
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("referrer-policy")).toBe("same-origin");
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|script-src|\*/);
  expect(await response.text()).not.toMatch(/<script(?! type="application\/ld\+json">)|<style|\sstyle=|\son[a-z]+=/i);
});

it("speaks the language a browser prefers, and says what the answer depends on", async () => {
  for (const [header, language, text] of [
    ["de-AT,de;q=0.9,en;q=0.8", "de", "Beliebte Plugins"],
    ["fr,en;q=0.7,de;q=0.3", "en", "Popular plugins"],
    ["fr", "en", "Popular plugins"],
    ["en;q=0,de;q=0.1", "de", "Beliebte Plugins"],
    ["", "en", "Popular plugins"],
  ] as const) {
    const response = await visit("/", { "accept-language": header });
    const html = await response.text();
    expect(html, header).toContain(`<html lang="${language}">`);
    expect(html, header).toContain(text);
    expect(response.headers.get("vary")).toBe("accept-language, cookie");
  }
});

it("keeps both languages of one address apart, whoever asked first", async () => {
  const path = "/plugins/appointment-reminder";
  const [german, english] = [await visit(path, { "accept-language": "de" }), await visit(path)];
  expect(await german.text()).toContain("Aktive Installationen");
  expect(await english.text()).toContain("Active installs");
  expect(german.headers.get("etag")).not.toBe(english.headers.get("etag"));
});

it("takes the language from the address before the cookie, and from the cookie before the browser", async () => {
  const asked = { cookie: "other=1; rbsm_lang=de", "accept-language": "en" };
  expect(await (await visit("/", asked)).text()).toContain('<html lang="de">');
  expect(await (await visit("/?lang=en", asked)).text()).toContain('<html lang="en">');
  expect(await (await visit("/?lang=xx", { cookie: "rbsm_lang=<x>" })).text()).toContain('<html lang="en">');
});

it("keeps a language by a link and leads back, to this site and nowhere else", async () => {
  const response = await visit("/language?to=de&back=%2Fplugins%3Ftype%3Dui%26lang%3Den");
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe("/plugins?type=ui");
  expect(response.headers.get("set-cookie")).toMatch(
    /^rbsm_lang=de; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax/,
  );
  expect(response.headers.get("cache-control")).toBe("no-store");
  for (const back of [
    "//evil.example",
    "https://evil.example/x",
    "/\\evil.example",
    "javascript:alert(1)",
    "",
    "/language",
  ])
    expect((await visit(`/language?to=de&back=${encodeURIComponent(back)}`)).headers.get("location")).toBe("/");
  const referer = { referer: `${ORIGIN}/console/plugins?x=1` };
  expect((await visit("/language?to=en", referer)).headers.get("location")).toBe("/console/plugins?x=1");
  expect((await visit("/language?to=fr")).status).toBe(404);
});

it("answers 304 to a browser that has these very bytes", async () => {
  const etag = (await visit("/plugins/appointment-reminder")).headers.get("etag") ?? "";
  expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
  for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const response = await visit("/plugins/appointment-reminder", { "if-none-match": condition });
    expect(response.status).toBe(304);
    expect(response.headers.get("etag")).toBe(etag);
    expect(await response.text()).toBe("");
  }
  expect((await visit("/plugins/appointment-reminder", { "if-none-match": '"other"' })).status).toBe(200);
});

it.each([
  "/nothing",
  "/plugins/unknown-plugin",
  "/plugins/Appointment-Reminder",
  "/plugins/a/b/c",
  "/problems/NO_SUCH_CODE",
  "/problems/constructor",
])("tells a person that nothing is at %s, and a program in its own words", async (path) => {
  const page = await visit(path);
  expect(page.status).toBe(404);
  expect(page.headers.get("cache-control")).toBe("no-store");
  expect(await page.text()).toContain("There is nothing at this address");
  const problem = await visit(path, { accept: "application/json" });
  expect(problem.status).toBe(404);
  expect(problem.headers.get("content-type")).toContain("application/problem+json");
});

it("answers below /v1 in JSON even to a browser", async () => {
  const response = await visit("/v1/nothing");
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
});

it("explains a refusal code", async () => {
  expect(await read("/problems/VERSION_NOT_ENTITLED")).toContain("The license does not cover this version.");
});

it("serves robots.txt and leads to the icon", async () => {
  expect(await (await visit("/robots.txt")).text()).toContain("User-agent");
  expect((await visit("/favicon.ico")).headers.get("location")).toBe("/assets/mark.svg");
});

it("shows a change within seconds although busy pages are kept", async () => {
  await seedPlugin(env.DB, pluginDetail({ name: "changing", displayName: "Before" }));
  expect(await read("/plugins/changing")).toContain("Before");
  await env.DB.prepare("UPDATE plugins SET display_name = 'After' WHERE name = 'changing'").run();
  await expect.poll(() => read("/plugins/changing"), { timeout: 5000, interval: 250 }).toContain("After");
});

it("forgets a plugin that was taken back within seconds", async () => {
  await seedPlugin(env.DB, pluginDetail({ name: "leaving" }));
  expect(await read("/plugins/leaving")).toContain("Appointment reminder");
  await env.DB.prepare(
    "UPDATE plugins SET state = 'removed', listed = 0, latest_release_id = NULL WHERE name = 'leaving'",
  ).run();
  await expect.poll(async () => (await visit("/plugins/leaving")).status, { timeout: 5000, interval: 250 }).toBe(404);
  expect((await visit("/plugins/leaving")).status).toBe(404);
});

it("stays calm when the database fails: a page with the request's number and nothing else", async () => {
  await env.SEARCH.prepare("ALTER TABLE cards RENAME TO cards_away").run();
  try {
    const response = await visit("/plugins?query=anything");
    expect(response.status).toBe(500);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const html = await response.text();
    expect(html).toContain("Something went wrong on our side");
    expect(html).toContain(response.headers.get("x-request-id") ?? "missing");
    expect(html).not.toMatch(/SQL|D1_|no such table|at .*\.ts/);
  } finally {
    await env.SEARCH.prepare("ALTER TABLE cards_away RENAME TO cards").run();
  }
});
