import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { sealEnvelope } from "../../../src/domain/trust/envelope.ts";
import { makeKeyProof } from "../../../src/domain/trust/key-proof.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { call, makeOperator, ORIGIN } from "./calls.worker.ts";

let operator = "";
let owner = { accountId: "", token: "", keyNonce: "", publisherId: "" };
let other = { accountId: "", token: "", keyNonce: "", publisherId: "" };

function seeded(fill: (index: number) => number): Ed25519Signer {
  return createSigner(pkcs8OfSeed(Uint8Array.from({ length: 32 }, (_, i) => fill(i)))) as Ed25519Signer;
}

async function makePublisher(handle: string) {
  const { body } = await call("POST", "/v1/desk/accounts", {
    bearer: operator,
    body: { name: handle, email: `${handle}@firm.at`, publisher: { handle, displayName: handle } },
  });
  return body;
}

beforeAll(async () => {
  operator = await makeOperator();
  owner = await makePublisher("alpha");
  other = await makePublisher("beta");
});

describe("enrolling a key is refused", () => {
  const now = () => Math.floor(Date.now() / 1000);
  const subject = (change: object = {}) => ({
    account: owner.accountId,
    publisher: "alpha",
    marketplace: "localhost",
    ...change,
  });
  const enroll = (proof: unknown, bearer = owner.token, handle = "alpha") =>
    call("POST", `/v1/publishers/${handle}/keys`, { bearer, body: proof });
  const signer = seeded(() => 0x61);

  it("for somebody else's publisher, and for a member who is not the owner", async () => {
    const proof = await makeKeyProof(subject(), owner.keyNonce, signer, now());
    expect(await enroll(proof, other.token)).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    expect(await enroll(proof, owner.token, "nobody")).toMatchObject({ status: 404 });
    await env.DB.prepare(
      "INSERT INTO publisher_members (publisher_id, account_id, role, created_at) VALUES (?, ?, 'maintainer', 1)",
    )
      .bind(Number(owner.publisherId), Number(other.accountId))
      .run();
    expect(await enroll(proof, other.token)).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
  });

  it("when the proof is about something else, too old, over another's nonce, or not a proof", async () => {
    const { keyNonce } = owner;
    const table = [
      ["key_proof_invalid", await makeKeyProof(subject({ account: "999" }), keyNonce, signer, now())],
      ["key_proof_invalid", await makeKeyProof(subject({ publisher: "beta" }), keyNonce, signer, now())],
      ["key_proof_invalid", await makeKeyProof(subject({ marketplace: "elsewhere.at" }), keyNonce, signer, now())],
      ["key_proof_expired", await makeKeyProof(subject(), keyNonce, signer, now() - 3_600)],
      ["key_proof_expired", await makeKeyProof(subject(), other.keyNonce, signer, now())],
      ["key_proof_expired", await makeKeyProof(subject(), "A".repeat(43), signer, now())],
      [
        "key_test_vector",
        await makeKeyProof(
          subject(),
          keyNonce,
          seeded((i) => i),
          now(),
        ),
      ],
      ["document_type", await sealEnvelope({ type: "rbsm-release-receipt/1" }, signer)],
      ["document_malformed", await sealEnvelope({ type: "rbsm-key-proof/1", nonce: keyNonce }, signer)],
    ] as const;
    for (const [code, proof] of table) expect(await enroll(proof), code).toMatchObject({ status: 422, body: { code } });
  });

  it("but the nonce is still good for the right one", async () => {
    const proof = await makeKeyProof(subject(), owner.keyNonce, signer, now());
    expect(await enroll(proof)).toMatchObject({ status: 201 });
  });

  it("when the key was enrolled by anybody before", async () => {
    const theirs = { account: other.accountId, publisher: "beta", marketplace: "localhost" };
    const proof = await makeKeyProof(theirs, other.keyNonce, signer, now());
    expect(await enroll(proof, other.token, "beta")).toMatchObject({ status: 422, body: { code: "key_reused" } });
  });
});

describe("bodies and addresses that make no sense are 4xx", () => {
  const send = (body: string | undefined, contentType = "application/json") =>
    exports.default.fetch(`${ORIGIN}/v1/desk/accounts`, {
      method: "POST",
      headers: { authorization: `Bearer ${operator}`, "content-type": contentType },
      ...(body === undefined ? {} : { body }),
    });

  it("with a problem that names what is wrong", async () => {
    const good = { name: "N", email: "n@firm.at" };
    const table: readonly (readonly [number, string, string | undefined, string?])[] = [
      [400, "BODY_INVALID", "{"],
      [400, "BODY_INVALID", undefined],
      [400, "BODY_INVALID", '{"name":"a","name":"b"}'],
      [400, "BODY_INVALID", `${"[".repeat(5_000)}${"]".repeat(5_000)}`],
      [413, "BODY_TOO_LARGE", JSON.stringify({ ...good, name: "x".repeat(20_000) })],
      [415, "MEDIA_TYPE_UNSUPPORTED", JSON.stringify(good), "text/plain"],
      [422, "VALIDATION_ERROR", "[]"],
      [422, "VALIDATION_ERROR", "null"],
      [422, "VALIDATION_ERROR", JSON.stringify({ ...good, email: "no address" })],
      [422, "VALIDATION_ERROR", JSON.stringify({ ...good, name: "   " })],
      [422, "VALIDATION_ERROR", JSON.stringify({ ...good, isOperator: true })],
      [422, "VALIDATION_ERROR", JSON.stringify({ ...good, publisher: { handle: "Not Good", displayName: "x" } })],
      [422, "VALIDATION_ERROR", JSON.stringify({ ...good, publisher: { handle: "a--b", displayName: "x" } })],
      [422, "VALIDATION_ERROR", JSON.stringify({ ...good, publisher: { handle: "gamma", displayName: "x\u202ey" } })],
      [422, "VALIDATION_ERROR", JSON.stringify({ ...good, name: "x\u200by" })],
    ];
    for (const [status, code, body, contentType] of table) {
      const answer = await send(body, contentType);
      expect(answer.headers.get("cache-control"), code).toBe("no-store");
      expect({ status: answer.status, body: await answer.json() }, body?.slice(0, 80)).toMatchObject({
        status,
        body: { code, success: false, message: expect.any(String) },
      });
    }
    const left = await env.DB.prepare("SELECT 1 FROM accounts WHERE email = 'n@firm.at'").first();
    expect(left).toBeNull();
  });

  it("with ids that are not decimal", async () => {
    for (const id of ["0", "01", "-1", "1.5", "1e3", "x", "%20", "99999999999999999999"])
      expect(await call("PATCH", `/v1/instances/${id}`, { bearer: owner.token, body: {} }), id).toMatchObject({
        status: 404,
      });
  });
});
