import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { DAY } from "../../../src/domain/time.ts";
import { createSearchIndex } from "../../../src/storage/catalogue/search-index.ts";
import { createSearchProjection } from "../../../src/storage/catalogue/search-projection.ts";
import { counted } from "../../storage/counted-rows.worker.ts";
import { call, makeOperator } from "../account/calls.worker.ts";
import { seed } from "./seed.worker.ts";

const NOW = Math.floor(Date.now() / 1000);
const ids: Record<string, number> = {};
const projection = createSearchProjection(env.DB, env.SEARCH, { now: () => Date.now() });

beforeAll(async () => {
  for (const plugin of [
    {
      name: "sms-reminder",
      displayName: "SMS-Erinnerung für Termine",
      description: "Erinnert Kundinnen und Kunden am Vortag an ihren Termin.",
      readme: "# SMS\n\nVerschickt über ein Gateway in Österreich. Braucht ein Guthaben beim Mobilfunkanbieter.",
      tags: ["reminder", "sms"],
      category: "communication",
      permissions: ["customers.read", "appointments.read"],
      egress: ["api.sms.example"],
      tiers: [
        { id: "trial", price: 0 },
        { id: "basic", price: 900 },
      ],
      trialDays: 14,
      ratings: { count: 4, sum: 18 },
    },
    {
      name: "reminder",
      displayName: "Plain reminders",
      description: "Reminds you of everything you wrote down, nothing else.",
      tags: ["reminder"],
      category: "notifications",
      permissions: ["notifications.send"],
      publishedAt: NOW - 200 * DAY,
    },
    {
      name: "aaa-clone",
      displayName: "Reminder",
      description: "A reminder that reminds of the reminder: reminder, reminder, reminder.",
      category: "notifications",
      publisher: "spam",
    },
    {
      name: "board",
      displayName: "Reminder",
      description: "Shows open requests on one board for the whole team.",
      publisher: "proven",
      domain: "proven.example",
      type: "mixed",
      category: "requests",
      tags: ["board", "team"],
      permissions: ["requests.read"],
      versions: [
        { version: "0.9.0" },
        { version: "0.10.0", minAppVersion: "0.3.0" },
        { version: "0.10.0-beta.1", minAppVersion: "0.2.0" },
      ],
    },
    { name: "umlaut", displayName: "Überblick", description: "Größere Übersicht über Aufträge und Löhne." },
    {
      name: "secret-never",
      displayName: "Hidden tool",
      description: "Nobody may see this tool yet.",
      published: false,
    },
    { name: "secret-off", displayName: "Unlisted tool", description: "Taken off every list.", listed: false },
  ])
    ids[plugin.name] = await seed(plugin);
});

async function search(query: string) {
  const { status, body } = await call("GET", `/v1/search${query}`);
  expect(status, `${query} ${JSON.stringify(body)}`).toBe(200);
  return body;
}
async function names(query: string): Promise<string[]> {
  return (await search(query)).data.map((hit: { plugin: { name: string } }) => hit.plugin.name);
}

describe("search", () => {
  it.each([
    ["?query=termin", ["sms-reminder"]],
    ["?query=uberblick", ["umlaut"]],
    ["?query=%C3%9Cbersicht%20l%C3%B6hne", ["umlaut"]],
    ["?query=mobilfunk", ["sms-reminder"]],
    ["?query=acme&category=communication", ["sms-reminder"]],
    ["?query=reminder&type=mixed", ["board"]],
    ["?query=xylophon-quartz", []],
    ["?query=hidden", []],
    ["?query=unlisted", []],
    ["?query=secret-never", []],
    ["?query=secret-off", []],
    ["?publisher=proven", ["board"]],
    ["?price=paid", ["sms-reminder"]],
    ["?price=trial&query=sms", ["sms-reminder"]],
    ["?permission=requests.read", ["board"]],
    ["?verified=yes", ["board"]],
    ["?minRating=4", ["sms-reminder"]],
    ["?tag=team", ["board"]],
    ["?sortBy=name&limit=2", ["aaa-clone", "board"]],
    ["?sortBy=name&limit=2&page=2", ["reminder", "sms-reminder"]],
    ["?query=reminder&sortBy=name", ["aaa-clone", "board", "reminder", "sms-reminder"]],
  ])("%s", async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it("puts the exact name first, then the exact display name of a verified publisher", async () => {
    expect((await names("?query=Reminder")).slice(0, 2)).toEqual(["reminder", "board"]);
    expect((await names("?query=board"))[0]).toBe("board");
  });

  it("forgives typing errors, and only where no word matches", async () => {
    for (const typo of ["remineder", "remindr", "reminer", "sms-remindr"])
      for (const { plugin } of (await search(`?query=${typo}`)).data)
        expect(`${plugin.name} ${plugin.displayName}`, typo).toMatch(/reminder/i);
    expect(await names("?query=remineder")).toHaveLength(4);
    expect((await search("?query=remineder")).match).toBe("similar");
    expect((await search("?query=sms%20board")).match).toBe("any");
    expect((await search("?query=sms%20termin")).match).toBe("words");
  });

  it("explains every score by its parts, and only when asked", async () => {
    const { data } = await search("?query=reminder&explain=1");
    for (const { score } of data) {
      const { text, use, trust, rating, fresh, penalty } = score;
      expect(score.score).toBeCloseTo(
        (0.6 * text + 0.16 * use + 0.12 * trust + 0.08 * rating + 0.04 * fresh) * penalty,
        12,
      );
    }
    expect((await search("?query=reminder")).data[0]).not.toHaveProperty("score");
    expect((await search("?query=reminder&sortBy=name&explain=1")).data[0]).not.toHaveProperty("score");
  });

  it("marks words as ranges of the texts, never as markup", async () => {
    const { data } = await search("?query=kundinnen%20termin");
    const { plugin, highlights, excerpt } = data[0];
    const cut = (text: string, ranges: { from: number; to: number }[]) =>
      ranges.map(({ from, to }) => text.slice(from, to));
    expect(cut(plugin.displayName, highlights.displayName)).toEqual(["Termin"]);
    expect(cut(plugin.description, highlights.description)).toEqual(["Kundinnen", "Termin"]);
    expect(excerpt).toBeUndefined();
    const piece = (await search("?query=guthaben")).data[0].excerpt;
    expect(cut(piece.text, piece.ranges)).toEqual(["Guthaben"]);
  });

  it("sec-28: a million downloads do not move a plugin", async () => {
    const before = await search("?query=reminder&explain=1");
    await env.DB.prepare("UPDATE plugins SET downloads = 1000000 WHERE name = 'aaa-clone'").run();
    await projection.project(100);
    const after = await search("?query=reminder&explain=1");
    expect(
      after.data.find((hit: { plugin: { name: string } }) => hit.plugin.name === "aaa-clone").plugin.downloads,
    ).toBe(1e6);
    const order = ({ data }: { data: { plugin: { name: string }; score: unknown }[] }) =>
      data.map(({ plugin, score }) => [plugin.name, score]);
    expect(order(after)).toEqual(order(before));
    expect(await names("")).not.toEqual(expect.arrayContaining(["secret-never"]));
  });

  it("sec-47: whatever is typed is quoted, bounded and never an error of ours", async () => {
    for (const text of [
      '"',
      '""',
      "' OR 1=1 --",
      "a AND",
      "NOT",
      "NEAR(a b)",
      "name:sms",
      "{name}:x",
      "^sms",
      "sms*",
      "*",
      "c++",
      "(((",
      "%",
      "_",
      "\\",
      "\u0000sms",
      "\u0001\u0002",
      "\ud800",
      "x".repeat(200),
      "%_".repeat(60),
      "a ".repeat(100),
      "👩🏽‍💻 שלום",
      "ä".repeat(51),
      "'; DROP TABLE cards; --",
    ]) {
      const encoded = encodeURIComponent(text.toWellFormed());
      for (const path of ["/v1/search", "/v1/search/facets", "/v1/plugins"])
        expect((await call("GET", `${path}?query=${encoded}`)).status, `${path} ${text}`).toBe(200);
    }
    for (const path of ["/v1/search", "/v1/plugins"])
      expect((await call("GET", `${path}?query=${"x".repeat(201)}`)).status, path).toBe(422);
    for (const query of [
      "type=nonsense",
      "permission=root",
      "limit=0",
      "limit=101",
      "page=0",
      "sortBy=price",
      "appVersion=latest",
      "minRating=9",
      "after=%00",
    ])
      expect((await call("GET", `/v1/search?${query}`)).status, query).toBe(422);
    expect(await names("?query=board")).toContain("board");
  });

  it("sec-46: what is not listed is in no list, count, facet or change", async () => {
    const texts = await Promise.all(
      ["/v1/search", "/v1/search/facets", "/v1/plugins", "/v1/categories", "/v1/tags", "/v1/changes?limit=1000"].map(
        async (path) => JSON.stringify((await call("GET", path)).body),
      ),
    );
    for (const text of texts) {
      expect(text).not.toContain("secret-never");
      expect(text).not.toContain("Hidden tool");
      expect(text).not.toContain("Unlisted tool");
    }
    expect((await search("")).total).toBe(5);
    expect((await call("GET", "/v1/plugins")).body.total).toBe(5);
  });

  it("sec-48, sec-49: the newest version is the highest by precedence, whatever its letters and the clock say", async () => {
    const { plugin } = (await search("?query=board")).data[0];
    expect(plugin.version).toBe("0.10.0");
    const { body } = await call("GET", `/v1/plugins/${ids.board}/versions`);
    expect(body.latest).toBe("0.10.0");
    expect(body.versions.map(({ version }: { version: string }) => version)).toEqual([
      "0.10.0",
      "0.10.0-beta.1",
      "0.9.0",
    ]);
  });
});

describe("facets", () => {
  it("count what each further choice would leave", async () => {
    const all = (await call("GET", "/v1/search/facets?appVersion=0.1.0")).body;
    expect(all.isExact).toBe(true);
    expect(all.facets).toMatchObject({
      type: [
        { name: "ui", count: 4 },
        { name: "mixed", count: 1 },
      ],
      tag: expect.arrayContaining([{ name: "reminder", count: 2 }]),
      price: expect.arrayContaining([
        { name: "free", count: 4 },
        { name: "paid", count: 1 },
        { name: "trial", count: 1 },
      ]),
      network: [{ name: "none", count: 4 }],
      personal: [{ name: "none", count: 3 }],
      verified: [{ name: "yes", count: 1 }],
      rating: expect.arrayContaining([{ name: "4", count: 1 }]),
      updated: expect.arrayContaining([
        { name: "30", count: 4 },
        { name: "365", count: 5 },
      ]),
      fits: [{ name: "yes", count: 5 }],
    });
    const chosen = (await call("GET", "/v1/search/facets?query=reminder&type=ui")).body.facets;
    expect(chosen.type).toEqual([
      { name: "ui", count: 3 },
      { name: "mixed", count: 1 },
    ]);
    expect(chosen.category).toEqual([
      { name: "notifications", count: 2 },
      { name: "communication", count: 1 },
    ]);
  });

  it("and what they promise is what the search then finds", async () => {
    const fields: Record<string, (value: string) => string> = {
      type: (value) => `type=${value}`,
      category: (value) => `category=${value}`,
      tag: (value) => `tag=${value}`,
      price: (value) => `price=${value}`,
      permission: (value) => `permission=${value}`,
      network: (value) => `network=${value}`,
      personal: (value) => `personal=${value}`,
      verified: (value) => `verified=${value}`,
      rating: (value) => `minRating=${value}`,
      updated: (value) => `updatedWithin=${value}`,
    };
    for (const start of ["", "query=reminder", "type=ui", "price=free&type=ui"]) {
      const { facets } = (await call("GET", `/v1/search/facets?${start}`)).body;
      for (const [facet, field] of Object.entries(fields)) {
        if (start.includes(field("x").split("=")[0] ?? "")) continue;
        for (const { name, count } of facets[facet])
          expect((await search(`?${start}&${field(name)}`)).total, `${start} ${facet} ${name}`).toBe(count);
      }
    }
  });

  it("hide what does not fit the reader's version of Rising-BSM", async () => {
    expect(await names("?appVersion=0.1.0&publisher=proven")).toEqual(["board"]);
    await env.DB.prepare("UPDATE releases SET min_app_version = '0.3.0' WHERE plugin_id = ?").bind(ids.board).run();
    await env.DB.prepare("UPDATE plugins SET display_name = 'Reminder' WHERE id = ?").bind(ids.board).run();
    expect(await names("?appVersion=0.1.0&publisher=proven")).toEqual([]);
    expect(await names("?appVersion=0.3.0&publisher=proven")).toEqual(["board"]);
    expect(await names("?publisher=proven")).toEqual(["board"]);
  });
});

describe("cursors", () => {
  it("walk through everything once, in every order", async () => {
    for (const order of [
      "sortBy=name",
      "sortBy=name&sortDirection=desc",
      "sortBy=downloads",
      "sortBy=rating&sortDirection=asc",
      "sortBy=createdAt",
      "sortBy=updated",
      "sortBy=relevance",
      "query=reminder",
      "query=reminder&sortBy=downloads",
    ]) {
      const whole = await names(`?${order}`);
      const walked: string[] = [];
      let after = "";
      for (let pages = 0; pages < 10; pages++) {
        const page = await search(`?${order}&limit=2${after}`);
        walked.push(...page.data.map((hit: { plugin: { name: string } }) => hit.plugin.name));
        if (page.next === undefined) break;
        after = `&after=${page.next}`;
      }
      expect(walked, order).toEqual(whole);
    }
  });

  it("are refused when forged or of another search, and gone after a rebuild", async () => {
    const { next } = await search("?sortBy=name&limit=2");
    for (const forged of [`${next}x`, `x${next}`, next.replace(".", ""), "WzEsMSwiYSIsMV0.AAAAAAAAAAAAAAAAAAAAAA"])
      expect((await call("GET", `/v1/search?sortBy=name&limit=2&after=${forged}`)).status, forged).toBe(422);
    expect((await call("GET", `/v1/search?sortBy=name&type=ui&limit=2&after=${next}`)).status).toBe(422);
    expect((await call("GET", `/v1/search?sortBy=name&limit=1&after=${next}`)).status).toBe(200);
    const bearer = await makeOperator();
    const begun = await call("POST", "/v1/desk/search/rebuild", { bearer });
    expect(begun).toMatchObject({ status: 202, body: { generation: 2, plugins: 6 } });
    expect(await call("GET", `/v1/search?sortBy=name&limit=2&after=${next}`)).toMatchObject({
      status: 410,
      body: { code: "cursor_expired" },
    });
    for (let left = 1; left > 0; ) left = await projection.project(100);
    expect((await call("GET", "/v1/desk/search", { bearer })).body).toEqual({
      generation: 2,
      due: 0,
      cards: 5,
      isFinished: true,
    });
  });
});

describe("the projection", () => {
  const dump = async () => {
    const tables = ["cards", "card_facets", "words", "grams"] as const;
    const rows = await env.SEARCH.batch(
      tables.map((table) => env.SEARCH.prepare(`SELECT rowid AS r, * FROM ${table}`)).slice(0, 1),
    );
    const facets = await env.SEARCH.prepare("SELECT * FROM card_facets ORDER BY 1, 2, 3").all();
    const words = await env.SEARCH.prepare("SELECT rowid, * FROM words ORDER BY rowid").all();
    const grams = await env.SEARCH.prepare("SELECT rowid, * FROM grams ORDER BY rowid").all();
    const counts = await env.SEARCH.prepare(
      "SELECT type AS a, category AS b, stars AS c, count AS n FROM card_counts WHERE count > 0 UNION ALL SELECT facet, value, 0, count FROM facet_counts WHERE count > 0 ORDER BY 1, 2, 3",
    ).all();
    const cards = (rows[0]?.results ?? []).map((row) => ({ ...(row as object), rank: 0 }));
    return { cards, facets: facets.results, words: words.results, grams: grams.results, counts: counts.results };
  };

  it("is idempotent, and a rebuilt database equals the one before", async () => {
    const before = await dump();
    await projection.rebuild(NOW);
    await Promise.all([projection.project(100), projection.project(100), projection.project(3)]);
    for (let left = 1; left > 0; ) left = await projection.project(2);
    expect(await dump()).toEqual(before);
  });

  it("comes back from nothing: an emptied database is rebuilt from the catalogue", async () => {
    const before = await dump();
    await env.SEARCH.batch(["DELETE FROM cards", "DELETE FROM projected"].map((sql) => env.SEARCH.prepare(sql)));
    expect(await names("")).toEqual([]);
    // The next sweep notices by itself.
    expect(await projection.project(100)).toBe(0);
    expect((await projection.progress()).due).toBeGreaterThan(0);
    for (let left = 1; left > 0; ) left = await projection.project(2);
    expect(await dump()).toEqual(before);
  });

  it("never lets an older reading undo a newer one", async () => {
    const [behind] = [await projection.isBehind()];
    expect(behind).toBe(false);
    await env.DB.prepare(
      "UPDATE plugins SET description = 'An older text of twenty letters.' WHERE name = 'umlaut'",
    ).run();
    const older = createSearchProjection(
      slow(env.DB, "UPDATE plugins SET description = 'A newer text of twenty letters.' WHERE name = 'umlaut'"),
      env.SEARCH,
      {
        now: () => Date.now(),
      },
    );
    await older.project(10);
    expect(await projection.isBehind()).toBe(false);
    expect((await search("?query=umlaut")).data[0].plugin.description).toBe("A newer text of twenty letters.");
  });

  it("drops a card with the right to be listed, and what is left of a plugin that is gone", async () => {
    await env.DB.prepare("UPDATE plugins SET listed = 0 WHERE name = 'umlaut'").run();
    expect(await names("?query=umlaut")).toEqual([]);
    await env.DB.prepare("UPDATE plugins SET listed = 1 WHERE name = 'umlaut'").run();
    expect(await names("?query=umlaut")).toEqual(["umlaut"]);
    await env.SEARCH.prepare("UPDATE cards SET id = 999999, name = 'ghost' WHERE name = 'umlaut'").run();
    await projection.rebuild(NOW);
    for (let left = 1; left > 0; ) left = await projection.project(100);
    expect(await env.SEARCH.prepare("SELECT name FROM cards WHERE name = 'ghost'").first()).toBeNull();
    expect(await names("?query=umlaut")).toEqual(["umlaut"]);
  });

  it("reads every card again once it is a day old: installations rank, and only verified ones", async () => {
    const use = async () => {
      await projection.refresh(Math.floor(Date.now() / 1000) + 1, 100);
      return (await search("?query=umlaut&explain=1")).data[0].score.use;
    };
    expect(await use()).toBe(0);
    await install("umlaut", { accountOf: "other", createdAt: NOW - 8 * DAY });
    expect(await use()).toBeCloseTo(Math.log10(2) / 5, 12);
    await install("umlaut", { accountOf: "other", createdAt: NOW });
    await install("umlaut", { accountOf: "other", createdAt: NOW - 8 * DAY, seenAt: NOW - 31 * DAY });
    await install("umlaut", { accountOf: "acme", createdAt: NOW - 8 * DAY });
    expect(await use()).toBeCloseTo(Math.log10(2) / 5, 12);
  });

  it("sec-27: a look-alike of an older plugin of somebody else is pushed down, so is what is deprecated", async () => {
    const penalty = async (name: string) => {
      await projection.refresh(Math.floor(Date.now() / 1000) + 1, 100);
      const { data } = await search(`?query=${name}&explain=1`);
      return data.find((hit: { plugin: { name: string } }) => hit.plugin.name === name).score.penalty;
    };
    const look = env.DB.prepare(
      "INSERT INTO plugin_looks (plugin_id, skeleton, display_skeleton) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET skeleton = excluded.skeleton",
    );
    await env.DB.batch([
      look.bind(ids.reminder, "reminder", "plain"),
      look.bind(ids["aaa-clone"], "reminder", "clone"),
      look.bind(ids["sms-reminder"], "reminder", "sms"),
    ]);
    expect([await penalty("aaa-clone"), await penalty("reminder"), await penalty("sms-reminder")]).toEqual([0.2, 1, 1]);
    await env.DB.prepare("UPDATE releases SET state = 'deprecated' WHERE plugin_id = ?").bind(ids["aaa-clone"]).run();
    expect(await penalty("aaa-clone")).toBeCloseTo(0.06, 12);
    await env.DB.batch([
      env.DB.prepare("UPDATE releases SET state = 'published' WHERE plugin_id = ?").bind(ids["aaa-clone"]),
      env.DB.prepare("DELETE FROM plugin_looks"),
    ]);
  });

  it("reads twenty rows for twenty shown, among thousands", async () => {
    const columns = Object.keys((await env.SEARCH.prepare("SELECT * FROM cards LIMIT 1").first()) ?? {});
    const changed: Record<string, string> = { id: "n.i", name: "'many-' || n.i", downloads: "n.i", rank: "n.i / 1e9" };
    await env.SEARCH.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1000001 UNION ALL SELECT i + 1 FROM n WHERE i < 1002000)
       INSERT INTO cards (${columns.join(", ")}) SELECT ${columns.map((name) => changed[name] ?? `t.${name}`).join(", ")}
       FROM n, (SELECT * FROM cards WHERE name = 'umlaut') t`,
    ).run();
    const base = { direction: "desc", page: 1, limit: 20 } as const;
    for (const sort of ["relevance", "downloads", "rating", "createdAt", "updated", "name"] as const)
      for (const choice of [{}, { type: "ui" }, { category: "other" }, { type: "ui", category: "other" }] as const) {
        const read = counted(env.SEARCH);
        const found = await createSearchIndex(read.db).search({ ...base, ...choice, sort }, null, 20_000);
        expect(found.items, sort).toHaveLength(20);
        const further = await createSearchIndex(read.db).search({ ...base, ...choice, sort }, found.next, 20_000);
        expect(further.items[0]?.card).toBeDefined();
        expect(read.rows(), `${sort} ${JSON.stringify(choice)}`).toBeLessThanOrEqual(200);
      }
    await env.SEARCH.prepare("DELETE FROM cards WHERE name GLOB 'many-*'").run();
  });
});

describe("the change feed", () => {
  const read = async (query: string) => {
    const { status, body, headers } = await call("GET", `/v1/changes${query}`);
    expect(status).toBe(200);
    return { ...body, etag: headers.get("etag") };
  };
  const readAll = async (limit: number) => {
    const changes: Change[] = [];
    for (let after = "0"; ; ) {
      const page = await read(`?after=${after}&limit=${limit}`);
      changes.push(...page.changes);
      after = page.next;
      if (!page.hasMore) return changes;
    }
  };

  it("has every number once and in order, whatever the size of its pages", async () => {
    const whole = await readAll(1000);
    expect(whole.map(({ sequence }) => sequence)).toEqual(whole.map((_, at) => at + 1));
    expect(await readAll(7)).toEqual(whole);
    expect((await read("?after=999999")).changes).toEqual([]);
    await expect(env.DB.prepare("DELETE FROM feed WHERE id = 1").run()).rejects.toThrow("no gaps");
  });

  it("is enough to rebuild catalogue and index from nothing", async () => {
    const { cards, words } = rebuilt(await readAll(50));
    const listed = (await call("GET", "/v1/plugins?sortBy=name&limit=100")).body.data;
    const facts = ["id", "uuid", "name", "displayName", "description", "version", "author", "category", "type", "tags"];
    const more = ["pricing", "trialDays", "rating", "permissions", "minAppVersion", "checksum"];
    const pick = (row: Record<string, unknown>) =>
      Object.fromEntries([...facts, ...more].map((name) => [name, row[name]]));
    expect(cards).toEqual(listed.map(pick));
    const { results } = await env.SEARCH.prepare(
      "SELECT name, display, tags, summary, publisher, readme FROM words ORDER BY name",
    ).all();
    expect(words).toEqual(results);
  });

  it("answers 304 to whoever has all, and waits for the next one", async () => {
    const { next } = await read("?limit=1000");
    const last = await read(`?after=${next}`);
    expect(last).toMatchObject({ changes: [], next, hasMore: false });
    const same = await call("GET", `/v1/changes?after=${next}`, { headers: { "if-none-match": last.etag } });
    expect(same.status).toBe(304);
    const waiting = call("GET", `/v1/changes?after=${next}&wait=20`, { headers: { "if-none-match": last.etag } });
    await env.DB.prepare("UPDATE plugins SET trial_days = 7 WHERE name = 'umlaut'").run();
    const woken = await waiting;
    expect(woken.body.changes).toMatchObject([
      { sequence: Number(next) + 1, kind: "plugin.changed", subject: "umlaut", data: { trialDays: 7 } },
    ]);
    for (const query of ["after=-1", "after=x", "limit=0", "limit=1001", "wait=31"])
      expect((await call("GET", `/v1/changes?${query}`)).status, query).toBe(422);
  });

  it("tells that a plugin went off the lists, nothing of it while it is off, and everything when it returns", async () => {
    const { next } = await read("?after=0&limit=1000");
    await env.DB.prepare("UPDATE plugins SET listed = 0 WHERE name = 'umlaut'").run();
    await env.DB.prepare("UPDATE plugins SET description = 'A text nobody may read yet.' WHERE name = 'umlaut'").run();
    await env.DB.prepare("UPDATE releases SET yank_reason = 'x' WHERE plugin_id = ?").bind(ids.umlaut).run();
    await env.DB.prepare("INSERT INTO changes (at, kind, subject) VALUES (1, 'plugin.edited', 'umlaut')").run();
    const off = await read(`?after=${next}`);
    expect(off.changes).toMatchObject([{ kind: "plugin.changed", subject: "umlaut", data: { listed: false } }]);
    expect(Object.keys(off.changes[0].data)).toEqual(["id", "listed"]);
    await env.DB.prepare("UPDATE plugins SET listed = 1 WHERE name = 'umlaut'").run();
    const on = await read(`?after=${off.next}`);
    expect(on.changes.map(({ kind }: Change) => kind)).toEqual(["release.changed", "plugin.changed"]);
    expect(on.changes[0].data).toMatchObject({ version: "1.0.0", manifest: { license: "MIT" } });
  });
});

interface Change {
  readonly sequence: number;
  readonly kind: string;
  readonly subject: string;
  // biome-ignore lint/suspicious/noExplicitAny: facts are read by their kind
  readonly data: any;
}

/** What a stranger makes of the feed alone: the newest fact of each subject counts. */
function rebuilt(changes: readonly Change[]) {
  const plugins = new Map<string, Change["data"]>();
  const releases = new Map<string, Map<string, Change["data"]>>();
  for (const { kind, subject, data } of changes) {
    if (kind === "plugin.changed" && data.listed) plugins.set(subject, data);
    if (kind === "plugin.changed" && !data.listed) plugins.delete(subject);
    if (kind === "publisher.changed")
      for (const plugin of plugins.values()) if (plugin.publisher.id === data.id) plugin.publisher = data;
    if (kind === "release.changed") {
      const known = releases.get(subject) ?? new Map();
      known.set(data.version, { ...known.get(data.version), ...data });
      releases.set(subject, known);
    }
  }
  const listed = [...plugins].sort(([a], [b]) => (a < b ? -1 : 1));
  const latest = (name: string) => releases.get(name)?.get(plugins.get(name).latest);
  return {
    cards: listed
      .map(([name, plugin]) => {
        const release = latest(name);
        const priced = plugin.pricing.tiers.filter(({ price }: { price: number | null }) => price !== null);
        return {
          ...plugin,
          name,
          version: plugin.latest,
          author: plugin.publisher.displayName,
          pricing: Object.fromEntries(priced.map(({ id, price }: { id: string; price: number }) => [id, price / 100])),
          rating: Math.round(plugin.rating.average * 10) / 10,
          permissions: release.manifest.permissions.map((one: { code: string }) => ({ ...one, name: one.code })),
          minAppVersion: release.minAppVersion,
          checksum: release.sha256,
        };
      })
      .map((card) =>
        Object.fromEntries(
          [
            "id",
            "uuid",
            "name",
            "displayName",
            "description",
            "version",
            "author",
            "category",
            "type",
            "tags",
            "pricing",
            "trialDays",
            "rating",
            "permissions",
            "minAppVersion",
            "checksum",
          ].map((field) => [field, card[field]]),
        ),
      ),
    words: listed.map(([name, plugin]) => ({
      name,
      display: plugin.displayName,
      tags: plugin.tags.join(" "),
      summary: plugin.description,
      publisher: `${plugin.publisher.handle} ${plugin.publisher.displayName}`,
      readme: (latest(name)?.readme ?? "").replace(/\p{Cc}+/gu, " "),
    })),
  };
}

/** Runs one more statement between reading the outbox and reading the plugins, and projects it elsewhere. */
function slow(db: D1Database, sql: string): D1Database {
  let isDone = false;
  return {
    prepare(text: string) {
      const statement = db.prepare(text);
      if (isDone || !text.includes("json_each(?1)")) return statement;
      isDone = true;
      return {
        bind: (...values: unknown[]) => ({
          all: async () => {
            const read = await statement.bind(...values).all();
            await db.prepare(sql).run();
            await projection.project(10);
            return read;
          },
        }),
      };
    },
    batch: db.batch.bind(db),
  } as never;
}

let made = 0;

/** An instance with a live installation of the plugin. */
async function install(
  plugin: string,
  options: { accountOf: string; createdAt: number; seenAt?: number },
): Promise<void> {
  const number = ++made;
  const insert = async (sql: string, ...values: (string | number)[]) =>
    (await env.DB.prepare(`${sql} RETURNING id`)
      .bind(...values)
      .first<number>("id")) ?? 0;
  const account = await insert("INSERT INTO accounts (name, created_at) VALUES (?, 1)", options.accountOf);
  if (options.accountOf === "acme")
    await env.DB.prepare(
      "INSERT INTO publisher_members (publisher_id, account_id, role, created_at) SELECT id, ?, 'owner', 1 FROM publishers WHERE handle = 'acme'",
    )
      .bind(account)
      .run();
  const instance = await insert(
    `INSERT INTO instances (account_id, name, url, app_version, webhook_url, api_url, api_key, api_secret_sealed, webhook_secret_sealed, created_at)
     VALUES (?, 'x', 'x', '0.1.0', 'x', 'x', ?, 'x', 'x', ?)`,
    account,
    `key-${number}`,
    options.createdAt,
  );
  const columns = (
    await env.DB.prepare(
      "SELECT name, type FROM pragma_table_info('licenses') WHERE \"notnull\" = 1 AND dflt_value IS NULL AND pk = 0",
    ).all<{ name: string; type: string }>()
  ).results;
  const given: Record<string, string | number> = {
    uuid: crypto.randomUUID(),
    instance_id: instance,
    plugin_id: ids[plugin] ?? 0,
    publisher_id:
      (await env.DB.prepare("SELECT publisher_id FROM plugins WHERE name = ?")
        .bind(plugin)
        .first<number>("publisher_id")) ?? 0,
    user_id: "1",
    type: "free",
    state: "active",
    issued_at: 1,
    starts_at: 1,
    max_installs: 1,
    seat_cap: 1,
    dev_seats: 0,
  };
  const values = columns.map(({ name, type }) => given[name] ?? (type === "INTEGER" ? 1 : `${name}-${number}`));
  const license = await insert(
    `INSERT INTO licenses (${columns.map(({ name }) => name).join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    ...values,
  );
  await env.DB.prepare(
    `INSERT INTO activations (id, license_id, instance_id, installation_id, device_id, env, seat_class, version, gen, granted_at,
       lease_iat, lease_until, jti, last_seen_at, last_op, grant_op)
     VALUES (?, ?, ?, ?, 'd', 'production', 'paid', '1.0.0', 1, 1, 1, 9999999999, 'j', ?, 'o', 'g')`,
  )
    .bind(`act_${number}`, license, instance, crypto.randomUUID(), options.seenAt ?? NOW)
    .run();
}
