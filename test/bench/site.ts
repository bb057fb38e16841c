import { createHmac } from "node:crypto";
import path from "node:path";
import { build } from "esbuild";
import { type Miniflare, Response } from "miniflare";
import { migrationsOf } from "../../src/local/migrations.ts";
import { ROOT } from "../../src/local/root.ts";
import { openMiniflare, type V4Worker, workerOptions } from "../../src/local/worker-options.ts";
import { ownPlugin } from "../bundles.ts";
import { FrontDoor, type PublisherHands } from "../front-door.ts";
import { TEST_SECRETS } from "../secrets.ts";
import { copyRows, type Database, inSteps } from "./copy-rows.ts";
import { growPlugins } from "./grow-plugins.ts";

export interface Site {
  readonly miniflare: Miniflare;
  readonly marketplace: string;
  readonly floor: string;
  readonly runner: string;
  readonly door: FrontDoor;
  readonly publisher: PublisherHands;
  /** Sends as the bench's instance; the signature is good for an hour on verify. */
  readonly instanceHeader: () => string;
  /** `id` is the first of the copies that {@link growLicenses} makes. */
  readonly license: { readonly key: string; readonly pluginId: string; readonly id: number };
  /** Two public bundles: digest and the floor's R2 key of the same bytes. */
  readonly small: { readonly sha256: string; readonly pluginId: string; readonly bytes: number };
  readonly large: { readonly sha256: string; readonly bytes: number };
  /** Copies the first plugin until the catalogue holds `count` listed plugins. */
  grow(count: number): Promise<void>;
  /** Copies the license until there are `count`. */
  growLicenses(count: number): Promise<void>;
}

const OFFLINE = { outboundService: () => new Response(null, { status: 599 }) };
/** The local asset router is two more Workers before ours; the floors have none, and on Cloudflare it is part of the platform. */
const NO_ASSETS = { assets: undefined };
const DIRECT = { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };

/** Marketplace, sandbox and the floors in one workerd process; everything in it came through the front door. */
export async function openSite(): Promise<Site> {
  const marketplace = workerOptions("marketplace", { ...DIRECT, ...OFFLINE, ...NO_ASSETS, bindings: TEST_SECRETS });
  const { d1Databases, r2Buckets, compatibilityDate } = marketplace as Record<string, unknown>;
  const miniflare = openMiniflare({
    workers: [
      marketplace,
      workerOptions("sandbox", OFFLINE),
      await bench("floor", {
        d1Databases,
        r2Buckets,
        compatibilityDate,
        serviceBindings: { ECHO: { name: "floor", entrypoint: "Echo" } },
      }),
      await bench("runner", {
        compatibilityDate,
        serviceBindings: { SANDBOX: { name: "sandbox", entrypoint: "SandboxRunner" } },
      }),
    ],
  });
  await miniflare.ready;
  const at = async (name: string): Promise<string> => (await miniflare.unsafeGetDirectURL(name)).origin;
  const db = await miniflare.getD1Database("DB", "marketplace");
  for (const statement of await migrationsOf("core")) await db.prepare(statement).run();
  const search = await miniflare.getD1Database("SEARCH", "marketplace");
  for (const statement of await migrationsOf("search")) await search.prepare(statement).run();
  await db
    .prepare("create table floor_rows (id integer primary key, at integer not null, said text not null) strict")
    .run();

  const origin = await at("marketplace");
  const door = new FrontDoor(origin, fetch);
  await door.setUp(TEST_SECRETS.SETUP_SECRET);
  const publisher = await door.addPublisher("bench", 3);
  const smallPlugin = await ownPlugin({ publisher: "bench", name: "bench-small", padding: 70_000 });
  const largePlugin = await ownPlugin({ publisher: "bench", name: "bench-large", padding: 7_800_000 });
  const small = await door.publish(publisher, smallPlugin);
  await door.publish(publisher, largePlugin);
  const tiers = [
    {
      id: "basic",
      price: 900,
      interval: "month",
      features: ["All"],
      limits: { installs: 3, apiCalls: 10_000, storageMiB: 100, users: null },
    },
  ];
  const paidPlugin = await ownPlugin({
    publisher: "bench",
    name: "bench-paid",
    manifest: { pricing: { currency: "EUR", tiers } },
  });
  const paid = await door.publish(publisher, paidPlugin);
  const instance = await door.call("POST", "/v1/instances/register", publisher.token, {
    name: "Bench",
    url: "https://bench.example.com",
    appVersion: "0.1.0",
    webhookUrl: "https://bench.example.com/api/webhooks/marketplace",
    apiUrl: "https://bench.example.com/api",
  });
  // What was published is projected by the first list.
  await door.call("GET", "/v1/plugins", publisher.token);
  // Deliveries are other invocations on Cloudflare; here they would run in the process that is measured.
  await db.prepare("update instances set webhook_paused_at = 1").run();
  const license = await door.call("POST", "/v1/licenses", publisher.token, {
    instanceId: instance.instanceId,
    pluginId: paid.pluginId,
    userId: "1",
    type: "basic",
  });
  return {
    miniflare,
    marketplace: origin,
    floor: await at("floor"),
    runner: await at("runner"),
    door,
    publisher,
    instanceHeader: () => {
      const now = Date.now();
      const signature = createHmac("sha256", instance.apiSecret).update(`${instance.apiKey}:${now}`).digest("hex");
      return `Bearer ${instance.apiKey}:${signature}:${now}`;
    },
    license: { key: license.licenseKey, pluginId: paid.pluginId, id: Number(license.id) },
    small: { sha256: smallPlugin.metadata.checksum, pluginId: small.pluginId, bytes: smallPlugin.bytes.length },
    large: { sha256: largePlugin.metadata.checksum, bytes: largePlugin.bytes.length },
    grow: (count) => growPlugins(db, search, count),
    growLicenses: (count) => growLicenses(db, String(license.id), count),
  };
}

async function bench(name: "floor" | "runner", options: Readonly<Record<string, unknown>>): Promise<V4Worker> {
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, "test/bench", `${name}.ts`)],
    bundle: true,
    format: "esm",
    target: "es2023",
    minify: true,
    external: ["cloudflare:workers"],
    write: false,
  });
  const contents = outputFiles[0]?.text ?? "";
  return { name, modules: [{ type: "ESModule", path: `${name}.js`, contents }], ...DIRECT, ...options } as V4Worker;
}

/** Licenses without limits of their own, so that any number of devices may come; ids rise from the first one's. */
async function growLicenses(db: Database, model: string, count: number): Promise<void> {
  const have = (await db.prepare("select count(*) as n from licenses").first<{ n: number }>())?.n ?? 0;
  await inSteps(have, count, LICENSES_AT_ONCE, async (range) => {
    const id = `${model} - 1 + n.i`;
    const license = {
      id,
      uuid: "printf('%08x-0000-4000-8000-000000000000', cast(n.i as integer))",
      user_id: "'user-' || cast(n.i as integer)",
      last_op: "'copied-' || cast(n.i as integer)",
      ...UNLIMITED,
    };
    await copyRows(db, "licenses", license, `t.id = ${model}`, range);
    const key = { key_hash: "'copied-' || cast(n.i as integer)", license_id: id, sealed: "null" };
    await copyRows(db, "license_keys", key, `t.license_id = ${model}`, range);
    const event = { license_id: id };
    await copyRows(db, "license_events", event, `t.license_id = ${model} and t.seq = 1`, range);
  });
  await db.prepare("analyze").run();
}

const LICENSES_AT_ONCE = 20_000;
const UNLIMITED = { max_installs: "-1", seat_cap: "-1", activation_budget: "1000000" };
