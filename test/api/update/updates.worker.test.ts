import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { readInstalled } from "../../../src/api/update/routes.ts";
import { differencesOf } from "../../../src/contract/update/compare-answers.ts";
import { showDecisions } from "../../../src/contract/update/show-decisions.ts";
import { openList } from "../../../src/domain/advisory/list.ts";
import type { Capabilities } from "../../../src/domain/manifest/capabilities.ts";
import { DAY, HOUR } from "../../../src/domain/time.ts";
import type { StatementHead } from "../../../src/domain/trust/statement.ts";
import { roleOf } from "../../../src/domain/tuf/roles.ts";
import { documentBytes } from "../../../src/domain/tuf/sign.ts";
import { consistentPath, indexPath } from "../../../src/domain/tuf/target-path.ts";
import { decideUpdates } from "../../../src/domain/update/decide.ts";
import type { UpdateDocument, UpdateRequest } from "../../../src/domain/update/document.ts";
import { readUpdateIndex } from "../../../src/domain/update/read-index.ts";
import { sweepUpdates } from "../../../src/market/update/sweep-updates.ts";
import { createTufRepository } from "../../../src/storage/tuf/repository.ts";
import type { TufWriter } from "../../../src/storage/tuf/tuf-writer.ts";
import { openUpdates } from "../../../src/storage/update/open-updates.ts";
import { updateIndexOnD1 } from "../../../src/storage/update/update-index.ts";
import { passTime } from "../../clock.ts";
import { rootDocument, targetsDocument } from "../../domain/tuf/ceremony.ts";
import { call, ORIGIN } from "../account/calls.worker.ts";
import {
  type Instance,
  makeInstance,
  makePublisher,
  makeRelease,
  operatorToken,
  type Publisher,
  publish,
} from "../publish/market.worker.ts";

let acme: Publisher;
let office: Instance;
let pluginId: string;

const owners = new Map<string, Promise<Publisher>>();
/** Each plugin has a publisher of its own: one alone may not publish as much as these tests do. */
function ownerOf(name: string): Promise<Publisher> {
  const owner = owners.get(name) ?? makePublisher(name);
  owners.set(name, owner);
  return owner;
}
async function release(name: string, version: string, manifest = {}) {
  const owner = await ownerOf(name);
  const known = await exports.default.fetch(`${ORIGIN}/v1/plugins/by-name/${name}/head`, {
    headers: { authorization: `Bearer ${owner.token}` },
  });
  const next = known.ok ? { head: (await known.json()) as StatementHead } : {};
  return publish(owner, await makeRelease(owner, name, { version, manifest, ...next }));
}
/** Lets time have passed since a publication. */
const age = (version: string, seconds: number) =>
  env.DB.prepare("UPDATE releases SET published_at = published_at - ?1 WHERE version = ?2")
    .bind(seconds, version)
    .run();
const check = async (plugins: readonly object[], appVersion = "0.1.0") =>
  call("POST", "/v1/updates", { bearer: await office.bearer(), body: { appVersion, plugins } });

beforeAll(async () => {
  acme = await ownerOf("hello");
  office = await makeInstance(acme.token);
  ({ pluginId } = await release("hello", "1.0.0"));
  await release("hello", "1.1.0");
});

describe("one call", () => {
  it("answers for all plugins of an instance, holds what is fresh and says until when", async () => {
    const { status, body } = await check([
      { name: "hello", version: "1.0.0", auto: true },
      { name: "nobody", version: "1.0.0" },
    ]);
    expect(status).toBe(200);
    expect(body.held).toMatchObject([{ name: "hello", version: "1.1.0", why: "cooldown" }]);
    expect(body.notices).toMatchObject([{ name: "nobody", code: "unknown_plugin" }]);
    expect(body.nextCheckSeconds).toBeGreaterThanOrEqual(300);
    expect(pluginId).toMatch(/^[0-9]+$/);
  });

  it("offers a release once everybody is served, with size, digest and what it may do", async () => {
    await age("1.1.0", 9 * DAY);
    const { body } = await check([{ name: "hello", version: "1.0.0", auto: true }]);
    expect(body.updates).toMatchObject([
      { name: "hello", from: "1.0.0", to: "1.1.0", reason: "newer", auto: true, consent: { needed: false, added: [] } },
    ]);
  });

  it("serves small clients by address, with the same answer", async () => {
    const bearer = await office.bearer();
    const { body } = await call("GET", "/v1/updates?appVersion=0.1.0&plugin=hello@1.0.0", { bearer });
    expect(body.updates[0]).toMatchObject({ to: "1.1.0", auto: false });
    expect((await call("GET", "/v1/updates?plugin=hello@latest", { bearer })).status).toBe(422);
  });

  it("takes 500 plugins and 64 KiB, no more, and only from instances", async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ name: `plugin-${at}`, version: "1.0.0" }));
    expect((await check(many(500))).body.notices).toHaveLength(500);
    expect((await check(many(501))).body.code).toBe("VALIDATION_ERROR");
    const large = many(500).map((plugin) => ({ ...plugin, closureDigest: "0".repeat(64), sha256: "0".repeat(64) }));
    expect((await check(large)).body.code).toBe("BODY_TOO_LARGE");
    expect((await call("POST", "/v1/updates", { body: { plugins: [] } })).status).toBe(401);
    expect((await call("POST", "/v1/updates", { bearer: acme.token, body: { plugins: [] } })).status).toBe(403);
  });

  it("asks the database as often for 500 plugins as for one", async () => {
    const count = async (plugins: readonly { name: string; version: string }[]) => {
      let calls = 0;
      const counted = new Proxy(env.DB, {
        get: (db, name) => {
          if (name === "batch" || name === "prepare") calls++;
          const member = db[name as keyof D1Database];
          return typeof member === "function" ? member.bind(db) : member;
        },
      });
      await updateIndexOnD1(counted).read(plugins, 20_000);
      return calls;
    };
    const one = [{ name: "hello", version: "1.0.0" }];
    const many = Array.from({ length: 499 }, (_, at) => ({ name: `plugin-${at}`, version: "1.0.0" }));
    expect(await count([...one, ...many])).toBe(await count(one));
  });
});

describe("the plan of a release", () => {
  const version = "1.1.0";
  const rollout = (body?: object, bearer = acme.token) =>
    call(body === undefined ? "GET" : "PATCH", `/v1/plugins/${pluginId}/versions/${version}/rollout`, {
      ...(body === undefined ? {} : { body, bearer }),
    });

  it("is the default, which everybody may read", async () => {
    const { body } = await rollout();
    expect(body).toMatchObject({ name: "hello", version, state: "active", basisPoints: 10_000, halt: null });
    expect(body.steps.map(({ basisPoints }: { basisPoints: number }) => basisPoints)).toEqual([500, 2500, 10_000]);
  });

  it("is slowed by its publisher, raised by the desk alone, changed by nobody else", async () => {
    const slow = {
      steps: [
        { after: 0, basisPoints: 100 },
        { after: 30 * DAY, basisPoints: 200 },
      ],
    };
    expect((await rollout(slow)).body.basisPoints).toBe(100);
    const all = { steps: [{ after: 0, basisPoints: 10_000 }] };
    expect((await rollout(all)).body.code).toBe("rollout_faster");
    expect((await rollout(all, await operatorToken())).body.basisPoints).toBe(10_000);
    const stranger = await makePublisher("stranger");
    expect((await rollout({ state: "paused" }, stranger.token)).body.code).toBe("PERMISSION_DENIED");
    expect((await rollout({ steps: [{ after: 5, basisPoints: 1 }] })).body.code).toBe("VALIDATION_ERROR");
  });

  it("pauses and goes on where it stopped; of several who change it at once one does", async () => {
    const states = await Promise.all(Array.from({ length: 4 }, () => rollout({ state: "paused" })));
    expect(states.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await check([{ name: "hello", version: "1.0.0", auto: true }])).body.held).toMatchObject([
      { why: "paused" },
    ]);
    expect((await rollout({ state: "active" })).body).toMatchObject({ state: "active", basisPoints: 10_000 });
    const { results } = await env.DB.prepare("SELECT kind FROM changes WHERE kind LIKE 'rollout.%' ORDER BY id").all();
    expect(results.map(({ kind }) => kind)).toEqual([
      "rollout.changed",
      "rollout.changed",
      "rollout.paused",
      "rollout.resumed",
    ]);
  });
});

describe("sec-52: the answer follows from the signed documents", () => {
  const namespace = (exports as unknown as { TufWriter: DurableObjectNamespace<TufWriter> }).TufWriter;
  const repository = createTufRepository(env.BUNDLES, () => namespace);
  const read = async (path: string) => {
    const response = await exports.default.fetch(`${ORIGIN}/tuf/${path}`);
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
    return response.json() as Promise<{ signed: Json }>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: metadata is read as it is
  type Json = any;
  const role = async (name: string): Promise<Json> => {
    const timestamp = (await read("timestamp.json")).signed;
    const snapshot = (await read(`${timestamp.meta["snapshot.json"].version}.snapshot.json`)).signed;
    return (await read(`${snapshot.meta[`${name}.json`].version}.${name}.json`)).signed;
  };
  const target = async (path: string): Promise<unknown> => {
    const { hashes } = (await role(await roleOf(path))).targets[path];
    return read(`targets/${consistentPath(path, hashes.sha256)}`);
  };
  /** What a client computes that has nothing but the update repository. */
  async function recompute(request: UpdateRequest, names: readonly string[], now: number) {
    const documents = new Map<string, UpdateDocument>();
    const table = new Map<string, Capabilities>();
    for (const name of names) {
      const index = readUpdateIndex(await target(indexPath(name)));
      if (index === null) throw new Error(`${name} has no index`);
      documents.set(name, index.document);
      for (const [key, value] of index.capabilities) table.set(key, value);
    }
    const trust = (await call("GET", "/.well-known/rbsm-trust.json")).body;
    const list = await openList(await target("revocations.json"), "localhost", trust.revocationKeys, { seen: 0, now });
    if (!list.ok) throw new Error(JSON.stringify(list.problem));
    return showDecisions(await decideUpdates(documents, table, list.value.entries, request, now));
  }

  it("for fresh, needed, growing, halted, mended and blocked plugins alike", { timeout: 300_000 }, async () => {
    const desk = await operatorToken();
    const send = async (kind: string, document: unknown) =>
      call("POST", `/v1/desk/tuf/${kind}`, {
        bearer: desk,
        body: { document: new TextDecoder().decode(documentBytes(document as never)) },
      });
    const NOW = Math.floor(Date.now() / 1000);
    await send("root", await rootDocument(1, NOW));
    await send("targets", await targetsDocument(1, NOW));
    const codes = ["customers.write", "requests.read", "storage.read", "storage.write"];
    const permissions = codes.map((code) => ({ code, description: "It does that, too.", required: true }));
    const pair = async (name: string, second: string, manifest = {}) => {
      const first = await release(name, "1.0.0");
      await release(name, second, manifest);
      return first;
    };
    const [flawed] = await Promise.all([
      pair("flawed", "1.0.1"),
      pair("plain", "1.1.0"),
      pair("reports", "1.1.0", { dependencies: { writer: "^1.0.0" } }),
      pair("stopped", "1.1.0"),
      release("writer", "1.0.0", { permissions }),
    ]);
    const text = {
      severity: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
      affected: "<1.0.1",
      fixed: "1.0.1",
      summary: "It leaks",
    };
    const draft = await call("POST", `/v1/plugins/${flawed.pluginId}/advisories`, {
      bearer: (await ownerOf("flawed")).token,
      body: text,
    });
    await call("POST", `/v1/advisories/${draft.body.id}/submit`, {
      bearer: (await ownerOf("flawed")).token,
      body: {},
    });
    await call("POST", `/v1/desk/advisories/${draft.body.id}/decision`, {
      bearer: desk,
      body: { decision: "confirm", reason: "It was tried out.", floor: "1.0.1", warns: true },
    });
    await env.DB.batch([
      env.DB.prepare(
        "UPDATE releases SET state = 'blocked', decision_reason = 'malware' WHERE version = '1.0.0' AND plugin_id = (SELECT id FROM plugins WHERE name = 'stopped')",
      ),
      env.DB.prepare("INSERT INTO changes (at, kind, subject) SELECT 1, 'release.changed', name FROM plugins"),
    ]);
    const installed = ["plain", "reports", "flawed", "stopped"].map((name) => ({ name, version: "1.0.0", auto: true }));
    const names = ["plain", "reports", "flawed", "stopped", "writer"];
    for (const later of [0, HOUR, 5 * DAY]) {
      passTime(later);
      const { body } = await check(installed);
      const now = Date.parse(body.checkedAt) / 1000;
      const request = { instanceId: office.id, appVersion: "0.1.0", plugins: installed.map(readInstalled) };
      const { updates, held, actions, notices } = body;
      await repository.write();
      expect({ updates, held, actions, notices }).toEqual(await recompute(request, names, now));
      expect(body.seen.timestamp).toBeGreaterThan(0);
    }
    const { body } = await check(installed);
    expect(body.updates.map(({ name, reason, consent }: Json) => [name, reason, consent.needed])).toEqual([
      ["plain", "newer", false],
      ["reports", "newer", true],
      ["flawed", "security", false],
      ["stopped", "replacement", false],
    ]);
    expect(body.updates[1].consent.added).toContainEqual({
      kind: "permissions",
      value: "customers.write",
      via: "reports → writer",
    });
    expect(body.actions.map(({ name, action }: Json) => [name, action])).toEqual([
      ["flawed", "warn"],
      ["stopped", "disable"],
    ]);
    // A server that tells this instance another time of publication is seen at once.
    const plain = installed.filter(({ name }) => name === "plain");
    await env.DB.prepare(
      "UPDATE releases SET published_at = published_at + ?1 WHERE plugin_id = (SELECT id FROM plugins WHERE name = 'plain')",
    )
      .bind(5 * DAY)
      .run();
    const lied = await check(plain);
    const request = { instanceId: office.id, appVersion: "0.1.0", plugins: plain.map(readInstalled) };
    const own = await recompute(request, ["plain"], Date.parse(lied.body.checkedAt) / 1000);
    expect(differencesOf(lied.body, own)).toEqual(["held", "updates"]);
  });
});

describe("automatic halt", () => {
  const world = { ...openUpdates(env, "localhost"), clock: { now: () => Date.now() } };
  const row = async (table: string, values: Record<string, string | number | null>) => {
    const columns = Object.keys(values);
    const sql = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map((_, at) => `?${at + 1}`).join(", ")})`;
    return (
      await env.DB.prepare(sql)
        .bind(...Object.values(values))
        .run()
    ).meta.last_row_id;
  };
  /** Instances with an installation of 1.0.0 that then moves to 1.1.0. */
  async function updated(
    name: string,
    plugin: number,
    count: number,
    { age: old = 30 * DAY, fails = 0, leaves = 0 } = {},
  ) {
    const now = Math.floor(Date.now() / 1000);
    const account = Number(acme.accountId);
    for (let at = 0; at < count; at++) {
      const key = `${name}-${at}-${old}-${fails}-${leaves}`;
      const instance = await row("instances", {
        account_id: account,
        name: key,
        url: "https://a.example",
        app_version: "0.1.0",
        webhook_url: "https://a.example",
        api_url: "https://a.example",
        api_key: key,
        api_secret_sealed: "",
        webhook_secret_sealed: "",
        created_at: now - old,
      });
      const license = await row("licenses", {
        uuid: key,
        instance_id: instance,
        plugin_id: plugin,
        publisher_id: Number(acme.publisherId),
        user_id: "1",
        type: "free",
        state: "active",
        issued_at: now,
        starts_at: now,
        max_installs: 1,
        seat_cap: 1,
        dev_seats: 0,
      });
      const id = `act_${key}`;
      await row("activations", {
        id,
        license_id: license,
        instance_id: instance,
        installation_id: key,
        device_id: "d",
        env: "production",
        seat_class: "paid",
        version: "1.0.0",
        gen: 1,
        granted_at: now,
        lease_iat: now,
        lease_until: now + DAY,
        jti: key,
        last_seen_at: now,
        last_op: "",
        grant_op: "",
      });
      const move = (version: string) =>
        env.DB.prepare("UPDATE activations SET version = ?2 WHERE id = ?1").bind(id, version).run();
      await move("1.1.0");
      if (at < fails) await world.rollouts.note(String(instance), String(plugin), "1.1.0", "startup", now);
      if (at < leaves) await move("1.0.0");
    }
  }
  const stateOf = async (plugin: number) => (await call("GET", `/v1/plugins/${plugin}/versions/1.1.0/rollout`)).body;
  const LATER = 1000;
  /** A copy of `hello` with both its releases, published two days ago. */
  async function rolling(name: string): Promise<number> {
    const of = async (sql: string) => (await env.DB.prepare(sql).all<Record<string, string | number | null>>()).results;
    const [plugin] = await of("SELECT * FROM plugins WHERE name = 'hello'");
    const id = LATER + name.length;
    await row("plugins", { ...plugin, id, name, uuid: crypto.randomUUID(), latest_release_id: null } as Record<
      string,
      string | number | null
    >);
    const published = Math.floor(Date.now() / 1000) - 2 * DAY;
    for (const copied of await of(
      "SELECT * FROM releases WHERE plugin_id = (SELECT id FROM plugins WHERE name = 'hello')",
    ))
      await row("releases", {
        ...copied,
        id: id * 10 + Number(copied.publication),
        plugin_id: id,
        published_at: published,
      });
    await sweepUpdates(world);
    return id;
  }

  it("begins a plan before the cooldown ends, raised for few installations", async () => {
    const id = await rolling("small");
    expect(await stateOf(id)).toMatchObject({ state: "active", least: 10_000, basisPoints: 10_000 });
    const { results } = await env.DB.prepare("SELECT subject FROM changes WHERE kind = 'rollout.started'").all();
    expect(results).toContainEqual({ subject: "small" });
  });

  it("sec-51: new instances count for nothing; three real failures of thirty halt it, and publisher and desk hear", async () => {
    const id = await rolling("failing");
    await updated("failing", id, 5, { age: DAY, fails: 5 });
    await updated("failing", id, 1, { fails: 1 });
    await sweepUpdates(world);
    expect((await stateOf(id)).state).toBe("active");
    await updated("failing", id, 6, { fails: 2 });
    await sweepUpdates(world);
    expect(await stateOf(id)).toMatchObject({
      state: "halted",
      basisPoints: 0,
      halt: { rule: "failures", updated: 7, counted: 3 },
    });
    const told = await env.DB.prepare("SELECT COUNT(*) AS n FROM audit WHERE action = 'rollout.halted'").first<{
      n: number;
    }>();
    expect(told?.n).toBe(1);
    const bearer = (await ownerOf("hello")).token;
    const resume = (body: object) => call("PATCH", `/v1/plugins/${id}/versions/1.1.0/rollout`, { bearer, body });
    expect((await resume({ state: "active" })).body.code).toBe("rollout_reason");
    expect((await resume({ state: "active", reason: "The host was at fault, not we." })).body.state).toBe("active");
  });

  it("rolling back within a day is a word, too, and an update is no way back", async () => {
    const id = await rolling("regretted");
    await updated("regretted", id, 20, { leaves: 3 });
    await sweepUpdates(world);
    expect(await stateOf(id)).toMatchObject({ state: "halted", halt: { rule: "departures", counted: 3, updated: 20 } });
  });
});
