import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { readDocs } from "../../src/pages/docs/docs.ts";

const ORIGIN = "http://localhost:8787";
const SLUGS = readDocs().map(({ slug }) => slug);
const MAX_GZIP_BYTES = 30 * 1024;

function visit(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, {
    redirect: "manual",
    headers: { accept: "text/html", ...headers },
  });
}

async function read(path: string): Promise<string> {
  const response = await visit(path);
  expect(response.status, path).toBe(200);
  return response.text();
}

async function gzipped(text: string): Promise<number> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}

it.each(SLUGS)("serves /docs/%s whole, small, and without a script", async (slug) => {
  const response = await visit(`/docs/${slug}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(response.headers.get("cache-control")).toBe("public, max-age=60");
  const html = await response.text();
  expect(html).not.toMatch(/<script|<style|style="|onclick=/i);
  expect(html.match(/<h1\b/g)).toHaveLength(1);
  expect(html).toContain(`href="/docs/${slug}" aria-current="page"`);
  expect(await gzipped(html)).toBeLessThan(MAX_GZIP_BYTES);
});

it("lists every page on the overview, which begins with the first plugin", async () => {
  const html = await read("/docs");
  for (const slug of SLUGS) expect(html).toContain(`href="/docs/${slug}"`);
  expect(html).toContain("first plugin in fifteen minutes");
});

it("leads from every page of the site to the documentation", async () => {
  for (const page of ["/", "/plugins", "/problems/NOT_FOUND"])
    expect((await read(page)).match(/href="\/docs"/g), page).toHaveLength(2);
});

it("walks through the pages in their order", async () => {
  const html = await read("/docs/permissions");
  expect(html).toMatch(/href="\/docs\/first-plugin" rel="prev"/);
  expect(html).toMatch(/href="\/docs\/settings" rel="next"/);
  expect(await read("/docs/first-plugin")).not.toContain('rel="prev"');
});

it("answers 304 to whom has the page, 404 to an unknown one", async () => {
  const etag = (await visit("/docs/manifest")).headers.get("etag") ?? "";
  expect((await visit("/docs/manifest", { "if-none-match": etag })).status).toBe(304);
  for (const path of ["/docs/nothing", "/docs/Permissions", "/docs/a/b"]) expect((await visit(path)).status).toBe(404);
});

it("moves /docs/ to /docs", async () => {
  const response = await visit("/docs/");
  expect([response.status, response.headers.get("location")]).toEqual([308, "/docs"]);
});

it("finds a field of the manifest, a command and a refusal by name", async () => {
  expect(await read("/docs?q=egress")).toContain('href="/docs/manifest#egress"');
  expect(await read("/docs?q=keys+enroll")).toContain('href="/docs/cli#keys-enroll"');
  expect(await read("/docs?q=SEAT_LIMIT")).toContain('href="/docs/refusals#licenses"');
});

it("marks what was found and keeps the question in its field", async () => {
  const html = await read("/docs?q=Reproducible+Bytes");
  expect(html).toContain('value="Reproducible Bytes"');
  const found = await read("/docs?q=egress");
  expect(found).toMatch(/<mark>egress<\/mark>/i);
  expect(found).toContain('content="noindex"');
});

it.each(["<script>alert(1)</script>", '"><img src=x>', "[[(((", "\\", "%", "a".repeat(5000), "   ", "\u0000", "🦊"])(
  "shows a search for %j as text",
  async (query) => {
    const html = await read(`/docs?q=${encodeURIComponent(query)}`);
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("<img src=x");
  },
);

it("says so where nothing is found", async () => {
  expect(await read("/docs?q=xylophone+quasar")).toContain("Nothing holds all of");
});
