import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeBase64 } from "../../src/domain/bytes.ts";
import { withoutContacts } from "../../src/domain/catalogue/review-text.ts";
import { call, ORIGIN } from "../api/account/calls.worker.ts";
import { checkAnswer } from "../api/check-answer.ts";
import {
  makeInstance,
  makePublisher,
  makeRelease,
  operatorToken,
  type Publisher,
  publish,
} from "../api/publish/market.worker.ts";
import { type BodyVector, type NaughtyString, vectors } from "./http-vectors.ts";

const BODIES = vectors<BodyVector>("bodies");
const STRINGS = vectors<NaughtyString>("naughty-strings");
const HARDWARE = "a".repeat(64);
const LIMITS = { installs: 3, apiCalls: 1000, storageMiB: 10, users: null };
const PRICING = {
  currency: "EUR",
  tiers: [{ id: "basic", price: 900, interval: "month", features: ["All"], limits: LIMITS }],
};

let acme: Publisher;
let operator = "";
let instance: Awaited<ReturnType<typeof makeInstance>>;
let pluginId = "";
let licenseId = "";
let counter = 0;

beforeAll(async () => {
  if (BODIES.length === 0) return;
  operator = await operatorToken();
  acme = await makePublisher("acme");
  instance = await makeInstance(acme.token);
  pluginId = (await publish(acme, await makeRelease(acme, "acme-plugin", { manifest: { pricing: PRICING } }))).pluginId;
  const sold = await call("POST", "/v1/licenses", {
    bearer: acme.token,
    body: {
      instanceId: instance.id,
      pluginId,
      userId: "1",
      type: "basic",
      expiresAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
    },
  });
  licenseId = sold.body.id;
  await call("POST", "/v1/installations", {
    bearer: await instance.bearer(),
    body: { licenseId, pluginId, hardwareId: HARDWARE, version: "1.0.0" },
  });
});

interface Sent {
  readonly method?: string;
  readonly bearer?: string;
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
}

/** One request, one answer that keeps to the contract and blames the caller at most. */
async function ask(path: string, { method = "POST", bearer, headers = {}, body }: Sent) {
  const sent = { ...headers, ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) };
  const response = await exports.default.fetch(`${ORIGIN}${path}`, {
    method,
    headers: sent,
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  expect(response.status, `${method} ${path.slice(0, 100)}: ${text.slice(0, 300)}`).toBeLessThan(500);
  checkAnswer(method, path, response, text);
  return { status: response.status, text };
}

function rowCount(): Promise<unknown> {
  return env.DB.prepare(
    `SELECT (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM instances) AS instances,
       (SELECT count(*) FROM releases) AS releases, (SELECT count(*) FROM licenses) AS licenses,
       (SELECT count(*) FROM reviews) AS reviews, (SELECT count(*) FROM events) AS events`,
  ).first();
}

/** Bodies too large for the file, by the case that describes them. */
const GENERATED: Readonly<Record<string, () => string>> = {
  "body-deep": () => "[".repeat(100_000) + "]".repeat(100_000),
  "body-wide": () => `{${Array.from({ length: 1_000_000 }, (_, index) => `"k${index}":1`).join(",")}}`,
  "body-many-tags": () => JSON.stringify({ tags: Array(10_000).fill("t") }),
  "body-multipart-many": () =>
    `${Array.from({ length: 20_000 }, (_, n) => `--x\r\nContent-Disposition: form-data; name="a${n}"\r\n\r\n1\r\n`).join("")}--x--`,
};

/** One character per byte. */
function binaryOf(vector: BodyVector): string {
  if (vector.generator === null) return atob(vector.bodyBase64);
  const made = GENERATED[vector.id];
  if (made === undefined) throw new Error(`nobody makes ${vector.id}: ${vector.generator}`);
  return made();
}

function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

type Target = Promise<readonly [path: string, method: string, bearer: string, rest: object]>;
/** A member of a case, put as it is written into a body that is good without it: where it is sent and what is around it. */
const MEMBERS: Readonly<Record<string, () => Target>> = {
  name: async () => ["/v1/desk/accounts", "POST", operator, { email: `n${counter++}@firm.at` }],
  email: async () => ["/v1/desk/accounts", "POST", operator, { name: "N" }],
  id: async () => ["/v1/desk/accounts", "POST", operator, { name: "N", email: `n${counter++}@firm.at` }],
  homepage: async () => ["/v1/instances/register", "POST", acme.token, REGISTRATION],
  price: async () => [`/v1/licenses/${licenseId}/renew`, "POST", acme.token, {}],
  tags: async () => [`/v1/plugins/${pluginId}`, "PUT", acme.token, {}],
  description: async () => [`/v1/plugins/${pluginId}`, "PUT", acme.token, {}],
  expires: async () => [
    "/v1/licenses",
    "POST",
    acme.token,
    { instanceId: instance.id, pluginId, userId: `u${counter++}`, type: "basic" },
  ],
  version: async () => [
    "/v1/installations",
    "POST",
    await instance.bearer(),
    { licenseId, pluginId, hardwareId: "b".repeat(64) },
  ],
};
const REGISTRATION = { name: "N", appVersion: "0.1.0", webhookUrl: "https://office.example.com/hook" };
function targetOf(member: string): Target {
  const target = MEMBERS[member];
  if (target === undefined) throw new Error(`no call takes ${member}`);
  return target();
}
/** What the cases call otherwise than we do. */
const OURS: Readonly<Record<string, string>> = { homepage: "url", price: "days", expires: "expiresAt" };

function statusesOf(expected: string): RegExp {
  const said = expected.match(/\b(?:[24]xx|\d{3})\b/g) ?? [];
  return new RegExp(`^(?:${said.map((status) => status.replace("xx", "\\d\\d")).join("|")})$`);
}

function headersOf(vector: BodyVector): Record<string, string> {
  return {
    ...(vector.contentType === "" ? {} : { "content-type": vector.contentType }),
    ...(vector.id === "body-gzip-claimed" ? { "content-encoding": "gzip" } : {}),
  };
}

describe("bodies", () => {
  it.each(BODIES.map((vector) => [vector.id, vector] as const))(
    "%s is answered",
    { timeout: 30_000 },
    async (_, vector) => {
      const binary = binaryOf(vector);
      const [, member = "", value = ""] = /^\{"(\w+)":(.*)\}$/s.exec(binary) ?? [];
      const isSpliced =
        vector.contentType === "application/json" &&
        Object.hasOwn(MEMBERS, member) &&
        !vector.id.startsWith("body-extra");
      const [path, method, bearer, rest] = await targetOf(isSpliced ? member : "name");
      const around = JSON.stringify(rest).slice(1, -1);
      const body = isSpliced ? `{"${OURS[member] ?? member}":${value}${around === "" ? "" : `,${around}`}}` : binary;
      const before = await rowCount();
      const answer = await ask(path, { method, bearer, headers: headersOf(vector), body: bytesOf(body) });
      expect(String(answer.status), `${vector.expect}: ${answer.text.slice(0, 500)}`).toMatch(
        statusesOf(vector.expect),
      );
      if (answer.status >= 400) expect(await rowCount()).toEqual(before);
      else if (path === "/v1/desk/accounts") {
        const { name } = JSON.parse(new TextDecoder().decode(bytesOf(body)));
        const { accountId } = JSON.parse(answer.text);
        expect(await env.DB.prepare("SELECT name FROM accounts WHERE id = ?").bind(Number(accountId)).first()).toEqual({
          name,
        });
      }
      expect(Object.prototype).not.toHaveProperty("admin");
    },
  );

  it("of every kind leave every call standing", { timeout: 120_000 }, async () => {
    const calls = async (): Promise<readonly (readonly [string, string, string])[]> => [
      ["POST", "/v1/desk/accounts", operator],
      ["POST", "/v1/instances/register", acme.token],
      ["PATCH", `/v1/instances/${instance.id}`, acme.token],
      ["POST", "/v1/publishers/acme/keys", acme.token],
      ["POST", "/v1/plugins", acme.token],
      ["POST", "/v1/desk/releases/1/decision", operator],
      ["POST", "/v1/licenses", acme.token],
      ["POST", "/v1/licenses/verify", await instance.bearer()],
      ["POST", "/v1/licenses/validate", await instance.bearer()],
      ["POST", `/v1/licenses/${licenseId}/bind`, await instance.bearer()],
      ["POST", "/v1/installations", await instance.bearer()],
      ["POST", `/v1/plugins/${pluginId}/reviews`, await instance.bearer()],
      ["POST", `/v1/plugins/${pluginId}/download`, await instance.bearer()],
      ["POST", "/v1/events", await instance.bearer()],
    ];
    const before = await rowCount();
    for (const vector of BODIES) {
      const body = bytesOf(binaryOf(vector));
      for (const [method, path, bearer] of await calls())
        await ask(path, { method, bearer, headers: headersOf(vector), body });
    }
    if (BODIES.length > 0) expect(await rowCount()).toEqual(before);
  });
});

describe("strings", () => {
  const PLACES: Readonly<Record<string, (text: string, encoded: string) => Promise<unknown>>> = {
    "as a word to search": (_, encoded) => ask(`/v1/plugins?query=${encoded}`, { method: "GET" }),
    "as any filter": (_, encoded) =>
      ask(
        `/v1/plugins?type=${encoded}&category=${encoded}&tag=${encoded}&sortBy=${encoded}&page=${encoded}&limit=${encoded}&minRating=${encoded}&${encoded}=1`,
        { method: "GET" },
      ),
    "as a word on a page": async (text, encoded) => {
      const page = await ask(`/plugins?q=${encoded}&query=${encoded}`, { method: "GET" });
      for (const markup of ["<script", "<img", "<svg", "<iframe"])
        if (text.toLowerCase().includes(markup)) expect(page.text.toLowerCase()).not.toContain(text.toLowerCase());
    },
    "as a plugin's name": (_, encoded) => ask(`/v1/plugins/by-name/${encoded}`, { method: "GET" }),
    "as a page's name": (_, encoded) => ask(`/plugins/${encoded}`, { method: "GET", headers: { accept: "text/html" } }),
    "as an id": (_, encoded) => ask(`/v1/plugins/${encoded}/versions/${encoded}`, { method: "GET" }),
    "as a user": async (_, encoded) =>
      ask(`/v1/users/${encoded}/licenses`, { method: "GET", bearer: await instance.bearer() }),
    "as a key in an address": async (_, encoded) =>
      ask(`/v1/licenses/${encoded}/revoke`, { bearer: await instance.bearer(), headers: JSON_TYPE, body: "{}" }),
    "as a key": async (text) => {
      const body = JSON.stringify({ licenseKey: text, pluginId: text, hardwareId: text });
      const { status, text: answer } = await ask("/v1/licenses/verify", {
        bearer: await instance.bearer(),
        headers: JSON_TYPE,
        body,
      });
      if (status === 200) expect(JSON.parse(answer)).toMatchObject({ valid: false });
    },
    "as an event's data": async (text) =>
      ask("/v1/events", {
        bearer: await instance.bearer(),
        headers: JSON_TYPE,
        body: JSON.stringify({
          id: `evt_${counter++}`,
          event: "request.created",
          version: 1,
          occurredAt: "2026-01-01T08:30:00.000Z",
          entity: "request",
          entityId: "1",
          data: { id: 1, message: text, [text.slice(0, 100)]: text },
        }),
      }),
    "as a credential": async (text) => {
      const header = text.replaceAll(/[^\x20-\x7e]/g, "?");
      const { status } = await ask("/v1/whoami", { method: "GET", headers: { authorization: `Bearer ${header}` } });
      expect(status).toBe(401);
    },
    "as base64 in an envelope": (text) =>
      ask("/v1/publishers/acme/keys", {
        bearer: acme.token,
        headers: JSON_TYPE,
        body: JSON.stringify({
          payload: encodeBase64(new TextEncoder().encode(text)),
          signatures: [{ keyId: text, sig: text }],
        }),
      }),
  };
  const JSON_TYPE = { "content-type": "application/json" };

  it.each(Object.entries(PLACES))("%s do no harm", { timeout: 60_000 }, async (_, place) => {
    for (const { s } of STRINGS) await place(s, encodeURIComponent(s));
  });

  it("as a name are stored as they are, or refused", { timeout: 60_000 }, async () => {
    for (const { id, s } of STRINGS) {
      const { status, text } = await ask("/v1/desk/accounts", {
        bearer: operator,
        headers: JSON_TYPE,
        body: JSON.stringify({ name: s, email: `${id}@firm.at` }),
      });
      const stored = await env.DB.prepare("SELECT name FROM accounts WHERE email = ?").bind(`${id}@firm.at`).first();
      if (status === 201) {
        expect(stored, id).toEqual({ name: s.trim() });
        const { body } = await call("GET", "/v1/whoami", { bearer: JSON.parse(text).token });
        expect(body.account.name, id).toBe(s.trim());
      } else expect([status, stored], id).toEqual([422, null]);
    }
  });

  it("as a review come back as they were written", { timeout: 60_000 }, async () => {
    const reader = await makeInstance((await makePublisher("reader")).token);
    const sold = await call("POST", "/v1/licenses", {
      bearer: acme.token,
      body: { instanceId: reader.id, pluginId, userId: "1", type: "basic" },
    });
    await call("POST", "/v1/installations", {
      bearer: await reader.bearer(),
      body: { licenseId: sold.body.id, pluginId, hardwareId: HARDWARE, version: "1.0.0" },
    });
    await env.DB.prepare("UPDATE activations SET granted_at = granted_at - 100000").run();
    for (const { id, s } of STRINGS.slice(0, 60)) {
      const { status } = await ask(`/v1/plugins/${pluginId}/reviews`, {
        bearer: await reader.bearer(),
        headers: JSON_TYPE,
        body: JSON.stringify({ userId: "1", rating: 5, comment: s }),
      });
      expect([200, 201, 422], id).toContain(status);
      if (status === 422) continue;
      const { body } = await call("GET", `/v1/plugins/${pluginId}/reviews`);
      expect(body.data[0].comment, id).toBe(withoutContacts(s));
    }
  });
});

if (BODIES.length === 0) it("HTTP vectors are not here", () => expect(STRINGS).toEqual([]));
