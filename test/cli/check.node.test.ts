import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { describe, expect, it, vi } from "vitest";
import { checkProject } from "../../src/cli/work/check/check-project.ts";
import { placeOfPointer } from "../../src/cli/work/check/pointer-place.ts";
import { readSourceMap } from "../../src/cli/work/check/source-map.ts";
import { initProject } from "../../src/cli/work/init-project.ts";
import { documentOf, rbsm, withFolder } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A fresh plugin with its server code changed, and where it lies. */
const withPlugin = (change: (source: string) => string, work: (folder: string, cwd: string) => Promise<void>) =>
  withFolder(async (cwd) => {
    const folder = path.join(cwd, "plugin");
    await initProject({ folder, template: "automation", name: "visit-notes", publisher: "acme" });
    const file = path.join(folder, "src/server.ts");
    await writeFile(file, change(await readFile(file, "utf8")));
    await work(folder, cwd);
  });
const findings = async (folder: string) => {
  const checked = await checkProject(folder);
  if (!checked.ok) throw new Error(checked.problem.message);
  return checked.value.findings.filter(({ severity }) => severity !== "info");
};
const addCall = (source: string) => source.replace("context.log", "await context.customers.get(1);\n      context.log");

describe("check", () => {
  it.each(["automation", "api", "ui", "mixed"] as const)(
    "finds nothing in template %s but what is to be filled in",
    (template) =>
      withFolder(async (cwd) => {
        await initProject({ folder: cwd, template, name: "visit-notes", publisher: "my-publisher" });
        const checked = await checkProject(cwd);
        expect(checked.ok && checked.value.refusal).toBeNull();
        const rules = checked.ok ? checked.value.findings.map(({ rule }) => rule) : [];
        expect(new Set(rules)).toEqual(new Set(["placeholder"]));
      }),
  );

  it("names the line the author wrote, not the one that was built", () =>
    withPlugin(addCall, async (folder) => {
      const lines = (await readFile(path.join(folder, "src/server.ts"), "utf8")).split("\n");
      const line = lines.findIndex((one) => one.includes("customers.get")) + 1;
      expect(await findings(folder)).toMatchObject([{ rule: "permission_undeclared", path: "src/server.ts", line }]);
    }));

  it("names the line of the manifest", () =>
    withPlugin(
      (source) => source.replace(/await context\.notifications[\s\S]*?\);\n/, ""),
      async (folder) => {
        const lines = (await readFile(path.join(folder, "manifest.json"), "utf8")).split("\n");
        const line = lines.findIndex((one) => one.includes('"notifications.send"'));
        expect(await findings(folder)).toMatchObject([{ rule: "permission_unused", path: "manifest.json", line }]);
      },
    ));

  it("tells of every problem of the reader, and of secrets although nothing was built", () =>
    withPlugin(
      (source) => `${source}\n// ghp_${"a1B2".repeat(9)}\n`,
      async (folder) => {
        const file = path.join(folder, "manifest.json");
        const manifest = JSON.parse(await readFile(file, "utf8"));
        await writeFile(file, JSON.stringify({ ...manifest, category: "toys", trialDays: -1 }, null, 2));
        const found = await findings(folder);
        expect(found.map(({ rule, pointer }) => [rule, pointer])).toEqual(
          expect.arrayContaining([
            ["manifest_field_value", "/category"],
            ["manifest_field_value", "/trialDays"],
            ["secret", undefined],
          ]),
        );
        expect(found.every(({ line }) => line !== undefined)).toBe(true);
      },
    ));

  it("finds a character in a source that the bundler would have hidden", () =>
    withPlugin(
      (source) => source.replace("New request", "New\u202e request"),
      async (folder) => {
        expect(await findings(folder)).toMatchObject([{ rule: "hidden_unicode", path: "src/server.ts" }]);
      },
    ));

  it("refuses with 1 and one document; pack and publish heed it, and --strict counts warnings", () =>
    withPlugin(addCall, async (folder, cwd) => {
      const [check, pack] = await Promise.all([
        rbsm(["check", folder, "--json"], { cwd }),
        rbsm(["pack", folder, "--json"], { cwd }),
      ]);
      expect([check.code, pack.code]).toEqual([1, 1]);
      expect(documentOf(check).problem).toMatchObject({
        code: "permission_undeclared",
        findings: expect.arrayContaining([
          expect.objectContaining({ rule: "permission_undeclared", severity: "error" }),
        ]),
      });
      expect(documentOf(pack).problem).toMatchObject({ code: "permission_undeclared" });
      const file = path.join(folder, "src/server.ts");
      await writeFile(file, (await readFile(file, "utf8")).replace("await context.customers.get(1);", ""));
      await appendFile(path.join(folder, "README.md"), "\n[Guide](guide.md)\n");
      const [lenient, strict, packed] = await Promise.all([
        rbsm(["check", folder], { cwd }),
        rbsm(["check", folder, "--strict"], { cwd }),
        rbsm(["pack", folder, "--sizes"], { cwd }),
      ]);
      expect([lenient.code, strict.code, packed.code]).toEqual([0, 1, 0]);
      expect(lenient.stdout).toContain("README.md:");
      expect(lenient.stdout).toContain("1 warning");
      expect(packed.stderr).toContain("readme_link_broken");
      expect(packed.stdout).toMatch(/server +\d+ B packed/);
    }));
});

describe("places", () => {
  it("of a JSON pointer are found through objects, arrays and escapes", () => {
    const text = '{\n  "a": [1, {"b/c": "x}"}],\n  "d~": {"e": null}\n}';
    expect(placeOfPointer(text, "")).toEqual({ line: 1, column: 1 });
    expect(placeOfPointer(text, "/a/0")).toEqual({ line: 2, column: 9 });
    expect(placeOfPointer(text, "/a/1/b~1c")).toEqual({ line: 2, column: 20 });
    expect(placeOfPointer(text, "/d~0/e")).toEqual({ line: 3, column: 15 });
    expect(placeOfPointer(text, "/a/7")).toEqual({ line: 2, column: 8 });
    expect(placeOfPointer(text, "/nowhere/at/all")).toEqual({ line: 1, column: 1 });
  });

  it("of a module lead back to the source, as the bundler itself maps them", async () => {
    const source = 'const one = 1;\n\nexport function two() {\n  return one + "needle".length;\n}\n';
    const { outputFiles } = await build({
      stdin: { contents: source, sourcefile: "src/x.ts", loader: "ts" },
      bundle: true,
      format: "esm",
      sourcemap: "external",
      outdir: "/x",
      write: false,
    });
    const [map, code] = ["map", "js"].map(
      (end) => outputFiles.find(({ path: file }) => file.endsWith(end))?.text ?? "",
    );
    const lines = (code ?? "").split("\n");
    const line = lines.findIndex((one) => one.includes("needle"));
    const place = readSourceMap(map ?? "")(line + 1, (lines[line]?.indexOf('"needle"') ?? 0) + 1);
    expect(place).toMatchObject({ path: expect.stringContaining("src/x.ts"), line: 4, column: 16 });
    expect(readSourceMap(map ?? "")(999, 1)).toBeNull();
  });
});
