import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { ROLES } from "../../src/domain/account/publisher.ts";
import { sha256Hex } from "../../src/domain/digest.ts";
import { createDeviceStore } from "../../src/storage/account/device-store.ts";
import { isPublisherMember } from "../../src/storage/license/read-licenses.ts";
import { call, ORIGIN } from "../api/account/calls.worker.ts";
import {
  codeIn,
  cookieOf,
  lastMailTo,
  makePeople,
  NOW,
  OWN,
  people,
  prove,
  signIn,
  submit,
  visit,
} from "./people.worker.ts";

beforeAll(makePeople);

describe("a token made in a session", () => {
  const make = (cookie: string, scopes: string[], fields: object = {}) =>
    call("POST", "/v1/tokens", { headers: { cookie, ...OWN }, body: { name: "CI", scopes, ...fields } });

  it("may have what is harmless at once, what is dangerous after a passkey proof, and never the desk", async () => {
    const cookie = await signIn(people.anna);
    expect(await make(cookie, ["stats:read"])).toMatchObject({ status: 201, body: { scopes: ["stats:read"] } });
    for (const scope of ["release:publish", "release:yank", "license:issue", "token:manage"])
      expect(await make(cookie, [scope])).toMatchObject({ status: 403, body: { code: "proof_required" } });
    expect(await make(await prove(cookie, 601), ["token:manage"])).toMatchObject({ status: 403 });
    expect(await make(await prove(cookie, 590), ["token:manage"])).toMatchObject({ status: 201 });
    expect(await make(cookie, ["desk:review"], { kind: "adm" })).toMatchObject({ status: 403 });
    const operatorCookie = await prove(await signIn(people.operatorId));
    expect(await make(operatorCookie, ["desk:review"], { kind: "adm" })).toMatchObject({ status: 201 });
  });

  it("outlives the session, ends with its revocation, and makes no token that can more", async () => {
    const cookie = await prove(await signIn(people.anna));
    const made = await make(cookie, ["token:manage", "stats:read"]);
    await submit("/sign-out", {}, cookie);
    const bearer = made.body.token as string;
    const wider = { name: "w", scopes: ["instance:manage"] };
    expect(await call("POST", "/v1/tokens", { bearer, body: wider })).toMatchObject({ status: 403 });
    const child = await call("POST", "/v1/tokens", { bearer, body: { name: "c", scopes: ["stats:read"] } });
    const again = await signIn(people.anna);
    expect((await submit("/account/tokens/revoke", { id: made.body.tokenId }, again)).status).toBe(303);
    for (const dead of [bearer, child.body.token])
      expect(await call("GET", "/v1/whoami", { bearer: dead })).toMatchObject({ status: 401 });
  });

  it("is shown once by its page, which sends the dangerous ones to the passkey", async () => {
    const cookie = await signIn(people.anna);
    const fields: [string, string][] = [
      ["name", "Backup"],
      ["scope", "stats:read"],
      ["days", "30"],
    ];
    expect(await (await submit("/account/tokens", fields, cookie)).text()).toMatch(/rbsm_pat_[0-9A-Za-z]{46}/);
    const dangerous = await submit("/account/tokens", [...fields, ["scope", "license:issue"]], cookie);
    expect(dangerous.headers.get("location")).toBe("/account/prove?next=%2Faccount%2Ftokens");
  });
});

describe("the desk in a session", () => {
  it("decides nothing without a passkey proof of ten minutes at most", async () => {
    const cookie = await signIn(people.operatorId);
    const decide = () =>
      call("POST", "/v1/desk/releases/999999/decision", {
        headers: { cookie, ...OWN },
        body: { decision: "approve", reason: "Looked at", sha256: "0".repeat(64) },
      });
    expect(await decide()).toMatchObject({ status: 403, body: { code: "proof_required", needs: "passkey" } });
    await prove(cookie, 601);
    expect(await decide()).toMatchObject({ status: 403 });
    await prove(cookie);
    expect(await decide()).toMatchObject({ status: 404, body: { code: "release_not_found" } });
  });
});

describe("a device (RFC 8628)", () => {
  const GRANT = "urn:ietf:params:oauth:grant-type:device_code";
  const ask = (scope = "stats:read instance:manage") =>
    call("POST", "/v1/device/code", { body: { client_id: "rbsm", scope } });
  const poll = (code: string, grant = GRANT) =>
    call("POST", "/v1/device/token", { body: { grant_type: grant, device_code: code } });
  const decide = (code: string, cookie: string, decision = "approve") => submit("/device", { code, decision }, cookie);
  /** As if the interval had passed. */
  const wait = () => env.DB.prepare("UPDATE device_codes SET polled_at = polled_at - 5").run();

  it("gets a token with what its person saw and approved, once", async () => {
    const asked = await ask();
    expect(asked.body).toMatchObject({ verification_uri: `${ORIGIN}/device`, interval: 5, expires_in: 600 });
    expect((await poll(asked.body.device_code)).body).toEqual({ error: "authorization_pending" });
    expect((await poll(asked.body.device_code)).body).toEqual({ error: "slow_down" });
    await wait();
    expect((await poll(asked.body.device_code)).body).toEqual({ error: "authorization_pending" });
    const cookie = await signIn(people.anna);
    const page = await (await visit(`/device?code=${asked.body.user_code}`, cookie)).text();
    expect(page).toContain("Read statistics");
    expect((await decide(asked.body.user_code.toLowerCase(), cookie)).status).toBe(200);
    await wait();
    const given = await poll(asked.body.device_code);
    expect(given).toMatchObject({ status: 200, body: { token_type: "Bearer", scope: "instance:manage stats:read" } });
    expect(await call("GET", "/v1/whoami", { bearer: given.body.access_token })).toMatchObject({
      status: 200,
      body: { account: { id: people.anna }, token: { scopes: ["instance:manage", "stats:read"] } },
    });
    expect((await poll(asked.body.device_code)).body).toEqual({ error: "invalid_grant" });
  });

  it("speaks forms as OAuth clients do", async () => {
    const body = new URLSearchParams({ client_id: "other", scope: "stats:read" });
    const asked = await exports.default.fetch(`${ORIGIN}/v1/device/code`, { method: "POST", body });
    const { device_code } = (await asked.json()) as { device_code: string };
    const form = new URLSearchParams({ grant_type: GRANT, device_code });
    const polled = await exports.default.fetch(`${ORIGIN}/v1/device/token`, { method: "POST", body: form });
    expect([polled.status, await polled.json()]).toEqual([400, { error: "authorization_pending" }]);
  });

  it("gets nothing without a yes: denied, late, unknown, or of another grant", async () => {
    const denied = await ask();
    await decide(denied.body.user_code, await signIn(people.anna), "deny");
    expect((await poll(denied.body.device_code)).body).toEqual({ error: "access_denied" });
    const late = await ask();
    await env.DB.prepare("UPDATE device_codes SET expires_at = ?").bind(NOW()).run();
    expect((await decide(late.body.user_code, await signIn(people.anna))).status).toBe(404);
    expect((await poll(late.body.device_code)).body).toEqual({ error: "expired_token" });
    expect((await poll("x".repeat(43))).body).toEqual({ error: "invalid_grant" });
    expect((await poll("x".repeat(43), "password")).body).toEqual({ error: "unsupported_grant_type" });
  });

  it("never has more than the person, and what is dangerous takes a passkey proof", async () => {
    const asked = await ask("desk:review release:publish stats:read");
    const cookie = await signIn(people.anna);
    expect((await decide(asked.body.user_code, cookie)).headers.get("location")).toMatch(/^\/account\/prove/);
    expect((await poll(asked.body.device_code)).body).toEqual({ error: "authorization_pending" });
    expect((await decide(asked.body.user_code, await prove(cookie))).status).toBe(200);
    await wait();
    expect((await poll(asked.body.device_code)).body.scope).toBe("release:publish stats:read");
  });

  it("is decided once, and redeemed once however many ask at the same moment", async () => {
    const asked = await ask();
    const [a, b] = [await signIn(people.anna), await signIn(people.ben)];
    const decisions = await Promise.all([decide(asked.body.user_code, a), decide(asked.body.user_code, b)]);
    expect(decisions.map(({ status }) => status).sort()).toEqual([200, 404]);
    const devices = createDeviceStore(env.DB);
    const hash = await sha256Hex(asked.body.device_code);
    const redeem = (index: number) =>
      devices.redeem(
        hash,
        { kind: "pat", hash: `${index}`.repeat(64), hint: "xxxx", name: "x", scopes: [], expiresAt: NOW() + 60 },
        100,
        NOW(),
      );
    const redeemed = await Promise.all([1, 2, 3, 4, 5].map(redeem));
    expect(redeemed.filter(Boolean)).toHaveLength(1);
  });

  it("is approved in a session alone, and codes are stored as hashes", async () => {
    const asked = await ask();
    const answer = await submit("/device", { code: asked.body.user_code, decision: "approve" });
    expect(answer.headers.get("location")).toMatch(/^\/sign-in/);
    const rows = JSON.stringify((await env.DB.prepare("SELECT * FROM device_codes").all()).results);
    for (const secret of [asked.body.device_code, asked.body.user_code, asked.body.user_code.replace("-", "")])
      expect(rows).not.toContain(secret);
  });
});

describe("signing up", () => {
  const signUp = (name: string, email: string) => submit("/sign-up", { name, email });

  it("proves the address first, and says the same about one that has an account", async () => {
    const fresh = await signUp("Clara", "clara@firm.at");
    const known = await signUp("Anna", "ANNA@firm.at");
    expect([known.status, await known.text()]).toEqual([fresh.status, await fresh.text()]);
    const mail = await lastMailTo("clara@firm.at");
    const answer = await submit("/link", { code: codeIn(mail) });
    expect(answer.status).toBe(303);
    expect(await (await visit("/account", cookieOf(answer))).text()).toContain("Clara");
    expect(codeIn(await lastMailTo("anna@firm.at"))).toBe("");
  });

  it("refuses what is no name or no address", async () => {
    for (const [name, email] of [
      ["", "x@firm.at"],
      ["X", "nonsense"],
      ["a\u0000b", "x@firm.at"],
      ["X", ""],
    ] as const)
      expect((await signUp(name, email)).status).toBe(422);
  });
});

describe("an organization", () => {
  let owner: string;
  beforeAll(async () => {
    owner = await prove(await signIn(people.anna));
    expect((await submit("/account/organizations", { handle: "firm", display: "The Firm" }, owner)).status).toBe(303);
  });
  const at = (what: string) => `/account/organizations/firm/${what}`;
  const change = (member: string, role: string, cookie = owner) => submit(at("member"), { member, role }, cookie);

  it("takes members in by a link in a mail, and shows itself to them alone", async () => {
    const guest = await signIn(people.ben);
    expect((await visit("/account/organizations/firm", guest)).status).toBe(404);
    expect((await visit("/account/organizations/never-was", guest)).status).toBe(404);
    expect((await submit(at("invite"), { email: "ben@firm.at", role: "developer" }, owner)).status).toBe(303);
    const code = codeIn(await lastMailTo("ben@firm.at"));
    const joined = await Promise.all([submit("/link", { code }, guest), submit("/link", { code }, guest)]);
    expect(joined.map(({ status }) => status).sort()).toEqual([303, 404]);
    const page = await visit("/account/organizations/firm", guest);
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain("anna@firm.at");
  });

  it("is changed by owners with a passkey proof alone", async () => {
    const member = await prove(await signIn(people.ben));
    expect((await change(people.anna, "developer", member)).status).toBe(403);
    expect((await submit(at("invite"), { email: "x@firm.at", role: "owner" }, member)).status).toBe(403);
    expect((await submit(at("key"), {}, member)).status).toBe(403);
    const unproven = await change(people.ben, "maintainer", await signIn(people.anna));
    expect(unproven.headers.get("location")).toMatch(/^\/account\/prove/);
    const stranger = await prove(await signIn(people.operatorId));
    expect((await change(people.ben, "owner", stranger)).status).toBe(404);
  });

  it("keeps an owner, whatever two owners do to each other at the same moment", async () => {
    for (const role of ["developer", "none"]) expect((await change(people.anna, role)).status).toBe(409);
    expect((await change(people.ben, "owner")).status).toBe(303);
    const other = await prove(await signIn(people.ben));
    await Promise.all([
      change(people.anna, "analyst"),
      change(people.ben, "analyst", other),
      change(people.ben, "none"),
      change(people.anna, "none", other),
    ]);
    const row = await env.DB.prepare(
      "SELECT count(*) AS owners FROM publisher_members m JOIN publishers p ON p.id = m.publisher_id WHERE p.handle = 'firm' AND m.role = 'owner'",
    ).first<{ owners: number }>();
    expect(row?.owners).toBe(1);
  });

  it("whose member is gone has no instance of theirs acting for it", async () => {
    const made = await call("POST", "/v1/desk/accounts", {
      bearer: people.operator,
      body: { name: "Olga", email: "olga@firm.at", publisher: { handle: "olga", displayName: "Olga" } },
    });
    const cookie = await prove(await signIn(made.body.accountId));
    const publisher = await env.DB.prepare("SELECT id FROM publishers WHERE handle = 'olga'").first<{ id: number }>();
    await env.DB.prepare("INSERT INTO publisher_members VALUES (?, ?, 'maintainer', 1)")
      .bind(publisher?.id ?? 0, Number(people.ben))
      .run();
    const token = await call("POST", "/v1/tokens", {
      headers: { cookie: await signIn(people.ben), ...OWN },
      body: { name: "i", scopes: ["instance:manage"] },
    });
    const instance = await call("POST", "/v1/instances/register", {
      bearer: token.body.token,
      body: {
        name: "Office",
        url: "https://office.example.com",
        appVersion: "0.1.0",
        webhookUrl: "https://office.example.com/hook",
        publisher: "olga",
      },
    });
    const fields = { member: people.ben, role: "none" };
    expect((await submit("/account/organizations/olga/member", fields, cookie)).status).toBe(303);
    const row = await env.DB.prepare("SELECT publisher_id FROM instances WHERE id = ?")
      .bind(Number(instance.body.instanceId))
      .first();
    expect(row).toEqual({ publisher_id: null });
  });

  it("lets only some roles touch licenses, whatever scopes a session has", async () => {
    const { id } = (await env.DB.prepare("SELECT id FROM publishers WHERE handle = 'olga'").first()) as { id: number };
    const may: string[] = [];
    for (const role of ROLES) {
      await env.DB.prepare(
        "INSERT INTO publisher_members VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET role = excluded.role",
      )
        .bind(id, Number(people.ben), role)
        .run();
      if (await isPublisherMember(env.DB, String(id), people.ben)) may.push(role);
    }
    expect(may).toEqual(["owner", "maintainer", "billing"]);
  });

  it("owns instances, which its owners and maintainers manage as long as they are that", async () => {
    const register = await call("POST", "/v1/tokens", {
      headers: { cookie: await signIn(people.anna), ...OWN },
      body: { name: "i", scopes: ["instance:manage"] },
    });
    const hers = register.body.token as string;
    const instance = await call("POST", "/v1/instances/register", {
      bearer: hers,
      body: {
        name: "Office",
        url: "https://office.example.com",
        appVersion: "0.1.0",
        webhookUrl: "https://office.example.com/hook",
      },
    });
    const { instanceId } = instance.body;
    const change = (credential: { bearer?: string; headers?: Record<string, string> }, body: object) =>
      call("PATCH", `/v1/instances/${instanceId}`, { ...credential, body });
    const colleague = { headers: { cookie: await signIn(people.ben), ...OWN } };
    expect(await change({ bearer: hers }, { organization: "firm" })).toMatchObject({ status: 403 });
    const handle = "office";
    await submit("/account/organizations", { handle, display: "Office" }, await signIn(people.anna));
    expect(await change(colleague, { name: "Mine" })).toMatchObject({ status: 404 });
    expect(await change({ bearer: hers }, { organization: handle })).toMatchObject({
      status: 200,
      body: { organization: handle },
    });
    expect(await change(colleague, { name: "Mine" })).toMatchObject({ status: 404 });
    const join = (role: string) =>
      env.DB.prepare(
        `INSERT INTO publisher_members SELECT id, ?, ?, 1 FROM publishers WHERE handle = ?
         ON CONFLICT DO UPDATE SET role = excluded.role`,
      )
        .bind(Number(people.ben), role, handle)
        .run();
    await join("developer");
    expect(await change(colleague, { name: "Mine" })).toMatchObject({ status: 404 });
    await join("maintainer");
    expect(await change(colleague, { name: "Ours" })).toMatchObject({ status: 200, body: { name: "Ours" } });
    const rotated = await call("POST", "/v1/instances/rotate", { ...colleague, body: { instanceId } });
    expect(rotated.status).toBe(200);
    // To whom it belongs stays with the account that registered it.
    expect(await change(colleague, { organization: null })).toMatchObject({ status: 403 });
    expect(await change({ bearer: hers }, { organization: null })).toMatchObject({ status: 200 });
    expect(await change(colleague, { name: "Mine" })).toMatchObject({ status: 404 });
  });
});
