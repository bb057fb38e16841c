import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/domain/digest.ts";
import { call, ORIGIN } from "../api/account/calls.worker.ts";
import {
  cookieOf,
  isSignedIn,
  lastMailTo,
  makePeople,
  NOW,
  newLink,
  OWN,
  people,
  prove,
  script,
  secretOf,
  signIn,
  submit,
  visit,
} from "./people.worker.ts";

beforeAll(makePeople);

describe("a session", () => {
  it("begins with a one-time link, and opens pages and the API", async () => {
    const cookie = await signIn(people.anna);
    const page = await visit("/account", cookie);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Anna");
    const me = await call("GET", "/v1/whoami", { headers: { cookie } });
    expect(me).toMatchObject({ status: 200, body: { account: { id: people.anna, name: "Anna" } } });
  });

  it("is asked for by pages that need one, which lead back", async () => {
    for (const path of ["/account?x=1", "/account/tokens", "/device?code=X", "/account/prove", "/desk/mail"]) {
      const answer = await visit(path);
      expect([answer.status, answer.headers.get("location")]).toEqual([
        303,
        `/sign-in?next=${encodeURIComponent(path)}`,
      ]);
    }
  });

  it("has a cookie that scripts and other sites do not get, and nothing but a hash is stored", async () => {
    const answer = await submit("/link", { code: await newLink(people.anna) });
    const header = answer.headers.get("set-cookie") ?? "";
    expect(header).toMatch(/^rbsm_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax$/);
    const stored = await env.DB.prepare("SELECT * FROM sessions").all();
    expect(JSON.stringify(stored.results)).not.toContain(secretOf(header.split(";")[0] as string));
  });

  it("never takes over a secret the browser brought along (fixation)", async () => {
    const planted = `rbsm_session=${"A".repeat(43)}`;
    const cookie = await signIn(people.anna, planted);
    expect(cookie).not.toBe(planted);
    expect([await isSignedIn(planted), await isSignedIn(cookie)]).toEqual([false, true]);
    const other = await signIn(people.ben, cookie);
    expect([other === cookie, await isSignedIn(cookie), await isSignedIn(other)]).toEqual([false, true, true]);
  });

  it("ends when it is signed out, ended elsewhere, expired, or its account suspended", async () => {
    const [a, b, c, d] = [
      await signIn(people.ben),
      await signIn(people.ben),
      await signIn(people.ben),
      await signIn(people.ben),
    ];
    const out = await submit("/sign-out", {}, a);
    expect(out.headers.get("set-cookie")).toMatch(/^rbsm_session=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax$/);
    expect(await isSignedIn(a)).toBe(false);
    expect((await submit("/account/sessions/end", { id: await sha256Hex(secretOf(b)) }, c)).status).toBe(303);
    expect(await isSignedIn(b)).toBe(false);
    await env.DB.prepare("UPDATE sessions SET expires_at = ? WHERE id_hash = ?")
      .bind(NOW(), await sha256Hex(secretOf(c)))
      .run();
    expect(await isSignedIn(c)).toBe(false);
    await env.DB.prepare("UPDATE accounts SET state = 'suspended' WHERE id = ?").bind(Number(people.ben)).run();
    expect(await isSignedIn(d)).toBe(false);
    expect((await submit("/link", { code: await codeOf(people.ben) })).status).toBe(404);
    await env.DB.prepare("UPDATE accounts SET state = 'active' WHERE id = ?").bind(Number(people.ben)).run();
  });

  it("is ended by its own account alone", async () => {
    const [mine, theirs] = [await signIn(people.anna), await signIn(people.ben)];
    expect((await submit("/account/sessions/end", { id: await sha256Hex(secretOf(theirs)) }, mine)).status).toBe(404);
    expect((await submit("/account/sessions/end-others", {}, mine)).status).toBe(303);
    expect([await isSignedIn(mine), await isSignedIn(theirs)]).toEqual([true, true]);
  });

  it("is written down as used once a day, never beyond ninety days after the sign-in", async () => {
    const cookie = await signIn(people.anna);
    const hash = await sha256Hex(secretOf(cookie));
    const read = () => env.DB.prepare("SELECT seen_at, expires_at FROM sessions WHERE id_hash = ?").bind(hash).first();
    const before = await read();
    await isSignedIn(cookie);
    expect(await read()).toEqual(before);
    const created = NOW() - 85 * 86_400;
    await env.DB.prepare("UPDATE sessions SET seen_at = ?1, created_at = ?2 WHERE id_hash = ?3")
      .bind(NOW() - 86_400, created, hash)
      .run();
    await isSignedIn(cookie);
    await expect.poll(async () => (await read())?.expires_at).toBe(created + 90 * 86_400);
  });

  it("shows where somebody signed in from", async () => {
    const code = await newLink(people.anna);
    const headers = { ...OWN, "user-agent": "Curious <b>Browser</b>", "cf-connecting-ip": "203.0.113.7" };
    const cookie = cookieOf(await submit("/link", { code }, undefined, headers));
    const html = await (await visit("/account", cookie)).text();
    expect(html).toContain("203.0.113.7");
    expect(html).toContain("Curious &lt;b&gt;Browser&lt;/b&gt;");
  });
});

describe("a one-time link", () => {
  it("is not used up by being looked at, and works once", async () => {
    const code = await newLink(people.anna);
    for (let i = 0; i < 2; i++) expect((await visit(`/link?code=${code}`)).status).toBe(200);
    const answers = await Promise.all(Array.from({ length: 6 }, () => submit("/link", { code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 404, 404, 404, 404, 404]);
    expect((await visit(`/link?code=${code}`)).status).toBe(404);
  });

  it("is over after its day, and no other text is one", async () => {
    const code = await newLink(people.anna);
    await env.DB.prepare("UPDATE account_links SET expires_at = ?").bind(NOW()).run();
    for (const text of [code, "", "x", "x".repeat(43), `${code}' OR 1=1`])
      expect((await submit("/link", { code: text })).status, text).toBe(404);
  });

  it("is made by the desk alone", async () => {
    const cookie = await prove(await signIn(people.anna));
    for (const options of [{}, { headers: { cookie, ...OWN } }])
      expect([401, 403]).toContain((await call("POST", `/v1/desk/accounts/${people.ben}/links`, options)).status);
  });
});

describe("a request that a foreign page makes", () => {
  const FOREIGN: Record<string, string>[] = [
    { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    { "sec-fetch-site": "same-site", origin: "http://localhost:3000" },
    { "sec-fetch-site": "cross-site", origin: ORIGIN },
    { origin: "https://evil.example" },
    { origin: "null" },
    {},
  ];

  it("does nothing with a session: forms, JSON, and JSON in disguise", async () => {
    const cookie = await signIn(people.anna);
    for (const headers of FOREIGN) {
      const where = JSON.stringify(headers);
      expect((await submit("/sign-out", {}, cookie, headers)).status, where).toBe(403);
      expect((await submit("/account/recovery-codes", {}, cookie, headers)).status, where).toBe(403);
      for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
        const answer = await call("POST", "/v1/tokens", {
          headers: { cookie, "content-type": type, ...headers },
          body: { name: "x", scopes: ["stats:read"] },
        });
        expect(answer, where).toMatchObject({ status: 403, body: { code: "csrf_refused" } });
      }
    }
    expect(await isSignedIn(cookie)).toBe(true);
  });

  it("signs nobody in or out without one either", async () => {
    for (const headers of FOREIGN) {
      expect((await submit("/link", { code: await newLink(people.anna) }, undefined, headers)).status).toBe(403);
      expect((await submit("/sign-in/recovery", { code: "x" }, undefined, headers)).status).toBe(403);
      expect((await script("/sign-in/options", {}, undefined, headers)).status).toBe(403);
    }
  });

  it("is known by our own origin where the browser says nothing of the site", async () => {
    const cookie = await signIn(people.anna);
    expect((await submit("/sign-out", {}, cookie, { origin: ORIGIN })).status).toBe(303);
  });

  it("cannot frame or script these pages, and nobody keeps them", async () => {
    const cookie = await signIn(people.anna);
    for (const path of [
      "/account",
      "/sign-in",
      "/account/tokens",
      "/device",
      `/link?code=${await newLink(people.ben)}`,
    ]) {
      const { headers } = await visit(path, path === "/sign-in" ? undefined : cookie);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy, path).toContain("frame-ancestors 'none'");
      expect(policy, path).toMatch(/script-src 'nonce-[A-Za-z0-9_-]{22}';/);
      expect(policy, path).not.toContain("unsafe");
      expect(headers.get("x-frame-options"), path).toBe("DENY");
      expect(headers.get("cache-control"), path).toBe("private, no-store");
    }
    const nonces = new Set<string | null>();
    for (let i = 0; i < 3; i++) nonces.add((await visit("/sign-in")).headers.get("content-security-policy"));
    expect(nonces.size).toBe(3);
  });

  it("sends nobody elsewhere after the sign-in", async () => {
    const cookie = await signIn(people.anna);
    for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
      const answer = await visit(`/sign-in?next=${encodeURIComponent(next)}`, cookie);
      expect(answer.headers.get("location"), next).toBe("/account");
    }
  });
});

describe("a recovery code", () => {
  async function codes(of: string): Promise<string[]> {
    const page = await submit("/account/recovery-codes", {}, await prove(await signIn(of)));
    expect(page.status).toBe(200);
    return [...(await page.text()).matchAll(/<li>([0-9A-Z-]{19})<\/li>/g)].map((match) => match[1] as string);
  }
  const use = (code: string) => submit("/sign-in/recovery", { code, next: "/account" });

  it("is made ten at a time after a passkey proof, stored as a hash, and used once however it is typed", async () => {
    const refused = await submit("/account/recovery-codes", {}, await signIn(people.anna));
    expect(refused.headers.get("location")).toMatch(/^\/account\/prove/);
    const made = await codes(people.anna);
    expect(new Set(made).size).toBe(10);
    const rows = await env.DB.prepare("SELECT * FROM recovery_codes").all();
    expect(JSON.stringify(rows.results)).not.toContain((made[0] as string).slice(0, 9));
    const typed = (made[0] as string).toLowerCase().replaceAll("-", " ");
    const answers = await Promise.all(Array.from({ length: 4 }, () => use(typed)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401]);
    expect((await use(made[1] as string)).status).toBe(303);
    await codes(people.anna);
    expect((await use(made[2] as string)).status).toBe(401);
  });

  it("holds publishing for 72 hours, for tokens as well, and tells the owners", async () => {
    const made = await call("POST", "/v1/desk/accounts", {
      bearer: people.operator,
      body: { name: "Petra", email: "petra@firm.at", publisher: { handle: "petra", displayName: "Petra" } },
    });
    const [code] = await codes(made.body.accountId);
    const cookie = cookieOf(await use(code as string));
    for (const credential of [{ headers: { cookie } }, { bearer: made.body.token }]) {
      const { token } = (await call("GET", "/v1/whoami", credential)).body;
      expect(token.scopes).not.toContain("release:publish");
      expect(token.scopes).not.toContain("plugin:create");
      expect(token.scopes).toContain("instance:manage");
    }
    expect(await lastMailTo("petra@firm.at")).toContain("recovered");
    await env.DB.prepare("UPDATE accounts SET publishing_held_until = ?").bind(NOW()).run();
    expect((await call("GET", "/v1/whoami", { bearer: made.body.token })).body.token.scopes).toContain(
      "release:publish",
    );
  });
});

describe("passkeys", () => {
  it("are asked for the same of everybody, whoever has an account", async () => {
    const [a, b] = await Promise.all([script("/sign-in/options", {}), script("/sign-in/options", {})]);
    const [first, second] = (await Promise.all([a.json(), b.json()])) as { challenge: string; allowCredentials: [] }[];
    expect(first?.challenge).not.toBe(second?.challenge);
    expect({ ...first, challenge: "" }).toEqual({ ...second, challenge: "" });
    expect(first?.allowCredentials).toEqual([]);
  });

  it("refuse an answer that is none, alike for every reason", async () => {
    const { challenge } = (await (await script("/sign-in/options", {})).json()) as { challenge: string };
    const clientData = (text: string) =>
      btoa(JSON.stringify({ type: "webauthn.get", challenge: text, origin: ORIGIN }))
        .replace(/=+$/, "")
        .replaceAll("+", "-")
        .replaceAll("/", "_");
    const answerWith = (text: string) => ({
      answer: {
        id: "AAAA",
        rawId: "AAAA",
        type: "public-key",
        clientExtensionResults: {},
        response: { clientDataJSON: clientData(text), authenticatorData: "AAAA", signature: "AAAA" },
      },
    });
    for (const sent of [
      answerWith(challenge),
      answerWith(challenge),
      answerWith("x".repeat(43)),
      {},
      { answer: null },
    ]) {
      const refused = await script("/sign-in/passkey", sent);
      expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([400, "passkey_refused"]);
      expect(refused.headers.get("set-cookie")).toBeNull();
    }
  });

  it("are not added to an account that has one by a session alone", async () => {
    const cookie = await signIn(people.ben);
    await env.DB.prepare(
      "INSERT INTO passkeys (credential_id, account_id, public_key, counter, transports, is_backed_up, name, created_at) VALUES ('k1', ?, 'AAAA', 0, '[]', 0, 'K', 1)",
    )
      .bind(Number(people.ben))
      .run();
    await env.DB.prepare("UPDATE sessions SET created_at = created_at - 601 WHERE id_hash = ?")
      .bind(await sha256Hex(secretOf(cookie)))
      .run();
    const refused = await script("/account/passkeys/options", {}, cookie);
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, "proof_required"]);
    expect((await script("/account/passkeys/options", {}, await prove(cookie))).status).toBe(200);
    expect((await submit("/account/passkeys/remove", { id: "k1" }, cookie)).status).toBe(404);
  });
});

describe("GitHub", () => {
  /** Both halves; `code` names the user as the GitHub of the tests reads it. */
  async function come(code: string, cookie?: string, state?: string): Promise<Response> {
    const gone = await visit("/sign-in/github");
    const to = new URL(gone.headers.get("location") ?? "");
    expect([to.host, to.searchParams.get("code_challenge_method")]).toEqual(["github.com", "S256"]);
    const attempt = cookieOf(gone);
    const query = new URLSearchParams({ code, state: state ?? (to.searchParams.get("state") as string) });
    return visit(`/sign-in/github/callback?${query}`, cookie === undefined ? attempt : `${attempt}; ${cookie}`);
  }
  function sessionOf(answer: Response): string {
    const cookies = answer.headers.getSetCookie().map((header) => header.split(";")[0] as string);
    return cookies.find((cookie) => cookie.startsWith("rbsm_session=")) ?? "";
  }
  const whose = async (cookie: string) => (await call("GET", "/v1/whoami", { headers: { cookie } })).body.account?.id;

  it("makes an account of a proven address, and knows its user again whatever they are called then", async () => {
    const first = await come("77-gita-gita@firm.at-yes");
    expect([first.status, first.headers.get("location")]).toEqual([303, "/account"]);
    const again = await come("77-renamed-else@firm.at-no");
    expect(await whose(sessionOf(again))).toBe(await whose(sessionOf(first)));
  });

  it("lets nobody into an account by an address that is not proven at both ends, or past its passkey", async () => {
    for (const code of ["81-x-new@firm.at-no", "82-anna-anna@firm.at-yes", "broken-x-y@firm.at-yes"])
      expect([(await come(code)).status, code]).toEqual([401, code]);
    await env.DB.prepare(
      "UPDATE accounts SET email_verified_at = 1 WHERE email IN ('anna@firm.at', 'ben@firm.at')",
    ).run();
    expect(await whose(sessionOf(await come("83-anna-ANNA@firm.at-yes")))).toBe(people.anna);
    expect((await come("84-anna2-anna@firm.at-yes")).status).toBe(401);
    // Ben has a passkey.
    expect((await come("85-ben-ben@firm.at-yes")).status).toBe(401);
    const unproven = await signIn(people.ben);
    expect((await come("85-ben-ben@firm.at-yes", unproven)).status).toBe(401);
    const linked = await come("85-ben-ben@firm.at-yes", await prove(unproven));
    expect([linked.status, sessionOf(linked)]).toEqual([303, ""]);
    expect(await whose(sessionOf(await come("85-ben-ben@firm.at-yes")))).toBe(people.ben);
  });

  it("is left alone by answers to questions this browser did not ask", async () => {
    expect((await come("77-gita-gita@firm.at-yes", undefined, "x".repeat(43))).status).toBe(401);
    const bare = await visit(`/sign-in/github/callback?code=77-gita-gita@firm.at-yes&state=${"x".repeat(43)}`);
    expect([bare.status, sessionOf(bare)]).toEqual([401, ""]);
  });
});

describe("trying", () => {
  it("has an end for one network, not for others", async () => {
    const from = (address: string) =>
      submit("/sign-in/recovery", { code: "nonsense" }, undefined, { ...OWN, "cf-connecting-ip": address });
    const answers: number[] = [];
    for (let i = 0; i < 32; i++) answers.push((await from(`2001:db8::${i.toString(16)}`)).status);
    expect(answers.filter((status) => status === 401)).toHaveLength(30);
    expect(answers.slice(-2)).toEqual([429, 429]);
    expect((await from("2001:db8:0:1::1")).status).toBe(401);
  });
});

async function codeOf(accountId: string): Promise<string> {
  const code = "z".repeat(43);
  await env.DB.prepare(
    "INSERT INTO account_links (code_hash, purpose, account_id, created_at, expires_at) VALUES (?, 'sign_in', ?, ?, ?)",
  )
    .bind(await sha256Hex(code), Number(accountId), NOW(), NOW() + 60)
    .run();
  return code;
}
