import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { convertLegacy } from "../../../src/domain/bundle/legacy.ts";
import { sha256Hex } from "../../../src/domain/digest.ts";
import { hostContainer } from "../../domain/bundle/host-container.ts";
import { call } from "../account/calls.worker.ts";
import { decide, makeInstance, makePublisher, type Publisher, signBundle, upload } from "./market.worker.ts";

const FORM = {
  name: "old-leads",
  version: "1.2.0",
  type: "mixed",
  category: "crm",
  permissions: [{ code: "customers.*" }],
};

let house: Publisher;
let bearer: () => Promise<string>;
beforeAll(async () => {
  house = await makePublisher("old-house");
  const instance = await makeInstance(house.token, "old-house");
  bearer = () => instance.bearer();
});

describe("the container of an older host, uploaded", () => {
  it("becomes a release that waits for a signature, with the original beside it", async () => {
    const container = await hostContainer({ manifest: { dependencies: {} } });
    const checksum = await sha256Hex(container);
    const uploaded = await upload(await bearer(), { bundle: container, plugin: { ...FORM, checksum } });
    expect(uploaded).toMatchObject({ status: 201, body: { name: "old-leads", state: "staged" } });
    const { releaseId } = uploaded.body;
    const waited = await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: house.token });
    expect(waited.body).toMatchObject({
      state: "review",
      gates: ["checks", "statement", "desk"],
      publisher: "old-house",
    });
    expect(await env.DB.prepare("SELECT release_id, sha256, size FROM host_containers").all()).toMatchObject({
      results: [{ release_id: Number(releaseId), sha256: checksum, size: container.length }],
    });
    expect((await env.BUNDLES.get(`h/sha256/${checksum}`))?.size).toBe(container.length);
    expect((await decide(releaseId, waited.body.sha256)).status).toBe(409);

    const again = await upload(await bearer(), { bundle: container, plugin: FORM });
    expect([again.status, again.body.releaseId]).toEqual([200, releaseId]);

    const converted = await convertLegacy(container, { publisher: "old-house", category: "crm" });
    if (!converted.ok) throw new Error(JSON.stringify(converted.problem));
    const { bytes, sha256 } = converted.value.bundle;
    expect(sha256).toBe(waited.body.sha256);
    const own = new Uint8Array(bytes);
    const signed = await upload(house.token, { bundle: own, statement: await signBundle(house, own), plugin: {} });
    expect([signed.status, signed.body.releaseId]).toEqual([200, releaseId]);
    expect((await decide(releaseId, sha256)).body).toMatchObject({ state: "published" });
  });

  it("keeps its identity: another digest, name or version beside it is refused", async () => {
    const container = await hostContainer({ manifest: { name: "other-leads" } });
    const send = async (plugin: object) => (await upload(await bearer(), { bundle: container, plugin })).body.code;
    expect(await send({ ...FORM, checksum: "0".repeat(64) })).toBe("checksum_mismatch");
    expect(await send(FORM)).toBe("metadata_mismatch");
    expect(await send({ name: "other-leads", version: "9.9.9" })).toBe("metadata_mismatch");
    expect(await env.DB.prepare("SELECT id FROM plugins WHERE name = 'other-leads'").first()).toBeNull();
  });

  it("is somebody's: an account that stands for another publisher, or a broken container, leaves nothing", async () => {
    const stranger = await makePublisher("new-house");
    const container = await hostContainer({ manifest: { name: "third-leads" } });
    const foreign = await upload(stranger.token, { bundle: container, plugin: { publisher: "old-house" } });
    expect(foreign.status).toBe(422);
    const broken = await hostContainer({ entry: (_path, file) => ({ ...file, checksum: "0".repeat(64) }) });
    const refused = await upload(await bearer(), { bundle: broken, plugin: FORM });
    expect(refused).toMatchObject({ status: 422, body: { code: "legacy_unreadable" } });
    expect(await env.DB.prepare("SELECT id FROM plugins WHERE name = 'third-leads'").first()).toBeNull();
  });
});
