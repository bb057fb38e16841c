import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { consolePaths, type InstallStep } from "../../../src/contract/console/paths.ts";
import { parseManifest } from "../../../src/domain/manifest/manifest.ts";
import { call } from "../../api/account/calls.worker.ts";
import { makePeople, OWN, people, signIn, submit, visit } from "../people.worker.ts";

const LIMITS = { installs: 1, apiCalls: 1000, storageMiB: 1, users: null };
const TIERS = [
  { id: "free", price: 0, interval: "none", features: [], limits: LIMITS, popular: false },
  { id: "basic", price: 900, interval: "month", features: [], limits: LIMITS, popular: false },
];
const PERMISSIONS = [
  { code: "customers.read", description: "Looks whether it is a customer.", required: false },
  { code: "requests.read", description: "Hears of new requests.", required: true },
];

const manifest = (name: string, over: object = {}) => ({
  formatVersion: 1,
  name,
  version: "1.0.0",
  publisher: "acme",
  displayName: name,
  description: "Counts the requests that come in and keeps the number.",
  type: "automation",
  category: "requests",
  license: "MIT",
  channel: "stable",
  minAppVersion: "0.1.0",
  support: { email: "help@alpenware.at" },
  security: "security@alpenware.at",
  permissions: PERMISSIONS,
  events: [{ on: "request.created", timeoutMs: 2000 }],
  egress: [],
  dependencies: {},
  trialDays: 0,
  pricing: { currency: "EUR", tiers: TIERS.map(({ popular: _, ...tier }) => tier) },
  changes: ["The first version of it."],
  build: { encoder: "test" },
  files: {},
  ...over,
});

/** A published plugin as publication leaves its rows. */
async function publish(name: string, over: object = {}): Promise<void> {
  const insert = async (table: string, row: Record<string, string | number>) => {
    const names = Object.keys(row);
    const sql = `INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => "?").join()})`;
    return (
      await env.DB.prepare(sql)
        .bind(...Object.values(row))
        .run()
    ).meta.last_row_id;
  };
  const publisher = await insert("publishers", { handle: `pub-${name}`, display_name: "P", created_at: 1 });
  const plugin = await insert("plugins", {
    uuid: crypto.randomUUID(),
    name,
    publisher_id: publisher,
    display_name: name,
    description: "A plugin of the tests",
    category: "requests",
    type: "automation",
    pricing: JSON.stringify({ currency: "EUR", tiers: TIERS }),
    created_at: 1,
    updated_at: 1,
  });
  const latest = await release(plugin, name, "1.0.0", over);
  await env.DB.prepare("UPDATE plugins SET latest_release_id = ? WHERE id = ?").bind(latest, plugin).run();

  async function release(pluginId: number, of: string, version: string, more: object) {
    return insert("releases", {
      plugin_id: pluginId,
      version,
      version_sort: version,
      channel: "stable",
      state: "published",
      sha256: of.padEnd(64, "0"),
      sha512: "0",
      size: 1,
      manifest: JSON.stringify(manifest(of, { version, ...more })),
      manifest_sha256: "0",
      capabilities_sha256: "0",
      closure_digest: `closure-${version}`,
      min_app_version: "0.1.0",
      delivery: "public",
      expected_checks: "{}",
      uploaded_by: "account:1",
      created_at: 1,
      published_at: 1,
    });
  }
}

/** The next version, which asks for more. */
async function publishNext(name: string): Promise<void> {
  const old = await env.DB.prepare(
    "SELECT r.* FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE p.name = ? AND r.version = '1.0.0'",
  )
    .bind(name)
    .first<Record<string, string | number | null>>();
  const { id: _, ...columns } = old ?? {};
  const permissions = [...PERMISSIONS, { code: "storage.write", description: "Keeps a number.", required: true }];
  const row = {
    ...columns,
    version: "2.0.0",
    version_sort: "2.0.0",
    sha256: `${name}2`.padEnd(64, "0"),
    closure_digest: "closure-2.0.0",
    manifest: JSON.stringify(manifest(name, { version: "2.0.0", permissions })),
  };
  const names = Object.keys(row);
  const { meta } = await env.DB.prepare(
    `INSERT INTO releases (${names.join()}) VALUES (${names.map(() => "?").join()})`,
  )
    .bind(...Object.values(row))
    .run();
  await env.DB.prepare("UPDATE plugins SET latest_release_id = ? WHERE name = ?").bind(meta.last_row_id, name).run();
}

let anna: string;
let ben: string;
let instance: string;

beforeAll(async () => {
  await makePeople();
  anna = await signIn(people.anna);
  ben = await signIn(people.ben);
  instance = await register(anna);
  await publish("counter");
  await publish("needy", { dependencies: { counter: "^1.0.0" } });
  await publish("modern", { minAppVersion: "9.0.0" });
  expect(parseManifest(manifest("counter"))).toMatchObject({ ok: true });
});

async function register(cookie: string): Promise<string> {
  const url = "https://office.example.com";
  const form = { name: "Office", url, appVersion: "0.1.0", webhookUrl: "", apiUrl: "", mode: "push" };
  const page = await (await submit("/console/instances/new", form, cookie)).text();
  return /\/console\/instances\/(\d+)/.exec(page)?.[1] ?? "";
}

/** The free license by its form; answers the step it leads to. */
async function freeLicense(plugin: string): Promise<InstallStep> {
  const answer = await submit("/console/install/license", { plugin, instance, tier: "free", user: "1" }, anna);
  expect(answer.status).toBe(303);
  const next = new URL(answer.headers.get("location") ?? "", "http://x").searchParams;
  return { plugin, instance, license: next.get("license") ?? "" };
}

const agree = (step: InstallStep, grants: readonly string[], over: Record<string, string> = {}, cookie = anna) =>
  submit(
    "/console/install/permissions",
    [
      ...Object.entries({ ...step, version: "1.0.0", closure: "closure-1.0.0", ...over }),
      ...grants.map((code) => ["grant", code] as [string, string]),
    ] as [string, string][],
    cookie,
  );

describe("the installation", () => {
  it("leads from the license to the consent to the plugin, which then is there", async () => {
    const step = await freeLicense("counter");
    const requirements = await (await visit(consolePaths.installRequirements(step), anna)).text();
    expect(requirements).toContain("Continue to permissions");
    const permissions = await (await visit(consolePaths.installPermissions(step), anna)).text();
    expect(permissions).toContain("See contact requests");
    for (const [grants, over, status] of [
      [[], {}, 409],
      [["requests.read", "users.read"], {}, 422],
      [["requests.read"], { closure: "closure-other" }, 409],
      [["requests.read"], { hardwareId: "short" }, 422],
    ] as const)
      expect((await agree(step, grants, over)).status).toBe(status);
    expect((await agree(step, ["requests.read"], {}, ben)).status).toBe(404);
    const done = await agree(step, ["requests.read"]);
    expect(done.status).toBe(303);
    const complete = await (await visit(done.headers.get("location") ?? "", anna)).text();
    expect(complete).toContain("is installed on Office");
    const full = await freeSeat(step);
    expect([full.status, await full.text()]).toEqual([409, expect.stringContaining("alert")]);
    expect(await (await visit(consolePaths.installRequirements(step), anna)).text()).toContain("1 of 1 seat taken");
  });

  /** Another server on a license with one seat. */
  const freeSeat = (step: InstallStep) => agree(step, ["requests.read"], { hardwareId: "ab".repeat(32) });

  it("is not for others' instances, nor with others' licenses", async () => {
    for (const path of [
      consolePaths.install({ plugin: "counter", instance }),
      consolePaths.installRequirements({ plugin: "counter", instance }),
    ])
      expect((await visit(path, ben)).status).toBe(404);
    const foreign = await submit(
      "/console/install/license",
      { plugin: "counter", instance, tier: "free", user: "1" },
      ben,
    );
    expect(foreign.status).toBe(404);
    const his = await register(ben);
    const borrowed = await agree({ plugin: "counter", instance: his, license: "1" }, ["requests.read"], {}, ben);
    expect(borrowed.status).toBe(404);
  });

  it("sells what has a price by an order, and gives nothing twice", async () => {
    const order = await submit(
      "/console/install/license",
      { plugin: "needy", instance, tier: "basic", user: "1" },
      anna,
    );
    expect(order.headers.get("location")).toMatch(/^\/checkout\/ord_/);
    const again = await submit(
      "/console/install/license",
      { plugin: "counter", instance, tier: "free", user: "1" },
      anna,
    );
    expect(again.status).toBe(409);
    for (const fields of [
      { plugin: "counter", instance, tier: "gold", user: "1" },
      { plugin: "modern", instance, tier: "free", user: "Eva" },
    ])
      expect((await submit("/console/install/license", fields, anna)).status).toBe(422);
  });

  it("stops at what the host lacks, whatever is sent", async () => {
    const step = await freeLicense("modern");
    const page = await (await visit(consolePaths.installRequirements(step), anna)).text();
    expect(page).toContain("9.0.0");
    expect(page).not.toContain("Continue to permissions");
    expect((await agree(step, ["requests.read"])).status).toBe(422);
  });

  it("knows what a plugin needs beside itself", async () => {
    const page = await (await visit(consolePaths.installRequirements({ plugin: "needy", instance }), anna)).text();
    expect(page).toContain("installed is 1.0.0");
    expect(page).toContain("A valid license is needed");
  });
});

describe("an update", () => {
  it("says what grew and waits for the consent to it", async () => {
    await publishNext("counter");
    const list = await (await visit("/console/plugins", anna)).text();
    expect(list).toContain("Update to 2.0.0");
    const activationId = /act_[0-9A-Z]{20}/.exec(list)?.[0] ?? "";
    const path = consolePaths.update(activationId);
    const page = await (await visit(path, anna)).text();
    expect(page).toContain("It asks for more than before");
    expect(page).toContain("Store its own data");
    const send = (grants: string[], cookie = anna) =>
      submit(
        path,
        [
          ["version", "2.0.0"],
          ["closure", "closure-2.0.0"],
          ...grants.map((code) => ["grant", code] as [string, string]),
        ],
        cookie,
      );
    expect((await send(["requests.read"])).status).toBe(409);
    expect((await send(["requests.read", "storage.write"], ben)).status).toBe(404);
    const done = await send(["requests.read", "storage.write"]);
    expect(done.headers.get("location")).toBe(`${consolePaths.plugin(activationId)}?done=installed`);
    expect(await (await visit(consolePaths.plugin(activationId), anna)).text()).toContain("Version 2.0.0");
    expect((await submit(consolePaths.act(activationId, "renew"), {}, anna)).status).toBe(303);
  });
});

it("gives an owner's token what is free, as it gives the instance", async () => {
  const { body } = await call("POST", "/v1/tokens", {
    headers: { cookie: anna, ...OWN },
    body: { name: "i", scopes: ["instance:manage"] },
  });
  await publish("gift");
  const plugin = await env.DB.prepare("SELECT id FROM plugins WHERE name = 'gift'").first<{ id: number }>();
  const issue = (type: string, instanceId: string) =>
    call("POST", "/v1/licenses", {
      bearer: body.token,
      body: { pluginId: String(plugin?.id), userId: "1", type, instanceId },
    });
  expect(await issue("basic", instance)).toMatchObject({ status: 403 });
  expect(await issue("free", "999999")).toMatchObject({ status: 403 });
  expect(await issue("free", instance)).toMatchObject({ status: 201, body: { tier: "free" } });
  expect(await issue("free", instance)).toMatchObject({ status: 409, body: { code: "ALREADY_LICENSED" } });
});
