import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Marketplace, NONCE, receiptSigner, startMarketplace, TOKEN } from "./marketplace-server.ts";
import { documentOf, rbsm, withFolder } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 120_000 });

let marketplace: Marketplace;
beforeEach(async () => {
  marketplace = await startMarketplace();
});
afterEach(() => marketplace.close());

const login = (cwd: string, ...args: string[]) =>
  rbsm(["login", "--marketplace", marketplace.origin, "--token-stdin", "--json", ...args], {
    cwd,
    input: `${TOKEN}\n`,
  });

describe("login", () => {
  it("proves the token, pins the key list and prints the key ids", () =>
    withFolder(async (cwd) => {
      const keyId = await receiptSigner(7).keyId();
      const told = await rbsm(["login", "--marketplace", marketplace.origin, "--token", TOKEN], { cwd });
      expect(told.code).toBe(0);
      expect(told.stderr).toContain(keyId);
      expect(told.stdout).toContain("Anna Berger");
      const file = path.join(cwd, "config/rbsm/config.json");
      expect(((await stat(file)).mode & 0o777).toString(8)).toBe("600");
      expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
        current: marketplace.origin,
        marketplaces: {
          [marketplace.origin]: { token: TOKEN, trust: { marketplace: "localhost", receiptKeys: [{ keyId }] } },
        },
      });
      const asked = marketplace.stage.seen.find(({ path: target }) => target.startsWith("/.well-known"));
      expect(asked?.token).toBeUndefined();
    }));

  it("is one document with --json, and may be repeated while the keys stay", () =>
    withFolder(async (cwd) => {
      expect(documentOf(await login(cwd))).toMatchObject({ ok: true, origin: marketplace.origin, pinned: true });
      expect(documentOf(await login(cwd))).toMatchObject({ ok: true, pinned: false });
    }));

  it("refuses a changed key list until it is accepted by name", () =>
    withFolder(async (cwd) => {
      await login(cwd);
      const pinned = await readFile(path.join(cwd, "config/rbsm/config.json"), "utf8");
      marketplace.stage.seed = 8;
      const refused = await login(cwd);
      expect(refused.code).toBe(1);
      expect(documentOf(refused).problem).toMatchObject({
        code: "trust_list_changed",
        kind: "trust",
        pinned: [await receiptSigner(7).keyId()],
        offered: [await receiptSigner(8).keyId()],
      });
      expect(await readFile(path.join(cwd, "config/rbsm/config.json"), "utf8")).toBe(pinned);
      expect((await login(cwd, "--accept-new-keys")).code).toBe(0);
      expect((await login(cwd)).code).toBe(0);
    }));

  it("still notices a change after a logout", () =>
    withFolder(async (cwd) => {
      await login(cwd);
      const left = documentOf(await rbsm(["logout", "--json"], { cwd }));
      expect(left).toEqual({ ok: true, loggedOut: [marketplace.origin] });
      marketplace.stage.seed = 8;
      expect(documentOf(await login(cwd)).problem).toMatchObject({ code: "trust_list_changed" });
    }));

  it("refuses a list that is about another marketplace: a statement signed for it would be good there", () =>
    withFolder(async (cwd) => {
      marketplace.stage.marketplace = "plugins.example.org";
      const refused = await login(cwd);
      expect(refused.code).toBe(1);
      expect(documentOf(refused).problem).toMatchObject({ code: "trust_list_foreign", kind: "trust" });
    }));

  it("keeps nothing of a token the marketplace does not know", () =>
    withFolder(async (cwd) => {
      const args = ["login", "--marketplace", marketplace.origin, "--token", TOKEN.replace(/a$/, "b"), "--json"];
      const refused = await rbsm(args, { cwd });
      expect(refused.code).toBe(1);
      expect(documentOf(refused).problem).toMatchObject({ code: "AUTHENTICATION_REQUIRED", kind: "auth", status: 401 });
      await expect(stat(path.join(cwd, "config/rbsm/config.json"))).rejects.toThrow();
    }));

  it("without a token waits for a person in a browser", () =>
    withFolder(async (cwd) => {
      const { overrides, seen } = marketplace.stage;
      const asked = {
        device_code: "d".repeat(43),
        user_code: "BCDF-GHJK",
        verification_uri: `${marketplace.origin}/device`,
        verification_uri_complete: `${marketplace.origin}/device?code=BCDF-GHJK`,
        expires_in: 600,
        interval: 1,
      };
      overrides.set("POST /v1/device/code", { status: 200, body: asked });
      overrides.set("POST /v1/device/token", { status: 400, body: { error: "authorization_pending" } });
      setTimeout(() => {
        const given = { access_token: TOKEN, token_type: "Bearer", expires_in: 60, scope: "stats:read" };
        overrides.set("POST /v1/device/token", { status: 200, body: given });
      }, 1_500);
      const told = await rbsm(["login", "--marketplace", marketplace.origin, "--scopes", "stats:read"], { cwd });
      expect([told.code, told.stderr]).toEqual([0, expect.stringContaining("BCDF-GHJK")]);
      expect(told.stdout).toContain("Anna Berger");
      expect(seen.filter(({ path: target }) => target === "/v1/device/token").length).toBeGreaterThan(0);
    }));

  it.each(["access_denied", "expired_token", "invalid_grant"])("keeps nothing when a browser says %s", (error) =>
    withFolder(async (cwd) => {
      const asked = {
        device_code: "d".repeat(43),
        user_code: "BCDF-GHJK",
        verification_uri: "x",
        verification_uri_complete: "x",
        expires_in: 600,
        interval: 1,
      };
      marketplace.stage.overrides.set("POST /v1/device/code", { status: 200, body: asked });
      marketplace.stage.overrides.set("POST /v1/device/token", { status: 400, body: { error } });
      const refused = await rbsm(["login", "--marketplace", marketplace.origin, "--json"], { cwd });
      expect(refused.code).not.toBe(0);
      expect(documentOf(refused).problem).toMatchObject({ code: error, kind: "auth" });
      await expect(stat(path.join(cwd, "config/rbsm/config.json"))).rejects.toThrow();
    }),
  );

  it.each([
    ["two tokens", ["--token", TOKEN, "--token-stdin"], "option_missing"],
    ["something else", ["--token", "hunter2"], "token_malformed"],
  ])("is misused with %s", (_, flags, code) =>
    withFolder(async (cwd) => {
      const refused = await rbsm(["login", "--marketplace", marketplace.origin, ...flags, "--json"], { cwd });
      expect([refused.code, documentOf(refused).problem?.code]).toEqual([2, code]);
      expect(marketplace.stage.seen).toEqual([]);
    }),
  );

  it.each([
    "http://plugins.example.org",
    "https://user@plugins.example.org",
    "https://plugins.example.org/v1",
    "ftp://localhost",
    "plugins",
  ])("does not send a token to %s", (origin) =>
    withFolder(async (cwd) => {
      const refused = await rbsm(["login", "--marketplace", origin, "--token", TOKEN, "--json"], { cwd });
      expect([refused.code, documentOf(refused).problem?.code]).toEqual([2, "marketplace_invalid"]);
    }),
  );

  it("says so when nobody answers, answers nonsense or redirects", () =>
    withFolder(async (cwd) => {
      const { overrides } = marketplace.stage;
      overrides.set("GET /.well-known/rbsm-trust.json", { status: 200, body: "<html>" });
      expect(documentOf(await login(cwd)).problem).toMatchObject({ code: "answer_invalid", kind: "server" });
      overrides.set("GET /.well-known/rbsm-trust.json", {
        status: 200,
        body: { marketplace: "localhost", receiptKeys: [] },
      });
      expect(documentOf(await login(cwd)).problem).toMatchObject({ code: "trust_list_malformed", kind: "trust" });
      overrides.set("GET /.well-known/rbsm-trust.json", {
        status: 302,
        body: "",
        headers: { location: "http://127.0.0.1:1/" },
      });
      expect(documentOf(await login(cwd)).problem).toMatchObject({ code: "http_302", kind: "server" });
      overrides.set("GET /.well-known/rbsm-trust.json", { status: 503, body: "busy" });
      expect(documentOf(await login(cwd)).problem).toMatchObject({ code: "http_503", kind: "server" });
      await marketplace.close();
      const alone = await login(cwd);
      expect(alone.code).toBe(1);
      expect(documentOf(alone).problem).toMatchObject({ code: "network_failed", kind: "network" });
    }));
});

describe("whoami", () => {
  it("shows account, scopes and publishers", () =>
    withFolder(async (cwd) => {
      await login(cwd);
      const told = await rbsm(["whoami"], { cwd });
      expect(told).toMatchObject({ code: 0, stderr: "" });
      for (const word of ["Anna Berger", "release:publish", "acme", "owner"]) expect(told.stdout).toContain(word);
      expect(documentOf(await rbsm(["whoami", "--json"], { cwd }))).toMatchObject({
        ok: true,
        origin: marketplace.origin,
        identity: { kind: "account", account: { id: "3" } },
      });
    }));

  it("uses RBSM_TOKEN alone where it is set, and never the stored token instead", () =>
    withFolder(async (cwd) => {
      await login(cwd);
      const env = { RBSM_TOKEN: `rbsm_pat_${"z".repeat(46)}` };
      const refused = await rbsm(["whoami", "--json"], { cwd, env });
      expect(refused.code).toBe(1);
      expect(documentOf(refused).problem).toMatchObject({ kind: "auth" });
      expect(marketplace.stage.seen.at(-1)?.token).toBe(env.RBSM_TOKEN);
      const named = {
        RBSM_TOKEN: TOKEN,
        RBSM_MARKETPLACE: marketplace.origin,
        XDG_CONFIG_HOME: path.join(cwd, "none"),
      };
      expect((await rbsm(["whoami"], { cwd, env: named })).code).toBe(0);
    }));

  it("without a login says how to log in, and where it is unclear asks which marketplace", () =>
    withFolder(async (cwd) => {
      const vague = await rbsm(["whoami", "--json"], { cwd });
      expect([vague.code, documentOf(vague).problem?.code]).toEqual([2, "marketplace_missing"]);
      const anonymous = await rbsm(["whoami", "--marketplace", marketplace.origin, "--json"], { cwd });
      expect(anonymous.code).toBe(1);
      expect(documentOf(anonymous).problem).toMatchObject({ code: "AUTHENTICATION_REQUIRED", kind: "auth" });
      expect(marketplace.stage.seen).toEqual([]);
      expect((await rbsm(["logout"], { cwd })).code).toBe(0);
    }));

  it("refuses a configuration that is not one, instead of starting anew", () =>
    withFolder(async (cwd) => {
      await login(cwd);
      const file = path.join(cwd, "config/rbsm/config.json");
      await writeFile(file, '{"marketplaces": [');
      const refused = await rbsm(["whoami", "--json"], { cwd });
      expect([refused.code, documentOf(refused).problem?.code]).toEqual([2, "config_invalid"]);
      expect(await readFile(file, "utf8")).toBe('{"marketplaces": [');
    }));
});

describe("keys enroll", () => {
  it("proves the key over the nonce for this account, publisher and marketplace", () =>
    withFolder(async (cwd) => {
      await login(cwd);
      const { keyId } = documentOf(await rbsm(["keys", "create", "--json"], { cwd }));
      const enrolled = await rbsm(["keys", "enroll", "acme", "--nonce", NONCE, "--json"], { cwd });
      expect(documentOf(enrolled)).toMatchObject({ ok: true, keyId, state: "active", publisher: "acme" });
      expect(marketplace.stage.keys).toMatchObject([{ keyId }]);
      const again = await rbsm(["keys", "enroll", "acme", "--nonce", NONCE, "--json"], { cwd });
      expect(again.code).toBe(1);
      expect(documentOf(again).problem).toMatchObject({ code: "key_reused", kind: "trust" });
    }));

  it("works from the environment alone, with a key file", () =>
    withFolder(async (cwd) => {
      const env = { RBSM_MARKETPLACE: marketplace.origin, RBSM_TOKEN: TOKEN };
      await rbsm(["keys", "create", "--key", "acme.pem"], { cwd });
      const enrolled = await rbsm(["keys", "enroll", "acme", "--key", "acme.pem", "--nonce", NONCE], { cwd, env });
      expect(enrolled.code).toBe(0);
    }));

  it("is refused for another nonce or publisher, and misused without one", () =>
    withFolder(async (cwd) => {
      await login(cwd);
      await rbsm(["keys", "create"], { cwd });
      const other = await rbsm(["keys", "enroll", "acme", "--nonce", "m".repeat(43), "--json"], { cwd });
      expect([other.code, documentOf(other).problem?.code]).toEqual([1, "key_proof_invalid"]);
      const foreign = await rbsm(["keys", "enroll", "globex", "--nonce", NONCE, "--json"], { cwd });
      expect([foreign.code, documentOf(foreign).problem?.kind]).toEqual([1, "not_found"]);
      const short = await rbsm(["keys", "enroll", "acme", "--nonce", "short", "--json"], { cwd });
      expect([short.code, documentOf(short).problem?.code]).toEqual([2, "nonce_malformed"]);
      const none = await rbsm(["keys", "enroll", "acme", "--json"], { cwd });
      expect([none.code, documentOf(none).problem?.code]).toEqual([2, "option_missing"]);
    }));
});
