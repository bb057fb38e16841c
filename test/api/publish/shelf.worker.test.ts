import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call } from "../account/calls.worker.ts";
import {
  decide,
  type Instance,
  makeInstance,
  makePublisher,
  makeRelease,
  operatorToken,
  type Publisher,
  publish,
  runChecks,
  upload,
} from "./market.worker.ts";

const REASON = "It loses notes when two people write.";
let acme: Publisher;
let rival: Publisher;
let desk: string;
let instance: Instance;
let pluginId: string;
let license: { licenseKey: string };

beforeAll(async () => {
  [acme, rival, desk] = [await makePublisher("acme"), await makePublisher("rival"), await operatorToken()];
  instance = await makeInstance(acme.token);
  ({ pluginId } = await publish(acme, await makeRelease(acme, "shelf-notes")));
  const order = { pluginId, userId: "1", type: "free" };
  license = (await call("POST", "/v1/licenses", { bearer: await instance.bearer(), body: order })).body;
});

const act = async (verb: string, bearer: string, body: unknown = {}, id = pluginId) =>
  call("POST", `/v1/plugins/${id}/${verb}`, { bearer, body });
const listed = async () => (await call("GET", "/v1/plugins?query=shelf-notes")).body.total;
const records = async (action: string) =>
  (await env.DB.prepare("SELECT actor_id FROM audit WHERE action = ?").bind(action).all()).results;
const verifyLicense = async () =>
  call("POST", "/v1/licenses/verify", {
    bearer: await instance.bearer(),
    body: { licenseKey: license.licenseKey, pluginId, hardwareId: "a".repeat(64) },
  });

describe("a suspended plugin", () => {
  it("is off every list, its licenses say why, nobody gets a new one, and holders are told", async () => {
    expect(await verifyLicense()).toMatchObject({ status: 200, body: { valid: true } });
    expect(await act("suspend", acme.token, { reason: REASON })).toMatchObject({
      status: 200,
      body: { id: pluginId, status: "suspended" },
    });
    expect(await listed()).toBe(0);
    expect((await call("GET", `/v1/plugins/${pluginId}`)).body.status).toBe("suspended");
    expect((await verifyLicense()).body).toMatchObject({ valid: false, code: "PLUGIN_SUSPENDED" });
    const order = { pluginId, userId: "2", type: "free" };
    const refused = await call("POST", "/v1/licenses", { bearer: await instance.bearer(), body: order });
    expect(refused.body.code).toBe("PLUGIN_SUSPENDED");
    const owed = await env.DB.prepare(
      "SELECT instance_id, data FROM webhook_outbox WHERE event = 'plugin.suspended'",
    ).all();
    expect(owed.results).toEqual([
      { instance_id: Number(instance.id), data: JSON.stringify({ pluginId, reason: REASON }) },
    ]);
  });

  it("comes back as it stood, with its licenses", async () => {
    expect((await act("resume", acme.token)).body).toEqual({ id: pluginId, status: "approved" });
    expect(await listed()).toBe(1);
    expect((await verifyLicense()).body.valid).toBe(true);
    expect(await act("resume", acme.token)).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    await call("DELETE", `/v1/plugins/${pluginId}`, { bearer: acme.token });
    await act("suspend", acme.token, { reason: REASON });
    await act("resume", acme.token);
    expect(await listed()).toBe(0);
    await env.DB.prepare("UPDATE plugins SET listed = 1 WHERE id = ?").bind(Number(pluginId)).run();
  });

  it("stays suspended for its publisher when the desk did it, also over the publisher's own suspension", async () => {
    await act("suspend", acme.token, { reason: REASON });
    expect((await act("suspend", desk, { reason: "Reported three times in an hour." })).status).toBe(200);
    expect((await act("suspend", desk, { reason: "Reported three times in an hour." })).status).toBe(409);
    expect(await act("resume", acme.token)).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
    expect((await act("resume", desk)).status).toBe(200);
    expect(await listed()).toBe(1);
  });

  it("is suspended once and resumed once, however many ask together", async () => {
    const before = (await records("plugin.suspended")).length;
    const suspended = await Promise.all(
      Array.from({ length: 8 }, () => act("suspend", acme.token, { reason: REASON })),
    );
    expect(suspended.filter(({ status }) => status === 200)).toHaveLength(1);
    const resumed = await Promise.all(Array.from({ length: 8 }, () => act("resume", acme.token)));
    expect(resumed.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await records("plugin.suspended")).toHaveLength(before + 1);
  });

  it("is nobody else's business, and needs a reason that says something", async () => {
    for (const bearer of [rival.token, await instance.bearer()])
      expect(await act("suspend", bearer, { reason: REASON })).toMatchObject({ status: 403 });
    expect((await act("suspend", acme.token, { reason: "Because" })).status).toBe(422);
    const waiting = await makeRelease(acme, "shelf-secret");
    const { body } = await upload(acme.token, { bundle: waiting.bytes, statement: waiting.statement, plugin: {} });
    expect((await act("suspend", rival.token, { reason: REASON }, body.id)).status).toBe(404);
    expect((await act("suspend", acme.token, { reason: REASON }, body.id)).status).toBe(409);
    expect((await act("suspend", acme.token, { reason: REASON }, "999999")).status).toBe(404);
  });
});

describe("submitting for review", () => {
  it("says where the newest release stands, and brings one back that people rejected", async () => {
    const release = await makeRelease(acme, "shelf-second");
    const { body } = await upload(acme.token, { bundle: release.bytes, statement: release.statement, plugin: {} });
    const submit = (bearer = acme.token) => act("submit-for-review", bearer, {}, body.id);
    const expected = { id: body.id, releaseId: body.releaseId, version: "1.0.0" };
    expect(["pending", "review"]).toContain((await submit()).body.status);
    await runChecks(body.releaseId);
    expect((await submit()).body).toEqual({ ...expected, status: "review" });
    expect((await submit(rival.token)).status).toBe(404);

    await decide(body.releaseId, release.sha256, "reject");
    const again = await Promise.all([submit(), submit(), submit()]);
    expect(again.map(({ body: answer }) => answer)).toEqual(again.map(() => ({ ...expected, status: "review" })));
    expect(await records("release.resubmitted")).toHaveLength(1);
    expect((await decide(body.releaseId, release.sha256)).body.state).toBe("published");
    expect(await submit()).toMatchObject({ status: 409, body: { code: "state_conflict" } });
  });

  it("refuses what a check refused: those bytes have to change", async () => {
    const release = await makeRelease(acme, "shelf-third");
    const { body } = await upload(acme.token, { bundle: release.bytes, statement: release.statement, plugin: {} });
    await runChecks(body.releaseId);
    await decide(body.releaseId, release.sha256, "reject");
    await env.DB.prepare("UPDATE release_checks SET result = 'dirty' WHERE release_id = ?")
      .bind(Number(body.releaseId))
      .run();
    expect((await act("submit-for-review", acme.token, {}, body.id)).status).toBe(409);
  });
});
