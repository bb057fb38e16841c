import { env } from "cloudflare:workers";
import { sha256Hex } from "../../../src/domain/digest.ts";
import type { PluginType } from "../../../src/domain/manifest/permissions.ts";
import { HOST_API_KEY } from "../../outside/host-key.ts";
import { call, instanceBearer, makeOperator } from "../account/calls.worker.ts";

export interface Registered {
  readonly accountToken: string;
  readonly instanceId: string;
  bearer(): Promise<string>;
  readonly apiSecret: string;
}

let operator: Promise<string> | undefined;
let made = 0;

/** One instance with its owner, registered through the API; `apiUrl` is where its host API is. */
export async function registeredInstance(apiUrl = "http://127.0.0.1:9999/api"): Promise<Registered> {
  operator ??= makeOperator();
  const n = ++made;
  const account = await call("POST", "/v1/desk/accounts", {
    bearer: await operator,
    body: { name: `Owner ${n}`, email: `owner${n}@firm.at` },
  });
  const { status, body } = await call("POST", "/v1/instances/register", {
    bearer: account.body.token,
    body: {
      name: `Instance ${n}`,
      url: "http://127.0.0.1:9999",
      appVersion: "0.1.0",
      webhookUrl: "http://127.0.0.1:9999/api/webhooks/marketplace",
      apiUrl,
      hostApiKey: HOST_API_KEY,
    },
  });
  if (status !== 201) throw new Error(`register answered ${status} ${JSON.stringify(body)}`);
  return {
    accountToken: account.body.token as string,
    instanceId: body.instanceId as string,
    apiSecret: body.apiSecret as string,
    bearer: () => instanceBearer(body.apiKey as string, body.apiSecret as string),
  };
}

export interface InstalledPlugin {
  readonly module: string;
  readonly instance: Registered;
  readonly granted?: readonly string[];
  readonly events?: readonly { on: string; timeoutMs?: number }[];
  readonly egress?: readonly { host: string; methods?: readonly string[] }[];
  readonly routes?: readonly object[];
  readonly schedules?: readonly object[];
  readonly type?: PluginType;
  readonly tier?: string;
  readonly name?: string;
  /** Further members of the manifest: settings, emits … */
  readonly manifest?: object;
}
export interface Installed {
  readonly activationId: string;
  readonly installationId: string;
  readonly pluginId: number;
  readonly licenseId: number;
  readonly name: string;
}

const NOW = () => Math.floor(Date.now() / 1000);

/** A published plugin, licensed and installed on the instance with consent: the rows that the other slices write. */
export async function installPlugin(plugin: InstalledPlugin): Promise<Installed> {
  const n = ++made;
  const { name = `plugin-${n}` } = plugin;
  const sha256 = await sha256Hex(plugin.module);
  await env.BUNDLES.put(`m/sha256/${sha256}`, plugin.module);
  const now = NOW();
  const publisherId = await insert("publishers", { handle: `pub-${n}`, display_name: "P", created_at: now });
  const { type = "automation", tier = "basic" } = plugin;
  const pluginId = await insert("plugins", {
    uuid: crypto.randomUUID(),
    name,
    publisher_id: publisherId,
    display_name: name,
    description: "A plugin of the tests",
    category: "other",
    type,
    pricing: "{}",
    created_at: now,
    updated_at: now,
  });
  const manifest = {
    type,
    events: plugin.events ?? [{ on: "request.created", timeoutMs: 2000 }],
    egress: plugin.egress ?? [],
    ...plugin.manifest,
    routes: plugin.routes ?? [],
    schedules: plugin.schedules ?? [],
  };
  await insert("releases", {
    plugin_id: pluginId,
    version: "1.0.0",
    version_sort: "1",
    channel: "stable",
    state: "published",
    sha256: (await sha256Hex(name)) as string,
    sha512: "0",
    size: 1,
    manifest: JSON.stringify(manifest),
    manifest_sha256: "0",
    capabilities_sha256: "0",
    closure_digest: `closure-${n}`,
    server_sha256: sha256,
    min_app_version: "0.1.0",
    expected_checks: "{}",
    uploaded_by: "account:1",
    created_at: now,
  });
  const instanceId = Number(plugin.instance.instanceId);
  const licenseId = await insert("licenses", {
    uuid: crypto.randomUUID(),
    instance_id: instanceId,
    plugin_id: pluginId,
    publisher_id: publisherId,
    user_id: "1",
    type: tier,
    state: "active",
    issued_at: now,
    starts_at: now,
    max_installs: 3,
    seat_cap: 3,
    dev_seats: 0,
  });
  const activationId = `act_${String(n).padStart(20, "0")}`;
  const installationId = crypto.randomUUID();
  await insert("activations", {
    id: activationId,
    license_id: licenseId,
    instance_id: instanceId,
    installation_id: installationId,
    device_id: `hw:${n}`,
    env: "production",
    seat_class: "paid",
    version: "1.0.0",
    gen: 1,
    granted_at: now,
    lease_iat: now,
    lease_until: now + 86_400,
    jti: String(n),
    last_seen_at: now,
    last_op: "op",
    grant_op: "op",
  });
  await insert("grants", {
    activation_id: activationId,
    version: "1.0.0",
    permissions: JSON.stringify(plugin.granted ?? ["requests.read"]),
    closure_digest: `closure-${n}`,
    actor: "instance:1",
    at: now,
  });
  return { activationId, installationId, pluginId, licenseId, name };
}

async function insert(table: string, row: Record<string, string | number>): Promise<number> {
  const names = Object.keys(row);
  const { meta } = await env.DB.prepare(
    `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
  )
    .bind(...Object.values(row))
    .run();
  return meta.last_row_id;
}

export function requestCreated(id: string, over: Record<string, unknown> = {}) {
  return {
    id,
    event: "request.created",
    version: 1,
    occurredAt: "2026-01-01T08:30:00.000Z",
    entity: "request",
    entityId: "1",
    data: { id: 1, name: "Eva", status: "NEW" },
    ...over,
  };
}

export async function postEvent(instance: Registered, body: unknown) {
  return call("POST", "/v1/events", { bearer: await instance.bearer(), body });
}

/** The newest execution of an installation once it ended. */
export async function ended(instance: Registered, installation: Installed, count = 1) {
  for (let waited = 0; waited < 10_000; waited += 50) {
    const { body } = await call("GET", `/v1/installations/${installation.installationId}/executions`, {
      bearer: await instance.bearer(),
    });
    const rows = body.data as { outcome: string; status: string }[];
    // biome-ignore lint/suspicious/noExplicitAny: the test that asks knows the shape
    if (rows.length >= count && rows.every(({ status }) => status !== "pending")) return rows as any[];
    await scheduler.wait(50);
  }
  throw new Error("the execution never ended");
}
