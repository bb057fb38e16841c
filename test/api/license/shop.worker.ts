import { env } from "cloudflare:workers";
import { createLicenseKeyStore } from "../../../src/storage/license/keys.ts";
import { createLicenseStore } from "../../../src/storage/license/store.ts";
import { createVault } from "../../../src/storage/vault.ts";
import { call, instanceBearer, makeOperator } from "../account/calls.worker.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are read by the test that knows their shape
export type Answer = { status: number; headers: Headers; body: any };

export interface TestInstance {
  readonly id: string;
  /** The token of the account that owns it. */
  readonly ownerToken: string;
  /** Its credential, signed now. */
  readonly bearer?: () => Promise<string>;
  readonly post: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  readonly send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
}
export interface Shop {
  readonly operatorToken: string;
  readonly publisherToken: string;
  readonly publisherId: string;
  /** A call with the publisher's token. */
  readonly sell: (method: string, path: string, body?: unknown) => Promise<Answer>;
}

/** As much of the world as the data of a webhook is rendered from. */
export const RENDERING = {
  licenses: createLicenseStore(env.DB, { now: () => Date.now() }),
  licenseKeys: createLicenseKeyStore(env.DB),
  vault: createVault(env.KEK_V1),
  clock: { now: () => Date.now() },
};

let shop: Promise<Shop> | undefined;
let made = 0;

/** One operator and one publisher for the whole file. */
export function openShop(): Promise<Shop> {
  shop ??= makeShop();
  return shop;
}

async function makeShop(): Promise<Shop> {
  const operatorToken = await makeOperator();
  const { body } = await call("POST", "/v1/desk/accounts", {
    bearer: operatorToken,
    body: { name: "Seller", email: "seller@firm.at", publisher: { handle: "seller", displayName: "Seller" } },
  });
  return {
    operatorToken,
    publisherToken: body.token,
    publisherId: body.publisherId,
    sell: (method, path, sent) => call(method, path, { bearer: body.token, body: sent }),
  };
}

export async function makeInstance(keyShape: "rbsm" | "legacy" = "rbsm"): Promise<TestInstance> {
  const { operatorToken } = await openShop();
  const n = ++made;
  const account = await call("POST", "/v1/desk/accounts", {
    bearer: operatorToken,
    body: { name: `Firm ${n}`, email: `firm${n}@firm.at` },
  });
  const { body, status } = await call("POST", "/v1/instances/register", {
    bearer: account.body.token,
    body: {
      name: `Firm ${n}`,
      url: "http://127.0.0.1:9999",
      appVersion: "0.1.0",
      webhookUrl: "http://127.0.0.1:9999/api/webhooks/marketplace",
      apiUrl: "http://127.0.0.1:9999/api",
      keyShape,
    },
  });
  if (status !== 201) throw new Error(`register answered ${status}: ${JSON.stringify(body)}`);
  const send = async (method: string, path: string, sent?: unknown, headers?: Record<string, string>) =>
    call(method, path, {
      bearer: await instanceBearer(body.apiKey, body.apiSecret),
      body: sent,
      ...(headers === undefined ? {} : { headers }),
    });
  return {
    id: body.instanceId,
    ownerToken: account.body.token,
    bearer: () => instanceBearer(body.apiKey, body.apiSecret),
    send,
    post: (path, sent, headers) => send("POST", path, sent, headers),
  };
}

export interface TestPlugin {
  readonly id: string;
  readonly name: string;
  readonly closureDigest: string;
  /** Digest of the bundle of version 1.0.0. */
  readonly sha256: string;
}

const TIER_LIMITS = { apiCalls: 1000, storageMiB: 10, users: null };

/** A published plugin with versions 1.0.0 and 1.1.0, asking for two permissions, the first one required. */
export async function makePlugin(
  over: { trialDays?: number; dependencies?: object; uniqueness?: string; installs?: number | null } = {},
): Promise<TestPlugin> {
  const { publisherId } = await openShop();
  const n = ++made;
  const name = `plugin-${n}`;
  const now = Math.floor(Date.now() / 1000);
  const closureDigest = n.toString(16).padStart(64, "0");
  const tiers = [
    { id: "free", price: 0, interval: "none", features: [], limits: { installs: null, ...TIER_LIMITS } },
    {
      id: "basic",
      price: 900,
      interval: "month",
      features: [],
      limits: { installs: over.installs ?? 3, ...TIER_LIMITS },
    },
  ];
  const plugin = await insert("plugins", {
    uuid: crypto.randomUUID(),
    name,
    publisher_id: Number(publisherId),
    display_name: name,
    description: "A plugin of the tests",
    category: "other",
    type: "automation",
    pricing: JSON.stringify({ currency: "EUR", tiers }),
    trial_days: over.trialDays ?? 14,
    created_at: now,
    updated_at: now,
  });
  // As a publisher writes it: what may be left out is left out.
  const manifest = {
    formatVersion: 1,
    name,
    publisher: "acme",
    displayName: "A plugin",
    description: "A plugin that is sold in the tests of licenses.",
    type: "automation",
    category: "other",
    license: "MIT",
    channel: "stable",
    minAppVersion: "0.1.0",
    support: { email: "help@acme.example" },
    security: "security@acme.example",
    permissions: [
      { code: "requests.read", description: "Reads requests", required: true },
      { code: "storage.write", description: "Remembers what it read", required: false },
    ],
    dependencies: over.dependencies ?? {},
    egress: [],
    trialDays: 0,
    pricing: {
      currency: "EUR",
      tiers: [
        {
          id: "basic",
          price: 900,
          interval: "month",
          features: ["All"],
          limits: { installs: 3, apiCalls: 10_000, storageMiB: 100, users: null },
        },
      ],
    },
    changes: ["First version."],
    build: { encoder: "fflate-0.8.3/9/8" },
    files: {},
  };
  let latest = 0;
  for (const [index, version] of ["1.0.0", "1.1.0"].entries()) {
    latest = await insert("releases", {
      plugin_id: plugin,
      version,
      version_sort: `${index}`,
      channel: "stable",
      state: "published",
      sha256: `${n}${index}`.padStart(64, "0"),
      sha512: "0",
      size: 1,
      manifest: JSON.stringify({ ...manifest, version }),
      manifest_sha256: "0",
      capabilities_sha256: "0",
      closure_digest: closureDigest,
      min_app_version: "0.1.0",
      expected_checks: "{}",
      uploaded_by: "account:1",
      created_at: now,
      published_at: now - 1000,
    });
  }
  await env.DB.prepare("UPDATE plugins SET latest_release_id = ?1 WHERE id = ?2").bind(latest, plugin).run();
  return { id: String(plugin), name, closureDigest, sha256: `${n}0`.padStart(64, "0") };
}

/** A license sold by the publisher: basic with three seats unless said otherwise. */
export async function sellLicense(
  instance: TestInstance,
  plugin: TestPlugin,
  over: Record<string, unknown> = {},
): Promise<{ id: string; licenseKey: string; userId: string }> {
  const { sell } = await openShop();
  const { status, body } = await sell("POST", "/v1/licenses", {
    instanceId: instance.id,
    pluginId: plugin.id,
    userId: String(++made),
    type: "basic",
    ...over,
  });
  if (status !== 201) throw new Error(`issue answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** 64 hex characters that name one device. */
export function hardware(n: number): string {
  return n.toString(16).padStart(64, "a");
}

export async function insert(table: string, row: Record<string, string | number | null>): Promise<number> {
  const names = Object.keys(row);
  const { meta } = await env.DB.prepare(
    `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
  )
    .bind(...Object.values(row))
    .run();
  return meta.last_row_id;
}

export async function count(sql: string, ...values: (string | number)[]): Promise<number> {
  return (await env.DB.prepare(sql)
    .bind(...values)
    .first<number>("n")) as number;
}

/** Events of a license in order; the numbers must have no gaps. */
export async function eventsOf(licenseId: string): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT seq, kind FROM license_events WHERE license_id = ?1 ORDER BY seq")
    .bind(Number(licenseId))
    .all<{ seq: number; kind: string }>();
  results.forEach(({ seq }, index) => {
    if (seq !== index + 1) throw new Error(`event ${index + 1} of license ${licenseId} is numbered ${seq}`);
  });
  return results.map(({ kind }) => kind);
}

/** Webhooks owed for a license, in order: event and sequence. */
export async function webhooksOf(licenseId: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT event, sequence FROM webhook_outbox WHERE subject_kind = 'license' AND subject_id = ?1 ORDER BY id",
  )
    .bind(Number(licenseId))
    .all<{ event: string; sequence: number }>();
  return results.map(({ event, sequence }) => `${sequence} ${event}`);
}

/** Moves everything about a license's term or an activation's lease: the tests' way to let time pass. */
export async function alter(sql: string, ...values: (string | number | null)[]): Promise<void> {
  await env.DB.prepare(sql)
    .bind(...values)
    .run();
}
