import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeHex } from "../../../src/domain/bytes.ts";
import { createSigner, type Ed25519Signer } from "../../../src/domain/trust/signer.ts";
import { verifyRelease } from "../../../src/domain/trust/verify-release.ts";
import { TEST_SECRETS } from "../../secrets.ts";
import { call } from "../account/calls.worker.ts";
import { decide, makePublisher, makeRelease, operatorToken, type Publisher, publish, upload } from "./market.worker.ts";

let acme: Publisher;
beforeAll(async () => {
  acme = await makePublisher("acme");
});

function receiptKey(): Ed25519Signer {
  const pkcs8 = Uint8Array.from(atob(TEST_SECRETS.RECEIPT_KEY_PKCS8), (char) => char.charCodeAt(0));
  return createSigner(pkcs8) as Ed25519Signer;
}

describe("a release on its way", () => {
  it("is staged, checked, reviewed, approved and listed", async () => {
    const release = await makeRelease(acme, "way-through");
    const unknown = await call("GET", "/v1/plugins/by-name/way-through/head", { bearer: acme.token });
    expect(unknown.status).toBe(404);

    const uploaded = await upload(acme.token, { bundle: release.bytes, statement: release.statement, plugin: {} });
    expect(uploaded).toMatchObject({ status: 201, body: { name: "way-through", version: "1.0.0", state: "staged" } });
    const { id, releaseId } = uploaded.body;
    expect((await call("GET", `/v1/plugins/${id}`)).status).toBe(404);

    const waited = await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: acme.token });
    expect(waited.body).toMatchObject({ releaseId, pluginId: id, state: "review", gates: ["desk"], findings: [] });
    const queue = await call("GET", "/v1/desk/queue", { bearer: await operatorToken() });
    expect(queue.body.releases).toMatchObject([{ releaseId, sha256: release.sha256, publisher: "acme" }]);
    expect((await call("GET", `/bundles/${release.sha256}.rbsm`)).status).toBe(404);

    const decided = await decide(releaseId, release.sha256);
    expect(decided).toMatchObject({ status: 200, body: { releaseId, state: "published" } });
    const listed = await call("GET", `/v1/plugins/${id}`);
    expect(listed).toMatchObject({ status: 200, body: { id, status: "approved", checksum: release.sha256 } });
    expect(listed.headers.get("cache-control")).toBe("public, max-age=60");
    const module = await env.DB.prepare("SELECT server_sha256 FROM releases WHERE id = ?")
      .bind(Number(releaseId))
      .first<string>("server_sha256");
    expect(await env.BUNDLES.head(`m/sha256/${module}`)).not.toBeNull();

    const head = await call("GET", "/v1/plugins/by-name/way-through/head", { bearer: acme.token });
    expect(head.body).toMatchObject({ sequence: 1, statementSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const audit = await env.DB.prepare(
      "SELECT action FROM audit WHERE subject_kind = 'release' AND subject_id = ? ORDER BY id",
    )
      .bind(releaseId)
      .all<{ action: string }>();
    expect(audit.results.map((row) => row.action)).toEqual(["release.staged", "release.review", "release.published"]);
    const change = await env.DB.prepare("SELECT kind, subject FROM changes ORDER BY id DESC LIMIT 1").first();
    expect(change).toEqual({ kind: "release.published", subject: "way-through" });
  });

  it("carries two documents that a verifier with the pinned key accepts, chained over two releases", async () => {
    const first = await makeRelease(acme, "two-links");
    const { pluginId } = await publish(acme, first);
    const head = (await call("GET", "/v1/plugins/by-name/two-links/head", { bearer: acme.token })).body;
    const second = await makeRelease(acme, "two-links", { version: "1.1.0", head });
    await publish(acme, second);

    const trust = {
      marketplace: "localhost",
      receiptKeys: [{ keyId: await receiptKey().keyId(), publicKey: encodeHex(await receiptKey().publicKey()) }],
    };
    const publisherKeys = [{ keyId: await acme.signer.keyId(), publicKey: encodeHex(await acme.signer.publicKey()) }];
    const ask = async (version: string, bytes: Uint8Array) => {
      const documents = await call("GET", `/v1/plugins/${pluginId}/versions/${version}/release`);
      expect(documents.headers.get("cache-control")).toContain("immutable");
      return verifyRelease({ trust, publisherKeys, ...documents.body, bytes, name: "two-links", version });
    };
    const one = await ask("1.0.0", first.bytes);
    const two = await ask("1.1.0", second.bytes);
    expect(one.ok && two.ok).toBe(true);
    if (!one.ok || !two.ok) return;
    expect(two.value.receipt.receipt).toMatchObject({ publication: 2, previousReceipt: one.value.receipt.sha256 });
    expect(two.value.statement.statement.previous).toBe(one.value.statement.sha256);
    expect((await ask("1.1.0", first.bytes)).ok).toBe(false);

    const versions = await call("GET", `/v1/plugins/${pluginId}/versions`);
    expect(versions.body).toMatchObject({
      latest: "1.1.0",
      count: 2,
      versions: [{ version: "1.1.0" }, { version: "1.0.0" }],
    });
    const detail = await call("GET", `/v1/plugins/${pluginId}/versions/1.0.0`);
    expect(detail.body).toMatchObject({
      checksum: first.sha256,
      manifest: { name: "two-links" },
      minAppVersion: "0.1.0",
      reproducible: "yes",
    });
    expect((await call("GET", `/v1/plugins/${pluginId}/versions/9.0.0`)).body.code).toBe("release_not_found");
  });

  it("keeps the newest by SemVer as latest, and a stable one before any pre-release", async () => {
    const beta = await makePublisher("semver-house");
    const head = async () => (await call("GET", "/v1/plugins/by-name/numbers-count/head", { bearer: beta.token })).body;
    await publish(beta, await makeRelease(beta, "numbers-count", { version: "0.10.0" }));
    const older = await makeRelease(beta, "numbers-count", { version: "0.9.0", head: await head() });
    const { pluginId } = await publish(beta, older);
    const rc = { version: "1.0.0-rc.1", manifest: { channel: "rc" }, head: await head() };
    await publish(beta, await makeRelease(beta, "numbers-count", rc));
    expect((await call("GET", `/v1/plugins/${pluginId}`)).body.version).toBe("0.10.0");
    const versions = (await call("GET", `/v1/plugins/${pluginId}/versions`)).body.versions;
    expect(versions.map((row: { version: string }) => row.version)).toEqual(["1.0.0-rc.1", "0.10.0", "0.9.0"]);
  });

  it("is invisible to strangers until it is published, and its status is theirs to see who own it", async () => {
    const other = await makePublisher("onlooker");
    const release = await makeRelease(acme, "secret-plans");
    const { releaseId, id } = (await upload(acme.token, { bundle: release.bytes, statement: release.statement })).body;
    expect(await call("GET", `/v1/releases/${releaseId}`, { bearer: other.token })).toMatchObject({
      status: 404,
      body: { code: "release_not_found" },
    });
    expect((await call("GET", `/v1/plugins/${id}`, { bearer: other.token })).status).toBe(404);
    expect((await call("GET", `/v1/plugins/${id}`, { bearer: acme.token })).body.name).toBe("secret-plans");
    expect((await call("GET", "/v1/plugins/by-name/secret-plans")).status).toBe(404);
    expect((await call("GET", "/v1/plugins?query=secret-plans")).body).toEqual({ data: [], total: 0 });
    expect((await call("GET", "/v1/plugins?status=review", { bearer: other.token })).body.data).toEqual([]);
    await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: acme.token });
    const own = await call("GET", "/v1/plugins?status=review", { bearer: acme.token });
    expect(own.body.data).toMatchObject([{ name: "secret-plans", status: "review" }]);
  });
});
