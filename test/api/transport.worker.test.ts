import { env, exports } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { OPERATIONS } from "../../src/contract/operations.ts";
import { makeToken } from "../../src/domain/account/token.ts";
import { sha256Hex } from "../../src/domain/digest.ts";
import { makeLicenseKey } from "../../src/domain/license/key.ts";
import { call, makeOperator, ORIGIN } from "./account/calls.worker.ts";
import { checkAnswer } from "./check-answer.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
let accountId = "";

beforeAll(async () => {
  const operator = await makeOperator();
  accountId = (await call("POST", "/v1/desk/accounts", { bearer: operator, body: { name: "N", email: "n@firm.at" } }))
    .body.accountId;
});
afterEach(() => vi.restoreAllMocks());

async function ask(method: string, path: string, headers: Record<string, string> = {}) {
  const response = await exports.default.fetch(`${ORIGIN}${path}`, { method, headers, redirect: "manual" });
  const text = await response.text();
  checkAnswer(method, path, response, text);
  return { status: response.status, headers: response.headers, text };
}

/** What an id, a name, a token … may look like: each names nothing. */
const NOTHING = [
  "999999",
  "never-was",
  "neverWas",
  "1.0.0",
  `act_${"0".repeat(20)}`,
  `exe_${"0".repeat(26)}`,
  `ord_${"0".repeat(26)}`,
  `inv_${"0".repeat(26)}`,
  "x".repeat(43),
  `${"0".repeat(64)}.rbsm`,
  "nothing.jws",
  "page.never-was",
  "9999999.root.json",
  "RBSM-2026-9999999",
  `rbsm_hook_${"0".repeat(43)}`,
  "0".repeat(64),
];

/** An address that the operation's patterns accept and that names nothing. */
function addressOf(path: string): string {
  const params = OPERATIONS.find((operation) => operation.path === path)?.params ?? {};
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const fitting = NOTHING.find((text) => params[name]?.test(text) ?? true);
    if (fitting === undefined) throw new Error(`nothing fits {${name}} of ${path}`);
    return fitting;
  });
}

const ADDRESSES = [...new Set(OPERATIONS.map(({ path }) => path))];
const answered = (path: string) =>
  OPERATIONS.filter((operation) => operation.path === path).map(({ method }) => method);

describe("methods", () => {
  it("that an address does not answer are 405 and say which it does", async () => {
    for (const path of ADDRESSES) {
      const address = addressOf(path);
      for (const method of METHODS.filter((candidate) => !answered(path).includes(candidate as never))) {
        const { status, headers, text } = await ask(method, address);
        expect(status, `${method} ${address}`).toBe(405);
        expect(JSON.parse(text)).toMatchObject({ code: "METHOD_NOT_ALLOWED", success: false });
        const allow = headers.get("allow")?.split(", ") ?? [];
        for (const allowed of answered(path)) expect(allow, address).toContain(allowed);
        expect(allow, address).not.toContain(method);
      }
    }
  });

  it("of nothing are 404", async () => {
    for (const method of [...METHODS, "OPTIONS"]) expect((await ask(method, "/v1/nothing")).status).toBe(404);
  });

  it("of pages, and such as nobody knows, are 405 too", async () => {
    expect((await ask("POST", "/plugins")).status).toBe(405);
    expect((await ask("DELETE", "/")).headers.get("allow")).toBe("HEAD, GET, OPTIONS");
    expect((await ask("PROPFIND", "/v1/plugins")).headers.get("allow")).toBe("HEAD, GET, POST, OPTIONS");
  });

  it("HEAD answers what GET answers, without the body", async () => {
    for (const path of ADDRESSES.filter((candidate) => answered(candidate).includes("GET"))) {
      const address = addressOf(path);
      const got = await ask("GET", address);
      const head = await ask("HEAD", address);
      expect([head.status, head.text], address).toEqual([got.status, ""]);
      for (const name of ["content-type", "cache-control", "etag"])
        expect(head.headers.get(name), `${address} ${name}`).toBe(got.headers.get(name));
    }
  });

  it("OPTIONS names the methods and opens nothing to other sites", async () => {
    for (const path of ADDRESSES)
      for (const origin of [undefined, "https://evil.invalid"]) {
        const { status, headers, text } = await ask("OPTIONS", addressOf(path), {
          ...(origin === undefined ? {} : { origin, "access-control-request-method": "POST" }),
        });
        expect([status, text], path).toEqual([204, ""]);
        expect(headers.get("allow"), path).toContain(answered(path)[0]);
        expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
      }
  });

  it("no answer lets another site read with credentials", async () => {
    for (const path of ["/v1/plugins", "/v1/whoami", "/", "/plugins", `/bundles/${"0".repeat(64)}.rbsm`]) {
      const { headers } = await ask("GET", path, { origin: "https://evil.invalid" });
      expect(headers.get("access-control-allow-credentials")).toBeNull();
      expect(headers.get("access-control-allow-origin") ?? "*").toBe("*");
    }
  });
});

describe("addresses", () => {
  it("with a slash at the end are other addresses", async () => {
    for (const path of ["/v1/plugins/", "/v1/health/", "/v1/whoami/", "/health/", "/v1/"])
      expect((await ask("GET", path)).status, path).toBe(404);
    const page = await ask("GET", "/plugins/?category=sms");
    expect([page.status, page.headers.get("location")]).toEqual([308, "/plugins?category=sms"]);
  });

  it.each(["%zz", "%E0%A4%A", "%", "%C0%AF", "%ED%A0%80", "%00", "a%0d%0aX-Injected:%201", "%7F", "%C2%85"])(
    "with %s in the path are 400",
    async (part) => {
      for (const path of [`/v1/plugins/${part}`, `/v1/licenses/${part}/revoke`, `/plugins/${part}`, `/${part}`]) {
        const { status, headers, text } = await ask("GET", path);
        expect(status, path).toBe(400);
        expect(JSON.parse(text)).toMatchObject({ code: "URI_INVALID" });
        expect(headers.get("x-injected")).toBeNull();
      }
    },
  );

  it("with a percent sign in the query are what a form sends", async () => {
    expect((await ask("GET", "/v1/plugins?query=100%")).status).toBe(200);
  });

  it("beyond 8192 characters are 414", async () => {
    const fitting = `/v1/plugins?x=${"a".repeat(8192 - `${ORIGIN}/v1/plugins?x=`.length)}`;
    expect((await ask("GET", fitting)).status).toBe(200);
    const { status, text } = await ask("GET", `${fitting}a`);
    expect(status).toBe(414);
    expect(text.length).toBeLessThan(1000);
    expect((await ask("GET", `/v1/plugins/${"1".repeat(100_000)}`)).status).toBe(414);
  });

  it("take headers of any size for what they are: no credential, no condition", async () => {
    const huge = "a".repeat(100_000);
    expect((await ask("GET", "/v1/plugins", { "x-huge": huge, cookie: huge, "accept-language": huge })).status).toBe(
      200,
    );
    expect((await ask("GET", "/v1/plugins", { "if-none-match": huge })).status).toBe(200);
    expect((await ask("GET", "/v1/plugins", { authorization: `Bearer ${huge}` })).status).toBe(401);
    expect((await ask("GET", "/v1/plugins", { authorization: `Bearer rbsm_pat_${huge}` })).status).toBe(401);
    expect((await ask("GET", "/v1/plugins", { authorization: `Bearer a:b:${"1".repeat(50_000)}` })).status).toBe(401);
  });
});

describe("request ids", () => {
  it("are ours, whatever a client calls itself", async () => {
    for (const name of ["x-request-id", "cf-ray"]) {
      const sent = "<script>alert(1)</script>";
      const { headers } = await ask("GET", "/v1/plugins/999999", { [name]: sent });
      expect(headers.get("x-request-id")).not.toContain("script");
    }
    expect((await ask("GET", "/v1/health", { "cf-ray": "8f0a1b2c3d4e5f60-VIE" })).headers.get("x-request-id")).toBe(
      "8f0a1b2c3d4e5f60-VIE",
    );
  });
});

describe("secrets in addresses", () => {
  it("a token is refused and dead, also where the address is refused for itself", async () => {
    for (const place of [
      (token: string) => `/v1/plugins?access_token=${token}`,
      (token: string) => `/v1/plugins/%zz?t=${token}`,
      (token: string) => `/v1/plugins?t=${token}&x=${"a".repeat(9000)}`,
    ]) {
      const token = makeToken("pat", (length) => crypto.getRandomValues(new Uint8Array(length)));
      await env.DB.prepare(
        "INSERT INTO tokens (account_id, kind, hash, hint, scopes, created_at, expires_at) VALUES (?, 'pat', ?, ?, '[]', 1, 9999999999)",
      )
        .bind(Number(accountId), await sha256Hex(token.text), token.hint)
        .run();
      expect((await ask("GET", "/v1/whoami", { authorization: `Bearer ${token.text}` })).status).toBe(200);
      const { status, text } = await ask("GET", place(token.text));
      expect([status, JSON.parse(text).code]).toEqual([400, "token_in_url"]);
      expect(text).not.toContain(token.text);
      expect((await ask("GET", "/v1/whoami", { authorization: `Bearer ${token.text}` })).status).toBe(401);
    }
  });

  it("a license key in a query is refused, and appears in no log and no answer", async () => {
    const said: unknown[] = [];
    for (const level of ["log", "info", "warn", "error", "debug"] as const)
      vi.spyOn(console, level).mockImplementation((...values) => void said.push(...values));
    const key = makeLicenseKey("live", crypto.getRandomValues(new Uint8Array(32))).text;
    for (const path of [`/v1/plugins?key=${key}`, `/v1/plugins?licenseKey=x`, `/?a=${key.toLowerCase()}`]) {
      const { status, text } = await ask("POST", path);
      expect([status, JSON.parse(text).code], path).toEqual([400, "KEY_IN_URL"]);
      expect(text.toUpperCase()).not.toContain(key.toUpperCase());
    }
    expect(JSON.stringify(said).toUpperCase()).not.toContain(key.toUpperCase());
  });
});
