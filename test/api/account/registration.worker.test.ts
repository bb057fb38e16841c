import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { makeKeyProof } from "../../../src/domain/trust/key-proof.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { TEST_SECRETS } from "../../secrets.ts";
import { call, instanceBearer } from "./calls.worker.ts";

const { SETUP_SECRET } = TEST_SECRETS;
const SECRET_ADDRESS = "http://127.0.0.1:9999";

function signerOf(byte: number): Ed25519Signer {
  return createSigner(pkcs8OfSeed(new Uint8Array(32).fill(byte))) as Ed25519Signer;
}

let operator = "";
beforeAll(async () => {
  // Twenty at once: exactly one becomes the operator.
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => call("POST", "/v1/setup", { bearer: SETUP_SECRET, body: { name: "Op" } })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ body }) => body.code === "setup_done")).toHaveLength(19);
  operator = answers.find(({ status }) => status === 201)?.body.token;
});

describe("setting up", () => {
  it("refuses a wrong or missing setup secret, also once set up", async () => {
    for (const bearer of ["wrong", `${SETUP_SECRET}x`, undefined]) {
      const refused = await call("POST", "/v1/setup", { ...(bearer ? { bearer } : {}), body: { name: "Op" } });
      expect(refused).toMatchObject({ status: 401, body: { code: "AUTHENTICATION_REQUIRED" } });
    }
  });

  it("says who the operator is", async () => {
    const { status, body } = await call("GET", "/v1/whoami", { bearer: operator });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: "account",
      marketplace: "localhost",
      account: { name: "Op", isOperator: true },
      token: { kind: "adm", scopes: ["token:manage", "desk:accounts", "desk:review"], hint: operator.slice(-4) },
      publishers: [],
    });
  });

  it("stores the token only as its digest", async () => {
    const { results } = await env.DB.prepare("SELECT * FROM tokens").all();
    expect(JSON.stringify(results)).not.toContain(operator.slice(9, 49));
  });
});

describe("accounts", () => {
  it("makes a publisher, enrolls its key once, and shows it", async () => {
    const made = await call("POST", "/v1/desk/accounts", {
      bearer: operator,
      body: { name: "Anna", email: "Anna@Acme.example", publisher: { handle: "acme", displayName: "Acme" } },
    });
    expect(made.status).toBe(201);
    const { accountId, token, keyNonce } = made.body;
    const signer = signerOf(0x51);
    const subject = { account: accountId, publisher: "acme", marketplace: "localhost" };
    const proof = await makeKeyProof(subject, keyNonce, signer, Math.floor(Date.now() / 1000));

    const enrolled = await call("POST", "/v1/publishers/acme/keys", { bearer: token, body: proof });
    expect(enrolled).toMatchObject({ status: 201, body: { keyId: await signer.keyId(), state: "active" } });

    const again = await call("POST", "/v1/publishers/acme/keys", { bearer: token, body: proof });
    expect(again).toMatchObject({ status: 422, body: { code: "key_reused" } });
    const other = await makeKeyProof(subject, keyNonce, signerOf(0x52), Math.floor(Date.now() / 1000));
    const spent = await call("POST", "/v1/publishers/acme/keys", { bearer: token, body: other });
    expect(spent).toMatchObject({ status: 422, body: { code: "key_proof_expired" } });

    const { body } = await call("GET", "/v1/publishers/acme/keys");
    expect(body).toMatchObject({ publisher: "acme", keys: [{ keyId: await signer.keyId(), state: "active" }] });
    const me = await call("GET", "/v1/whoami", { bearer: token });
    expect(me.body.publishers).toMatchObject([{ handle: "acme", role: "owner", keys: [{ state: "active" }] }]);
  });

  it("refuses a second account with the e-mail address or the handle, and keeps nothing of it", async () => {
    const body = { name: "B", email: "b@acme.example", publisher: { handle: "beta", displayName: "Beta" } };
    expect((await call("POST", "/v1/desk/accounts", { bearer: operator, body })).status).toBe(201);
    const taken = await call("POST", "/v1/desk/accounts", { bearer: operator, body });
    expect(taken).toMatchObject({ status: 409, body: { code: "email_taken" } });
    const handle = await call("POST", "/v1/desk/accounts", {
      bearer: operator,
      body: { ...body, email: "c@acme.example" },
    });
    expect(handle).toMatchObject({ status: 409, body: { code: "handle_taken" } });
    const left = await env.DB.prepare("SELECT 1 FROM accounts WHERE email = 'c@acme.example'").first();
    expect(left).toBeNull();
  });

  it("needs desk:accounts", async () => {
    const { body } = await call("POST", "/v1/desk/accounts", {
      bearer: operator,
      body: { name: "D", email: "d@acme.example" },
    });
    const refused = await call("POST", "/v1/desk/accounts", {
      bearer: body.token,
      body: { name: "E", email: "e@acme.example" },
    });
    expect(refused).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
  });
});

describe("instances", () => {
  let admin = "";
  const fields = {
    name: "Office",
    url: SECRET_ADDRESS,
    appVersion: "0.1.0",
    webhookUrl: `${SECRET_ADDRESS}/api/webhooks/marketplace`,
    hostApiKey: "rk_live_0123456789abcdef",
  };
  beforeAll(async () => {
    const made = await call("POST", "/v1/desk/accounts", {
      bearer: operator,
      body: { name: "Admin", email: "admin@office.example" },
    });
    admin = made.body.token;
  });

  it("registers with secrets in the stated form, shown once and stored sealed", async () => {
    const { status, body } = await call("POST", "/v1/instances/register", { bearer: admin, body: fields });
    expect(status).toBe(201);
    expect(body.instanceId).toMatch(/^[1-9][0-9]*$/);
    expect(body.apiKey).toMatch(/^mk_[0-9A-Za-z]{22}$/);
    expect(body.apiSecret).toMatch(/^ms_[0-9A-Za-z]{43}$/);
    expect(body.webhookSecret).toMatch(/^whs_[0-9A-Za-z]{43}$/);
    const row = JSON.stringify(await env.DB.prepare("SELECT * FROM instances").all());
    for (const secret of [body.apiSecret, body.webhookSecret, fields.hostApiKey]) expect(row).not.toContain(secret);
    const me = await call("GET", "/v1/whoami", { bearer: await instanceBearer(body.apiKey, body.apiSecret) });
    expect(me.body).toMatchObject({
      kind: "instance",
      instance: { instanceId: body.instanceId, apiUrl: `${SECRET_ADDRESS}/api`, hasHostApiKey: true, state: "active" },
    });
    expect(JSON.stringify(me.body)).not.toContain("rk_live");
  });

  it("refuses addresses inside somebody's network", async () => {
    for (const [field, address] of [
      ["url", "http://example.com"],
      ["webhookUrl", "https://10.0.0.1/hook"],
      ["apiUrl", "https://[::ffff:127.0.0.1]/api"],
      ["apiUrl", "http://127.0.0.1:9998/api"],
    ] as const) {
      const refused = await call("POST", "/v1/instances/register", {
        bearer: admin,
        body: { ...fields, [field]: address },
      });
      expect(refused).toMatchObject({ status: 422, body: { code: "url_refused", pointer: `/${field}` } });
    }
  });

  it("lets nobody act for a publisher that is not theirs", async () => {
    const refused = await call("POST", "/v1/instances/register", {
      bearer: admin,
      body: { ...fields, publisher: "acme" },
    });
    expect(refused).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED", pointer: "/publisher" } });
  });

  it("changes the fields sent, for its owner alone", async () => {
    const { body: made } = await call("POST", "/v1/instances/register", { bearer: admin, body: fields });
    const changed = await call("PATCH", `/v1/instances/${made.instanceId}`, { bearer: admin, body: { name: "New" } });
    expect(changed).toMatchObject({ status: 200, body: { name: "New", url: fields.url } });
    const { body: stranger } = await call("POST", "/v1/desk/accounts", {
      bearer: operator,
      body: { name: "S", email: "stranger@office.example" },
    });
    const refused = await call("PATCH", `/v1/instances/${made.instanceId}`, {
      bearer: stranger.token,
      body: { name: "Stolen" },
    });
    expect(refused).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
  });

  it("rotates its secrets; the old ones end at once", async () => {
    const { body: made } = await call("POST", "/v1/instances/register", { bearer: admin, body: fields });
    const bearer = await instanceBearer(made.apiKey, made.apiSecret);
    const rotated = await call("POST", "/v1/instances/rotate", { bearer });
    expect(rotated.status).toBe(200);
    expect(rotated.body.apiKey).toBe(made.apiKey);
    expect(await call("GET", "/v1/whoami", { bearer })).toMatchObject({ status: 401 });
    const fresh = await instanceBearer(made.apiKey, rotated.body.apiSecret);
    expect(await call("GET", "/v1/whoami", { bearer: fresh })).toMatchObject({ status: 200 });
  });
});

it("publishes the pinned key list", async () => {
  const { status, body, headers } = await call("GET", "/.well-known/rbsm-trust.json");
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toBe("public, max-age=300");
  expect(body.marketplace).toBe("localhost");
  expect(body.receiptKeys).toHaveLength(1);
  expect(body.receiptKeys[0].publicKey).toMatch(/^[0-9a-f]{64}$/);
  const digest = await crypto.subtle.digest(
    "SHA-256",
    Uint8Array.from(body.receiptKeys[0].publicKey.match(/../g) ?? [], (pair) => Number.parseInt(pair as string, 16)),
  );
  expect(body.receiptKeys[0].keyId).toBe(
    [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join(""),
  );
});
