import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { makePublisher, operatorToken, type Publisher } from "../publish/market.worker.ts";
import { call } from "./calls.worker.ts";

let acme: Publisher;
let rival: Publisher;
beforeAll(async () => {
  acme = await makePublisher("acme");
  rival = await makePublisher("rival");
});

const make = (body: object, bearer = acme.token, headers: Record<string, string> = {}) =>
  call("POST", "/v1/tokens", { bearer, headers, body: { name: "laptop", scopes: ["stats:read"], ...body } });
const list = async (bearer = acme.token) => (await call("GET", "/v1/tokens", { bearer })).body.tokens;
const whoami = (bearer: string) => call("GET", "/v1/whoami", { bearer });

describe("a token made with a token", () => {
  it("is shown once, listed by its last four characters, and works", async () => {
    const made = await make({});
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      kind: "pat",
      name: "laptop",
      scopes: ["stats:read"],
      hint: made.body.token.slice(-4),
    });
    expect((await whoami(made.body.token)).body.token.scopes).toEqual(["stats:read"]);
    const tokens = await list();
    expect(JSON.stringify(tokens)).not.toContain(made.body.token);
    expect(tokens[0]).toMatchObject({ tokenId: made.body.tokenId, isCurrent: false });
    expect(tokens.filter(({ isCurrent }: { isCurrent: boolean }) => isCurrent)).toHaveLength(1);
    const rows = await env.DB.prepare("SELECT * FROM tokens").all();
    expect(JSON.stringify(rows.results)).not.toContain(made.body.token);
  });

  it.each([
    ["scopes it does not have", { scopes: ["desk:review"] }, 403],
    ["a kind above its own", { kind: "adm" }, 403],
    ["a scope the kind cannot carry", { kind: "ci", scopes: ["release:publish"] }, 422],
    ["a scope that does not exist", { scopes: ["everything"] }, 422],
    ["no scope at all", { scopes: [] }, 422],
    ["more than a year", { expiresInDays: 366 }, 422],
    ["a network with bits beyond its length", { ipRanges: ["10.0.0.1/8"] }, 422],
    ["a name for an address", { ipRanges: ["example.org"] }, 422],
    ["a field nobody knows", { accountId: "1" }, 422],
  ])("is refused %s", async (_, body, status) => {
    const before = (await list()).length;
    expect((await make(body)).status).toBe(status);
    expect(await list()).toHaveLength(before);
  });

  it("may stage for a build machine, since its maker may publish", async () => {
    expect((await make({ kind: "ci", scopes: ["release:stage"] })).body).toMatchObject({ kind: "ci" });
  });

  it("never covers more plugins or addresses than its maker, and inherits both", async () => {
    const narrow = await make({
      scopes: ["token:manage", "stats:read"],
      plugins: ["notes"],
      ipRanges: ["10.1.0.0/16", "192.0.2.7"],
    });
    const from = (address: string) => ({ "cf-connecting-ip": address });
    const again = (body: object) => make(body, narrow.body.token, from("10.1.2.3"));
    expect((await make({}, narrow.body.token, from("10.2.0.1"))).status).toBe(401);
    expect((await again({})).body).toMatchObject({ plugins: ["notes"], ipRanges: ["10.1.0.0/16", "192.0.2.7"] });
    expect((await again({ plugins: ["notes", "other"] })).body.code).toBe("PERMISSION_DENIED");
    for (const ipRanges of [["10.0.0.0/8"], ["0.0.0.0/0"], ["192.0.2.0/24"], ["::/0"]])
      expect((await again({ ipRanges })).body.code).toBe("PERMISSION_DENIED");
    expect((await again({ ipRanges: ["10.1.9.0/24"] })).status).toBe(201);
  });

  it("ends with its maker at the latest", async () => {
    const short = await make({ scopes: ["token:manage"], expiresInDays: 1 });
    const long = await make({ scopes: ["token:manage"], expiresInDays: 365 }, short.body.token);
    expect(long.body.expiresAt).toBe(short.body.expiresAt);
  });
});

describe("revoking", () => {
  it("works at once, for the token and all that were made with it", async () => {
    const parent = await make({ scopes: ["token:manage"] });
    const child = await make({ scopes: ["token:manage"] }, parent.body.token);
    const grandchild = await make({ scopes: ["token:manage"] }, child.body.token);
    const revoked = await call("DELETE", `/v1/tokens/${parent.body.tokenId}`, { bearer: acme.token });
    expect(revoked).toMatchObject({ status: 200, body: { tokenId: parent.body.tokenId, revoked: true } });
    for (const { body } of [parent, child, grandchild]) expect((await whoami(body.token)).status).toBe(401);
    expect((await call("DELETE", `/v1/tokens/${parent.body.tokenId}`, { bearer: acme.token })).status).toBe(404);
    expect((await whoami(acme.token)).status).toBe(200);
  });

  it("leaves nothing behind when a token is made at the same moment", async () => {
    const parent = await make({ scopes: ["token:manage"] });
    const [, ...made] = await Promise.all([
      call("DELETE", `/v1/tokens/${parent.body.tokenId}`, { bearer: acme.token }),
      ...Array.from({ length: 8 }, () => make({ scopes: ["token:manage"] }, parent.body.token)),
    ]);
    for (const { status, body } of made)
      if (status === 201) expect((await whoami(body.token)).status).toBe(401);
      else expect(status).toBe(401);
  });

  it("of a token found in an address takes what was made with it along", async () => {
    const parent = await make({ scopes: ["token:manage"] });
    const child = await make({ scopes: ["token:manage"] }, parent.body.token);
    expect((await call("GET", `/v1/plugins?query=${parent.body.token}`)).body.code).toBe("token_in_url");
    expect((await whoami(child.body.token)).status).toBe(401);
  });

  it("reaches one's own tokens only, and takes the scope", async () => {
    const made = await make({});
    expect((await call("DELETE", `/v1/tokens/${made.body.tokenId}`, { bearer: rival.token })).status).toBe(404);
    for (const [method, path] of [
      ["GET", "/v1/tokens"],
      ["DELETE", `/v1/tokens/${made.body.tokenId}`],
    ] as const)
      expect((await call(method, path, { bearer: made.body.token })).status).toBe(403);
    expect((await make({}, made.body.token)).status).toBe(403);
    expect((await whoami(made.body.token)).status).toBe(200);
    expect(await list(await operatorToken())).toHaveLength(1);
  });

  it("makes room: an account has at most a hundred living tokens", async () => {
    const [account] = (await env.DB.prepare("SELECT id FROM accounts WHERE name = 'rival'").all()).results;
    const insert = env.DB.prepare(
      "INSERT INTO tokens (account_id, kind, hash, hint, scopes, created_at, expires_at) VALUES (?, 'pat', ?, 'xxxx', '[]', 1, ?)",
    );
    const later = Math.floor(Date.now() / 1000) + 1000;
    await env.DB.batch(Array.from({ length: 99 }, (_, i) => insert.bind(account?.id, `hash-${i}`, later)));
    expect(await make({}, rival.token)).toMatchObject({ status: 429, body: { code: "quota_tokens" } });
  });
});
