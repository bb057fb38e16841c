import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { documentOf, rbsm, withFolder } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 120_000 });

const mode = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

describe("keys", () => {
  it("are made so that only their owner can read them, and other tools can use them", () =>
    withFolder(async (cwd) => {
      const made = documentOf(await rbsm(["keys", "create", "--json"], { cwd }));
      const file = path.join(cwd, "config/rbsm/keys/default.pem");
      expect(made).toMatchObject({ ok: true, file, keyId: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(await mode(file)).toBe("600");
      expect(await mode(path.dirname(file))).toBe("700");
      const key = createPrivateKey(await readFile(file, "utf8"));
      expect(key.asymmetricKeyType).toBe("ed25519");
      const pem = documentOf(await rbsm(["keys", "export", "--json"], { cwd })).pem as string;
      expect(verify(null, Buffer.from("hello"), createPublicKey(pem), sign(null, Buffer.from("hello"), key))).toBe(
        true,
      );
    }));

  it("tighten a folder that stood open", () =>
    withFolder(async (cwd) => {
      const folder = path.join(cwd, "config/rbsm/keys");
      await mkdir(folder, { recursive: true, mode: 0o755 });
      expect((await rbsm(["keys", "create"], { cwd })).code).toBe(0);
      expect(await mode(folder)).toBe("700");
    }));

  it("are never overwritten, by name or by file, not even by a race", () =>
    withFolder(async (cwd) => {
      const runs = await Promise.all(
        Array.from({ length: 4 }, () => rbsm(["keys", "create", "work", "--json"], { cwd })),
      );
      expect(runs.map(({ code }) => code).sort()).toEqual([0, 1, 1, 1]);
      for (const run of runs.filter(({ code }) => code === 1))
        expect(documentOf(run).problem).toMatchObject({ code: "key_exists", kind: "conflict" });
      const winner = runs.find(({ code }) => code === 0);
      const file = path.join(cwd, "config/rbsm/keys/work.pem");
      const kept = await readFile(file, "utf8");
      expect((await rbsm(["keys", "create", "--key", file], { cwd })).code).toBe(1);
      expect(await readFile(file, "utf8")).toBe(kept);
      const { keys } = documentOf(await rbsm(["keys", "list", "--json"], { cwd })) as unknown as { keys: object[] };
      expect(keys).toMatchObject([{ name: "work", keyId: winner && documentOf(winner).keyId }]);
    }));

  it("can lie anywhere", () =>
    withFolder(async (cwd) => {
      const file = path.join(cwd, "stick/acme.pem");
      expect((await rbsm(["keys", "create", "--key", file], { cwd })).code).toBe(0);
      expect(await mode(file)).toBe("600");
      const shown = await rbsm(["keys", "export", "--key", file], { cwd });
      expect(shown.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    }));

  it("that others can read are refused, and listed with the reason", () =>
    withFolder(async (cwd) => {
      await rbsm(["keys", "create"], { cwd });
      await chmod(path.join(cwd, "config/rbsm/keys/default.pem"), 0o640);
      const shown = await rbsm(["keys", "export", "--json"], { cwd });
      expect(shown.code).toBe(1);
      expect(documentOf(shown).problem).toMatchObject({ code: "key_permissions", kind: "trust" });
      const listed = await rbsm(["keys", "list", "--json"], { cwd });
      expect(listed.code).toBe(0);
      expect(documentOf(listed).keys).toMatchObject([{ name: "default", problem: { code: "key_permissions" } }]);
    }));

  it.each([
    ["nonsense", "hello"],
    ["an RSA header around nothing", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
    [
      "a public key",
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAnmUU4VtqglWvavCRCJ1rdRDkR4OBUwYcTqqLJWMWQbI=\n-----END PUBLIC KEY-----\n",
    ],
    [
      "an X25519 key",
      "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq\n-----END PRIVATE KEY-----\n",
    ],
  ])("are refused when the file holds %s", (_, text) =>
    withFolder(async (cwd) => {
      await writeFile(path.join(cwd, "k.pem"), text, { mode: 0o600 });
      const shown = await rbsm(["keys", "export", "--key", "k.pem", "--json"], { cwd });
      expect(shown.code).toBe(1);
      expect(documentOf(shown).problem).toMatchObject({ code: "key_malformed", kind: "trust" });
    }),
  );

  it("have names that stay inside their folder", () =>
    withFolder(async (cwd) => {
      const runs = await Promise.all(
        ["../work", "a/b", ".hidden", "Work", ""].map((name) => rbsm(["keys", "create", name, "--json"], { cwd })),
      );
      for (const run of runs) {
        expect(run.code).toBe(2);
        expect(documentOf(run).problem).toMatchObject({ code: "key_name", kind: "misuse" });
      }
    }));

  it("are chosen by name or by file, never by both", () =>
    withFolder(async (cwd) => {
      for (const args of [["create"], ["export"]]) {
        const refused = await rbsm(["keys", ...args, "work", "--key", "k.pem", "--json"], { cwd });
        expect([refused.code, documentOf(refused).problem?.code]).toEqual([2, "key_ambiguous"]);
      }
    }));

  it("that are missing are named, with what to do", () =>
    withFolder(async (cwd) => {
      const shown = await rbsm(["keys", "export", "--json"], { cwd });
      expect(shown.code).toBe(2);
      expect(documentOf(shown).problem).toMatchObject({ code: "key_missing", next: "Run rbsm keys create." });
    }));

  it("are enrolled with a nonce that begins with a dash, as a random one may", () =>
    withFolder(async (cwd) => {
      await rbsm(["keys", "create"], { cwd });
      const enroll = ["keys", "enroll", "acme", "--nonce", `-${"a".repeat(42)}`, "--json"];
      expect(documentOf(await rbsm(enroll, { cwd })).problem).toMatchObject({ code: "marketplace_missing" });
      const forgotten = await rbsm(["keys", "enroll", "acme", "--nonce", "--json"], { cwd });
      expect(documentOf(forgotten).problem).toMatchObject({ code: "option_invalid" });
    }));
});
