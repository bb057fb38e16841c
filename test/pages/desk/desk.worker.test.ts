import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  DEAD_KINDS,
  deskPaths,
  PLUGIN_ACTS,
  type PluginAct,
  RELEASE_DECISIONS,
} from "../../../src/contract/desk/paths.ts";
import { call } from "../../api/account/calls.worker.ts";
import {
  makePublisher,
  makeRelease,
  operatorToken,
  type Publisher,
  runChecks,
  upload,
} from "../../api/publish/market.worker.ts";
import { account, OWN, people, prove, signIn, submit, visit } from "../people.worker.ts";

let publisher: Publisher;
/** Two operators, both at their passkeys, and somebody who is none. */
const seat = { first: "", second: "", stranger: "" };
let firstId = "";

beforeAll(async () => {
  people.operator = await operatorToken();
  publisher = await makePublisher("deskpub");
  firstId = await operator("Olga");
  seat.first = await prove(await signIn(firstId));
  seat.second = await prove(await signIn(await operator("Otto")));
  seat.stranger = await prove(await signIn(await account("Sten")));
});

async function operator(name: string): Promise<string> {
  const id = await account(name);
  await env.DB.prepare("UPDATE accounts SET is_operator = 1 WHERE id = ?").bind(Number(id)).run();
  return id;
}

const names: Record<string, { sequence: number; statementSha256: string | null }> = {};

/** On a busy machine the sandbox may have no answer at once: what is unknown is asked again. */
async function checked(id: string): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await runChecks(id);
    const unknown = await env.DB.prepare(
      `SELECT 1 FROM release_checks c WHERE release_id = ?1 AND result = 'unknown'
         AND id = (SELECT MAX(id) FROM release_checks WHERE release_id = ?1 AND name = c.name)`,
    )
      .bind(Number(id))
      .first();
    if (unknown === null) return;
    await env.DB.prepare("UPDATE releases SET next_check_at = 1 WHERE id = ?").bind(Number(id)).run();
  }
}

/** A release of the publisher in review. */
async function waiting(
  name: string,
  version = "1.0.0",
  note = "first",
): Promise<{ id: string; sha256: string; pluginId: string }> {
  const head = names[name] ?? { sequence: 0, statementSha256: null };
  const made = await makeRelease(publisher, name, { version, note, head });
  const sent = await upload(publisher.token, { bundle: made.bytes, statement: made.statement, plugin: made.metadata });
  expect([200, 201]).toContain(sent.status);
  const found = await env.DB.prepare(
    "SELECT r.id, r.plugin_id, r.statement_sha256 FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE p.name = ? AND r.version = ?",
  )
    .bind(name, version)
    .first<{ id: number; plugin_id: number; statement_sha256: string }>();
  names[name] = { sequence: head.sequence + 1, statementSha256: found?.statement_sha256 ?? null };
  const id = String(found?.id);
  // Many releases in a short time wait a while; these do not.
  await env.DB.prepare("UPDATE releases SET velocity_until = NULL WHERE id = ?").bind(Number(id)).run();
  await checked(id);
  return { id, sha256: made.sha256, pluginId: String(found?.plugin_id) };
}

const stateOf = async (id: string) =>
  (await env.DB.prepare("SELECT state FROM releases WHERE id = ?").bind(Number(id)).first<{ state: string }>())?.state;
const text = async (path: string, cookie = seat.first) => {
  const answer = await visit(path, cookie);
  expect(answer.status, path).toBe(200);
  return answer.text();
};
const REASON = "Read every line of it.";

/** A second release whose first one is published. */
async function published(name: string) {
  const release = await waiting(name);
  const done = await submit(
    deskPaths.decide(release.id, "approve"),
    { reason: REASON, sha256: release.sha256 },
    seat.first,
  );
  expect(done.headers.get("location")).toBe(`${deskPaths.release(release.id)}?done=published`);
  return release;
}

describe("who may see the desk", () => {
  const pages = () => [
    deskPaths.home(),
    deskPaths.queue(),
    deskPaths.release("1"),
    deskPaths.file("1", "LICENSE"),
    deskPaths.dryRun("1"),
    deskPaths.plugin("1"),
    deskPaths.reports(),
    deskPaths.publishers(),
    deskPaths.publisher("deskpub"),
    deskPaths.licenses(),
    deskPaths.license("1"),
    deskPaths.keys(),
    deskPaths.audit(),
    deskPaths.verify(),
    deskPaths.health(),
    ...DEAD_KINDS.map((kind) => deskPaths.dead(kind)),
  ];

  it("visitors are led to the sign-in page, everybody else finds nothing", async () => {
    for (const path of pages()) {
      const visitor = await visit(path);
      expect([visitor.status, visitor.headers.get("location")?.startsWith("/sign-in")], path).toEqual([303, true]);
      expect((await visit(path, seat.stranger)).status, path).toBe(404);
    }
  });

  it("no act works for others, from another site, or without a fresh passkey", async () => {
    const acts = [
      ...RELEASE_DECISIONS.map((decision) => deskPaths.decide("1", decision)),
      ...DEAD_KINDS.map((kind) => deskPaths.replay(kind)),
      ...PLUGIN_ACTS.map((act) => deskPaths.pluginAct("1", act)),
      deskPaths.triage("1"),
      deskPaths.decideReport("1"),
      deskPaths.closeCase("1"),
    ];
    const stale = await prove(await signIn(firstId), 11 * 60);
    const before = await env.DB.prepare("SELECT COUNT(*) AS n FROM audit").first();
    for (const path of acts) {
      const fields = { reason: REASON, sha256: "0", code: "malware" };
      expect((await submit(path, fields)).headers.get("location"), path).toMatch(/^\/sign-in/);
      expect((await submit(path, fields, seat.stranger)).status, path).toBe(404);
      expect((await submit(path, fields, seat.first, { ...OWN, "sec-fetch-site": "cross-site" })).status, path).toBe(
        403,
      );
      expect((await submit(path, fields, stale)).headers.get("location"), path).toMatch(/prove/);
    }
    expect(await env.DB.prepare("SELECT COUNT(*) AS n FROM audit").first()).toEqual(before);
  });
});

describe("the review queue", () => {
  it("shows what waits, and approves with a reason: the release is published", async () => {
    const release = await waiting("desk-one");
    expect(await text(deskPaths.queue())).toContain(deskPaths.release(release.id));
    expect(await text(deskPaths.home())).toContain(deskPaths.queue());
    const page = await text(deskPaths.release(release.id));
    for (const piece of ["requests.read", "server/main.js", release.sha256, "/approve", "/reject"])
      expect(page).toContain(piece);
    const short = await submit(
      deskPaths.decide(release.id, "approve"),
      { reason: " x ", sha256: release.sha256 },
      seat.first,
    );
    expect(short.status).toBe(422);
    const other = await submit(
      deskPaths.decide(release.id, "approve"),
      { reason: REASON, sha256: "0".repeat(64) },
      seat.first,
    );
    expect(other.status).toBe(409);
    expect(await stateOf(release.id)).toBe("review");
    const done = await submit(
      deskPaths.decide(release.id, "approve"),
      { reason: REASON, sha256: release.sha256 },
      seat.first,
    );
    expect(done.status).toBe(303);
    expect(await stateOf(release.id)).toBe("published");
    const after = await text(done.headers.get("location") ?? "");
    expect(after).toContain("Published.");
    expect(after).toContain("/block");
    expect(after).toContain("Olga");
    expect(await text(deskPaths.queue())).not.toContain(`${deskPaths.release(release.id)}"`);
  });

  it("rejects with a reason; the appeal is decided by somebody else", async () => {
    const release = await waiting("desk-two");
    await submit(
      deskPaths.decide(release.id, "reject"),
      { reason: "It counts too much.", sha256: release.sha256 },
      seat.first,
    );
    expect(await stateOf(release.id)).toBe("rejected");
    const appealed = await call("POST", `/v1/releases/${release.id}/appeal`, {
      bearer: publisher.token,
      body: { reason: "It counts exactly what it says." },
    });
    expect(appealed.status).toBe(201);
    expect(await text(deskPaths.queue())).toContain("It counts exactly what it says.");
    const wish = { reason: REASON, outcome: "overturned" };
    expect((await submit(deskPaths.decide(release.id, "appeal"), wish, seat.first)).status).toBe(409);
    const done = await submit(deskPaths.decide(release.id, "appeal"), wish, seat.second);
    expect(done.headers.get("location")).toContain("done=overturned");
    expect(await stateOf(release.id)).toBe("review");
  });

  it("blocks at once; a second person confirms, and two people lift it", async () => {
    const release = await published("desk-three");
    const act = (decision: (typeof RELEASE_DECISIONS)[number], cookie: string) =>
      submit(deskPaths.decide(release.id, decision), { reason: REASON, code: "malware" }, cookie);
    expect(
      (await submit(deskPaths.decide(release.id, "block"), { reason: REASON, code: "dull" }, seat.first)).status,
    ).toBe(422);
    expect((await act("block", seat.first)).headers.get("location")).toContain("done=blocked");
    expect(await stateOf(release.id)).toBe("blocked");
    expect(await text(deskPaths.queue())).toContain("Malware");
    expect((await act("confirm-block", seat.first)).status).toBe(409);
    expect((await act("confirm-block", seat.second)).headers.get("location")).toContain("done=confirmed");
    expect((await act("lift-block", seat.first)).headers.get("location")).toContain("done=asked");
    expect((await act("lift-block", seat.first)).status).toBe(409);
    expect((await act("lift-block", seat.second)).headers.get("location")).toContain("done=lifted");
    expect(await stateOf(release.id)).toBe("published");
  });

  it("nobody decides about their own organization's plugin", async () => {
    const release = await waiting("desk-own");
    await env.DB.prepare(
      "INSERT INTO publisher_members (publisher_id, account_id, role, created_at) VALUES (?, ?, 'owner', 0)",
    )
      .bind(Number(publisher.publisherId), Number(firstId))
      .run();
    try {
      expect(await text(deskPaths.release(release.id))).toContain("somebody else decides");
      const answer = await submit(
        deskPaths.decide(release.id, "approve"),
        { reason: REASON, sha256: release.sha256 },
        seat.first,
      );
      expect(answer.status).toBe(409);
      expect(await stateOf(release.id)).toBe("review");
    } finally {
      await env.DB.prepare("DELETE FROM publisher_members WHERE account_id = ?").bind(Number(firstId)).run();
    }
  });
});

describe("the bundle", () => {
  it("is shown file by file, beside the release before, and it is written down who looked", async () => {
    const before = await published("desk-files");
    const release = await waiting("desk-files", "1.1.0", "second");
    const page = await text(deskPaths.release(release.id));
    expect(page.includes("Beside 1.0.0")).toBe(true);
    const file = await text(deskPaths.file(release.id, "CHANGELOG.md"));
    expect(file).toContain("- first");
    expect(file).toContain("- second");
    expect(file).toMatch(/class="removed/);
    const first = await text(deskPaths.file(before.id, "CHANGELOG.md"));
    expect(first).not.toMatch(/class="removed/);
    for (const path of ["nothing.txt", "../LICENSE", "__proto__", ""])
      expect((await visit(deskPaths.file(release.id, path), seat.first)).status, path).toBe(404);
    const audit = await text(deskPaths.audit({ action: "bundle.read", subject: `release:${release.id}` }));
    expect(audit).toContain("CHANGELOG.md");
    expect(audit).toContain("Olga");
  });

  it("shows text of a plugin as text", async () => {
    const files = new Map([
      ["README.md", new TextEncoder().encode(`# Own\n\n<script>alert(1)</script> ${"words ".repeat(60)}\n`)],
    ]);
    const made = await makeRelease(publisher, "desk-evil", { files });
    await upload(publisher.token, { bundle: made.bytes, statement: made.statement, plugin: made.metadata });
    const row = await env.DB.prepare("SELECT id FROM releases WHERE sha256 = ?")
      .bind(made.sha256)
      .first<{ id: number }>();
    const page = await text(deskPaths.file(String(row?.id), "README.md"));
    expect(page).toContain("&lt;script&gt;alert(1)");
    expect(page).not.toContain("<script>alert(1)");
  });

  it("starts the module in the sandbox with nothing in its hands", async () => {
    const row = await env.DB.prepare("SELECT MAX(id) AS id FROM releases WHERE state = 'published'").first<{
      id: number;
    }>();
    expect((await text(deskPaths.dryRun(String(row?.id)))).includes("request.created")).toBe(true);
    expect((await visit(deskPaths.dryRun("999999"), seat.first)).status).toBe(404);
  });
});

describe("plugins, publishers, licenses, keys", () => {
  it("a plugin is suspended and held back with a reason, and comes back", async () => {
    const row = await env.DB.prepare("SELECT id FROM plugins WHERE name = 'desk-one'").first<{ id: number }>();
    const pluginId = String(row?.id);
    const act = (what: PluginAct, reason = REASON) =>
      submit(deskPaths.pluginAct(pluginId, what), { reason }, seat.first);
    const shown = async () => text(deskPaths.plugin(pluginId));
    expect((await act("suspend", "x")).status).toBe(422);
    expect((await act("resume")).status).toBe(409);
    expect((await act("suspend")).status).toBe(303);
    expect((await shown()).includes("suspended by the desk")).toBe(true);
    expect((await act("hold")).status).toBe(409);
    expect((await act("resume")).status).toBe(303);
    expect((await act("hold")).status).toBe(303);
    expect((await shown()).includes("held back")).toBe(true);
    expect((await act("release")).status).toBe(303);
    expect((await visit("/plugins/desk-one")).status).toBe(200);
    expect((await act("suspend", "x".repeat(2001))).status).toBe(422);
    expect((await submit(deskPaths.pluginAct("999999", "suspend"), { reason: REASON }, seat.first)).status).toBe(404);
  });

  it("publishers and licenses are found by what people type, never by patterns of it", async () => {
    expect((await text(deskPaths.publishers("DESKP"))).includes(deskPaths.publisher("deskpub"))).toBe(true);
    expect((await text(deskPaths.publishers("%"))).includes(deskPaths.publisher("deskpub"))).toBe(false);
    const sheet = await text(deskPaths.publisher("deskpub"));
    for (const piece of ["deskpub@example.org", "in use", "desk-one"]) expect(sheet.includes(piece), piece).toBe(true);
    expect((await visit(deskPaths.publisher("nobody"), seat.first)).status).toBe(404);
    const now = Math.floor(Date.now() / 1000);
    const instance = await env.DB.prepare(
      `INSERT INTO instances (account_id, name, url, app_version, webhook_url, api_url, api_key, api_secret_sealed, webhook_secret_sealed, created_at)
       VALUES (?, 'Reinlich GmbH', 'https://a.example.com', '0.1.0', 'https://a.example.com/h', 'https://a.example.com/api', 'mk_desk', 'x', 'x', ?) RETURNING id`,
    )
      .bind(Number(firstId), now)
      .first<{ id: number }>();
    const license = await env.DB.prepare(
      `INSERT INTO licenses (uuid, instance_id, plugin_id, publisher_id, user_id, type, state, issued_at, starts_at, max_installs, seat_cap, dev_seats)
       SELECT 'u-desk', ?, id, publisher_id, '7', 'basic', 'active', ?, ?, 3, 3, 0 FROM plugins WHERE name = 'desk-one' RETURNING id`,
    )
      .bind(Number(instance?.id), now, now)
      .first<{ id: number }>();
    await env.DB.prepare(
      "INSERT INTO license_keys (key_hash, license_id, kind, pepper_v, hint, sealed, state) VALUES ('h-desk', ?, 'live', 1, 'Zz9q', 'x', 'current')",
    )
      .bind(Number(license?.id))
      .run();
    const path = deskPaths.license(String(license?.id));
    for (const query of [String(license?.id), "u-desk", "desk-o", "Reinlich", "Zz9q", undefined])
      expect((await text(deskPaths.licenses(query))).includes(`"${path}"`), query).toBe(true);
    for (const query of ["_", "z9q", "nothing"])
      expect((await text(deskPaths.licenses(query))).includes(`"${path}"`), query).toBe(false);
    const page = await text(path);
    expect(page.includes("Reinlich GmbH")).toBe(true);
    expect(page.includes("h-desk")).toBe(false);
    const keys = await text(deskPaths.keys());
    expect(keys.includes("Pepper 1")).toBe(true);
  });

  it("reports are looked into and decided, cases closed; the address is told once", async () => {
    const row = await env.DB.prepare("SELECT id FROM plugins WHERE name = 'desk-one'").first<{ id: number }>();
    const now = Math.floor(Date.now() / 1000);
    const found = await env.DB.prepare(
      "INSERT INTO cases (plugin_id, kind, summary, opened_at) VALUES (?, 'reports', 'People reported it.', ?) RETURNING id",
    )
      .bind(Number(row?.id), now)
      .first<{ id: number }>();
    const report = await env.DB.prepare(
      "INSERT INTO reports (plugin_id, case_id, kind, text, created_at, due_at) VALUES (?, ?, 'malware', 'It reads <b>all</b>.', ?, ?) RETURNING id",
    )
      .bind(Number(row?.id), Number(found?.id), now - 100, now - 50)
      .first<{ id: number }>();
    const [reportId, caseId] = [String(report?.id), String(found?.id)];
    const page = await text(deskPaths.reports());
    for (const piece of ["It reads &lt;b&gt;all&lt;/b&gt;.", "late", "People reported it."])
      expect(page.includes(piece), piece).toBe(true);
    expect((await submit(deskPaths.triage(reportId), {}, seat.first)).status).toBe(303);
    expect((await submit(deskPaths.triage(reportId), {}, seat.first)).status).toBe(409);
    expect((await submit(deskPaths.decideReport(reportId), { state: "acted", reason: "" }, seat.first)).status).toBe(
      422,
    );
    expect(
      (await submit(deskPaths.decideReport(reportId), { state: "dismissed", reason: REASON }, seat.first)).status,
    ).toBe(303);
    expect(
      (await submit(deskPaths.decideReport(reportId), { state: "acted", reason: REASON }, seat.first)).status,
    ).toBe(409);
    expect((await submit(deskPaths.closeCase(caseId), { state: "dismissed", reason: REASON }, seat.first)).status).toBe(
      303,
    );
    expect((await submit(deskPaths.closeCase("999999"), { state: "acted", reason: REASON }, seat.first)).status).toBe(
      404,
    );
    expect((await text(deskPaths.reports())).includes("People reported it.")).toBe(false);
    expect((await text(deskPaths.verify())).includes("are what was sealed")).toBe(true);
  });

  it("speaks German", async () => {
    const german = { "accept-language": "de" };
    const paths = [
      deskPaths.home(),
      deskPaths.queue(),
      deskPaths.reports(),
      deskPaths.keys(),
      deskPaths.audit(),
      deskPaths.health(),
    ];
    for (const path of paths) {
      const page = await (await visit(path, seat.first, german)).text();
      expect(page.includes('lang="de"') && page.includes("Prüftisch"), path).toBe(true);
    }
  });
});

describe("dead letters", () => {
  it("are shown and put back, whoever they belong to", async () => {
    const owner = await call("POST", "/v1/desk/accounts", {
      bearer: people.operator,
      body: { name: "Dora", email: "dora@firm.at" },
    });
    const instance = await call("POST", "/v1/instances/register", {
      bearer: owner.body.token,
      body: {
        name: "Office",
        url: "https://office.example.com",
        appVersion: "0.1.0",
        webhookUrl: "https://office.example.com/h",
      },
    });
    const { meta } = await env.DB.prepare(
      "INSERT INTO webhook_outbox (instance_id, event, subject_kind, state, not_before, created_at) VALUES (?, 'plugin.reviewed', 'other', 'dead', 4000000000, 1)",
    )
      .bind(Number(instance.body.instanceId))
      .run();
    const letter = { id: String(meta.last_row_id), owner: String(instance.body.instanceId) };
    expect(await text(deskPaths.health())).toContain("plugin.reviewed");
    expect(await text(deskPaths.dead("webhooks"))).toContain("plugin.reviewed");
    expect((await submit(deskPaths.replay("webhooks"), { ...letter, owner: "999999" }, seat.first)).status).toBe(404);
    const done = await submit(deskPaths.replay("webhooks"), letter, seat.first);
    expect(done.headers.get("location")).toBe(`${deskPaths.dead("webhooks")}?done=1`);
    const row = await env.DB.prepare("SELECT state FROM webhook_outbox WHERE id = ?")
      .bind(meta.last_row_id)
      .first<{ state: string }>();
    expect(row?.state).not.toBe("dead");
    expect(await text(deskPaths.audit({ action: "delivery.replayed" }))).toContain("Olga");
    for (const kind of DEAD_KINDS)
      expect((await submit(deskPaths.replay(kind), { id: "1000000", owner: "1" }, seat.first)).status, kind).toBe(404);
  });
});
