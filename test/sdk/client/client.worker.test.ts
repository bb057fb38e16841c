import { env, exports } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { openBundle } from "../../../src/domain/bundle/open.ts";
import { sealEnvelope } from "../../../src/domain/trust/envelope.ts";
import { buildStatement } from "../../../src/domain/trust/statement.ts";
import { createPluginClient, MarketplaceError, type PluginClient } from "../../../src/sdk/client/index.ts";
import type { Fetch } from "../../../src/sdk/http.ts";
import { createLicenseGuard, memoryStorage, verifyLease } from "../../../src/sdk/license/index.ts";
import { call, ORIGIN } from "../../api/account/calls.worker.ts";
import { makePublisher, operatorToken, type Publisher } from "../../api/publish/market.worker.ts";
import { ownPlugin } from "../../bundles.ts";

const HARDWARE = "ab".repeat(32);
const send: Fetch = (url, init) => exports.default.fetch(url, init as RequestInit) as unknown as ReturnType<Fetch>;
const open = (credentials: NonNullable<Parameters<typeof createPluginClient>[0]["credentials"]>, userId?: string) =>
  createPluginClient({ marketplace: ORIGIN, credentials, fetch: send, userId });

let publisher: Publisher;
let author: PluginClient;
let reviewer: PluginClient;
let host: PluginClient;
let credentials: { apiKey: string; apiSecret: string };
let pluginId = "";

beforeAll(async () => {
  publisher = await makePublisher("clienteer");
  author = open({ token: publisher.token });
  reviewer = open({ token: await operatorToken() });
  const account = await call("POST", "/v1/desk/accounts", {
    bearer: await operatorToken(),
    body: { name: "Firm", email: "firm@firm.at" },
  });
  const instance = await call("POST", "/v1/instances/register", {
    bearer: account.body.token,
    body: {
      name: "Firm",
      url: "http://127.0.0.1:9999",
      appVersion: "0.1.0",
      webhookUrl: "http://127.0.0.1:9999/api/webhooks/marketplace",
      apiUrl: "http://127.0.0.1:9999/api",
    },
  });
  const { apiKey, apiSecret } = instance.body;
  credentials = { apiKey, apiSecret };
  host = open(credentials, "7");
  pluginId = await release("1.0.0", 0, null);
});

async function statementFor(bytes: Uint8Array, sequence: number, previous: string | null) {
  const opened = await openBundle(bytes);
  if (!opened.ok) throw new Error("the bundle does not open");
  const head = { sequence, statementSha256: previous };
  const statement = buildStatement(opened.value, "localhost", head, await publisher.signer.keyId());
  return sealEnvelope(statement, publisher.signer);
}

/** Uploads, waits for the checks, approves: by the client alone. */
async function release(version: string, sequence: number, previous: string | null): Promise<string> {
  const { bytes } = await ownPlugin({ publisher: "clienteer", name: "client-probe", version, note: version });
  const statement = await statementFor(bytes, sequence, previous);
  const made = await author.createPlugin({ bundle: bytes, statement });
  expect(made).toMatchObject({ name: "client-probe", version });
  await call("GET", `/v1/releases/${made.releaseId}?wait=30`, { bearer: publisher.token });
  expect(await reviewer.approvePlugin(made.id)).toEqual({ releaseId: made.releaseId, state: "published" });
  return made.id;
}

async function refused(work: Promise<unknown>): Promise<MarketplaceError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MarketplaceError);
  return error as MarketplaceError;
}

it("finds a plugin by words, by id, by name, and reads its versions and numbers", async () => {
  const visitor = createPluginClient({ marketplace: `${ORIGIN}/v1/`, fetch: send });
  const page = await visitor.searchPlugins({ query: "client-probe", sortBy: "name", page: 1, limit: 5 });
  expect(page).toMatchObject({ total: 1, data: [{ id: pluginId, name: "client-probe", status: "approved" }] });
  expect((await visitor.getPlugin(pluginId)).uuid).toBe((await visitor.getPluginByName("client-probe")).uuid);
  expect(await visitor.getVersions(pluginId)).toMatchObject({ latest: "1.0.0", count: 1 });
  expect(await visitor.getVersion(pluginId, "1.0.0")).toMatchObject({ manifest: { name: "client-probe" } });
  expect(await visitor.getPluginStats(pluginId)).toMatchObject({ ratings: { count: 0 } });
  expect((await visitor.getMarketplaceStats()).totalPlugins).toBeGreaterThan(0);
  expect((await visitor.getPopularPlugins(3)).length).toBeGreaterThan(0);
  expect((await visitor.getRecommendedPlugins()).length).toBeGreaterThan(0);
  expect((await visitor.getReviews(pluginId)).data).toEqual([]);
});

it("licenses, installs, beats, pauses and uninstalls a plugin for a user", async () => {
  const license = await host.generateLicense({ pluginId, userId: "7", type: "free" });
  const licenseKey = license.licenseKey as string;
  expect(await host.getUserLicenses()).toMatchObject([{ id: license.id, licenseKey }]);
  expect(await host.verifyLicense({ licenseKey, pluginId, hardwareId: HARDWARE })).toMatchObject({ valid: true });
  const installed = await host.installPlugin({
    pluginId,
    licenseKey,
    hardwareId: HARDWARE,
    grantedPermissions: ["requests.read", "storage.read", "storage.write"],
  });
  expect(installed.class).toBe("ok");
  const id = installed.activationId;
  expect(await host.getUserInstallations()).toMatchObject([{ activationId: id, status: "active", version: "1.0.0" }]);
  expect(await host.getUserInstallations("8")).toEqual([]);
  expect(await host.sendHeartbeat(id, { version: "1.0.0" })).toMatchObject({ license: { valid: true } });
  expect((await host.updateInstallationStatus(id, "inactive")).status).toBe("inactive");
  expect((await host.updateInstallationStatus(id, "active")).status).toBe("active");
  // What happened to it is told to the plugin by its hooks, after the act.
  await vi.waitFor(async () => {
    const history = await host.getExecutionHistory(id, { page: 1, limit: 5 });
    expect(history).toMatchObject({ page: 1, limit: 5 });
    expect(history.data.map(({ action }) => action)).toContain("install");
  });
  const bundle = await host.downloadPlugin(pluginId, licenseKey, { hardwareId: HARDWARE });
  expect(bundle).toMatchObject({ version: "1.0.0", checksum: (await host.getPlugin(pluginId)).checksum });
  expect((await refused(host.writeReview(pluginId, { userId: "7", rating: 5, comment: "At once" }))).status).toBe(403);
  await env.DB.prepare("UPDATE activations SET granted_at = granted_at - 100000").run();
  expect(await host.writeReview(pluginId, { userId: "7", rating: 5, comment: "Good" })).toMatchObject({
    id: expect.any(String),
  });
  expect((await host.transferLicense(licenseKey, "9")).userId).toBe("9");
  expect((await host.uninstallPlugin(id)).status).toBe("uninstalled");
  expect((await host.revokeLicense(licenseKey, "Not needed")).status).toBe("revoked");
  expect(await host.verifyLicense({ licenseKey, pluginId, hardwareId: HARDWARE })).toMatchObject({ valid: false });
});

it("feeds a license guard with leases of the real marketplace", async () => {
  const license = await host.generateLicense({ pluginId, userId: "11", type: "free" });
  const { body } = await call("GET", "/v1/keys");
  const guard = createLicenseGuard({
    marketplace: ORIGIN,
    pluginId,
    keys: body.keys,
    credentials,
    storage: memoryStorage(),
    fetch: send,
    clock: { now: () => Date.now(), running: () => performance.now() },
    chance: () => 0,
    hardwareId: HARDWARE,
  });
  const device = { licenseKey: license.licenseKey as string, hardwareId: HARDWARE, version: "1.0.0" };
  expect(await guard.activate(device)).toMatchObject({ isLicensed: true, class: "ok", warnings: [] });
  expect(await guard.refresh()).toMatchObject({ isLicensed: true, code: "VALID" });
  await host.revokeLicense(device.licenseKey, "Test");
  expect(await guard.refresh()).toMatchObject({ isLicensed: false, code: "REVOKED", class: "conclusive" });
});

it("hands out leases that verify by themselves", async () => {
  const license = await host.generateLicense({ pluginId, userId: "12", type: "free" });
  const hardwareId = "cd".repeat(32);
  const { lease } = await host.installPlugin({ pluginId, licenseKey: license.licenseKey as string, hardwareId });
  const { body } = await call("GET", "/v1/keys");
  const now = Math.floor(Date.now() / 1000);
  const question = { issuer: ORIGIN, pluginId, keys: body.keys, now, hardwareId };
  expect(await verifyLease(lease, question)).toMatchObject({ ok: true, value: { tier: "free", version: "1.0.0" } });
});

it("edits a listing, and takes a release back that a reviewer rejects", async () => {
  expect((await author.updatePlugin(pluginId, { description: "Counts requests, with care." })).description).toBe(
    "Counts requests, with care.",
  );
  const { bytes } = await ownPlugin({ publisher: "clienteer", name: "client-probe", version: "1.1.0", note: "next" });
  const head = await call("GET", "/v1/plugins/by-name/client-probe/head", { bearer: publisher.token });
  const statement = await statementFor(bytes, head.body.sequence, head.body.statementSha256);
  const made = await author.uploadBundle(bytes, JSON.stringify(statement));
  await call("GET", `/v1/releases/${made.releaseId}?wait=30`, { bearer: publisher.token });
  const stale = await refused(reviewer.rejectPlugin(pluginId, "Other bytes", { sha256: "0".repeat(64) }));
  expect([stale.code, stale.status]).toEqual(["state_conflict", 409]);
  expect(await reviewer.rejectPlugin(pluginId, "Not yet")).toMatchObject({ state: "rejected" });
  const none = await refused(reviewer.approvePlugin(pluginId));
  expect(none.code).toBe("release_not_found");
});

it("refuses with code, status, message and details", async () => {
  const absent = await refused(host.getPlugin("999999"));
  expect(absent).toMatchObject({ code: "NOT_FOUND", status: 404, name: "MarketplaceError" });
  const unpaid = await refused(host.generateLicense({ pluginId, userId: "7", type: "premium" }));
  expect(unpaid).toMatchObject({ code: "PAYMENT_REQUIRED", status: 402 });
  const stranger = await refused(open({ apiKey: "mk_1", apiSecret: "ms_1" }).getUserLicenses("7"));
  expect(stranger.status).toBe(401);
  const wrong = await refused(author.createPlugin({ bundle: new Uint8Array([1, 2, 3]) }));
  expect(wrong.status).toBe(422);
  expect(wrong.details.problems).toBeInstanceOf(Array);
});

it("encodes what is put into addresses", async () => {
  expect((await refused(host.getPlugin("../../health"))).status).toBe(404);
  expect((await refused(host.getVersion(pluginId, "1.0.0?x=/"))).status).toBe(404);
});

it("names a broken line, a proxy's page and an unreadable answer; an aborted call throws its reason", async () => {
  const over = (fetch: Fetch) => createPluginClient({ marketplace: ORIGIN, fetch });
  expect(await refused(over(() => Promise.reject(new Error("no line"))).getPlugin("1"))).toMatchObject({
    code: "NETWORK_ERROR",
    status: 0,
  });
  const page: Fetch = () => Promise.resolve(new Response("<html>", { status: 502 }) as never);
  expect(await refused(over(page).getPlugin("1"))).toMatchObject({ code: "HTTP_502", status: 502 });
  const text: Fetch = () => Promise.resolve(new Response("hello") as never);
  expect(await refused(over(text).getPlugin("1"))).toMatchObject({ code: "ANSWER_UNREADABLE" });
  const stop = new AbortController();
  stop.abort(new Error("left the page"));
  await expect(host.getPlugin(pluginId, { signal: stop.signal as never })).rejects.toThrow("left the page");
});

it("refuses bytes that are not those that were announced", async () => {
  const license = await host.generateLicense({ pluginId, userId: "13", type: "free" });
  const forging: Fetch = async (url, init) =>
    url.includes("/download/")
      ? (new Response("forged", { headers: { "x-plugin-checksum": "0".repeat(64) } }) as never)
      : send(url, init);
  const client = createPluginClient({ marketplace: ORIGIN, credentials, fetch: forging });
  const error = await refused(client.downloadPlugin(pluginId, license.licenseKey as string));
  expect(error.code).toBe("checksum_mismatch");
});

it("takes a plugin off the lists", async () => {
  expect(await author.deletePlugin(pluginId)).toEqual({ id: pluginId, deleted: true });
});
