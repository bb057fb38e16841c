import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removePlugin } from "../../src/cli/work/install-plugins.ts";
import { type Lock, parseLock, writeLock } from "../../src/cli/work/lock-file.ts";
import { treeOf, whyOf } from "../../src/cli/work/lock-graph.ts";

const HEX = "ab".repeat(32);
const at = (version: string, dependencies: Record<string, string> = {}) => ({
  version,
  sha256: HEX,
  statementSha256: HEX,
  receiptSha256: HEX,
  channel: "stable" as const,
  dependencies,
});
/** invoices and reports both need pdf-writer, which needs fonts; fonts needs pdf-writer again. */
const LOCK: Lock = {
  lockVersion: 1,
  marketplace: "plugins.example.org",
  appVersion: "0.1.0",
  roots: { invoices: "*", reports: "^1.0.0" },
  plugins: {
    invoices: at("2.0.0", { "pdf-writer": "^3.0.0" }),
    reports: at("1.4.0", { "pdf-writer": ">=3.0.0", charts: "*" }),
    "pdf-writer": at("3.1.0", { fonts: "*" }),
    fonts: at("1.0.0", { "pdf-writer": "*" }),
    charts: at("1.0.0"),
  },
};
const parse = (lock: unknown) => parseLock(new TextEncoder().encode(JSON.stringify(lock)));

describe("a lock with needs", () => {
  it("is taken when every need is locked within its range, and refused otherwise", () => {
    expect(parse(LOCK)).toMatchObject({ ok: true });
    const { charts: _, ...plugins } = LOCK.plugins;
    expect(parse({ ...LOCK, plugins })).toEqual({ ok: false, problem: "charts is asked for and not locked" });
    const older = { ...LOCK.plugins, "pdf-writer": at("2.9.0", { fonts: "*" }) };
    expect(parse({ ...LOCK, plugins: older })).toEqual({ ok: false, problem: "pdf-writer 2.9.0 is not in ^3.0.0" });
    expect(parse({ ...LOCK, plugins: { ...LOCK.plugins, stray: at("1.0.0") } })).toMatchObject({ ok: false });
  });

  it("is a tree in which nothing stands twice with all below it, and cycles end", () => {
    const [invoices, reports] = treeOf(LOCK);
    expect(invoices).toMatchObject({
      name: "invoices",
      needs: [{ name: "pdf-writer", needs: [{ name: "fonts", needs: [{ name: "pdf-writer", isRepeated: true }] }] }],
    });
    expect(reports?.needs.map(({ name, isRepeated }) => [name, isRepeated])).toEqual([
      ["charts", false],
      ["pdf-writer", true],
    ]);
  });

  it("says by which chains a plugin is needed", () => {
    const chains = whyOf(LOCK, "fonts");
    expect(chains.ok && chains.value.map((chain) => chain.map(({ name }) => name))).toEqual([
      ["invoices", "pdf-writer", "fonts"],
      ["reports", "pdf-writer", "fonts"],
    ]);
    expect(whyOf(LOCK, "never-was")).toMatchObject({ ok: false, problem: { code: "not_installed" } });
  });
});

describe("removing", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-remove-"));
    await writeLock(path.join(folder, "rbsm.lock"), LOCK);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("takes along what only this plugin needed, and leaves what another needs", async () => {
    expect(await removePlugin(folder, "reports")).toMatchObject({
      ok: true,
      value: { version: "1.4.0", also: ["charts"] },
    });
    const left = JSON.parse(await readFile(path.join(folder, "rbsm.lock"), "utf8"));
    expect(Object.keys(left.plugins)).toEqual(["fonts", "invoices", "pdf-writer"]);
  });

  it("refuses what is needed, and names by whom", async () => {
    expect(await removePlugin(folder, "charts")).toMatchObject({
      ok: false,
      problem: { code: "plugin_needed", message: "charts is needed by reports." },
    });
  });
});
