import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";

const URL_OF_SCHEMA = "http://localhost:8787/schemas/manifest.json";

it("serves the manifest's schema to editors of any origin, under the address it names itself", async () => {
  const response = await exports.default.fetch(URL_OF_SCHEMA);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/schema+json");
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(response.headers.get("cache-control")).toContain("max-age=86400");
  const schema = (await response.json()) as { $id: string; properties: Record<string, { description: string }> };
  expect(schema.$id).toBe(URL_OF_SCHEMA);
  expect(schema.properties.egress?.description).toContain("no network");
});

it("answers 304 to whom has it already", async () => {
  const etag = (await exports.default.fetch(URL_OF_SCHEMA)).headers.get("etag") ?? "";
  const again = await exports.default.fetch(URL_OF_SCHEMA, { headers: { "if-none-match": etag } });
  expect([again.status, await again.text()]).toEqual([304, ""]);
});
