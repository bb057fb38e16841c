import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { DAY } from "../../../src/domain/time.ts";
import { updateIndexOnD1 } from "../../../src/storage/update/update-index.ts";
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

async function head(name: string) {
  return (await call("GET", `/v1/plugins/by-name/${name}/head`, { bearer: acme.token })).body;
}
async function release(name: string, version: string, manifest = {}) {
  const known = await exports.default.fetch(`${ORIGIN}/v1/plugins/by-name/${name}/head`, {
    headers: { authorization: `Bearer ${acme.token}` },
  });
  const next = known.ok ? { head: await head(name) } : {};
  return publish(acme, await makeRelease(acme, name, { version, manifest, ...next }));
}
/** Lets time have passed since a publication. */
const age = (version: string, seconds: number) =>
  env.DB.prepare("UPDATE releases SET published_at = published_at - ?1 WHERE version = ?2")
    .bind(seconds, version)
    .run();
const check = async (plugins: readonly object[], appVersion = "0.1.0") =>
  call("POST", "/v1/updates", { bearer: await office.bearer(), body: { appVersion, plugins } });

beforeAll(async () => {
  acme = await makePublisher("acme");
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
