import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { progressBar } from "../../src/cli/voice.ts";
import { initProject } from "../../src/cli/work/init-project.ts";
import { openOther, openSource } from "../../src/cli/work/inspect-source.ts";
import { packPlugin } from "../../src/cli/work/pack-plugin.ts";
import { runTests } from "../../src/cli/work/test/run-tests.ts";
import { documentOf, rbsm, withFolder } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 120_000 });

describe("inspect", () => {
  it("shows files, sizes and permissions in plain words, and marks what changed", () =>
    withFolder(async (cwd) => {
      const folder = path.join(cwd, "plugin");
      await initProject({ folder, template: "automation", name: "visit-notes", publisher: "acme" });
      const packed = await packPlugin(folder, { out: path.join(cwd, "old.rbsm") });
      expect(packed.ok).toBe(true);
      const shown = await rbsm(["inspect", "old.rbsm"], { cwd });
      expect(shown).toMatchObject({ code: 0, stderr: "" });
      expect(shown.stdout).toContain("see every request, and hear of changes to them");
      expect(shown.stdout).toMatch(/server\/main\.js/);

      const file = path.join(folder, "manifest.json");
      const manifest = JSON.parse(await readFile(file, "utf8"));
      const egress = [{ host: "api.twilio.com", reason: "Sends text messages." }];
      await writeFile(file, JSON.stringify({ ...manifest, version: "0.2.0", egress }));
      await appendFile(path.join(folder, "CHANGELOG.md"), "\n## 0.2.0\n\n- More.\n");
      const compared = documentOf(await rbsm(["inspect", folder, "--against", "old.rbsm", "--json"], { cwd }));
      expect(compared).toMatchObject({
        ok: true,
        version: "0.2.0",
        against: { version: "0.1.0" },
        capabilityChanges: { added: ["egress: api.twilio.com"], removed: [] },
        files: expect.arrayContaining([
          expect.objectContaining({ path: "CHANGELOG.md", change: "grew" }),
          expect.objectContaining({ path: "LICENSE", change: "same" }),
        ]),
        permissions: expect.arrayContaining([
          expect.objectContaining({ code: "storage.read", means: expect.any(String) }),
        ]),
      });
    }));

  it("refuses what is no bundle, and says when nothing is published to compare with", () =>
    withFolder(async (cwd) => {
      await writeFile(path.join(cwd, "a.rbsm"), "PK");
      expect(await openSource(path.join(cwd, "a.rbsm"))).toMatchObject({ ok: false, problem: { kind: "bundle" } });
      expect(await openOther("visit-notes", {})).toMatchObject({
        ok: false,
        problem: { code: "version_not_published", kind: "not_found" },
      });
    }));
});

describe("test", () => {
  it("tells which test failed and why, and ends with 1", () =>
    withFolder(async (cwd) => {
      await initProject({ folder: cwd, template: "api", name: "visit-notes", publisher: "acme" });
      const file = path.join(cwd, "src/server.ts");
      await writeFile(file, (await readFile(file, "utf8")).replace("customers: total", "customers: 0"));
      const told = await rbsm(["test", ".", "--json"], { cwd });
      expect(told.code).toBe(1);
      expect(documentOf(told).problem).toMatchObject({
        code: "test_failed",
        failed: 1,
        tests: [{ name: "the summary counts the customers", state: "failed", message: expect.any(String) }],
      });
    }));

  it("passes a project without tests, and fails one whose test does not load", () =>
    withFolder(async (cwd) => {
      await writeFile(path.join(cwd, "package.json"), '{"type":"module"}');
      expect(await runTests(cwd, { isQuiet: true })).toMatchObject({ ok: true, value: { passed: 0, failed: 0 } });
      await initProject({ folder: path.join(cwd, "p"), template: "ui", name: "visit-notes", publisher: "acme" });
      await writeFile(path.join(cwd, "p/test/broken.test.ts"), 'import "./nothing.ts";\n');
      const broken = await runTests(path.join(cwd, "p"), { isQuiet: true });
      expect(broken).toMatchObject({ ok: true, value: { failed: 1 } });
    }));
});

describe("a bar", () => {
  it("grows from nothing to all of it", () => {
    expect(progressBar("Sending", 0, 100)).toMatch(/^Sending ░{24} 0 %$/);
    expect(progressBar("Sending", 50, 100)).toMatch(/^Sending █{12}░{12} 50 %$/);
    expect(progressBar("Sending", 300, 100)).toMatch(/^Sending █{24} 100 %$/);
    expect(progressBar("Sending", 0, 0)).toMatch(/100 %$/);
  });
});
