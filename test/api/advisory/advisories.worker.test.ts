import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { judgeInstall } from "../../../src/domain/advisory/client.ts";
import { applyDelta, openList, type RevocationList } from "../../../src/domain/advisory/list.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/time.ts";
import { sweepUpdates } from "../../../src/market/update/sweep-updates.ts";
import { openUpdates } from "../../../src/storage/update/open-updates.ts";
import { nowSeconds, passTime } from "../../clock.ts";
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

const SEVERITY = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";
const DRAFT = {
  severity: SEVERITY,
  affected: "<1.1.0",
  fixed: "1.1.0",
  summary: "Strangers read customers",
  details: "A route answers without asking who calls.",
  aliases: ["CVE-2026-12345"],
  credits: ["Ada"],
};

let acme: Publisher;
let office: Instance;
let pluginId: string;
let desk: string;

async function release(version: string) {
  const found =
    version === "1.0.0" ? null : await call("GET", "/v1/plugins/by-name/hello/head", { bearer: acme.token });
  const made = await makeRelease(acme, "hello", { version, ...(found === null ? {} : { head: found.body }) });
  return publish(acme, made);
}
const check = async (version = "1.0.0") =>
  (
    await call("POST", "/v1/updates", {
      bearer: await office.bearer(),
      body: { appVersion: "0.1.0", plugins: [{ name: "hello", version, auto: true }] },
    })
  ).body;
const keys = async () => (await call("GET", "/.well-known/rbsm-trust.json")).body.revocationKeys;
async function list(since?: number, seen = 0): Promise<RevocationList> {
  const { body } = await call("GET", `/v1/revocations${since === undefined ? "" : `?since=${since}`}`);
  const opened = await openList(body, "localhost", await keys(), { seen, now: nowSeconds() });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  return opened.value;
}
const hello = (version: string) => ({ name: "hello", version, sha256: null, publisher: null });

beforeAll(async () => {
  desk = await operatorToken();
  acme = await makePublisher("acme");
  office = await makeInstance(acme.token);
  ({ pluginId } = await release("1.0.0"));
  await release("1.1.0");
});

describe("an advisory", () => {
  let id = "";
  const draft = (body: object, bearer = acme.token) =>
    call("POST", `/v1/plugins/${pluginId}/advisories`, { bearer, body });
  const decide = (body: object) => call("POST", `/v1/desk/advisories/${id}/decision`, { bearer: desk, body });

  it("is drafted privately by its publisher, and by nobody else", async () => {
    const { status, body } = await draft(DRAFT);
    expect([status, body.state, body.severity]).toEqual([
      201,
      "draft",
      { vector: SEVERITY, score: 7.5, level: "high" },
    ]);
    expect(body.versions).toEqual(["1.0.0"]);
    id = body.id;
    expect(id).toMatch(/^RBSM-[0-9]{4}-1$/);
    expect((await call("GET", `/v1/advisories/${id}`)).status).toBe(404);
    expect((await call("GET", "/v1/advisories")).body.vulns).toEqual([]);
    const rival = await makePublisher("rival");
    expect((await draft(DRAFT, rival.token)).status).toBe(404);
    expect((await call("PATCH", `/v1/advisories/${id}`, { bearer: rival.token, body: { summary: "No" } })).status).toBe(
      404,
    );
    expect((await draft({ ...DRAFT, severity: "bad", fixed: "1.0.5" })).body.errors).toHaveLength(2);
  });

  it("hurries nobody on its publisher's word alone", async () => {
    expect((await call("POST", `/v1/advisories/${id}/submit`, { bearer: acme.token, body: {} })).body.state).toBe(
      "submitted",
    );
    expect((await call("GET", "/v1/desk/advisories", { bearer: desk })).body.advisories).toHaveLength(1);
    expect((await check()).held).toMatchObject([{ version: "1.1.0", why: "cooldown" }]);
    expect(
      (await call("PATCH", `/v1/advisories/${id}`, { bearer: acme.token, body: { summary: "Late" } })).body.code,
    ).toBe("state_conflict");
  });

  it("is confirmed by the desk once: it is public, raises the floor, warns, and its fix skips the cooldown", async () => {
    const word = { decision: "confirm", reason: "It was tried out.", warns: true };
    expect((await decide({ ...word, floor: "1.0.0" })).body.code).toBe("advisory_incomplete");
    const decided = await Promise.all([1, 2, 3].map(() => decide({ ...word, floor: "1.1.0" })));
    expect(decided.filter(({ status }) => status === 200)).toHaveLength(1);
    passTime(HOUR + MINUTE);
    const { updates, actions } = await check();
    expect(updates).toMatchObject([{ to: "1.1.0", reason: "security", auto: true, advisory: id }]);
    expect(actions).toMatchObject([{ action: "warn", code: "vulnerability" }]);
  });

  it("is read in the form of OSV, by plugin and page", async () => {
    const { body, headers } = await call("GET", `/v1/advisories/${id}`);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(body).toMatchObject({
      id,
      aliases: ["CVE-2026-12345"],
      severity: [{ type: "CVSS_V3", score: SEVERITY }],
      affected: [
        {
          package: { ecosystem: "Rising-BSM", name: "hello" },
          ranges: [{ type: "SEMVER", events: [{ introduced: "1.0.0" }, { fixed: "1.1.0" }] }],
          versions: ["1.0.0"],
        },
      ],
      credits: [{ name: "Ada" }],
    });
    expect((await call("GET", "/v1/advisories?plugin=hello&limit=1")).body.vulns).toHaveLength(1);
    expect((await call("GET", `/v1/advisories?after=${id}`)).body.vulns).toEqual([]);
    expect((await call("GET", "/v1/advisories?plugin=other-one")).body.vulns).toEqual([]);
  });

  it("has a page in two languages and feeds", async () => {
    const page = async (path: string) => {
      const response = await exports.default.fetch(`${ORIGIN}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect((await page("/advisories?lang=en")).text).toContain("Strangers read customers");
    expect((await page("/advisories?lang=de")).text).toContain("Sicherheitshinweise");
    const { text } = await page(`/advisories/${id}?lang=en`);
    for (const part of [id, "CVE-2026-12345", "high 7.5", "1.1.0", "Ada", "A route answers without asking"])
      expect(text).toContain(part);
    expect((await page("/advisories/feed.atom")).text).toContain(`${id}: hello`);
    expect(JSON.parse((await page("/advisories/feed.json")).text).items).toHaveLength(1);
    expect((await page("/advisories/RBSM-2026-77")).status).toBe(404);
  });

  it("withdrawn, takes floor and warnings back and stays readable", async () => {
    expect((await decide({ decision: "withdraw", reason: "It was none after all." })).body.state).toBe("withdrawn");
    const { actions, held } = await check();
    expect([actions, held[0]?.why]).toEqual([[], "cooldown"]);
    expect((await call("GET", `/v1/advisories/${id}`)).body.withdrawn).toBeTypeOf("string");
  });
});

describe("the revocation list", () => {
  it("is signed by a key of its own, ends within a day, and is signed anew every hour", async () => {
    const first = await list();
    expect(first.expires - first.issuedAt).toBe(DAY);
    expect((await list()).epoch).toBe(first.epoch);
    passTime(HOUR);
    const second = await list(undefined, first.epoch);
    expect(second.epoch).toBeGreaterThan(first.epoch);
    expect(second.previous).toMatch(/^[0-9a-f]{64}$/);
  });

  it("warns on the desk's word and takes it back; deltas tell both", async () => {
    const before = await list();
    const said = { kind: "release", name: "hello", version: "1.0.0", code: "broken", note: "Loses what was written." };
    const add = (body: object, bearer = desk) => call("POST", "/v1/desk/revocations", { bearer, body });
    expect((await add(said, acme.token)).status).toBe(403);
    expect((await add({ ...said, version: "9.9.9" })).status).toBe(404);
    expect((await add(said)).status).toBe(201);
    expect((await check()).actions).toMatchObject([{ action: "warn", code: "broken" }]);
    const delta = await list(before.epoch);
    expect(delta).toMatchObject({ since: before.epoch, entries: [{ name: "hello", level: "soft", code: "broken" }] });
    const whole = await list();
    expect(applyDelta(before, delta)?.entries).toEqual(whole.entries);
    const lift = () =>
      call("POST", "/v1/desk/revocations/lift", { bearer: desk, body: { subject: "release:hello@1.0.0" } });
    expect((await lift()).status).toBe(200);
    expect((await lift()).body.code).toBe("state_conflict");
    expect(await list(delta.epoch)).toMatchObject({ entries: [], lifted: ["release:hello@1.0.0"] });
    expect((await list(1)).since).toBeNull();
  });

  it("of many who ask at once everybody gets the same list", async () => {
    passTime(HOUR);
    const lists = await Promise.all(Array.from({ length: 8 }, () => list()));
    expect(new Set(lists.map(({ epoch }) => epoch)).size).toBe(1);
  });

  it("bound: what the desk blocks is on the next answer of everything instances ask", async () => {
    const before = await list();
    await env.DB.prepare(
      "UPDATE releases SET state = 'blocked', decision_reason = 'malware: steals' WHERE version = '1.0.0'",
    ).run();
    const after = await list(before.epoch);
    expect(after.entries).toMatchObject([{ level: "hard", code: "malware", note: "malware: steals" }]);
    expect((await check()).actions).toMatchObject([{ name: "hello", action: "disable", code: "malware" }]);
    const ping = await call("POST", "/v1/instances/ping", {
      bearer: await office.bearer(),
      body: { installed: [{ pluginId, version: "1.0.0" }] },
    });
    expect(ping.body.revoked).toMatchObject([{ name: "hello", code: "release_blocked" }]);
    expect(ping.body.nextPingSeconds).toBeLessThanOrEqual(6 * MINUTE);
    await env.DB.prepare("UPDATE releases SET state = 'published' WHERE version = '1.0.0'").run();
    expect((await list(after.epoch)).lifted).toEqual(["release:hello@1.0.0"]);
  });

  it("bound: whoever hears nothing installs nothing once the list it holds has ended", async () => {
    const held = await list();
    expect(judgeInstall(held, hello("1.1.0"), nowSeconds()).ok).toBe(true);
    passTime(DAY);
    expect(judgeInstall(held, hello("1.1.0"), nowSeconds())).toMatchObject({
      problem: { reason: "revocations_stale" },
    });
  });

  it("a compromised key is on it in the same instant", async () => {
    await env.DB.prepare("UPDATE publisher_keys SET state = 'compromised' WHERE publisher_id = ?1")
      .bind(Number(acme.publisherId))
      .run();
    expect((await list()).entries).toMatchObject([{ kind: "key", code: "key_compromised", publisher: "acme" }]);
  });

  it("is signed anew by the sweep, without anybody asking", async () => {
    const newest = () => env.DB.prepare("SELECT MAX(epoch) AS epoch FROM revocation_lists").first<{ epoch: number }>();
    const before = await newest();
    passTime(HOUR);
    await sweepUpdates({ ...openUpdates(env, "localhost"), clock: { now: () => Date.now() } });
    expect((await newest())?.epoch).toBeGreaterThan(before?.epoch ?? 0);
  });
});
