import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { makeToken } from "../../../src/domain/account/token.ts";
import { sha256Hex } from "../../../src/domain/digest.ts";
import { call, instanceBearer, makeOperator, ORIGIN } from "./calls.worker.ts";

const MINUTE = 60_000;
let operator = "";
let admin = "";
let adminId = "";
let instance = { instanceId: "", apiKey: "", apiSecret: "" };

const FIELDS = {
  name: "Office",
  url: "http://127.0.0.1:9999",
  appVersion: "0.1.0",
  webhookUrl: "http://127.0.0.1:9999/api/webhooks/marketplace",
};

beforeAll(async () => {
  operator = await makeOperator();
  const made = await call("POST", "/v1/desk/accounts", {
    bearer: operator,
    body: { name: "Admin", email: "admin@office.example" },
  });
  admin = made.body.token;
  adminId = made.body.accountId;
  instance = (await call("POST", "/v1/instances/register", { bearer: admin, body: FIELDS })).body;
});

/** A token in the table with exactly these fields. */
async function plant(fields: {
  kind?: "pat" | "ci" | "adm";
  scopes?: string[];
  expiresAt?: number;
  revokedAt?: number;
  ipRanges?: string[];
  accountId?: string;
}): Promise<string> {
  const kind = fields.kind ?? "pat";
  const token = makeToken(kind, (length) => crypto.getRandomValues(new Uint8Array(length)));
  const now = Math.floor(Date.now() / 1000);
  await env.DB.prepare(
    `INSERT INTO tokens (account_id, kind, hash, hint, scopes, ip_ranges, created_at, expires_at, revoked_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
    .bind(
      Number(fields.accountId ?? adminId),
      kind,
      await sha256Hex(token.text),
      token.hint,
      JSON.stringify(fields.scopes ?? ["instance:manage"]),
      fields.ipRanges ? JSON.stringify(fields.ipRanges) : null,
      now,
      fields.expiresAt ?? now + 3600,
      fields.revokedAt ?? null,
    )
    .run();
  return token.text;
}

const UNAUTHENTICATED = { status: 401, body: { code: "AUTHENTICATION_REQUIRED", success: false } };

describe("a wrong credential is 401, also where none is needed", () => {
  it("whatever is wrong with it", async () => {
    const unknown = makeToken("pat", (length) => crypto.getRandomValues(new Uint8Array(length))).text;
    for (const authorization of [
      "Bearer",
      "Bearer x",
      "Basic dXNlcjpwYXNz",
      `Bearer ${unknown}`,
      `Bearer ${admin.slice(0, -1)}`,
      `Bearer ${admin}, Bearer ${admin}`,
      `Token ${admin}`,
      "Bearer a:b:c",
    ]) {
      for (const path of ["/v1/health", "/health", "/.well-known/rbsm-trust.json", "/v1/whoami"])
        expect(await call("GET", path, { headers: { authorization } }), `${authorization} ${path}`).toMatchObject(
          UNAUTHENTICATED,
        );
    }
  });

  it("and says Bearer", async () => {
    const { headers } = await call("GET", "/v1/whoami");
    expect(headers.get("www-authenticate")).toContain("Bearer");
  });
});

describe("a token", () => {
  it("ends with its time, its revocation and its account", async () => {
    const now = Math.floor(Date.now() / 1000);
    const good = await plant({});
    expect(await call("GET", "/v1/whoami", { bearer: good })).toMatchObject({ status: 200 });
    for (const fields of [{ expiresAt: now - 1 }, { expiresAt: now }, { revokedAt: now }])
      expect(await call("GET", "/v1/whoami", { bearer: await plant(fields) })).toMatchObject(UNAUTHENTICATED);
    const suspended = await call("POST", "/v1/desk/accounts", {
      bearer: operator,
      body: { name: "Gone", email: "gone@office.example" },
    });
    await env.DB.prepare("UPDATE accounts SET state = 'suspended' WHERE id = ?")
      .bind(Number(suspended.body.accountId))
      .run();
    expect(await call("GET", "/v1/whoami", { bearer: suspended.body.token })).toMatchObject(UNAUTHENTICATED);
  });

  it("works only from its address ranges, as the platform sees them", async () => {
    const bearer = await plant({ ipRanges: ["203.0.113.0/24"] });
    const from = (address: string) => call("GET", "/v1/whoami", { bearer, headers: { "cf-connecting-ip": address } });
    expect(await from("203.0.113.9")).toMatchObject({ status: 200 });
    expect(await from("198.51.100.9")).toMatchObject(UNAUTHENTICATED);
    expect(await call("GET", "/v1/whoami", { bearer, headers: { "x-forwarded-for": "203.0.113.9" } })).toMatchObject(
      UNAUTHENTICATED,
    );
  });

  it("does what its scopes say and nothing else", async () => {
    const register = (bearer: string) => call("POST", "/v1/instances/register", { bearer, body: FIELDS });
    expect(await register(await plant({ scopes: ["instance:manage"] }))).toMatchObject({ status: 201 });
    expect(await register(await plant({ scopes: ["plugin:edit", "stats:read"] }))).toMatchObject({
      status: 403,
      body: { code: "PERMISSION_DENIED" },
    });
    expect(await register(await plant({ kind: "ci", scopes: ["instance:manage"] }))).toMatchObject({ status: 403 });
    const desk = await plant({ scopes: ["desk:accounts"] });
    const made = await call("POST", "/v1/desk/accounts", {
      bearer: desk,
      body: { name: "X", email: "x@office.example" },
    });
    expect(made).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
  });

  it("in an address is refused everywhere, and dead afterwards", async () => {
    for (const place of [
      (token: string) => `/v1/health?token=${token}`,
      (token: string) => `/v1/plugins?query=x${token}`,
      (token: string) => `/nowhere/${token}`,
      (token: string) => `/?t=${token.replaceAll("_", "%5F")}`,
    ]) {
      const bearer = await plant({});
      expect(await call("GET", place(bearer), {})).toMatchObject({ status: 400, body: { code: "token_in_url" } });
      expect(await call("GET", "/v1/whoami", { bearer })).toMatchObject(UNAUTHENTICATED);
    }
    const answer = await exports.default.fetch(`${ORIGIN}/v1/health?t=${await plant({})}`);
    expect(await answer.text()).not.toContain("rbsm_pat_");
    const row = await env.DB.prepare("SELECT count(*) AS n FROM audit WHERE action = 'token.revoked_in_url'").first();
    expect(row).toEqual({ n: 5 });
  });

  it("is no instance", async () => {
    expect(await call("POST", "/v1/instances/rotate", { bearer: admin })).toMatchObject({ status: 404 });
    expect(await call("POST", "/v1/instances/rotate", { bearer: admin, body: { instanceId: "999999" } })).toMatchObject(
      { status: 404 },
    );
  });
});

describe("an instance", () => {
  it("is known by its signature", async () => {
    const bearer = await instanceBearer(instance.apiKey, instance.apiSecret);
    expect(await call("GET", "/v1/whoami", { bearer })).toMatchObject({
      status: 200,
      body: { instance: { instanceId: instance.instanceId } },
    });
  });

  it("with a wrong signature, secret or key gets the host's exact answer", async () => {
    const good = await instanceBearer(instance.apiKey, instance.apiSecret);
    const other = await call("POST", "/v1/instances/register", { bearer: admin, body: FIELDS });
    const [key, signature, time] = good.split(":") as [string, string, string];
    const flipped = `${signature.startsWith("0") ? "1" : "0"}${signature.slice(1)}`;
    for (const bearer of [
      `${key}:${flipped}:${time}`,
      `${key}:${signature}:${Number(time) + 1}`,
      `${key}:${signature.toUpperCase()}:${time}`,
      await instanceBearer(instance.apiKey, other.body.apiSecret),
      await instanceBearer(other.body.apiKey, instance.apiSecret),
      await instanceBearer("mk_unknown", instance.apiSecret),
    ])
      expect(await call("GET", "/v1/whoami", { bearer })).toMatchObject({
        status: 401,
        body: { message: "Invalid signature", success: false, error: { code: "AUTHENTICATION_REQUIRED" } },
      });
  });

  it("may be five minutes off, not six, and is told our time", async () => {
    const at = async (offset: number) =>
      call("GET", "/v1/whoami", {
        bearer: await instanceBearer(instance.apiKey, instance.apiSecret, Date.now() + offset),
      });
    expect(await at(-4.9 * MINUTE)).toMatchObject({ status: 200 });
    expect(await at(4.9 * MINUTE)).toMatchObject({ status: 200 });
    for (const offset of [-6 * MINUTE, 6 * MINUTE, -Date.now()]) {
      const refused = await at(offset);
      expect(refused).toMatchObject({ status: 401, body: { code: "CLOCK_SKEW" } });
      expect(Math.abs(Date.parse(refused.body.serverTime) - Date.now())).toBeLessThan(5_000);
    }
  });

  it("may not do what belongs to accounts", async () => {
    const bearer = await instanceBearer(instance.apiKey, instance.apiSecret);
    expect(await call("POST", "/v1/instances/register", { bearer, body: FIELDS })).toMatchObject({
      status: 403,
      body: { code: "PERMISSION_DENIED" },
    });
  });

  it("suspended, or of a suspended account, is INSTANCE_SUSPENDED", async () => {
    const made = await call("POST", "/v1/instances/register", { bearer: admin, body: FIELDS });
    await env.DB.prepare("UPDATE instances SET state = 'suspended' WHERE id = ?")
      .bind(Number(made.body.instanceId))
      .run();
    const owner = await call("POST", "/v1/desk/accounts", {
      bearer: operator,
      body: { name: "Owner", email: "owner@office.example" },
    });
    const theirs = await call("POST", "/v1/instances/register", { bearer: owner.body.token, body: FIELDS });
    await env.DB.prepare("UPDATE accounts SET state = 'suspended' WHERE id = ?")
      .bind(Number(owner.body.accountId))
      .run();
    for (const { body } of [made, theirs])
      expect(
        await call("POST", "/v1/instances/rotate", { bearer: await instanceBearer(body.apiKey, body.apiSecret) }),
      ).toMatchObject({ status: 403, body: { code: "INSTANCE_SUSPENDED" } });
  });
});
