import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type * as z from "zod";
import { createApi } from "../../src/api/app.ts";
import { openApiDocument } from "../../src/api/openapi.ts";
import { STATUS } from "../../src/api/status.ts";
import { problemsOf } from "../../src/contract/operation.ts";
import { OPERATIONS } from "../../src/contract/operations.ts";
import { SENTENCES } from "../../src/contract/sentences.ts";
import { ORIGIN } from "./account/calls.worker.ts";

// biome-ignore lint/suspicious/noExplicitAny: the document is walked freely
type Node = any;
const DOCUMENT = JSON.parse(JSON.stringify(openApiDocument(ORIGIN))) as Node;

/** Answered, and not part of the document: why. */
const UNDOCUMENTED: Readonly<Record<string, string>> = {
  "GET /health": "the same as /v1/health, for monitors that know no version",
  "GET /v1/openapi.json": "the document itself",
  "GET /f/{sha256}/{path}": "its path goes on over slashes, which OpenAPI cannot say",
  "GET /tuf/targets/{path}": "its path goes on over slashes",
  "GET /.well-known/security.txt": "a text for people, of RFC 9116",
  "POST /__incident": "local only, the launcher's",
  "GET /run/{activation}/*": "a plugin's own route, declared by its manifest",
  "POST /run/{activation}/*": "a plugin's own route",
  "PUT /run/{activation}/*": "a plugin's own route",
  "PATCH /run/{activation}/*": "a plugin's own route",
  "DELETE /run/{activation}/*": "a plugin's own route",
};

describe("the document and the routes", () => {
  it("name the same calls", () => {
    const registered = createApi()
      .routes.filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{(?:[^{}]|\{[^}]*\})*\})?/g, "{$1}")}`);
    const documented = Object.entries(DOCUMENT.paths as Node).flatMap(([path, item]) =>
      Object.keys(item as Node).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(new Set(registered).size).toBe(registered.length);
    expect(registered.filter((call) => !(call in UNDOCUMENTED)).sort()).toEqual(documented.sort());
    for (const call of Object.keys(UNDOCUMENTED)) expect(registered).toContain(call);
  });

  it("give every call an id of its own", () => {
    const ids = OPERATIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  });

  it("are what the marketplace serves", async () => {
    const response = await exports.default.fetch(`${ORIGIN}/v1/openapi.json`);
    expect(await response.json()).toEqual(DOCUMENT);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  });

  it("declare path parameters as they stand in the path", () => {
    for (const [path, item] of Object.entries(DOCUMENT.paths as Node))
      for (const operation of Object.values(item as Node) as Node[]) {
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        const declared = (operation.parameters ?? []).filter((parameter: Node) => parameter.in === "path");
        expect(declared.map(({ name }: Node) => name)).toEqual(inPath);
        for (const { schema } of declared)
          if (schema.pattern) expect(() => new RegExp(schema.pattern, "u")).not.toThrow();
      }
  });
});

describe("refusals", () => {
  it("each have a status, a sentence and a place in the document", () => {
    for (const operation of OPERATIONS) {
      const answers = DOCUMENT.paths[operation.path][operation.method.toLowerCase()].responses;
      for (const code of problemsOf(operation)) {
        const status = STATUS[code];
        expect(status, code).toBeGreaterThanOrEqual(400);
        expect(SENTENCES[code], code).toMatch(/\S/);
        expect(answers[status].description.split(", "), operation.id).toContain(code);
      }
    }
  });
});

/** Keywords of JSON Schema 2020-12 (and its OpenAPI dialect) that our documents use, and what each may be. */
const TYPES = ["null", "boolean", "object", "array", "number", "integer", "string"];
const KEYWORDS: Readonly<Record<string, (value: Node, at: string) => void>> = {
  $ref: (value, at) => expect(resolve(value), `${at} → ${value}`).toBeDefined(),
  type: (value, at) => expect(TYPES, at).toEqual(expect.arrayContaining([value].flat())),
  enum: (value, at) => expect(new Set(value).size, at).toBe(value.length),
  const: () => undefined,
  default: () => undefined,
  description: isString,
  title: isString,
  format: isString,
  contentEncoding: isString,
  pattern: (value, at) => expect(() => new RegExp(value, "u"), at).not.toThrow(),
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  required: (value, at) => {
    expect(
      value.every((name: unknown) => typeof name === "string"),
      at,
    ).toBe(true);
    expect(new Set(value).size, at).toBe(value.length);
  },
  properties: (value, at) => {
    for (const [name, schema] of Object.entries(value)) checkSchema(schema, `${at}/${name}`);
  },
  items: checkSchema,
  additionalProperties: checkSchema,
  propertyNames: checkSchema,
  anyOf: checkSchemas,
  oneOf: checkSchemas,
  allOf: checkSchemas,
};

function isString(value: unknown, at: string): void {
  expect(typeof value, at).toBe("string");
}
function isNumber(value: unknown, at: string): void {
  expect(typeof value, at).toBe("number");
}
function isCount(value: unknown, at: string): void {
  expect(Number.isSafeInteger(value) && (value as number) >= 0, at).toBe(true);
}
function checkSchemas(value: Node, at: string): void {
  expect(value.length, at).toBeGreaterThan(0);
  for (const [index, schema] of value.entries()) checkSchema(schema, `${at}/${index}`);
}
function checkSchema(schema: Node, at: string): void {
  if (typeof schema === "boolean") return;
  expect(schema !== null && typeof schema === "object" && !Array.isArray(schema), at).toBe(true);
  for (const [keyword, value] of Object.entries(schema)) {
    expect(KEYWORDS, `${at}: ${keyword}`).toHaveProperty([keyword]);
    KEYWORDS[keyword]?.(value, `${at}/${keyword}`);
  }
}
/** From the document's root, as a reader of the document resolves it. */
function resolve(reference: string): unknown {
  if (!reference.startsWith("#/")) return undefined;
  return reference
    .slice(2)
    .split("/")
    .reduce((node: Node, part) => node?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], DOCUMENT);
}

describe("every schema", () => {
  it("is JSON Schema 2020-12, and every reference leads somewhere", () => {
    let seen = 0;
    const walk = (node: Node, at: string): void => {
      if (node === null || typeof node !== "object") return;
      for (const [name, value] of Object.entries(node)) {
        const inside = `${at}/${name}`;
        if (name === "schema" || at.endsWith("/components/schemas")) {
          seen++;
          checkSchema(value, inside);
        } else walk(value, inside);
      }
    };
    walk(DOCUMENT, "#");
    expect(seen).toBeGreaterThan(200);
    expect(JSON.stringify(DOCUMENT)).not.toContain("$defs");
  });
});

const P = {
  id: "42",
  name: "sms-reminder",
  displayName: "SMS Reminder",
  description: "Reminds customers of appointments.",
  version: "1.2.0",
  author: "Alpenware",
  authorId: "3",
  category: "communication",
  tags: ["sms", "reminder"],
  icon: "https://cdn.example/42/icon.png",
  screenshots: ["https://cdn.example/42/1.png"],
  pricing: { trial: 0, basic: 9, premium: 29 },
  downloads: 1280,
  rating: 4.6,
  status: "approved",
  checksum: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  // Ours, which the host's client leaves aside.
  uuid: "7c1b8a52-65d5-4c0e-9d0b-2f7f0c1b9a11",
  type: "automation",
  trialDays: 14,
  permissions: [
    { code: "appointments.read", name: "appointments.read", description: "Find tomorrow's visits", required: true },
  ],
  dependencies: [{ pluginName: "sms-gateway", minVersion: "1.0.0", range: ">=1.0.0" }],
  minAppVersion: "0.1.0",
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
};
const L = {
  id: "501",
  licenseKey: "9F3A1C-07B2E4-5D6C88-A1F09B-3E47D2",
  pluginId: "42",
  userId: "7",
  type: "basic",
  status: "active",
  expiresAt: "2027-01-01T00:00:00.000Z",
  maxInstalls: 3,
  currentInstalls: 1,
  uuid: "0a2f8a52-65d5-4c0e-9d0b-2f7f0c1b9a12",
  tier: "basic",
  issuedAt: "2026-01-01T00:00:00.000Z",
};
const REVIEW = {
  id: "88",
  userId: "7",
  userName: "Eva",
  rating: 5,
  comment: "Saves an hour a day.",
  createdAt: "2026-01-01T09:00:00.000Z",
};

/** What the host's client is promised, call by call. */
const EXAMPLES: readonly (readonly [id: string, status: number, body: unknown])[] = [
  ["health", 200, { status: "ok" }],
  ["listPlugins", 200, { data: [P], total: 1 }],
  ["getPlugin", 200, P],
  ["publishPlugin", 201, { ...P, status: "pending", releaseId: "7", state: "staged" }],
  ["editPlugin", 200, { ...P, description: "Reminds by SMS.", pricing: { basic: 12 } }],
  ["delistPlugin", 200, { id: "42", deleted: true }],
  ["issueLicense", 201, { ...L, type: "trial", maxInstalls: 1, currentInstalls: 0 }],
  ["verifyLicense", 200, { valid: true, license: L, code: "VALID" }],
  ["verifyLicense", 200, { valid: false, error: "License is not active", code: "REVOKED" }],
  [
    "requestDownload",
    200,
    { token: "k3v9Zt0xQ", url: "https://market.example/v1/download/k3v9Zt0xQ", expiresAt: "2026-01-01T00:05:00.000Z" },
  ],
  ["listUserLicenses", 200, [L]],
  ["transferLicense", 200, { ...L, userId: "9", currentInstalls: 0 }],
  ["revokeLicense", 200, { ...L, status: "revoked" }],
  ["getStats", 200, { totalPlugins: 58, totalDownloads: 90_412, totalRevenue: 18_250, topPlugins: [P] }],
  [
    "getPluginStats",
    200,
    { downloads: 1280, revenue: 2610, totalRevenue: 2610, activeInstalls: 97, ratings: { average: 4.6, count: 31 } },
  ],
  ["writeReview", 201, { id: "88" }],
  ["listReviews", 200, { data: [REVIEW], total: 1 }],
];

describe("the host contract's examples", () => {
  it.each(EXAMPLES)("%s %i", (id, status, body) => {
    const answer = OPERATIONS.find((operation) => operation.id === id)?.answers[status] as z.ZodType;
    // Nothing is dropped either: every member of the example is declared.
    expect(answer.parse(body)).toEqual(body);
  });
});
