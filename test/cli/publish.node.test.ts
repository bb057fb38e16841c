import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Marketplace, NONCE, startMarketplace, TOKEN } from "./marketplace-server.ts";
import { documentOf, type Run, rbsm } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let ready = "";
let cwd = "";
let marketplace: Marketplace;

/** A project and a key, made once and copied for each test. */
beforeAll(async () => {
  ready = await mkdtemp(path.join(os.tmpdir(), "rbsm-publish-"));
  await rbsm(["init", "plugin", "--name", "visit-notes", "--publisher", "acme"], { cwd: ready });
  await rbsm(["keys", "create", "--key", "acme.pem"], { cwd: ready });
});
afterAll(() => rm(ready, { recursive: true, force: true }));

beforeEach(async () => {
  marketplace = await startMarketplace();
  cwd = await mkdtemp(path.join(os.tmpdir(), "rbsm-publish-"));
  await cp(ready, cwd, { recursive: true });
  const enrolled = await run(["keys", "enroll", "acme", "--key", "acme.pem", "--nonce", NONCE]);
  expect(enrolled.code).toBe(0);
});
afterEach(async () => {
  await marketplace.close();
  await rm(cwd, { recursive: true, force: true });
});

function run(args: readonly string[], input?: string): Promise<Run> {
  const env = { RBSM_MARKETPLACE: marketplace.origin, RBSM_TOKEN: TOKEN };
  return rbsm(args, { cwd, env, ...(input === undefined ? {} : { input }) });
}
const publish = (...args: string[]) => run(["publish", "plugin", "--key", "acme.pem", "--json", ...args]);
const uploads = () =>
  marketplace.stage.seen.filter(({ method, path: target }) => method === "POST" && target === "/v1/plugins");

describe("publish", () => {
  it("builds a folder in memory, signs and hands it over, and answers the release", async () => {
    const published = await publish("--yes");
    expect(published.code).toBe(0);
    expect(documentOf(published)).toMatchObject({
      ok: true,
      name: "visit-notes",
      version: "0.1.0",
      releaseId: "9",
      pluginId: "5",
      state: "staged",
      known: false,
    });
    expect(marketplace.stage.head.sequence).toBe(1);
    expect(await readdir(path.join(cwd, "plugin"))).not.toContain("dist");
  });

  it("takes a packed file as it is, and the same bytes again are the same release", async () => {
    await run(["pack", "plugin"]);
    const args = ["publish", "visit-notes-0.1.0.rbsm", "--key", "acme.pem", "--yes", "--json"];
    const first = documentOf(await run(args));
    const second = documentOf(await run(args));
    expect(first).toMatchObject({ ok: true, releaseId: "9", known: false });
    expect(second).toMatchObject({ ok: true, releaseId: "9", known: true, sha256: first.sha256 });
  });

  it("shows files, size, capabilities and key, and asks", async () => {
    const told = await run(["publish", "plugin", "--key", "acme.pem"], "y\n");
    expect(told.code).toBe(0);
    for (const word of [
      "server/main.js",
      "bytes",
      "request.created",
      "notifications.send",
      "number 1",
      "Publish this?",
    ])
      expect(told.stderr).toContain(word);
    expect(told.stdout).toBe("release 9 staged\n");
  });

  it("sends nothing when the answer is no, or when nobody is there to answer", async () => {
    const declined = await run(["publish", "plugin", "--key", "acme.pem", "--json"], "n\n");
    expect(declined.code).toBe(1);
    expect(documentOf(declined).problem).toMatchObject({ code: "declined", kind: "consent" });
    const silent = await publish();
    expect(silent.code).toBe(2);
    expect(documentOf(silent).problem).toMatchObject({ code: "confirmation_missing", kind: "misuse" });
    expect(uploads()).toEqual([]);
  });

  it("tries everything but sending with --dry-run", async () => {
    const tried = await publish("--dry-run");
    expect(tried.code).toBe(0);
    expect(documentOf(tried)).toMatchObject({ ok: true, dryRun: true, name: "visit-notes" });
    expect(uploads()).toEqual([]);
  });

  it("marks what changed since the published version", async () => {
    await publish("--yes");
    const folder = path.join(cwd, "plugin");
    const file = path.join(folder, "manifest.json");
    const manifest = JSON.parse(await readFile(file, "utf8"));
    await writeFile(
      file,
      JSON.stringify({
        ...manifest,
        version: "0.2.0",
        permissions: manifest.permissions.slice(1),
        egress: [{ host: "api.twilio.com", reason: "Sends text messages." }],
      }),
    );
    const source = path.join(folder, "src/server.ts");
    const code = await readFile(source, "utf8");
    await writeFile(source, code.replace(/await context\.notifications\.send\([\s\S]*?\);/, ""));
    await appendFile(path.join(folder, "CHANGELOG.md"), "\n## 0.2.0\n\n- More.\n");
    const told = await run(["publish", "plugin", "--key", "acme.pem", "--dry-run"]);
    expect(told.code).toBe(0);
    expect(told.stderr).toMatch(/^grew .*CHANGELOG\.md$/m);
    expect(told.stderr).toMatch(/^same .*README\.md$/m);
    expect(told.stderr).toContain("egress: +api.twilio.com");
    expect(told.stderr).toContain("-notifications.send");
    expect(told.stderr).toContain("0.1.0 had");
    expect(told.stderr).toContain("number 2");
  });
});

describe("when somebody else published in between", () => {
  const other = { sequence: 4, statementSha256: "ab".repeat(32) };

  it("publish reads the head once more, asks again and signs the next link", async () => {
    marketplace.stage.beforeUpload = () => {
      marketplace.stage.beforeUpload = () => {};
      marketplace.stage.head = other;
    };
    const told = await run(["publish", "plugin", "--key", "acme.pem"], "y\nyes\n");
    expect(told.code).toBe(0);
    expect(told.stderr.match(/Publish this\?/g)).toHaveLength(2);
    expect(told.stderr).toContain("number 5");
    expect(marketplace.stage.head.sequence).toBe(5);
  });

  it("the second answer counts too", async () => {
    marketplace.stage.beforeUpload = () => {
      marketplace.stage.head = other;
    };
    const declined = await run(["publish", "plugin", "--key", "acme.pem", "--json"], "y\nn\n");
    expect([declined.code, documentOf(declined).problem?.code]).toEqual([1, "declined"]);
    expect(uploads()).toHaveLength(1);
  });

  it("and again and again, it gives up after the second time", async () => {
    let sequence = 10;
    marketplace.stage.beforeUpload = () => {
      marketplace.stage.head = { ...other, sequence: sequence++ };
    };
    const refused = await publish("--yes");
    expect(refused.code).toBe(1);
    expect(documentOf(refused).problem).toMatchObject({ code: "statement_stale", kind: "conflict", status: 409 });
    expect(uploads()).toHaveLength(2);
  });
});

describe("publish refuses", () => {
  it("with the marketplace's own code, kind and status", async () => {
    for (const [status, code, kind] of [
      [409, "version_exists", "conflict"],
      [409, "name_taken", "conflict"],
      [403, "PERMISSION_DENIED", "forbidden"],
      [429, "RATE_LIMITED", "rate_limited"],
      [503, "blob_unavailable", "server"],
      [422, "key_unknown", "trust"],
      [422, "a_code_of_tomorrow", "manifest"],
    ] as const) {
      marketplace.stage.overrides.set("POST /v1/plugins", { status, body: { code, detail: "No.", retryAfter: 9 } });
      const refused = await publish("--yes");
      expect(refused.code).toBe(1);
      expect(documentOf(refused).problem).toMatchObject({ code, kind, status, next: expect.any(String) });
    }
  });

  it("with every problem the marketplace found in the bundle", async () => {
    const problems = [
      { code: "text_bidi", path: "README.md", line: 3, column: 6, detail: "U+202E" },
      { code: "image_trailing", path: "icons/icon.png", detail: "12 bytes" },
    ];
    marketplace.stage.overrides.set("POST /v1/plugins", {
      status: 422,
      body: { code: "text_bidi", detail: "No.", problems },
    });
    expect(documentOf(await publish("--yes")).problem).toMatchObject({ code: "text_bidi", kind: "bundle", problems });
    const told = await run(["publish", "plugin", "--key", "acme.pem", "--yes"]);
    expect(told.stderr).toContain("text_bidi README.md:3:6: U+202E");
    expect(told.stderr).toContain("image_trailing icons/icon.png: 12 bytes");
  });

  it("a key the publisher never enrolled", async () => {
    await run(["keys", "create", "--key", "other.pem"]);
    const refused = await run(["publish", "plugin", "--key", "other.pem", "--yes", "--json"]);
    expect([refused.code, documentOf(refused).problem?.code]).toEqual([1, "key_unknown"]);
  });

  it("another channel than the one named, before anything is sent", async () => {
    const refused = await publish("--yes", "--channel", "beta");
    expect([refused.code, documentOf(refused).problem?.code]).toEqual([1, "channel_mismatch"]);
    const unknown = await publish("--yes", "--channel", "nightly");
    expect([unknown.code, documentOf(unknown).problem?.code]).toEqual([2, "option_invalid"]);
    expect((await publish("--dry-run", "--channel", "stable")).code).toBe(0);
    expect(uploads()).toEqual([]);
  });

  it("a file that is no bundle, one that is not there, and going without a token", async () => {
    await writeFile(path.join(cwd, "bad.rbsm"), "nothing of the kind ".repeat(20));
    const bad = await run(["publish", "bad.rbsm", "--key", "acme.pem", "--yes", "--json"]);
    expect([bad.code, documentOf(bad).problem?.code]).toEqual([1, "not_zip"]);
    const missing = await run(["publish", "none.rbsm", "--key", "acme.pem", "--yes", "--json"]);
    expect([missing.code, documentOf(missing).problem?.code]).toEqual([2, "file_missing"]);
    const env = { RBSM_MARKETPLACE: marketplace.origin };
    const anonymous = await rbsm(["publish", "plugin", "--key", "acme.pem", "--yes", "--json"], { cwd, env });
    expect([anonymous.code, documentOf(anonymous).problem?.kind]).toEqual([1, "auth"]);
    expect(uploads()).toEqual([]);
  });

  it("an answer it does not understand, and a connection cut in the middle", async () => {
    marketplace.stage.overrides.set("POST /v1/plugins", { status: 201, body: { id: 5 } });
    expect(documentOf(await publish("--yes")).problem).toMatchObject({ code: "answer_invalid", kind: "server" });
    marketplace.stage.overrides.delete("POST /v1/plugins");
    marketplace.stage.beforeUpload = () => void marketplace.close();
    const cut = await publish("--yes");
    expect(cut.code).toBe(1);
    expect(documentOf(cut).problem).toMatchObject({ code: "network_failed", kind: "network" });
  });
});

describe("publish --wait", () => {
  it("follows the release until it is published", async () => {
    const published = await publish("--yes", "--wait");
    expect(published.code).toBe(0);
    expect(documentOf(published)).toMatchObject({ ok: true, releaseId: "9", state: "published", gates: [] });
    expect(published.stderr).toContain("review, open gates: desk");
    const polls = marketplace.stage.seen.filter(({ path: target }) => target.startsWith("/v1/releases/9"));
    expect(polls.map(({ path: target }) => target)).toEqual([
      "/v1/releases/9?wait=30&after=staged",
      "/v1/releases/9?wait=30&after=scanning",
      "/v1/releases/9?wait=30&after=review",
    ]);
  });

  it("ends with 1 and kind waiting while gates are open: scripts must not take it for done", async () => {
    marketplace.stage.states = ["review"];
    marketplace.stage.gates = ["statement", "desk"];
    const waiting = await publish("--yes", "--wait", "--timeout", "2");
    expect(waiting.code).toBe(1);
    expect(documentOf(waiting).problem).toMatchObject({
      code: "release_waiting",
      kind: "waiting",
      releaseId: "9",
      state: "review",
      gates: ["statement", "desk"],
    });
  });

  it("ends with 1 and the findings when it is rejected", async () => {
    marketplace.stage.states = ["scanning", "rejected"];
    const rejected = await publish("--yes", "--wait");
    expect(rejected.code).toBe(1);
    expect(documentOf(rejected).problem).toMatchObject({
      code: "release_rejected",
      kind: "conflict",
      findings: [{ rule: "text_bidi", path: "README.md" }],
    });
    expect(rejected.stderr).toContain("Hidden text");
  });

  it.each(["0", "soon", "1.5"])("does not take %s for a time", async (text) => {
    const refused = await publish("--yes", "--wait", "--timeout", text);
    expect([refused.code, documentOf(refused).problem?.code]).toEqual([2, "option_invalid"]);
  });
});

describe("after publishing", () => {
  it("sign continues the chain, and verify --fetch holds both documents against the pinned keys", async () => {
    await run(["pack", "plugin"]);
    await run(["publish", "visit-notes-0.1.0.rbsm", "--key", "acme.pem", "--yes"]);
    const signed = await run(["sign", "visit-notes-0.1.0.rbsm", "--key", "acme.pem", "--json"]);
    expect(documentOf(signed)).toMatchObject({
      ok: true,
      sequence: 2,
      previous: marketplace.stage.head.statementSha256,
    });

    const verify = ["verify", "visit-notes-0.1.0.rbsm", "--fetch", "--json"];
    const unpinned = await run(verify);
    expect([unpinned.code, documentOf(unpinned).problem?.code]).toEqual([1, "trust_list_missing"]);
    const login = ["login", "--marketplace", marketplace.origin, "--token-stdin"];
    expect((await run(login, TOKEN)).code).toBe(0);
    expect(documentOf(await run(verify))).toMatchObject({
      ok: true,
      name: "visit-notes",
      sequence: 1,
      receipt: { publication: 1, delivery: "public" },
    });

    // The marketplace's key changes without notice: the pinned list decides, not what it publishes now.
    const bytes = await readFile(path.join(cwd, "visit-notes-0.1.0.rbsm"));
    marketplace.stage.release = null;
    marketplace.stage.seed = 8;
    marketplace.stage.head = { sequence: 0, statementSha256: null };
    await run(["publish", "visit-notes-0.1.0.rbsm", "--key", "acme.pem", "--yes"]);
    const forged = await run(verify);
    expect([forged.code, documentOf(forged).problem?.code]).toEqual([1, "key_unknown"]);
    expect(bytes.equals(await readFile(path.join(cwd, "visit-notes-0.1.0.rbsm")))).toBe(true);
  });
});
