import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../../src/domain/bytes.ts";
import type { JsonObject } from "../../../src/domain/json/json.ts";
import { isDrawn } from "../../../src/domain/release/desk-reasons.ts";
import worker from "../../../src/worker.ts";
import { nowSeconds, passTime, setClock } from "../../clock.ts";
import { call } from "../account/calls.worker.ts";
import {
  decide,
  makePublisher,
  makeRelease,
  operatorToken,
  type Publisher,
  publish,
  runChecks,
  upload,
} from "./market.worker.ts";

const DAY = 86_400;
let acme: Publisher;
let second: string;
let houses = 0;

beforeAll(async () => {
  await operatorToken();
  second = await secondOperator();
});
/** A publisher of its own for each: quotas and brakes count per publisher. */
beforeEach(async () => {
  acme = await makePublisher(`house-${++houses}`);
});

/** Another person of the desk, as an invitation would make one. */
async function secondOperator(): Promise<string> {
  const { makeToken, hashToken, parseToken } = await import("../../../src/domain/account/token.ts");
  const { text } = makeToken("adm", (length: number) => crypto.getRandomValues(new Uint8Array(length)));
  const token = parseToken(text);
  if (token === null) throw new Error("no token");
  const made = await env.DB.prepare(
    "INSERT INTO accounts (name, email, is_operator, created_at) VALUES ('Second', 'second@desk.example', 1, 1) RETURNING id",
  ).first<number>("id");
  await env.DB.prepare(
    `INSERT INTO tokens (account_id, kind, hash, hint, scopes, created_at, expires_at)
     VALUES (?, 'adm', ?, ?, '["desk:review"]', 1, 4000000000)`,
  )
    .bind(made, await hashToken(token), text.slice(-4))
    .run();
  return text;
}

async function inReview(name: string, options: Parameters<typeof makeRelease>[2] = {}, publisher = acme) {
  const release = await makeRelease(publisher, name, options);
  const uploaded = await upload(publisher.token, { bundle: release.bytes, statement: release.statement, plugin: {} });
  if (uploaded.status !== 201) throw new Error(JSON.stringify(uploaded.body));
  const { releaseId, id } = uploaded.body;
  const view = (await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: publisher.token })).body;
  return { releaseId: releaseId as string, pluginId: id as string, sha256: release.sha256, view };
}

const desk = async (path: string, body: JsonObject, bearer?: string) =>
  call("POST", `/v1/desk/${path}`, { bearer: bearer ?? (await operatorToken()), body });
const show = async (releaseId: string, bearer?: string) =>
  (await call("GET", `/v1/releases/${releaseId}`, { bearer: bearer ?? (await operatorToken()) })).body;
const sweep = async () => {
  const context = createExecutionContext();
  await worker.scheduled({ cron: "* * * * *", scheduledTime: Date.now(), noRetry: () => {} } as never, env, context);
  await waitOnExecutionContext(context);
};

const SERVER = (line: string) => ({
  files: new Map([
    [
      "server/main.js",
      encodeUtf8(
        `export default {\n  events: {\n    "request.created": async (context) => {\n      ${line}\n      await context.storage.get("a");\n      await context.storage.set("a", 1);\n    },\n  },\n};\n`,
      ),
    ],
  ]),
});

describe("checks of the second stage", () => {
  it("tell a first release for whom it waits and why", async () => {
    const { view } = await inReview("waits-for-desk");
    expect(view).toMatchObject({ state: "review", gates: ["desk"], findings: [] });
    expect(view.checks).toHaveLength(15);
    expect(view.checks.every(({ result }: { result: string }) => result === "clean")).toBe(true);
    const desked = await show(view.releaseId);
    expect(desked.waits).toMatchObject([{ gate: "desk", who: "desk" }]);
  });

  it("refuse a secret that is one, and end a token of ours within the same look (sec-32)", async () => {
    const lost = await call("POST", "/v1/tokens", {
      bearer: acme.token,
      body: { name: "Lost", scopes: ["stats:read"] },
    });
    const token = lost.status === 201 ? (lost.body.token as string) : acme.token;
    const release = await inReview(
      "holds-token",
      SERVER(`const key = "${token}"; context.log.info(key.length);`),
      acme,
    );
    expect(release.view).toMatchObject({
      state: "rejected",
      findings: [{ check: "secrets", rule: "secret", path: "server/main.js", line: 4, severity: "error" }],
    });
    expect(JSON.stringify(release.view)).not.toContain(token);
    if (lost.status === 201) expect((await call("GET", "/v1/whoami", { bearer: token })).status).toBe(401);
  });

  it("ask people about a suspected secret", async () => {
    const { view } = await inReview(
      "maybe-secret",
      SERVER(`const apiKey = "q7Zr2Kp9Xw4Lm8Tn3Vb6Yc1D"; context.log.info(apiKey.length);`),
    );
    expect(view).toMatchObject({ state: "review", gates: ["checks", "desk"] });
    expect(view.findings).toMatchObject([{ check: "secrets", rule: "secret_suspected", severity: "warning" }]);
  });

  it("refuse a module that does not start, and one whose handlers are not the declared ones", async () => {
    const broken = await inReview("does-not-start", {
      files: new Map([["server/main.js", encodeUtf8('throw new Error("at the door");\nexport default {};\n')]]),
    });
    expect(broken.view).toMatchObject({
      state: "rejected",
      findings: expect.arrayContaining([expect.objectContaining({ rule: "module_fails" })]),
    });
    const computed = `const name = "request." + "created";\nexport default { events: { [name + "x"]: async (context) => { await context.storage.get("a"); await context.storage.set("a", 1); } } };\n`;
    const other = await inReview("other-handlers", { files: new Map([["server/main.js", encodeUtf8(computed)]]) });
    expect(other.view.state).toBe("rejected");
    expect(other.view.findings).toMatchObject([{ rule: "handler_missing" }, { rule: "handler_undeclared" }]);
  });

  it("refuse a permission that is used and not declared, and tell one that is declared and not used", async () => {
    const used = await inReview("uses-more", SERVER(`await context.customers.list({});`));
    expect(used.view).toMatchObject({
      state: "rejected",
      findings: [{ check: "use", rule: "permission_undeclared", line: 4 }],
    });
    const unused = await inReview("uses-less", {
      files: new Map([
        ["server/main.js", encodeUtf8('export default { events: { "request.created": async () => {} } };\n')],
      ]),
    });
    expect(unused.view).toMatchObject({ state: "review", gates: ["desk"] });
    expect(unused.view.findings.map(({ rule }: { rule: string }) => rule)).toContain("permission_unused");
  });

  it("keep what would teach evasion from publishers, and tell it to the desk (sec-34)", async () => {
    const { view, releaseId } = await inReview("makes-code", SERVER(`eval("context");`));
    expect(view.findings).toMatchObject([{ rule: "code_dynamic", message: "A rule of the desk applies." }]);
    expect(view.findings[0]).not.toHaveProperty("line");
    expect((await show(releaseId)).findings).toMatchObject([{ rule: "code_dynamic", line: 4, message: "uses eval" }]);
  });

  it("ask people about names that look like a published one of somebody else (sec-27)", async () => {
    await publish(acme, await makeRelease(acme, "invoices-plus"));
    const rival = await makePublisher("lookalikes");
    const { view, sha256, releaseId } = await inReview("lnvoices-plus", {}, rival);
    expect(view).toMatchObject({ state: "review", gates: ["checks", "desk"] });
    expect(view.findings.map(({ rule }: { rule: string }) => rule)).toContain("name_look_alike");
    expect((await decide(releaseId, sha256)).body).toMatchObject({ state: "published" });
  });

  it("ask people about more authority, and about needs that cannot be met", async () => {
    const first = await makeRelease(acme, "grows");
    await publish(acme, first);
    const head = (await call("GET", "/v1/plugins/by-name/grows/head", { bearer: acme.token })).body;
    const { view } = await inReview("grows", {
      version: "1.1.0",
      head,
      manifest: { egress: [{ host: "api.alpenware.at", methods: ["GET"], reason: "Looks things up there." }] },
    });
    expect(view.findings.map(({ rule }: { rule: string }) => rule)).toContain("capability_growth");
    const needy = await inReview("needy", { manifest: { dependencies: { "never-was": "^1.0.0" } } });
    expect(needy.view.findings.map(({ rule }: { rule: string }) => rule)).toContain("dependency_unresolved");
  });
});

describe("acceptance", () => {
  it("of one check by the desk closes it; another run asks again", async () => {
    const { releaseId, sha256, view } = await inReview("accepted", SERVER(`eval("1");`));
    expect(view.checks.find(({ name }: { name: string }) => name === "code")).toMatchObject({
      result: "dirty",
      accepted: { by: 0, of: 1 },
    });
    expect((await desk(`releases/${releaseId}/acceptances`, { check: "names", reason: "Nothing there" })).status).toBe(
      409,
    );
    const accepted = await desk(`releases/${releaseId}/acceptances`, { check: "code", reason: "It is a test" });
    expect(accepted.body).toEqual({ releaseId, isAccepted: true });
    expect((await show(releaseId)).gates).toEqual(["desk"]);
    expect((await desk(`releases/${releaseId}/rerun`, {})).status).toBe(202);
    await runChecks(releaseId);
    expect((await show(releaseId)).gates).toEqual(["checks", "desk"]);
    expect((await decide(releaseId, sha256)).body).toMatchObject({ state: "published" });
  });

  it("of a severe finding takes two people, and nobody twice", async () => {
    const { releaseId, sha256 } = await inReview("severe");
    await env.DB.prepare(
      `INSERT INTO release_checks (release_id, name, attempt, result, rejects, findings, at)
       VALUES (?, 'code', 2, 'dirty', 0, '[{"check":"code","rule":"code_dynamic","severity":"error","message":"m","advice":"a","docs":"/d"}]', 1)`,
    )
      .bind(Number(releaseId))
      .run();
    expect((await decide(releaseId, sha256)).body).toEqual({ releaseId, state: "review" });
    expect((await decide(releaseId, sha256)).body).toEqual({ releaseId, state: "review" });
    const other = await desk(
      `releases/${releaseId}/decision`,
      { decision: "approve", reason: "Me too.", sha256 },
      second,
    );
    expect(other.body).toEqual({ releaseId, state: "published" });
    const receipt = await env.DB.prepare("SELECT receipt FROM releases WHERE id = ?")
      .bind(Number(releaseId))
      .first<string>("receipt");
    expect(atob((JSON.parse(receipt ?? "{}").payload as string).replaceAll("-", "+").replaceAll("_", "/"))).toContain(
      '"review":"two_person"',
    );
  });
});

describe("an upload that only stages", () => {
  it("waits for the approval of a person who may publish, and no ci token gives it (sec-01, sec-02)", async () => {
    const ci = await call("POST", "/v1/tokens", {
      bearer: acme.token,
      body: { name: "Build", kind: "ci", scopes: ["release:stage"] },
    });
    const token = ci.status === 201 ? (ci.body.token as string) : null;
    const release = await makeRelease(acme, "staged-only");
    if (token === null) throw new Error(JSON.stringify(ci.body));
    const created = await makeRelease(acme, "staged-only");
    await publish(acme, created);
    const head = (await call("GET", "/v1/plugins/by-name/staged-only/head", { bearer: acme.token })).body;
    const next = await makeRelease(acme, "staged-only", { version: "1.1.0", head });
    expect(release.sha256).toBe(created.sha256);
    const uploaded = await upload(token, { bundle: next.bytes, statement: next.statement, plugin: {} });
    expect(uploaded.status).toBe(201);
    const { releaseId } = uploaded.body;
    const view = (await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: acme.token })).body;
    expect(view.gates).toEqual(["approval", "desk"]);
    expect(view.waits[0]).toMatchObject({ gate: "approval", who: "publisher" });
    expect((await call("POST", `/v1/releases/${releaseId}/approve`, { bearer: token })).status).toBe(403);
    await env.DB.prepare(
      "UPDATE tokens SET scopes = '[\"release:publish\",\"release:stage\"]' WHERE name = 'Build'",
    ).run();
    expect((await call("POST", `/v1/releases/${releaseId}/approve`, { bearer: token })).status).toBe(403);
    expect((await decide(releaseId, next.sha256)).status).toBe(409);
    expect((await call("POST", `/v1/releases/${releaseId}/approve`, { bearer: acme.token })).status).toBe(200);
    expect((await call("POST", `/v1/releases/${releaseId}/approve`, { bearer: acme.token })).status).toBe(409);
    expect((await decide(releaseId, next.sha256)).body).toMatchObject({ state: "published" });
  });

  it("is rejected after fourteen days without it; its bytes go ninety days later", async () => {
    const { releaseId, sha256 } = await inReview("forgotten");
    await env.DB.prepare("UPDATE releases SET needs_approval = 1 WHERE id = ?").bind(Number(releaseId)).run();
    passTime(15 * DAY);
    await sweep();
    expect((await show(releaseId, second)).state).toBe("rejected");
    expect(await env.BUNDLES.head(`b/sha256/${sha256}`)).not.toBeNull();
    passTime(91 * DAY);
    await sweep();
    expect(await env.BUNDLES.head(`b/sha256/${sha256}`)).toBeNull();
    const row = await env.DB.prepare("SELECT erased_at FROM releases WHERE id = ?").bind(Number(releaseId)).first();
    expect(row?.erased_at).toBe(nowSeconds());
  });
});

describe("an appeal", () => {
  it("is made once, within fourteen days, and decided by somebody else", async () => {
    const { releaseId, sha256 } = await inReview("appealed");
    await decide(releaseId, sha256, "reject");
    expect((await show(releaseId)).appealUntil).toBeDefined();
    const appeal = (reason = "You mistook it for another one.") =>
      call("POST", `/v1/releases/${releaseId}/appeal`, { bearer: acme.token, body: { reason } });
    expect((await appeal()).status).toBe(201);
    expect((await appeal()).body.code).toBe("appeal_closed");
    const listed = await call("GET", "/v1/desk/appeals", { bearer: second });
    expect(listed.body.appeals).toMatchObject([{ releaseId }]);
    const own = await desk(`releases/${releaseId}/appeal`, { outcome: "upheld", reason: "No." });
    expect(own).toMatchObject({ status: 403, body: { code: "own_decision" } });
    const other = await desk(
      `releases/${releaseId}/appeal`,
      { outcome: "overturned", reason: "They are right." },
      second,
    );
    expect(other.body).toEqual({ releaseId, outcome: "overturned" });
    expect((await show(releaseId)).state).toBe("review");
    expect((await decide(releaseId, sha256)).body).toMatchObject({ state: "published" });
  });

  it("comes too late after fifteen days", async () => {
    const { releaseId, sha256 } = await inReview("too-late");
    await decide(releaseId, sha256, "reject");
    await env.DB.prepare("UPDATE releases SET decided_at = decided_at - ? WHERE id = ?")
      .bind(15 * DAY, Number(releaseId))
      .run();
    const late = await call("POST", `/v1/releases/${releaseId}/appeal`, {
      bearer: acme.token,
      body: { reason: "We were on holiday." },
    });
    expect(late.body.code).toBe("appeal_closed");
  });
});

describe("a block", () => {
  const state = async (releaseId: string) =>
    env.DB.prepare("SELECT state FROM releases WHERE id = ?").bind(Number(releaseId)).first<string>("state");

  it("acts at once, needs another person, and is lifted by two", async () => {
    const { releaseId, pluginId } = await publish(acme, await makeRelease(acme, "blocked-one"));
    const blocked = await desk(`releases/${releaseId}/block`, { code: "malware", reason: "It mines." });
    expect(blocked.status).toBe(200);
    expect(await state(releaseId)).toBe("blocked");
    expect((await call("GET", `/v1/plugins/${pluginId}`)).status).toBe(404);
    expect((await desk(`releases/${releaseId}/block`, { code: "malware", reason: "Again." })).status).toBe(409);
    expect((await desk(`releases/${releaseId}/block/confirm`, {})).body.code).toBe("own_decision");
    expect((await desk(`releases/${releaseId}/block/confirm`, {}, second)).status).toBe(200);
    expect((await desk(`releases/${releaseId}/lift`, { reason: "It does not." })).body).toMatchObject({
      step: "asked",
    });
    expect((await desk(`releases/${releaseId}/lift`, { reason: "It does not." })).body.code).toBe("own_decision");
    expect((await desk(`releases/${releaseId}/lift`, { reason: "It does not." }, second)).body).toMatchObject({
      step: "lifted",
    });
    expect(await state(releaseId)).toBe("published");
    expect((await call("GET", `/v1/plugins/${pluginId}`)).status).toBe(200);
    const { results } = await env.DB.prepare("SELECT kind FROM changes WHERE subject = 'blocked-one' ORDER BY id").all<{
      kind: string;
    }>();
    expect(results.map(({ kind }) => kind)).toEqual(["release.published", "release.blocked", "release.lifted"]);
  });

  it("that nobody confirms within a day lapses: the release is yanked", async () => {
    const { releaseId } = await publish(acme, await makeRelease(acme, "blocked-two"));
    await desk(`releases/${releaseId}/block`, { code: "policy", reason: "Perhaps." });
    await env.DB.prepare("UPDATE release_blocks SET asked_at = asked_at - ? WHERE release_id = ?")
      .bind(DAY + 1, Number(releaseId))
      .run();
    await sweep();
    expect(await state(releaseId)).toBe("yanked");
    expect((await desk(`releases/${releaseId}/block/confirm`, {}, second)).status).toBe(409);
  });
});

describe("publication by the rules alone", () => {
  it("happens when every rule holds, and says so in the receipt; else the reasons are told", async () => {
    const known = await makePublisher("well-known");
    for (const name of ["known-a", "known-b", "known-c"]) await publish(known, await makeRelease(known, name));
    const now = nowSeconds();
    await env.DB.batch([
      env.DB.prepare("UPDATE publishers SET verified_domain = 'known.example' WHERE id = ?").bind(
        Number(known.publisherId),
      ),
      env.DB.prepare(
        "INSERT INTO domain_proofs (publisher_id, domain, nonce, method, asked_at, verified_at) VALUES (?, 'known.example', 'n', 'dns', 1, ?)",
      ).bind(Number(known.publisherId), now - 91 * DAY),
      env.DB.prepare("UPDATE publisher_keys SET created_at = ?, trusted_at = NULL WHERE publisher_id = ?").bind(
        now - 31 * DAY,
        Number(known.publisherId),
      ),
      env.DB.prepare(
        "UPDATE releases SET created_at = created_at - 86400 WHERE plugin_id IN (SELECT id FROM plugins WHERE publisher_id = ?)",
      ).bind(Number(known.publisherId)),
    ]);
    const head = (await call("GET", "/v1/plugins/by-name/known-a/head", { bearer: known.token })).body;
    let note = 0;
    let next = await makeRelease(known, "known-a", { version: "1.0.1", head, note: "n0" });
    while (await isDrawn(next.sha256))
      next = await makeRelease(known, "known-a", { version: "1.0.1", head, note: `n${++note}` });
    const uploaded = await upload(known.token, { bundle: next.bytes, statement: next.statement, plugin: {} });
    const { releaseId } = uploaded.body;
    await runChecks(releaseId);
    const view = await (async () => {
      for (;;) {
        const seen = await show(releaseId);
        if (
          seen.state !== "staged" &&
          seen.state !== "scanning" &&
          (seen.state !== "review" || seen.waits[0]?.why?.length > 0)
        )
          return seen;
        await runChecks(releaseId);
      }
    })();
    expect(view, JSON.stringify(view)).toMatchObject({ state: "published" });
    const row = await env.DB.prepare("SELECT receipt, decided_by FROM releases WHERE id = ?")
      .bind(Number(releaseId))
      .first<{ receipt: string; decided_by: number | null }>();
    expect(row?.decided_by).toBeNull();
    expect(
      atob((JSON.parse(row?.receipt ?? "{}").payload as string).replaceAll("-", "+").replaceAll("_", "/")),
    ).toContain('"review":"automatic"');

    const later = (await call("GET", "/v1/plugins/by-name/known-a/head", { bearer: known.token })).body;
    const grown = await inReview(
      "known-a",
      { version: "1.0.2", head: later, manifest: { events: [{ on: "request.created" }, { on: "request.updated" }] } },
      known,
    );
    expect(["review", "rejected"]).toContain(grown.view.state);
  });
});

describe("the state machine", () => {
  it("refuses every other move", async () => {
    const { releaseId, sha256 } = await inReview("no-other-way");
    expect((await desk(`releases/${releaseId}/block`, { code: "malware", reason: "Not public." })).status).toBe(404);
    expect(
      (
        await call("POST", `/v1/releases/${releaseId}/appeal`, {
          bearer: acme.token,
          body: { reason: "Nothing was rejected." },
        })
      ).status,
    ).toBe(409);
    await decide(releaseId, sha256, "reject");
    expect((await decide(releaseId, sha256)).status).toBe(409);
    expect((await desk(`releases/${releaseId}/rerun`, {})).status).toBe(409);
    expect((await desk(`releases/${releaseId}/acceptances`, { check: "code", reason: "Late" })).status).toBe(409);
  });

  it("of a whole plugin: deprecated with a replacement, never in a circle; archived; removed to a tombstone (sec-26)", async () => {
    const one = await publish(acme, await makeRelease(acme, "old-plugin"));
    const two = await publish(acme, await makeRelease(acme, "new-plugin"));
    const act = (id: string, what: string, body: JsonObject = {}) =>
      call("POST", `/v1/plugins/${id}/${what}`, { bearer: acme.token, body });
    expect(
      (await act(one.pluginId, "deprecate", { message: "Use the new one", replacement: "new-plugin" })).body.state,
    ).toBe("deprecated");
    expect(
      (await act(two.pluginId, "deprecate", { message: "Use the old one", replacement: "old-plugin" })).body.code,
    ).toBe("VALIDATION_ERROR");
    expect((await act(two.pluginId, "deprecate", { message: "Use itself", replacement: "new-plugin" })).status).toBe(
      422,
    );
    expect((await act(one.pluginId, "archive")).body.state).toBe("archived");
    expect((await act(one.pluginId, "deprecate", { message: "Twice" })).status).toBe(409);
    expect((await act(one.pluginId, "activate")).body.state).toBe("active");
    expect((await desk(`plugins/${one.pluginId}/remove`, { reason: "Still public" })).status).toBe(409);
    await desk(`releases/${one.releaseId}/block`, { code: "legal", reason: "A court said so." });
    expect((await desk(`plugins/${one.pluginId}/remove`, { reason: "Nothing is left" })).body.state).toBe("removed");
    const rival = await makePublisher("name-hunters");
    const again = await makeRelease(rival, "old-plugin");
    const hunted = await upload(rival.token, { bundle: again.bytes, statement: again.statement, plugin: {} });
    expect(hunted).toMatchObject({ status: 409, body: { code: "name_taken" } });
    expect(await env.DB.prepare("SELECT kind FROM reserved_names WHERE name = 'old-plugin'").first("kind")).toBe(
      "tombstone",
    );
  });
});

describe("rules that came later", () => {
  it("look at what is published and open cases; they change nothing by themselves", async () => {
    const { releaseId, pluginId } = await publish(acme, await makeRelease(acme, "judged-before", SERVER(`eval("1");`)));
    await env.DB.prepare(
      `UPDATE releases SET expected_checks = json_set(expected_checks, '$.ruleSet', 'older') WHERE id = ?`,
    )
      .bind(Number(releaseId))
      .run();
    setClock(nowSeconds());
    await sweep();
    const cases = await call("GET", "/v1/desk/cases?state=open", { bearer: await operatorToken() });
    expect(cases.body.cases).toMatchObject([{ kind: "retro_scan", releaseId, findings: [{ rule: "code_dynamic" }] }]);
    expect((await call("GET", `/v1/plugins/${pluginId}`)).status).toBe(200);
    await sweep();
    expect((await call("GET", "/v1/desk/cases?state=open", { bearer: second })).body.cases).toHaveLength(1);
  });
});
