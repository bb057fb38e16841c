import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { verifyRelease } from "../../../src/domain/trust/verify-release.ts";
import { call } from "../account/calls.worker.ts";
import { decide, makePublisher, makeRelease, operatorToken, type Publisher, publish, upload } from "./market.worker.ts";

let acme: Publisher;
beforeAll(async () => {
  acme = await makePublisher("acme");
});

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
  });
});
