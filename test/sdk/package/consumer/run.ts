// Every address of the package at work under Node; throws where one does not.
import assert from "node:assert/strict";
import { createPluginClient, MarketplaceError, type MarketplacePlugin } from "@rising-bsm/plugin-sdk/client";
import { adaptHostPlugin } from "@rising-bsm/plugin-sdk/compat";
import { type LeaseClaims, memoryStorage, verifyLease } from "@rising-bsm/plugin-sdk/license";
import { createTestHost, customerFixture, eventFixture } from "@rising-bsm/plugin-sdk/testing";
import { type InstallableRelease, verifyRelease } from "@rising-bsm/plugin-sdk/verify";
import { openWebhook } from "@rising-bsm/plugin-sdk/webhook";
import plugin from "./plugin.ts";

const manifest = {
  name: "probe",
  version: "1.0.0",
  permissions: ["customers.read", "storage.write"].map((code) => ({ code, required: true })),
  events: [{ on: "customer.created" }],
  egress: [],
};
const run = await createTestHost(manifest, plugin).event(eventFixture("customer.created", customerFixture()));
assert.equal(run.outcome, "capability_denied");
assert.deepEqual(run.denied, { "storage.get": 1 });

const client = createPluginClient({
  marketplace: "https://market.invalid",
  fetch: async () => new Response("{}", { status: 404 }),
});
const answer: Promise<MarketplacePlugin> = client.getPlugin("1");
await assert.rejects(answer, (error) => error instanceof MarketplaceError && error.status === 404);
// @ts-expect-error ids are text
void (() => client.getPlugin(1));

const verified = await verifyLease("x.y.z", { issuer: "https://market.invalid", pluginId: "1", keys: [], now: 0 });
assert.deepEqual(verified, { ok: false, problem: "SIGNATURE_INVALID" });
export function tierOf(lease: LeaseClaims): string {
  return lease.tier;
}
assert.equal(await memoryStorage().read(), null);
assert.equal(await openWebhook("{}", "00", "secret"), null);
assert.deepEqual(Object.keys(adaptHostPlugin({ routes: { "GET /x": () => ({}) } }).routes ?? {}), ["GET /x"]);

const refused = await verifyRelease({
  trust: { marketplace: "market.invalid", receiptKeys: [] },
  publisherKeys: [],
  statement: {},
  receipt: {},
  bytes: new Uint8Array(),
  name: "probe",
  version: "1.0.0",
});
assert.equal(refused.ok, false);
/** The manifest of a verified bundle is typed to the last member. */
export function nameOf({ bundle, receipt }: InstallableRelease): string {
  const name: string = bundle.manifest.name;
  // @ts-expect-error there is no such member
  bundle.manifest.surname;
  // @ts-expect-error a number, not a text
  const publication: string = receipt.receipt.publication;
  return name + publication + (bundle.manifest.permissions[0]?.code ?? "");
}
console.log("every address works");
