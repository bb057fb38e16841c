import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";

it("answers /health and /v1/health alike", async () => {
  for (const path of ["/health", "/v1/health"]) {
    const response = await exports.default.fetch(`http://localhost:8787${path}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok" });
    expect(response.headers.get("cache-control")).toBe("no-store");
  }
});

it("publishes an OpenAPI 3.1 document of every operation", async () => {
  const response = await exports.default.fetch("http://localhost:8787/v1/openapi.json");
  const document = (await response.json()) as { openapi: string; paths: Record<string, unknown> };
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths)).toContain("/v1/health");
});
