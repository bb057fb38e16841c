import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodeHex } from "../../../src/domain/bytes.ts";
import type { JsonObject } from "../../../src/domain/json/json.ts";
import { deliverHook, sweepHooks } from "../../../src/market/hooks/deliver-hook.ts";
import type { World } from "../../../src/market/ports.ts";
import { hooksOnD1 } from "../../../src/storage/hooks/store.ts";
import { createSealedHmac, createVault } from "../../../src/storage/vault.ts";
import worker from "../../../src/worker.ts";
import { passTime, setClock } from "../../clock.ts";
import { TEST_SECRETS } from "../../secrets.ts";
import { call, ORIGIN } from "../account/calls.worker.ts";
import { checkAnswer } from "../check-answer.ts";
import {
  makePublisher,
  makeRelease,
  operatorToken,
  type Publisher,
  publish,
  upload,
} from "../publish/market.worker.ts";

const DAY = 86_400;
let acme: Publisher;
let houses = 0;

beforeAll(async () => {
  await operatorToken();
});
beforeEach(async () => {
  acme = await makePublisher(`house-${++houses}`);
});

const sweep = async () => {
  const context = createExecutionContext();
  await worker.scheduled({ cron: "* * * * *", scheduledTime: Date.now(), noRetry: () => {} } as never, env, context);
  await waitOnExecutionContext(context);
};
const desk = async (path: string, body: JsonObject) =>
  call("POST", `/v1/desk/${path}`, { bearer: await operatorToken(), body });

/** From an address of one's own, as the platform would tell it. */
async function report(plugin: string, kind: string, address: string, more: JsonObject = {}) {
  const response = await exports.default.fetch(`${ORIGIN}/v1/reports`, {
    method: "POST",
    headers: { "content-type": "application/json", "cf-connecting-ip": address, "x-forwarded-for": "10.0.0.1" },
    body: JSON.stringify({ plugin, kind, text: "It does what it should not.", ...more }),
  });
  const text = await response.text();
  checkAnswer("POST", "/v1/reports", response, text);
  return { status: response.status, body: JSON.parse(text) };
}

describe("reports", () => {
  it("need no account, are limited, and the reporter gets the outcome", async () => {
    await publish(acme, await makeRelease(acme, "reported"));
    const first = await report("reported", "license", "203.0.113.7", { email: "eva@firm.example" });
    expect(first.status).toBe(201);
    for (let i = 0; i < 4; i++) expect((await report("reported", "other", "203.0.113.7")).status).toBe(201);
    expect((await report("reported", "other", "203.0.113.7")).body.code).toBe("quota_reports");
    expect((await report("reported", "other", "203.0.113.8")).status).toBe(201);
    expect((await report("never-was", "other", "203.0.113.9")).body.code).toBe("plugin_not_found");

    const id = first.body.reportId as string;
    expect((await desk(`reports/${id}/triage`, {})).body).toEqual({ id, state: "triaged" });
    expect((await desk(`reports/${id}/triage`, {})).status).toBe(409);
    const decided = await desk(`reports/${id}/decision`, { state: "acted", outcome: "The license was added." });
    expect(decided.body).toEqual({ id, state: "acted" });
    expect((await desk(`reports/${id}/decision`, { state: "dismissed", outcome: "Again" })).status).toBe(409);
    const kept = await env.DB.prepare("SELECT email, reporter FROM reports WHERE id = ?").bind(Number(id)).first();
    expect(kept).toMatchObject({ email: null });

    const listed = await call("GET", "/v1/desk/reports?state=open", { bearer: await operatorToken() });
    expect(listed.body.reports).toHaveLength(5);
    const cases = await call("GET", "/v1/desk/cases?state=open", { bearer: await operatorToken() });
    const [open] = cases.body.cases;
    expect((await desk(`cases/${open.id}/close`, { state: "dismissed", reason: "Nothing more to it." })).status).toBe(
      200,
    );
    expect((await call("GET", "/v1/desk/reports?state=open", { bearer: await operatorToken() })).body.reports).toEqual(
      [],
    );
    passTime(8 * DAY);
    await sweep();
    expect(await env.DB.prepare("SELECT count(*) AS n FROM reports WHERE reporter IS NOT NULL").first("n")).toBe(0);
  });

  it("of malware by three people within an hour hold the plugin; it is never blocked by them", async () => {
    const { pluginId } = await publish(acme, await makeRelease(acme, "suspected"));
    const state = () => env.DB.prepare("SELECT state FROM plugins WHERE id = ?").bind(Number(pluginId)).first("state");
    await report("suspected", "malware", "198.51.100.1");
    await report("suspected", "malware", "198.51.100.1");
    await report("suspected", "malware", "198.51.100.2");
    expect(await state()).toBe("active");
    await report("suspected", "malware", "198.51.100.3");
    expect(await state()).toBe("quarantined");
    expect(
      await env.DB.prepare("SELECT count(*) AS n FROM releases WHERE state = 'blocked' AND plugin_id = ?")
        .bind(Number(pluginId))
        .first("n"),
    ).toBe(0);
    const released = await desk(`plugins/${pluginId}/release`, { reason: "It is what it says." });
    expect(released.body).toEqual({ id: pluginId, isHeld: false });
    expect(await state()).toBe("active");
    const history = await call("GET", `/v1/desk/plugins/${pluginId}/history`, { bearer: await operatorToken() });
    const actions = history.body.entries.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(expect.arrayContaining(["plugin.released", "plugin.quarantined", "release.published"]));
  });

  it("are counted for everybody, by month", async () => {
    const figures = await call("GET", "/v1/transparency");
    expect(figures.headers.get("cache-control")).toBe("public, max-age=3600");
    expect(figures.body.months).toHaveLength(12);
    expect(figures.body.months[0].submissions).toBeGreaterThan(0);
    expect(figures.body.months[0].reports.malware).toBe(4);
    expect(JSON.stringify(figures.body)).not.toContain("reported");
    const page = await exports.default.fetch(`${ORIGIN}/transparency`, { headers: { accept: "text/html" } });
    expect([page.status, page.headers.get("cache-control")]).toEqual([200, expect.stringContaining("public")]);
    expect(await page.text()).toContain(figures.body.months[0].month);
  });
});

describe("the record of the desk (sec-54)", () => {
  it("is chained: an edited row is found, a sealed one cannot be unsealed", async () => {
    const verify = async () => (await call("GET", "/v1/desk/acts/verify", { bearer: await operatorToken() })).body;
    await publish(acme, await makeRelease(acme, "recorded"));
    const before = await verify();
    expect(before).toMatchObject({ brokenAt: null });
    expect(before.acts).toBeGreaterThan(0);
    const row = await env.DB.prepare(
      "SELECT c.number, a.id, a.data FROM desk_chain c JOIN audit a ON a.id = c.audit_id ORDER BY c.number DESC LIMIT 1",
    ).first<{ number: number; id: number; data: string }>();
    await env.DB.prepare("UPDATE audit SET data = '{}' WHERE id = ?").bind(row?.id).run();
    expect(await verify()).toMatchObject({ brokenAt: row?.number });
    await env.DB.prepare("UPDATE audit SET data = ? WHERE id = ?").bind(row?.data, row?.id).run();
    expect(await verify()).toMatchObject({ brokenAt: null, last: before.last });
    await expect(
      env.DB.prepare("UPDATE desk_chain SET chain = NULL WHERE number = ?").bind(row?.number).run(),
    ).rejects.toThrow();
    await expect(env.DB.prepare("DELETE FROM desk_chain").run()).rejects.toThrow();
  });

  it("nobody decides about own plugins", async () => {
    const { pluginId, releaseId } = await publish(acme, await makeRelease(acme, "own-matter"));
    const operator = await env.DB.prepare(
      "SELECT account_id FROM tokens WHERE kind = 'adm' ORDER BY id LIMIT 1",
    ).first<number>("account_id");
    await env.DB.prepare(
      "INSERT INTO publisher_members (publisher_id, account_id, role, created_at) VALUES (?, ?, 'analyst', 1)",
    )
      .bind(Number(acme.publisherId), operator)
      .run();
    for (const [path, body] of [
      [`plugins/${pluginId}/hold`, { reason: "Mine" }],
      [`plugins/${pluginId}/remove`, { reason: "Mine" }],
      [`releases/${releaseId}/block`, { code: "malware", reason: "Mine" }],
    ] as const)
      expect((await desk(path, body)).body.code, path).toBe("own_plugin");
  });
});

describe("a transfer (sec-24)", () => {
  it("is offered, accepted, held for fourteen days, and then complete; growth is refused, the desk looks", async () => {
    const first = await makeRelease(acme, "sold");
    const { pluginId } = await publish(acme, first);
    const buyer = await makePublisher(`buyer-${houses}`);
    const stranger = await makePublisher(`stranger-${houses}`);
    const act = (path: string, bearer: string, body: JsonObject = {}) => call("POST", path, { bearer, body });
    expect((await act(`/v1/plugins/${pluginId}/transfer`, buyer.token, { to: buyer.handle })).status).toBe(404);
    expect((await act(`/v1/plugins/${pluginId}/transfer`, acme.token, { to: "never-was" })).status).toBe(422);
    const offered = await act(`/v1/plugins/${pluginId}/transfer`, acme.token, { to: buyer.handle });
    expect(offered).toMatchObject({ status: 201, body: { state: "offered", from: acme.handle, to: buyer.handle } });
    expect((await act(`/v1/plugins/${pluginId}/transfer`, acme.token, { to: stranger.handle })).status).toBe(409);
    const { id } = offered.body;
    expect((await act(`/v1/transfers/${id}/accept`, stranger.token)).status).toBe(404);
    expect((await act(`/v1/transfers/${id}/accept`, acme.token)).status).toBe(403);
    const accepted = await act(`/v1/transfers/${id}/accept`, buyer.token);
    expect(accepted.body).toMatchObject({ state: "held", holdUntil: expect.any(String) });

    const head = (await call("GET", "/v1/plugins/by-name/sold/head", { bearer: acme.token })).body;
    const meanwhile = await makeRelease(acme, "sold", { version: "1.0.1", head });
    const uploaded = await upload(acme.token, { bundle: meanwhile.bytes, statement: meanwhile.statement, plugin: {} });
    const seen = await call("GET", `/v1/releases/${uploaded.body.releaseId}?wait=30`, { bearer: acme.token });
    expect(seen.body).toMatchObject({ approvals: { by: 0, of: 2 } });
    expect(seen.body.waits.map(({ gate }: { gate: string }) => gate)).toEqual(["transfer", "desk"]);
    const one = await desk(`releases/${uploaded.body.releaseId}/decision`, {
      decision: "approve",
      reason: "Security.",
      sha256: meanwhile.sha256,
    });
    expect(one.body).toMatchObject({ state: "review" });

    await sweep();
    expect((await call("GET", "/v1/transfers", { bearer: buyer.token })).body.transfers).toMatchObject([
      { state: "held" },
    ]);
    await env.DB.prepare("UPDATE transfers SET hold_until = 1 WHERE id = ?").bind(Number(id)).run();
    await sweep();
    expect((await call("GET", "/v1/transfers", { bearer: buyer.token })).body.transfers).toMatchObject([
      { state: "completed" },
    ]);
    expect(
      await env.DB.prepare("SELECT publisher_id FROM plugins WHERE id = ?")
        .bind(Number(pluginId))
        .first("publisher_id"),
    ).toBe(Number(buyer.publisherId));
    expect((await act(`/v1/transfers/${id}/cancel`, acme.token)).status).toBe(409);

    const after = (await call("GET", "/v1/plugins/by-name/sold/head", { bearer: buyer.token })).body;
    const grown = await makeRelease(buyer, "sold", {
      version: "1.1.0",
      head: after,
      manifest: {
        events: [{ on: "request.created" }],
        egress: [{ host: "api.alpenware.at", methods: ["GET"], reason: "Looks things up there." }],
      },
    });
    const refused = await upload(buyer.token, { bundle: grown.bytes, statement: grown.statement, plugin: {} });
    expect(refused.status, JSON.stringify(refused.body)).toBe(201);
    const verdict = await call("GET", `/v1/releases/${refused.body.releaseId}?wait=30`, { bearer: buyer.token });
    expect(verdict.body).toMatchObject({
      state: "rejected",
      findings: expect.arrayContaining([expect.objectContaining({ rule: "capability_growth" })]),
    });
  });

  it("is called off by either side while it waits", async () => {
    const { pluginId } = await publish(acme, await makeRelease(acme, "kept"));
    const buyer = await makePublisher(`other-buyer-${houses}`);
    for (const by of [acme, buyer]) {
      const offered = await call("POST", `/v1/plugins/${pluginId}/transfer`, {
        bearer: acme.token,
        body: { to: buyer.handle },
      });
      const canceled = await call("POST", `/v1/transfers/${offered.body.id}/cancel`, { bearer: by.token, body: {} });
      expect(canceled.body.state).toBe("canceled");
    }
  });
});

describe("a proven domain", () => {
  const zone = (query: string) => fetch(`http://127.0.0.1:9999/zone?${query}`, { method: "PUT" });

  it("is seen in the DNS or in the well-known file, looked at again, and lost after fourteen days without proof", async () => {
    const path = `/v1/publishers/${acme.handle}/domain`;
    const domain = `${acme.handle}.alpenware.at`;
    const shown = () =>
      env.DB.prepare("SELECT verified_domain FROM publishers WHERE id = ?")
        .bind(Number(acme.publisherId))
        .first("verified_domain");
    expect((await call("POST", path, { bearer: acme.token, body: { domain: "localhost" } })).status).toBe(422);
    const asked = await call("POST", path, { bearer: acme.token, body: { domain } });
    expect(asked).toMatchObject({ status: 201, body: { domain, record: expect.stringMatching(/^rbsm-verify=/) } });
    const check = () => call("POST", `${path}/check`, { bearer: acme.token, body: {} });
    expect((await check()).body.code).toBe("domain_unproven");
    await zone(`name=${domain}&txt=${encodeURIComponent(asked.body.record)}`);
    expect((await check()).body.verifiedAt).toBeDefined();
    expect(await shown()).toBe(domain);

    const rival = await makePublisher(`rival-${houses}`);
    const stolen = await call("POST", `/v1/publishers/${rival.handle}/domain`, {
      bearer: rival.token,
      body: { domain },
    });
    expect(stolen.status).toBe(409);

    await zone(`name=${domain}&txt=&file=${encodeURIComponent(asked.body.file)}`);
    passTime(31 * DAY);
    await sweep();
    expect(await shown()).toBe(domain);
    await zone(`name=${domain}&file=`);
    passTime(31 * DAY);
    await sweep();
    expect(await shown()).toBe(domain);
    for (let day = 0; day < 15; day++) {
      passTime(DAY);
      await sweep();
    }
    expect(await shown()).toBeNull();
  });
});

describe("webhooks of publishers (sec-55)", () => {
  const URL_OF_HOOK = "https://hooks.alpenware.at/rbsm";
  const withHooks = async (): Promise<string> => {
    await env.DB.prepare(
      "UPDATE tokens SET scopes = json_insert(scopes, '$[#]', 'webhook:manage') WHERE account_id = ?",
    )
      .bind(Number(acme.accountId))
      .run();
    return acme.token;
  };
  interface Sent {
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
  }
  let sent: Sent[] = [];
  let answer: number | "unreachable" = 200;
  /** The real store and signer; who is asked only writes down and answers as told. */
  function world(): Pick<World, "hooks" | "webhookSender" | "webhookBell" | "hmac" | "clock"> {
    return {
      hooks: hooksOnD1(env.DB),
      hmac: createSealedHmac(createVault(TEST_SECRETS.KEK_V1)),
      clock: { now: () => Date.now() },
      webhookBell: { ring: async () => {} },
      webhookSender: {
        post: async (_url, body, headers) => {
          sent.push({ body, headers });
          return answer === "unreachable" ? answer : { status: answer };
        },
      },
    };
  }
  const rowsOf = async (id: string) =>
    (
      await env.DB.prepare(
        "SELECT id, sequence, type, state, attempts, not_before FROM hook_deliveries WHERE hook_id = ? ORDER BY sequence",
      )
        .bind(Number(id))
        .all<{ id: number; sequence: number; type: string; state: string; attempts: number; not_before: number }>()
    ).results;

  async function addHook(events: readonly string[] = []) {
    const bearer = await withHooks();
    const made = await call("POST", "/v1/publisher-hooks", {
      bearer,
      body: { publisher: acme.handle, url: URL_OF_HOOK, events: [...events] },
    });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return { id: made.body.id as string, secret: made.body.secret as string, bearer };
  }

  async function hmac(secret: string, text: string): Promise<string> {
    const key = await crypto.subtle.importKey(
      "raw",
      new TextEncoder().encode(secret),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    return encodeHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text))));
  }

  beforeEach(() => {
    sent = [];
    answer = 200;
  });

  it("refuse addresses inside (sec-41), strangers, and an eleventh", async () => {
    const bearer = await withHooks();
    for (const url of [
      "http://hooks.alpenware.at",
      "https://127.0.0.1/x",
      "https://10.0.0.1/x",
      "https://[::1]/",
      "https://169.254.169.254/latest",
      "https://100.64.0.1/",
      "https://[::ffff:10.0.0.1]/",
      "https://[2002:a00:1::]/",
      "https://a.127.0.0.1.nip.io/",
      "https://user:pw@alpenware.at/",
    ])
      expect(
        (await call("POST", "/v1/publisher-hooks", { bearer, body: { publisher: acme.handle, url } })).body.code,
        url,
      ).toBe("url_refused");
    const { id } = await addHook();
    const other = await makePublisher(`nosy-${houses}`);
    await env.DB.prepare(
      "UPDATE tokens SET scopes = json_insert(scopes, '$[#]', 'webhook:manage') WHERE account_id = ?",
    )
      .bind(Number(other.accountId))
      .run();
    for (const path of [`/v1/publisher-hooks/${id}`, `/v1/publisher-hooks/${id}/deliveries`])
      expect((await call("GET", path, { bearer: other.token })).status).toBe(404);
    expect(
      (
        await call("POST", "/v1/publisher-hooks", {
          bearer: other.token,
          body: { publisher: acme.handle, url: URL_OF_HOOK },
        })
      ).status,
    ).toBe(404);
    for (let i = 1; i < 10; i++) await addHook();
    await expect(addHook()).rejects.toThrow("quota_hooks");
  });

  it("hear of every step of a release, in sequence, signed with two secrets while they rotate", async () => {
    const { id, secret, bearer } = await addHook();
    await publish(acme, await makeRelease(acme, "told-about"));
    const rows = await rowsOf(id);
    expect(rows.map(({ type }) => type)).toEqual(["release.staged", "release.review", "release.published"]);
    expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    const rotated = await call("POST", `/v1/publisher-hooks/${id}/rotate`, { bearer, body: {} });
    for (const row of rows) await deliverHook(world(), String(row.id));
    await deliverHook(world(), String(rows[0]?.id));
    expect(sent).toHaveLength(3);
    const [first] = sent;
    const { "rbsm-id": messageId, "rbsm-timestamp": timestamp, "rbsm-signature": signature } = first?.headers ?? {};
    expect(JSON.parse(first?.body ?? "{}")).toMatchObject({
      id: messageId,
      type: "release.staged",
      sequence: 1,
      data: { plugin: "told-about", version: "1.0.0" },
    });
    const content = `${messageId}.${timestamp}.${first?.body}`;
    expect(signature?.split(",")).toEqual([
      `v1=${await hmac(rotated.body.secret, content)}`,
      `v1=${await hmac(secret, content)}`,
    ]);
    passTime(2 * DAY);
    const later = await call("POST", `/v1/publisher-hooks/${id}/deliveries/${rows[2]?.id}/replay`, {
      bearer,
      body: {},
    });
    expect(later).toMatchObject({ status: 202, body: { queued: 1 } });
    sent = [];
    await deliverHook(world(), String(rows[2]?.id));
    expect(sent[0]?.headers["rbsm-signature"]?.split(",")).toHaveLength(1);
  });

  it("are tried again after 1 m, 5 m, 30 m, 2 h, 6 h, 24 h, then dead; twenty failures pause, a sequence is replayed", async () => {
    const { id, bearer } = await addHook(["release.staged"]);
    setClock(Math.floor(Date.now() / 1000));
    await publish(acme, await makeRelease(acme, "unheard"));
    const [row] = await rowsOf(id);
    answer = "unreachable";
    const waits: number[] = [];
    for (let tries = 0; tries < 7; tries++) {
      const at = Math.floor(Date.now() / 1000);
      await deliverHook(world(), String(row?.id));
      const [after] = await rowsOf(id);
      if (after?.state === "queued") waits.push(after.not_before - at);
      await deliverHook(world(), String(row?.id));
      passTime((after?.not_before ?? at) - at);
    }
    expect(waits).toEqual([60, 300, 1800, 7200, 21_600, 86_400]);
    expect(sent).toHaveLength(7);
    const dead = await call("GET", `/v1/publisher-hooks/${id}/deliveries?state=dead`, { bearer });
    expect(dead.body.deliveries).toMatchObject([{ sequence: 1, attempts: 7 }]);

    await env.DB.prepare("UPDATE hooks SET failures = 19 WHERE id = ?").bind(Number(id)).run();
    expect(
      (await call("POST", `/v1/publisher-hooks/${id}/replay`, { bearer, body: { fromSequence: 1 } })).body,
    ).toEqual({ queued: 1 });
    await deliverHook(world(), String(row?.id));
    expect((await call("GET", `/v1/publisher-hooks/${id}`, { bearer })).body).toMatchObject({
      state: "paused",
      failures: 20,
    });
    passTime(DAY);
    answer = 200;
    sent = [];
    await deliverHook(world(), String(row?.id));
    expect(sent).toEqual([]);
    expect((await call("POST", `/v1/publisher-hooks/${id}/resume`, { bearer, body: {} })).body).toMatchObject({
      state: "active",
      failures: 0,
    });
    const rung: string[] = [];
    await sweepHooks({ ...world(), webhookBell: { ring: async (bell) => void rung.push(bell) } });
    expect(rung).toContain(`hook:${row?.id}`);
    await deliverHook(world(), String(row?.id));
    expect(sent).toHaveLength(1);
    const removed = await call("DELETE", `/v1/publisher-hooks/${id}`, { bearer });
    expect(removed.status).toBe(200);
    expect((await call("GET", `/v1/publisher-hooks/${id}`, { bearer })).status).toBe(404);
  });

  it("hear of findings, reports and transfers, and the operators' hook of everything", async () => {
    const all = await desk("", {}).then(async () =>
      call("POST", "/v1/publisher-hooks", {
        bearer: await operatorToken(),
        body: { url: "https://desk.alpenware.at/hook" },
      }),
    );
    const { id } = await addHook(["finding.created", "report.created", "transfer.offered", "key.added"]);
    const { pluginId } = await publish(
      acme,
      await makeRelease(acme, "much-happens", {
        files: new Map([
          [
            "server/main.js",
            new TextEncoder().encode('export default { events: { "request.created": async () => {} } };\n'),
          ],
        ]),
      }),
    );
    await report("much-happens", "broken", "192.0.2.77");
    const buyer = await makePublisher(`third-buyer-${houses}`);
    await call("POST", `/v1/plugins/${pluginId}/transfer`, { bearer: acme.token, body: { to: buyer.handle } });
    expect((await rowsOf(id)).map(({ type }) => type)).toEqual([
      "finding.created",
      "report.created",
      "transfer.offered",
    ]);
    const desked = (await rowsOf(all.body.id)).map(({ type }) => type);
    expect(desked).toEqual(expect.arrayContaining(["release.published", "finding.created", "key.added"]));
  });
});
