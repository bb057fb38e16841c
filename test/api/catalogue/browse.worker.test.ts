import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { listCards } from "../../../src/storage/catalogue/search-list.ts";
import { counted } from "../../storage/counted-rows.worker.ts";
import { call } from "../account/calls.worker.ts";
import {
  type Instance,
  makeInstance,
  makePublisher,
  makeRelease,
  operatorToken,
  type Publisher,
  publish,
  upload,
} from "../publish/market.worker.ts";

const LIMITS = { installs: 3, apiCalls: 1000, storageMiB: 10, users: null };
const tier = (id: string, price: number | null) => ({
  id,
  price,
  interval: price === 0 ? "none" : "month",
  features: ["All"],
  limits: LIMITS,
});
const PLUGINS = {
  "alpha-notes": { displayName: "Zettel Über Kunden", category: "customers", tags: ["notes"] },
  "beta-board": {
    description: "Shows every request on one BOARD for the team.",
    category: "requests",
    tags: ["board", "team"],
  },
  "gamma-sms": {
    category: "communication",
    tags: ["sms"],
    pricing: { currency: "EUR", tiers: [tier("trial", 0), tier("basic", 900), tier("enterprise", null)] },
    trialDays: 14,
  },
} as const;

let acme: Publisher;
let other: Publisher;
let instance: Instance;
const ids: Record<string, string> = {};

beforeAll(async () => {
  acme = await makePublisher("acme");
  other = await makePublisher("other");
  instance = await makeInstance(acme.token, "acme");
  for (const [name, manifest] of Object.entries(PLUGINS))
    ids[name] = (await publish(acme, await makeRelease(acme, name, { manifest: { ...manifest } }))).pluginId;
  const set = env.DB.prepare(
    "UPDATE plugins SET downloads = ?, rating = ?, rating_count = 1, rating_sum = ? WHERE name = ?",
  );
  await env.DB.batch([
    set.bind(5, 4.5, 4, "alpha-notes"),
    set.bind(50, 2, 2, "beta-board"),
    set.bind(20, 0, 0, "gamma-sms"),
  ]);
});

async function names(query: string): Promise<string[]> {
  const { status, body } = await call("GET", `/v1/plugins${query}`);
  expect(status, query).toBe(200);
  expect(body.total, query).toBeGreaterThanOrEqual(body.data.length);
  return body.data.map((plugin: { name: string }) => plugin.name);
}

describe("the list", () => {
  it.each([
    ["", ["beta-board", "gamma-sms", "alpha-notes"]],
    ["?query=", ["beta-board", "gamma-sms", "alpha-notes"]],
    ["?query=NOTES", ["alpha-notes"]],
    ["?query=zettel%20%C3%9CBER", ["alpha-notes"]],
    ["?query=one%20board", ["beta-board"]],
    ["?query=team", ["beta-board"]],
    ["?query=tea", ["beta-board"]],
    ["?query=sms&type=automation", ["gamma-sms"]],
    ["?query=%25", []],
    ["?query=_", []],
    ["?query=%27%20OR%201%3D1%20--", []],
    ["?type=automation", ["beta-board", "gamma-sms", "alpha-notes"]],
    ["?type=ui", []],
    ["?type=nonsense", []],
    ["?category=requests", ["beta-board"]],
    ["?category=no-such", []],
    ["?tag=sms", ["gamma-sms"]],
    ["?minRating=2", ["beta-board", "alpha-notes"]],
    ["?minRating=2.5", ["alpha-notes"]],
    ["?minRating=5.1", []],
    ["?minRating=x", ["beta-board", "gamma-sms", "alpha-notes"]],
    ["?status=approved", ["beta-board", "gamma-sms", "alpha-notes"]],
    ["?status=pending", []],
    ["?status=odd", []],
    ["?sortBy=name", ["alpha-notes", "beta-board", "gamma-sms"]],
    ["?sortBy=name&sortOrder=asc", ["alpha-notes", "beta-board", "gamma-sms"]],
    ["?sortBy=name&sortOrder=asc&sortDirection=desc", ["gamma-sms", "beta-board", "alpha-notes"]],
    ["?sortBy=downloads&sortDirection=asc", ["alpha-notes", "gamma-sms", "beta-board"]],
    ["?sortBy=rating", ["alpha-notes", "beta-board", "gamma-sms"]],
    ["?limit=1&page=2", ["gamma-sms"]],
    ["?limit=2&page=2", ["alpha-notes"]],
    ["?page=0&limit=0", ["beta-board", "gamma-sms", "alpha-notes"]],
    ["?limit=100000000&page=-1", ["beta-board", "gamma-sms", "alpha-notes"]],
    ["?page=99999999", []],
    ["?unknown=1&query=sms&query=board", ["gamma-sms"]],
  ])("%s", async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it("counts what it lists, from counters and by hand alike", async () => {
    for (const query of [
      "",
      "?type=automation",
      "?category=requests",
      "?minRating=2",
      "?type=ui",
      "?tag=sms",
      "?query=sms",
    ])
      expect((await call("GET", `/v1/plugins${query}`)).body.total, query).toBe((await names(query)).length);
    const author = (await call("GET", `/v1/plugins/${ids["beta-board"]}`)).body.authorId;
    expect(await names(`?authorId=${author}`)).toHaveLength(3);
    expect(await names("?authorId=999")).toEqual([]);
  });

  it("shows facets, popular and recommended ones", async () => {
    expect((await call("GET", "/v1/categories")).body).toEqual([
      { name: "communication", count: 1 },
      { name: "customers", count: 1 },
      { name: "requests", count: 1 },
    ]);
    expect((await call("GET", "/v1/tags")).body).toContainEqual({ name: "team", count: 1 });
    const popular = await call("GET", "/v1/plugins/popular?limit=2");
    expect(popular.body.map((plugin: { name: string }) => plugin.name)).toEqual(["beta-board", "gamma-sms"]);
    expect((await call("GET", "/v1/plugins/recommended?limit=1")).body[0].name).toBe("alpha-notes");
    const stats = await call("GET", "/v1/stats");
    expect(stats.body).toMatchObject({ totalPlugins: 3, totalRevenue: 0 });
    expect(stats.body.topPlugins).toHaveLength(3);
  });

  it("is read from an index in every order and with every filter, whatever the size", async () => {
    const made = await env.SEARCH.prepare("SELECT * FROM cards LIMIT 1").first<Record<string, string | number>>();
    const columns = Object.keys(made ?? {});
    const changed: Record<string, string> = {
      id: "n.i",
      name: "'f' || n.i",
      downloads: "n.i",
      created_at: "n.i",
      type: "'ui'",
    };
    await env.SEARCH.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1000001 UNION ALL SELECT i + 1 FROM n WHERE i < 1003000)
       INSERT INTO cards (${columns.join(", ")}) SELECT ${columns.map((name) => changed[name] ?? `t.${name}`).join(", ")}
       FROM n, (SELECT * FROM cards LIMIT 1) t`,
    ).run();
    const category = String(made?.category);
    for (const sort of ["name", "downloads", "rating", "createdAt"] as const)
      for (const direction of ["asc", "desc"] as const)
        for (const filter of [{}, { type: "ui" }, { category }, { type: "ui", category }] as const) {
          const read = counted(env.SEARCH);
          await listCards(read.db, { ...filter, sort, direction, page: 1, limit: 20 });
          expect(read.rows(), JSON.stringify({ sort, direction, filter })).toBeLessThanOrEqual(100);
        }
    expect((await call("GET", "/v1/plugins?type=ui")).body.total).toBe(3000);
    await env.SEARCH.prepare("DELETE FROM cards WHERE name GLOB 'f[0-9]*'").run();
    expect((await call("GET", "/v1/plugins?type=ui")).body).toEqual({ data: [], total: 0 });
  });
});

describe("one plugin", () => {
  it("is the host's object: decimal ids, euros, nothing null, no bundle address where a license is needed", async () => {
    const { body, headers } = await call("GET", `/v1/plugins/${ids["gamma-sms"]}`);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^[1-9][0-9]*$/),
      authorId: expect.stringMatching(/^[1-9][0-9]*$/),
      name: "gamma-sms",
      author: "ACME",
      version: "1.0.0",
      status: "approved",
      pricing: { trial: 0, basic: 9 },
      trialDays: 14,
      permissions: expect.arrayContaining([expect.objectContaining({ code: "requests.read", required: true })]),
      dependencies: [],
      screenshots: [],
    });
    expect(Object.values(body)).not.toContain(null);
    expect(body).not.toHaveProperty("bundleUrl");
    expect(body).not.toHaveProperty("icon");
    expect((await call("GET", `/v1/plugins/${ids["beta-board"]}`)).body.bundleUrl).toMatch(
      /^http:\/\/localhost:8787\/bundles\/[0-9a-f]{64}\.rbsm$/,
    );
    const again = await call("GET", `/v1/plugins/${ids["gamma-sms"]}`, {
      headers: { "if-none-match": headers.get("etag") ?? "" },
    });
    expect([again.status, again.body]).toEqual([304, null]);
    expect((await call("GET", "/v1/plugins/by-name/gamma-sms")).body.id).toBe(ids["gamma-sms"]);
    const signed = await call("GET", `/v1/plugins/${ids["gamma-sms"]}`, { bearer: acme.token });
    expect(signed.headers.get("cache-control")).toBe("private, no-store");
    expect((await call("GET", `/v1/plugins/${ids["gamma-sms"]}`, { bearer: "wrong" })).status).toBe(401);
  });

  it("is 404 with the host's sentence for every other id", async () => {
    expect(await call("GET", "/v1/plugins/999999")).toMatchObject({
      status: 404,
      body: { message: "Plugin not found", success: false, error: { code: "NOT_FOUND" } },
    });
    for (const id of ["0", "-1", "1.5", "1e3", "abc", "9".repeat(30), "%31%30%20", "1%20or%201=1"])
      expect((await call("GET", `/v1/plugins/${id}`)).status, id).toBe(404);
    for (const path of ["versions", "stats", "reviews"])
      expect((await call("GET", `/v1/plugins/999999/${path}`)).status, path).toBe(404);
  });
});

describe("the owner's edits", () => {
  const put = (id: string | undefined, body: unknown, bearer = acme.token) =>
    call("PUT", `/v1/plugins/${id}`, { bearer, body });

  it("change the listing, survive the next release, and are audited", async () => {
    const edited = await put(ids["gamma-sms"], {
      description: "Reminds customers by SMS, every day.",
      pricing: { basic: 12, enterprise: { price: "custom" } },
      tags: ["sms", "reminder"],
    });
    expect(edited).toMatchObject({
      status: 200,
      body: {
        description: "Reminds customers by SMS, every day.",
        pricing: { trial: 0, basic: 12 },
        tags: ["reminder", "sms"],
      },
    });
    expect(await names("?tag=reminder")).toEqual(["gamma-sms"]);
    const head = (await call("GET", "/v1/plugins/by-name/gamma-sms/head", { bearer: acme.token })).body;
    const manifest = { ...PLUGINS["gamma-sms"], displayName: "SMS, second edition" };
    await publish(acme, await makeRelease(acme, "gamma-sms", { version: "1.1.0", manifest, head }));
    const { body } = await call("GET", `/v1/plugins/${ids["gamma-sms"]}`);
    expect(body).toMatchObject({
      version: "1.1.0",
      displayName: "SMS, second edition",
      description: "Reminds customers by SMS, every day.",
      pricing: { trial: 0, basic: 12 },
    });
    const audit = await env.DB.prepare("SELECT actor_kind, data FROM audit WHERE action = 'plugin.edited'").all();
    expect(audit.results).toEqual([{ actor_kind: "account", data: '{"fields":["description","tags","pricing"]}' }]);
  });

  it("are refused field by field, and change nothing then", async () => {
    const before = (await call("GET", `/v1/plugins/${ids["beta-board"]}`)).body;
    const refused = await put(ids["beta-board"], {
      displayName: "Fake\u202eboard",
      description: "short",
      category: "made-up",
      tags: ["Not OK"],
      icon: "javascript:alert(1)",
      screenshots: ["http://plain.example/x.png"],
      pricing: { premium: 9 },
    });
    expect(refused).toMatchObject({ status: 422, body: { code: "VALIDATION_ERROR" } });
    expect(refused.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      "/displayName",
      "/description",
      "/category",
      "/tags",
      "/icon",
      "/screenshots",
      "/pricing",
    ]);
    for (const body of [[], "x", { tags: "x" }, { displayName: 5 }])
      expect((await put(ids["beta-board"], body)).status).toBe(422);
    expect((await call("GET", `/v1/plugins/${ids["beta-board"]}`)).body).toEqual(before);
  });

  it("are nobody else's to make", async () => {
    const body = { description: "A description of twenty and more." };
    expect((await put(ids["beta-board"], body, other.token)).status).toBe(403);
    expect((await put(ids["beta-board"], body, await operatorToken())).status).toBe(403);
    expect((await call("PUT", `/v1/plugins/${ids["beta-board"]}`, { body })).status).toBe(401);
    expect((await call("DELETE", `/v1/plugins/${ids["beta-board"]}`, { bearer: other.token })).status).toBe(403);
    expect((await put("999999", body)).status).toBe(404);
    const plain = await makeInstance(acme.token);
    expect((await put(ids["beta-board"], body, await plain.bearer())).status).toBe(403);
  });

  it("lose none of twenty made at the same time", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        put(ids["alpha-notes"], { description: `A description of twenty and more, ${i}.` }),
      ),
    );
    for (const { status } of answers) expect([200, 409]).toContain(status);
    const done = answers.filter(({ status }) => status === 200).length;
    const audit = await env.DB.prepare(
      "SELECT count(*) AS n FROM audit WHERE action = 'plugin.edited' AND subject_id = ?",
    )
      .bind(ids["alpha-notes"])
      .first<number>("n");
    expect(audit).toBe(done);
  });

  it("take a plugin off every list, twice alike, while its page lives on", async () => {
    const bearer = await instance.bearer();
    for (let i = 0; i < 2; i++) {
      const deleted = await call("DELETE", `/v1/plugins/${ids["beta-board"]}`, { bearer });
      expect(deleted).toMatchObject({ status: 200, body: { id: ids["beta-board"], deleted: true } });
    }
    expect(await names("")).not.toContain("beta-board");
    expect((await call("GET", "/v1/tags")).body).not.toContainEqual({ name: "team", count: 1 });
    expect((await call("GET", `/v1/plugins/${ids["beta-board"]}`)).status).toBe(200);
    const { results } = await env.DB.prepare("SELECT kind FROM changes WHERE kind = 'plugin.delisted'").all();
    expect(results).toHaveLength(1);
  });
});

it("keeps an unpublished plugin out of lists, counts, facets and stats", async () => {
  const release = await makeRelease(other, "hidden-plugin", { manifest: { tags: ["hidden"] } });
  const { id } = (await upload(other.token, { bundle: release.bytes, statement: release.statement })).body;
  expect(await names("?query=hidden")).toEqual([]);
  expect(JSON.stringify((await call("GET", "/v1/tags")).body)).not.toContain("hidden");
  for (const path of ["", "/stats", "/versions", "/reviews"])
    expect((await call("GET", `/v1/plugins/${id}${path}`)).status, path).toBe(404);
});
