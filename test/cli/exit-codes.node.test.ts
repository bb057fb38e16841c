import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isGroup } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { renderLock } from "../../src/cli/work/lock-file.ts";
import { hostContainer } from "../domain/bundle/host-container.ts";
import { ROOT } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** How a command ends with 0 and with 1; 2 is tried for all alike. What is done elsewhere is named. */
interface Row {
  readonly done: readonly string[] | "a marketplace answers it" | "a test of its own";
  /** null: it can only be done or misused. */
  readonly refused: readonly string[] | null;
}

const HEX = "ab".repeat(32);
const ONLINE = "a marketplace answers it";
/** Nobody answers at the marketplace of these runs. */
const asked = (...refused: readonly string[]): Row => ({ done: ONLINE, refused });

const ROWS: Readonly<Record<string, Row>> = {
  init: {
    done: ["init", "notes", "--name", "visit-notes", "--publisher", "acme"],
    refused: ["init", "notes", "--name", "visit-notes", "--publisher", "acme"],
  },
  check: { done: ["check", "notes"], refused: ["check", "broken"] },
  test: { done: ["test", "notes"], refused: ["test", "failing"] },
  dev: { done: "a test of its own", refused: ["dev", "broken", "--once", "--event", "request.created"] },
  build: { done: ["build", "notes"], refused: ["build", "broken"] },
  pack: { done: ["pack", "notes", "--out", "n.rbsm"], refused: ["pack", "broken"] },
  inspect: { done: ["inspect", "n.rbsm"], refused: ["inspect", "bad.rbsm"] },
  convert: {
    done: ["convert", "old.rbsm", "--publisher", "acme", "--out", "new.rbsm"],
    refused: ["convert", "bad.rbsm", "--out", "never.rbsm"],
  },
  "keys create": { done: ["keys", "create"], refused: ["keys", "create"] },
  "keys list": { done: ["keys", "list"], refused: null },
  "keys export": { done: ["keys", "export"], refused: ["keys", "export", "open"] },
  "keys enroll": asked("keys", "enroll", "acme", "--nonce", "n".repeat(43)),
  "keys rotate": asked("keys", "rotate", "acme", "next"),
  "keys revoke": asked("keys", "revoke", "acme", HEX),
  "keys recover": asked("keys", "recover", "acme", "fresh"),
  sign: {
    done: ["sign", "n.rbsm", "--sequence", "1"],
    refused: ["sign", "bad.rbsm", "--sequence", "1"],
  },
  verify: {
    done: ["verify", "n.rbsm", "--statement", "n.rbsm.statement.json", "--trust", "trust.json"],
    refused: ["verify", "new.rbsm", "--statement", "n.rbsm.statement.json", "--trust", "trust.json"],
  },
  login: asked("login", "--token", `rbsm_pat_${"a".repeat(46)}`),
  logout: { done: ["logout"], refused: null },
  whoami: asked("whoami"),
  "tokens list": asked("tokens", "list"),
  "tokens create": asked("tokens", "create", "build", "--scopes", "release:stage"),
  "tokens revoke": asked("tokens", "revoke", "1"),
  publish: asked("publish", "n.rbsm", "--yes"),
  status: asked("status", "1"),
  approve: asked("approve", "1"),
  appeal: asked("appeal", "1", "--reason", "It was a mistake"),
  submit: asked("submit", "visit-notes"),
  suspend: asked("suspend", "visit-notes", "--reason", "It loses notes"),
  resume: asked("resume", "visit-notes"),
  "transfer offer": asked("transfer", "offer", "visit-notes", "other"),
  "transfer list": asked("transfer", "list"),
  "transfer accept": asked("transfer", "accept", "1"),
  "transfer cancel": asked("transfer", "cancel", "1"),
  "webhooks list": asked("webhooks", "list"),
  "webhooks add": asked("webhooks", "add", "acme", "https://hooks.acme.example/x"),
  "webhooks remove": asked("webhooks", "remove", "1"),
  "webhooks rotate": asked("webhooks", "rotate", "1"),
  "webhooks resume": asked("webhooks", "resume", "1"),
  "webhooks deliveries": asked("webhooks", "deliveries", "1"),
  "webhooks replay": asked("webhooks", "replay", "1", "1"),
  report: asked("report", "visit-notes", "--kind", "other", "--text", "It is not what it says"),
  withdraw: asked("withdraw", "1"),
  "orders list": asked("orders", "list"),
  "orders paid": asked("orders", "paid", `ord_${"0".repeat(26)}`),
  "orders refund": asked("orders", "refund", `ord_${"0".repeat(26)}`),
  "orders fulfil": asked("orders", "fulfil", `ord_${"0".repeat(26)}`),
  versions: asked("versions", "visit-notes"),
  yank: asked("yank", "visit-notes@1.0.0", "--reason", "It loses notes"),
  unyank: asked("unyank", "visit-notes@1.0.0"),
  deprecate: asked("deprecate", "visit-notes@1.0.0", "--message", "Moved on"),
  undeprecate: asked("undeprecate", "visit-notes@1.0.0"),
  "rollout show": asked("rollout", "show", "visit-notes@1.0.0"),
  "rollout set": asked("rollout", "set", "visit-notes@1.0.0", "--steps", "1%@0h"),
  "rollout pause": asked("rollout", "pause", "visit-notes@1.0.0"),
  "rollout resume": asked("rollout", "resume", "visit-notes@1.0.0"),
  "advisory list": asked("advisory", "list"),
  "advisory show": asked("advisory", "show", "RBSM-2026-1"),
  "advisory draft": asked(
    ...["advisory", "draft", "visit-notes", "--severity", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"],
    ...["--affected", "<1.0.1", "--summary", "Strangers read notes"],
  ),
  "advisory submit": asked("advisory", "submit", "RBSM-2026-1"),
  search: asked("search", "notes"),
  info: asked("info", "visit-notes"),
  stats: asked("stats", "visit-notes"),
  logs: asked("logs", "act_0123456789ABCDEFGHJK"),
  install: asked("install", "visit-notes"),
  download: asked("download", "visit-notes"),
  list: { done: ["list", "--dir", "site"], refused: ["list", "--dir", "torn"] },
  tree: { done: ["tree", "--dir", "site"], refused: ["tree", "--dir", "torn"] },
  why: { done: ["why", "visit-notes", "--dir", "site"], refused: ["why", "never-was", "--dir", "site"] },
  outdated: asked("outdated", "--dir", "kept"),
  rollback: asked("rollback", "visit-notes", "--dir", "kept"),
  audit: asked("audit", "--dir", "kept"),
  update: asked("update", "--dir", "kept"),
  lock: asked("lock", "--dir", "kept"),
  remove: { done: ["remove", "visit-notes", "--dir", "site"], refused: ["remove", "never-was", "--dir", "site"] },
  doctor: asked("doctor"),
  completion: { done: ["completion", "fish"], refused: null },
};

interface Ended {
  readonly code: number;
  // biome-ignore lint/suspicious/noExplicitAny: the table looks at what all documents share
  readonly document: any;
}
const ended = new Map<readonly string[], Ended>();
let cwd = "";

/** Every run in one process, in the order of the table: starting Node anew each time would take most of the time. */
async function runAll(rows: readonly (readonly string[])[]): Promise<void> {
  const script = `
    process.chdir(${JSON.stringify(cwd)});
    const { main } = await import(${JSON.stringify(path.join(ROOT, "src/cli/main.ts"))});
    for (const row of ${JSON.stringify(rows)}) process.stdout.write(JSON.stringify({ code: await main([...row, "--json"]) }) + "\\n");
    process.exit(0);`;
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", script], {
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      XDG_CONFIG_HOME: path.join(cwd, "config"),
      RBSM_MARKETPLACE: "http://127.0.0.1:1",
      RBSM_TOKEN: `rbsm_pat_${"a".repeat(46)}`,
    },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (part) => {
    stdout += part;
  });
  child.stderr.on("data", (part) => {
    stderr += part;
  });
  await new Promise((resolve) => child.on("close", resolve));
  const lines = stdout.trimEnd().split("\n");
  expect(lines.length, `${stdout.slice(-300)}\n${stderr.slice(-2000)}`).toBe(2 * rows.length);
  for (const [i, row] of rows.entries())
    ended.set(row, { document: JSON.parse(lines[2 * i] ?? ""), code: JSON.parse(lines[2 * i + 1] ?? "").code });
}

beforeAll(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), "rbsm-table-"));
  const write = async (file: string, content: string | Uint8Array) => {
    await mkdir(path.dirname(path.join(cwd, file)), { recursive: true });
    await writeFile(path.join(cwd, file), content);
  };
  await write("broken/manifest.json", "{");
  await write("failing/test/one.test.ts", 'import { expect, it } from "vitest"; it("fails", () => expect(1).toBe(2));');
  await write("failing/manifest.json", "{}");
  await write("bad.rbsm", "PK nothing of the kind, but long enough to be looked at".repeat(4));
  await write("old.rbsm", await hostContainer({ manifest: { dependencies: {} } }));
  await write(
    "trust.json",
    JSON.stringify({ marketplace: "localhost", receiptKeys: [{ keyId: HEX, publicKey: HEX }] }),
  );
  await write("config/rbsm/keys/open.pem", "everybody may read this");
  const locked = {
    version: "1.0.0",
    sha256: HEX,
    statementSha256: HEX,
    receiptSha256: HEX,
    channel: "stable",
  } as const;
  const lock = {
    lockVersion: 1 as const,
    marketplace: "localhost",
    appVersion: "0.1.0",
    roots: { "visit-notes": "^1.0.0" },
    plugins: { "visit-notes": { ...locked, dependencies: {} } },
  };
  await write("site/rbsm.lock", renderLock(lock));
  await write("kept/rbsm.lock", renderLock(lock));
  await write("torn/rbsm.lock", "{}");
  const rows = Object.values(ROWS);
  const done = rows.flatMap((row) => (typeof row.done === "string" ? [] : [row.done]));
  // `remove` empties the site, so everything is done first and refused afterwards.
  await runAll([...done, ...rows.flatMap((row) => (row.refused === null ? [] : [row.refused]))]);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const NAMES = Object.entries(COMMANDS).flatMap(([name, node]) =>
  isGroup(node) ? Object.keys(node.commands).map((word) => `${name} ${word}`) : [name],
);

describe("every command", () => {
  it("has a row", () => {
    // The tools of the marketplace's own keys have tests of their own.
    expect(Object.keys(ROWS).sort()).toEqual(NAMES.filter((name) => !/^(?:keyset|root) /.test(name)).sort());
  });

  it.each(Object.entries(ROWS).filter(([, { done }]) => typeof done !== "string"))(
    "%s ends with 0 and one document when it is done",
    (_, { done }) => {
      const { code, document } = ended.get(done as readonly string[]) as Ended;
      expect([code, document.ok], JSON.stringify(document).slice(0, 500)).toEqual([0, true]);
    },
  );

  it.each(Object.entries(ROWS).filter(([, { refused }]) => refused !== null))(
    "%s ends with 1, a stable code and what to do next when it is refused",
    (_, { refused }) => {
      const { code, document } = ended.get(refused as readonly string[]) as Ended;
      expect([code, document.ok], JSON.stringify(document).slice(0, 500)).toEqual([1, false]);
      expect(document.problem).toMatchObject({
        code: expect.stringMatching(/^[A-Za-z0-9_]+$/),
        kind: expect.stringMatching(/^(?!misuse$)[a-z_]+$/),
        message: expect.stringMatching(/\S/),
        next: expect.stringMatching(/\S/),
      });
    },
  );
});
