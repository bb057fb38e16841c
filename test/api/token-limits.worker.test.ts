import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { SCOPES, type Scope, type TokenKind } from "../../src/domain/account/scopes.ts";
import { makeToken } from "../../src/domain/account/token.ts";
import { sha256Hex } from "../../src/domain/digest.ts";
import { call } from "./account/calls.worker.ts";
import {
  makeInstance,
  makePublisher,
  makeRelease,
  operatorToken,
  type Publisher,
  publish,
  upload,
} from "./publish/market.worker.ts";

let acme: Publisher;
let pluginId = "";
let licenseId = "";
let releaseId = "";
let instanceId = "";
const NOW = () => Math.floor(Date.now() / 1000);

interface Limits {
  readonly kind?: TokenKind;
  readonly scopes?: readonly string[];
  readonly plugins?: readonly string[];
  readonly ipRanges?: readonly string[];
  readonly expiresAt?: number;
  readonly revokedAt?: number;
}

/** A token of acme's owner with these columns: no endpoint mints limited ones yet, every reader must heed them. */
async function plant(limits: Limits): Promise<string> {
  const kind = limits.kind ?? "pat";
  const token = makeToken(kind, (length) => crypto.getRandomValues(new Uint8Array(length)));
  const list = (values: readonly string[] | undefined) => (values === undefined ? null : JSON.stringify(values));
  await env.DB.prepare(
    `INSERT INTO tokens (account_id, kind, hash, hint, scopes, plugins, ip_ranges, created_at, expires_at, revoked_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
    .bind(
      Number(acme.accountId),
      kind,
      await sha256Hex(token.text),
      token.hint,
      JSON.stringify(limits.scopes ?? SCOPES),
      list(limits.plugins),
      list(limits.ipRanges),
      NOW(),
      limits.expiresAt ?? NOW() + 3600,
      limits.revokedAt ?? null,
    )
    .run();
  return token.text;
}

beforeAll(async () => {
  await operatorToken();
  acme = await makePublisher("acme");
  pluginId = (await publish(acme, await makeRelease(acme, "acme-one"))).pluginId;
  instanceId = (await makeInstance(acme.token)).id;
  const uploaded = await makeRelease(acme, "acme-waiting");
  releaseId = (await upload(acme.token, { bundle: uploaded.bytes, statement: uploaded.statement, plugin: {} })).body
    .releaseId;
  licenseId = (await sell(acme.token, "1")).body.id;
});

function sell(bearer: string, userId: string) {
  return call("POST", "/v1/licenses", { bearer, body: { instanceId, pluginId, userId, type: "basic" } });
}

/** One call for each right that a token can be without: what it takes, and who else's scope would do. */
const CALLS: readonly (readonly [scope: Scope, ask: (bearer: string) => ReturnType<typeof call>])[] = [
  ["plugin:edit", (bearer) => call("PUT", `/v1/plugins/${pluginId}`, { bearer, body: {} })],
  ["license:issue", (bearer) => sell(bearer, crypto.randomUUID())],
  [
    "license:issue",
    (bearer) => call("POST", `/v1/licenses/${licenseId}/upgrade`, { bearer, body: { type: "premium" } }),
  ],
  ["instance:manage", (bearer) => call("PATCH", `/v1/instances/${instanceId}`, { bearer, body: { name: "N" } })],
  [
    "desk:accounts",
    (bearer) =>
      call("POST", "/v1/desk/accounts", { bearer, body: { name: "N", email: `${crypto.randomUUID()}@firm.at` } }),
  ],
  ["desk:review", (bearer) => call("GET", "/v1/desk/queue", { bearer })],
];

describe("scopes", () => {
  it.each(CALLS)("without %s nothing that needs it works", async (scope, ask) => {
    const isDesk = scope.startsWith("desk:");
    const kind = isDesk ? "adm" : "pat";
    const withIt = await ask(await plant({ kind, scopes: [scope] }));
    expect(withIt.status, JSON.stringify(withIt.body)).toBeLessThan(300);
    const others = SCOPES.filter((other) => other !== scope && !other.startsWith("desk:"));
    for (const scopes of [others, [], ["*"], [`${scope}:x`], [scope.toUpperCase()]])
      expect([403, 404], scopes.join()).toContain((await ask(await plant({ kind, scopes }))).status);
  });

  it("of the desk count on an adm token alone", async () => {
    for (const [scope, ask] of CALLS.filter(([name]) => name.startsWith("desk:")))
      for (const kind of ["pat", "ci"] as const)
        expect(await ask(await plant({ kind, scopes: [scope] }))).toMatchObject({
          status: 403,
          body: { code: "PERMISSION_DENIED" },
        });
  });

  it("to publish or to stage are what an upload takes", async () => {
    const release = await makeRelease(acme, "acme-two");
    const sent = { bundle: release.bytes, statement: release.statement, plugin: {} };
    const others = SCOPES.filter((scope) => !scope.startsWith("release:"));
    expect((await upload(await plant({ scopes: others }), sent)).status).toBe(403);
    // A name of one's own takes the right to create it.
    expect((await upload(await plant({ scopes: ["release:publish"] }), sent)).status).toBe(403);
    expect((await upload(await plant({ scopes: ["release:publish", "plugin:create"] }), sent)).status).toBe(201);
  });
});

describe("a list of plugins", () => {
  it("shuts out every other plugin, whatever the scopes", async () => {
    const limited = await plant({ plugins: ["acme-other"] });
    const covering = await plant({ plugins: ["acme-one"] });
    expect((await call("PUT", `/v1/plugins/${pluginId}`, { bearer: limited, body: {} })).status).toBe(403);
    expect((await call("DELETE", `/v1/plugins/${pluginId}`, { bearer: limited })).status).toBe(403);
    expect([403, 404]).toContain((await sell(limited, "limited")).status);
    expect((await call("PUT", `/v1/plugins/${pluginId}`, { bearer: covering, body: {} })).status).toBe(200);
    expect((await sell(covering, "covering")).status).toBe(201);
    const release = await makeRelease(acme, "acme-three");
    const sent = { bundle: release.bytes, statement: release.statement, plugin: {} };
    expect((await upload(covering, sent)).status).toBe(403);
    expect((await call("GET", "/v1/plugins/by-name/acme-one/head", { bearer: limited })).status).toBe(403);
    expect((await call("GET", `/v1/releases/${releaseId}`, { bearer: limited })).status).toBe(404);
    expect((await call("GET", `/v1/releases/${releaseId}`, { bearer: acme.token })).status).toBe(200);
  });

  it("that is empty covers none", async () => {
    const none = await plant({ plugins: [] });
    expect((await call("PUT", `/v1/plugins/${pluginId}`, { bearer: none, body: {} })).status).toBe(403);
    expect([403, 404]).toContain((await sell(none, "none")).status);
  });

  it("hides the licenses of other plugins from their seller, and changes nothing of them", async () => {
    // Not an owner of the instance: a seller alone.
    const limited = await plant({ plugins: ["acme-other"], scopes: ["license:issue"] });
    for (const [method, rest, body] of [
      ["GET", "", undefined],
      ["POST", "/suspend", { reason: "Asked" }],
      ["POST", "/renew", { days: 1 }],
      ["POST", "/revoke", { reason: "Asked" }],
    ] as const)
      expect(await call(method, `/v1/licenses/${licenseId}${rest}`, { bearer: limited, body }), rest).toMatchObject({
        status: 404,
      });
    const seller = await plant({ plugins: ["acme-one"], scopes: ["license:issue"] });
    expect(await call("GET", `/v1/licenses/${licenseId}`, { bearer: seller })).toMatchObject({
      status: 200,
      body: { status: "active" },
    });
  });
});

describe("a ci token", () => {
  it("stages, whatever its row claims, and nothing else", async () => {
    const bearer = await plant({ kind: "ci" });
    expect(await call("GET", "/v1/whoami", { bearer })).toMatchObject({
      body: { token: { scopes: ["release:stage"] } },
    });
    for (const [scope, ask] of CALLS) expect([403, 404], scope).toContain((await ask(bearer)).status);
    const created = await makeRelease(acme, "acme-four");
    const first = { bundle: created.bytes, statement: created.statement, plugin: {} };
    expect((await upload(bearer, first)).status).toBe(403);
    expect((await call("POST", "/v1/instances/rotate", { bearer, body: { instanceId } })).status).toBe(403);
    expect(
      (await call("POST", "/v1/publishers/acme/keys", { bearer, body: { payload: "e30=", signatures: [] } })).status,
    ).toBe(403);
  });
});

describe("time, revocation and address", () => {
  const ENDED: Readonly<Record<string, () => Limits>> = {
    "expired a second ago": () => ({ expiresAt: NOW() - 1 }),
    "expiring now": () => ({ expiresAt: NOW() }),
    revoked: () => ({ revokedAt: NOW() - 1 }),
    "called from elsewhere": () => ({ ipRanges: ["203.0.113.0/24", "2001:db8::/32"] }),
    "limited to no address at all": () => ({ ipRanges: [] }),
    "limited to nonsense": () => ({ ipRanges: ["everywhere", "0.0.0.0/33", ""] }),
  };
  it.each(Object.entries(ENDED))("%s is no credential", async (_, limits) => {
    const bearer = await plant(limits());
    for (const address of [
      undefined,
      "198.51.100.9",
      "::ffff:198.51.100.9",
      "2001:db9::1",
      "203.0.113.9, 198.51.100.9",
    ])
      for (const path of ["/v1/whoami", "/v1/plugins"])
        expect(
          await call("GET", path, { bearer, headers: address === undefined ? {} : { "cf-connecting-ip": address } }),
          `${address} ${path}`,
        ).toMatchObject({ status: 401, body: { code: "AUTHENTICATION_REQUIRED" } });
  });

  it("from its own range it works", async () => {
    const bearer = await plant({ ipRanges: ["203.0.113.0/24", "2001:db8::/32"] });
    for (const address of ["203.0.113.9", "2001:db8::1"])
      expect(await call("GET", "/v1/whoami", { bearer, headers: { "cf-connecting-ip": address } })).toMatchObject({
        status: 200,
      });
  });
});

it("makes a stranger's unpublished plugin look like an id nobody has", async () => {
  const rival = await makePublisher("rival");
  const { pluginId: waiting } = (await call("GET", `/v1/releases/${releaseId}`, { bearer: acme.token })).body;
  for (const method of ["PUT", "DELETE"] as const) {
    const body = method === "PUT" ? { body: {} } : {};
    const foreign = await call(method, `/v1/plugins/${waiting}`, { bearer: rival.token, ...body });
    const absent = await call(method, "/v1/plugins/999999", { bearer: rival.token, ...body });
    expect([foreign.status, foreign.body.message]).toEqual([absent.status, absent.body.message]);
    expect(foreign.status).toBe(404);
  }
});

it("shows a token for one plugin nothing unpublished of another", async () => {
  const bearer = await plant({ plugins: ["acme-one"] });
  const { pluginId: waiting } = (await call("GET", `/v1/releases/${releaseId}`, { bearer: acme.token })).body;
  expect((await call("GET", `/v1/plugins/${waiting}`, { bearer: acme.token })).status).toBe(200);
  expect((await call("GET", `/v1/plugins/${waiting}`, { bearer })).status).toBe(404);
});
