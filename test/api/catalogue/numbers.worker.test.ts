import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { dayOf } from "../../../src/domain/catalogue/days.ts";
import { DAY } from "../../../src/domain/time.ts";
import { deliveriesOn } from "../../../src/storage/catalogue/delivery.ts";
import { createSeriesStore } from "../../../src/storage/catalogue/series.ts";
import { nowSeconds, passTime, setClock } from "../../clock.ts";
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

const HARDWARE = "a".repeat(64);
let acme: Publisher;
let other: Publisher;
let own: Instance;
let customer: Instance;
let second: Instance;
let pluginId: string;
let activationId: string;

beforeAll(async () => {
  acme = await makePublisher("acme");
  other = await makePublisher("other");
  own = await makeInstance(acme.token, "acme");
  customer = await makeInstance(other.token);
  second = await makeInstance(other.token);
  pluginId = (await publish(acme, await makeRelease(acme, "rated"))).pluginId;
});

const review = { userId: "7", userName: "Eva", rating: 5, title: "Good", comment: "Saves an hour a day." };
const reviews = () => `/v1/plugins/${pluginId}/reviews`;

/** A free license, installed. */
async function install(instance: Instance, userId = "7"): Promise<string> {
  const sold = await call("POST", "/v1/licenses", {
    bearer: await instance.bearer(),
    body: { pluginId, userId, type: "free" },
  });
  const made = await call("POST", "/v1/installations", {
    bearer: await instance.bearer(),
    body: { licenseId: sold.body.id, pluginId, hardwareId: HARDWARE, version: "1.0.0" },
  });
  if (made.status !== 201) throw new Error(JSON.stringify([sold.body, made.body]));
  return made.body.activationId;
}

/** As if it had been installed two days ago. */
async function age(activation: string): Promise<void> {
  await env.DB.prepare("UPDATE activations SET granted_at = granted_at - ? WHERE id = ?")
    .bind(2 * DAY, activation)
    .run();
}

/** A review of somebody else, written straight into the table, that many seconds ago. */
async function elsewhere(rating: number, ago: number): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO reviews (plugin_id, instance_id, user_id, rating, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)`,
  )
    .bind(Number(pluginId), Number(second.id), crypto.randomUUID(), rating, nowSeconds() - ago, nowSeconds() - ago)
    .run();
}

describe("reviews", () => {
  it("sec-53: are of instances that have the plugin installed for a day, never of the publisher's people", async () => {
    const bearer = await customer.bearer();
    const refused = { status: 403, body: { code: "review_not_allowed" } };
    expect(await call("POST", reviews(), { bearer, body: review })).toMatchObject(refused);
    activationId = await install(customer);
    expect(await call("POST", reviews(), { bearer, body: review })).toMatchObject(refused);
    await age(activationId);
    expect((await call("POST", reviews(), { bearer, body: review })).status).toBe(201);
    await age(await install(own));
    expect(await call("POST", reviews(), { bearer: await own.bearer(), body: review })).toMatchObject(refused);
  });

  it("are one per user and instance, marked with the version, keep what they said before, and move the mean", async () => {
    const bearer = await customer.bearer();
    const lines = "Zwei Zeilen,\nein 👩🏽‍💻 und שלום";
    expect(
      (await call("POST", reviews(), { bearer, body: { ...review, userId: "8", rating: 2, comment: lines } })).status,
    ).toBe(201);
    expect(
      (await call("POST", reviews(), { bearer, body: { ...review, rating: 4, comment: "Fewer now." } })).status,
    ).toBe(200);
    const { body } = await call("GET", `${reviews()}?page=1&limit=20`);
    expect(body).toMatchObject({
      total: 2,
      data: [
        { userId: "8", rating: 2, comment: lines, version: "1.0.0", edited: false, helpful: 0 },
        { userId: "7", userName: "Eva", rating: 4, comment: "Fewer now.", edited: true },
      ],
    });
    expect((await call("GET", `${reviews()}?page=2&limit=1`)).body.data).toHaveLength(1);
    const kept = await env.DB.prepare("SELECT rating, comment, version FROM review_edits").all();
    expect(kept.results).toEqual([{ rating: 5, comment: "Saves an hour a day.", version: "1.0.0" }]);
    expect((await call("GET", `/v1/plugins/${pluginId}`)).body.rating).toBe(3);
    expect((await call("GET", `/v1/plugins/${pluginId}/stats`)).body.ratings).toEqual({ average: 3, count: 2 });
    expect((await call("GET", "/v1/plugins?minRating=3")).body.total).toBe(1);
  });

  it("stay one, however many arrive at once", async () => {
    const bearer = await customer.bearer();
    const body = { ...review, userId: "9" };
    const answers = await Promise.all(Array.from({ length: 10 }, () => call("POST", reviews(), { bearer, body })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    expect((await call("GET", `/v1/plugins/${pluginId}/stats`)).body.ratings.count).toBe(3);
    await env.DB.prepare("DELETE FROM reviews WHERE user_id = '9'").run();
  });

  it("say nothing of how to reach anybody", async () => {
    const comment =
      "Write to me@firm.at, call +43 660 1234567 or see https://evil.example/x?y and www.evil.at/now. Version 1.0.0 of 01.11.2026.";
    await call("POST", reviews(), { bearer: await customer.bearer(), body: { ...review, title: "evil.com", comment } });
    const { data } = (await call("GET", reviews())).body;
    expect(data[1]).toMatchObject({
      title: "[…]",
      comment: "Write to […], call […] or see […] and […] Version 1.0.0 of 01.11.2026.",
    });
  });

  it("refuse what is no rating, hidden characters, strangers and tokens", async () => {
    const bearer = await customer.bearer();
    for (const rating of [0, 6, 4.5, "5", null])
      expect((await call("POST", reviews(), { bearer, body: { ...review, rating } })).status, String(rating)).toBe(422);
    expect((await call("POST", reviews(), { bearer, body: { ...review, comment: "x".repeat(2001) } })).status).toBe(
      422,
    );
    expect((await call("POST", reviews(), { bearer, body: { ...review, title: "x".repeat(121) } })).status).toBe(422);
    for (const field of ["userName", "title", "comment"])
      for (const hidden of ["a\u202eb", "a\u200bb", "a\u2066b", "a\u{e0041}b", "a\u0000b"])
        expect(
          (await call("POST", reviews(), { bearer, body: { ...review, [field]: hidden } })).body,
          field,
        ).toMatchObject({
          errors: [{ pointer: `/${field}` }],
        });
    expect((await call("POST", reviews(), { body: review })).status).toBe(401);
    expect((await call("POST", reviews(), { bearer: acme.token, body: review })).status).toBe(403);
    expect((await call("POST", "/v1/plugins/999999/reviews", { bearer, body: review })).status).toBe(404);
  });

  it("are answered once, by those who may edit the plugin", async () => {
    const { data } = (await call("GET", reviews())).body;
    const path = `${reviews()}/${data[0].id}/reply`;
    const body = { text: "Thank you! Write to help@acme.at." };
    expect((await call("PUT", path, { bearer: other.token, body })).status).toBe(403);
    expect((await call("PUT", `${reviews()}/999999/reply`, { bearer: acme.token, body })).status).toBe(404);
    const answers = await Promise.all(Array.from({ length: 5 }, () => call("PUT", path, { bearer: acme.token, body })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect((await call("GET", reviews())).body.data[0].reply).toMatchObject({ text: "Thank you! Write to […]." });
  });

  it("count votes of instances with the plugin, one each, never their own", async () => {
    const { data } = (await call("GET", reviews())).body;
    const path = `${reviews()}/${data[0].id}/vote`;
    const vote = async (instance: Instance, helpful: boolean) =>
      (await call("PUT", path, { bearer: await instance.bearer(), body: { helpful } })).status;
    expect(await vote(customer, true)).toBe(403);
    expect(await vote(second, true)).toBe(403);
    await age(await install(second));
    for (const helpful of [true, true, false]) expect(await vote(second, helpful)).toBe(200);
    expect((await call("GET", reviews())).body.data[0]).toMatchObject({ helpful: 0, notHelpful: 1 });
  });

  it("sec-53: too many in a day are held out of the mean until somebody looked", async () => {
    for (let i = 0; i < 3; i++) await elsewhere(5, 40 * DAY);
    await env.DB.prepare("UPDATE reviews SET created_at = created_at - ? WHERE user_id IN ('7', '8')")
      .bind(30 * DAY)
      .run();
    for (let i = 0; i < 5; i++) await elsewhere(1, 3600);
    const before = (await call("GET", `/v1/plugins/${pluginId}/stats`)).body.ratings;
    const bearer = await customer.bearer();
    expect((await call("POST", reviews(), { bearer, body: { ...review, userId: "burst", rating: 1 } })).status).toBe(
      201,
    );
    const held = (await call("GET", `/v1/plugins/${pluginId}/stats`)).body.ratings;
    expect(held).toEqual({ average: 4.4, count: 5 });
    expect(before.count).toBe(2);
    const operator = await operatorToken();
    const queue = (await call("GET", "/v1/desk/reviews", { bearer: operator })).body.reviews;
    expect(queue).toHaveLength(6);
    const decide = (id: string, decision: string, bearer = operator) =>
      call("POST", `/v1/desk/plugins/${pluginId}/reviews/${id}/decision`, {
        bearer,
        body: { decision, reason: "Looked at it" },
      });
    expect((await decide(queue[0].id, "keep", acme.token)).status).toBe(403);
    expect((await decide(queue[0].id, "keep")).status).toBe(200);
    for (const { id } of queue.slice(1)) expect((await decide(id, "remove")).status).toBe(200);
    expect((await decide(queue[1].id, "keep")).status).toBe(404);
    expect((await call("GET", `/v1/plugins/${pluginId}/stats`)).body.ratings).toEqual({ average: 3.8, count: 6 });
    expect((await call("GET", reviews())).body.total).toBe(6);
    expect((await call("POST", reviews(), { bearer, body: { ...review, userId: "burst", rating: 1 } })).status).toBe(
      403,
    );
  });

  it("are reported, looked at, and nobody decides about their own plugin", async () => {
    const { data } = (await call("GET", reviews())).body;
    const path = `${reviews()}/${data[0].id}/reports`;
    for (const [bearer, kind] of [
      [acme.token, "abuse"],
      [acme.token, "spam"],
      [await second.bearer(), "off_topic"],
    ] as const)
      expect((await call("POST", path, { bearer, body: { kind, text: "Look at it" } })).status).toBe(202);
    const operator = await operatorToken();
    const [reported] = (await call("GET", "/v1/desk/reviews", { bearer: operator })).body.reviews;
    expect(reported).toMatchObject({ id: data[0].id, pluginName: "rated", isHeld: false });
    expect(reported.reports.map(({ kind }: { kind: string }) => kind)).toEqual(["spam", "off_topic"]);
    const me = (await call("GET", "/v1/whoami", { bearer: operator })).body.account.id;
    await env.DB.prepare(
      "INSERT INTO publisher_members (publisher_id, account_id, role, created_at) SELECT id, ?, 'analyst', 1 FROM publishers WHERE handle = 'acme'",
    )
      .bind(Number(me))
      .run();
    const decision = () =>
      call("POST", `/v1/desk/plugins/${pluginId}/reviews/${data[0].id}/decision`, {
        bearer: operator,
        body: { decision: "keep", reason: "It is fine" },
      });
    expect(await decision()).toMatchObject({ status: 403, body: { code: "own_plugin" } });
    await env.DB.prepare("DELETE FROM publisher_members WHERE account_id = ?").bind(Number(me)).run();
    expect((await decision()).status).toBe(200);
    expect((await call("GET", "/v1/desk/reviews", { bearer: operator })).body.reviews).toEqual([]);
  });
});

const table = (path: string, bearer: string) =>
  exports.default.fetch(`${ORIGIN}${path}`, { headers: { authorization: `Bearer ${bearer}` } });

describe("numbers by day", () => {
  const TODAY = Math.floor(Date.now() / 1000 / DAY);
  const path = (query = "") => `/v1/plugins/${pluginId}/stats/series${query}`;
  // biome-ignore lint/suspicious/noExplicitAny: lines are read by their metric
  const line = (body: any, metric: string, group?: string) =>
    body.lines.find((one: { metric: string; group?: string }) => one.metric === metric && one.group === group)?.values;

  beforeAll(async () => {
    const release = await env.DB.prepare("SELECT id FROM releases WHERE plugin_id = ?")
      .bind(Number(pluginId))
      .first<number>("id");
    const day = dayOf(TODAY - 2);
    const at = (TODAY - 2) * DAY + 100;
    const account = Number(acme.accountId);
    const days = env.DB.prepare("INSERT INTO download_days (release_id, day, purpose, count) VALUES (?, ?, ?, ?)");
    const lands = env.DB.prepare(
      "INSERT INTO download_countries (release_id, day, country, count) VALUES (?, ?, ?, ?)",
    );
    await env.DB.batch([
      days.bind(release, day, "install", 7),
      days.bind(release, day, "update", 3),
      days.bind(release, dayOf(TODAY - 1), "install", 1),
      lands.bind(release, day, "AT", 6),
      lands.bind(release, day, "DE", 3),
      lands.bind(release, day, "CH", 2),
      env.DB.prepare(
        "INSERT INTO execution_counts (activation_id, plugin_id, day, version, kind, outcome, runs, total_ms, max_ms) VALUES (?, ?, ?, '1.0.0', 'event', ?, ?, 1, 1)",
      ).bind(activationId, Number(pluginId), day, "ok", 40),
      env.DB.prepare(
        "INSERT INTO execution_counts (activation_id, plugin_id, day, version, kind, outcome, runs, total_ms, max_ms) VALUES (?, ?, ?, '1.0.0', 'event', ?, ?, 1, 1)",
      ).bind(activationId, Number(pluginId), day, "plugin_error", 2),
      env.DB.prepare("INSERT INTO update_failures (instance_id, release_id, why, at) VALUES (?, ?, 'startup', ?)").bind(
        Number(customer.id),
        release,
        at,
      ),
      env.DB.prepare(
        `INSERT INTO orders (id, instance_id, user_id, plugin_id, publisher_id, tier, kind, list_price, amount, currency, provider,
           refunded, state, created_by, created_at, expires_at, paid_at, updated_at)
         VALUES ('ord_1', ?, '1', ?, ?, 'basic', 'new', 900, 900, 'EUR', 'manual', 200, 'refunded', ?, 1, 1, ?, 1)`,
      ).bind(Number(customer.id), Number(pluginId), Number(acme.publisherId), `account:${account}`, at),
    ]);
    await createSeriesStore(env.DB).noteAlive(dayOf(TODAY), nowSeconds());
    await createSeriesStore(env.DB).noteAlive(dayOf(TODAY), nowSeconds());
  });

  it("are one value per day, zero where nothing happened, null where nobody counted", async () => {
    const range = `?from=${dayOf(TODAY - 3)}&to=${dayOf(TODAY)}`;
    const { status, body } = await call("GET", path(range), { bearer: acme.token });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.days).toEqual([3, 2, 1, 0].map((ago) => dayOf(TODAY - ago)));
    expect(line(body, "downloads")).toEqual([0, 10, 1, 0]);
    expect(line(body, "executions")).toEqual([0, 42, 0, 0]);
    expect(line(body, "errors")).toEqual([0, 2, 0, 0]);
    expect(line(body, "failures")).toEqual([0, 1, 0, 0]);
    expect(line(body, "revenue")).toEqual([0, 700, 0, 0]);
    expect(line(body, "active")).toEqual([null, null, null, 3]);
    expect(line(body, "installs").reduce((sum: number, count: number) => sum + count)).toBe(3);
  });

  it("are split by version, purpose and country, groups under five together", async () => {
    const ask = async (by: string) => (await call("GET", path(`?by=${by}`), { bearer: acme.token })).body;
    const purposes = await ask("purpose");
    expect(line(purposes, "downloads", "install")[27]).toBe(7);
    expect(line(purposes, "downloads", "other")[27]).toBe(3);
    const lands = await ask("country");
    expect(line(lands, "downloads", "AT")[27]).toBe(6);
    expect(line(lands, "downloads", "other")[27]).toBe(5);
    expect(line(lands, "downloads", "CH")).toBeUndefined();
    const versions = await ask("version");
    expect(line(versions, "downloads", "1.0.0")[27]).toBe(10);
    expect(line(versions, "active", "other")[29]).toBe(3);
    expect(versions.lines.every(({ metric }: { metric: string }) => metric !== "revenue")).toBe(true);
  });

  it("belong to the publisher: members who may see statistics, its instance, and operators", async () => {
    for (const [bearer, expected] of [
      [acme.token, 200],
      [await own.bearer(), 200],
      [await operatorToken(), 200],
      [other.token, 403],
      [await customer.bearer(), 403],
    ] as const) {
      for (const address of [path(), "/v1/publishers/acme/stats/series"]) {
        expect((await call("GET", address, { bearer })).status, address).toBe(expected);
        expect((await table(`${address}.csv`, bearer)).status, address).toBe(expected);
      }
    }
    expect((await call("GET", path())).status).toBe(401);
    expect((await call("GET", "/v1/plugins/999999/stats/series", { bearer: acme.token })).status).toBe(404);
    expect((await call("GET", "/v1/publishers/nobody/stats/series", { bearer: acme.token })).status).toBe(404);
    const whole = (await call("GET", "/v1/publishers/acme/stats/series", { bearer: acme.token })).body;
    expect(line(whole, "downloads")[27]).toBe(10);
  });

  it("come as a table for spreadsheets", async () => {
    const range = `?from=${dayOf(TODAY - 2)}&to=${dayOf(TODAY - 2)}&by=purpose`;
    const answer = await table(`/v1/plugins/${pluginId}/stats/series.csv${range}`, acme.token);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(await answer.text()).toBe(`day,downloads install,downloads other\r\n${dayOf(TODAY - 2)},7,3\r\n`);
  });

  it("count a download once a day, by country, and as a point where there is a store for points", async () => {
    const release = await env.DB.prepare("SELECT id FROM releases WHERE plugin_id = ?")
      .bind(Number(pluginId))
      .first<number>("id");
    const points: AnalyticsEngineDataPoint[] = [];
    const cached = { fetch: async () => new Response(null, { status: 404 }) };
    const deliveries = deliveriesOn(env.DB, env.BUNDLES, cached, {
      writeDataPoint: (point) => void points.push(point ?? {}),
    });
    const day = dayOf(TODAY - 5);
    const download = { releaseId: String(release), day, purpose: "install", client: "10.0.0\nagent" } as const;
    for (const country of ["AT", "AT", "DE"]) await deliveries.count({ ...download, country });
    await deliveries.count({ ...download, client: "10.0.1\nagent" });
    expect(points).toEqual([
      { indexes: [String(release)], blobs: ["install", "AT"], doubles: [1] },
      { indexes: [String(release)], blobs: ["install", "XX"], doubles: [1] },
    ]);
    const { results } = await env.DB.prepare("SELECT country, count FROM download_countries WHERE day = ? ORDER BY 1")
      .bind(day)
      .all();
    expect(results).toEqual([
      { country: "AT", count: 1 },
      { country: "XX", count: 1 },
    ]);
  });

  it("cover at most 400 days", async () => {
    const get = async (query: string) => (await call("GET", path(query), { bearer: acme.token })).status;
    expect(await get(`?from=${dayOf(TODAY - 399)}&to=${dayOf(TODAY)}`)).toBe(200);
    expect(await get(`?from=${dayOf(TODAY - 400)}&to=${dayOf(TODAY)}`)).toBe(422);
    for (const query of ["?from=2026-02-30&to=2026-03-01", "?from=2026-03-02&to=2026-03-01", "?from=x", "?by=hour"])
      expect(await get(query), query).toBe(422);
  });

  it("name the day they were counted on, whatever the clock says later", async () => {
    setClock((TODAY + 3) * DAY + 30);
    passTime(60);
    await createSeriesStore(env.DB).noteAlive(dayOf(TODAY + 3), nowSeconds());
    const bearer = acme.token;
    const { body } = await call("GET", path(`?from=${dayOf(TODAY)}&to=${dayOf(TODAY + 3)}`), { bearer });
    expect(line(body, "active")).toEqual([3, null, null, 3]);
  });
});
