import { appendFile, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { initProject } from "../../src/cli/work/init-project.ts";
import { runTests } from "../../src/cli/work/test/run-tests.ts";
import { openBundle } from "../../src/domain/bundle/open.ts";
import { documentOf, rbsm, withFolder } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 120_000 });

const TEMPLATES = ["automation", "api", "ui", "mixed"] as const;

describe("a new plugin", () => {
  it.each(TEMPLATES)("of type %s builds and packs untouched, to the same bytes anywhere", (template) =>
    withFolder(async (cwd) => {
      const made = await rbsm(["init", "visit-notes", "--template", template, "--publisher", "acme"], { cwd });
      expect(made).toMatchObject({ code: 0, stderr: "" });
      const built = await rbsm(["build", "visit-notes", "--json"], { cwd });
      expect(documentOf(built)).toMatchObject({ ok: true, name: "visit-notes", publisher: "acme", warnings: [] });

      await cp(path.join(cwd, "visit-notes"), path.join(cwd, "elsewhere/deeper/copy"), { recursive: true });
      const runs = await Promise.all([
        rbsm(["pack", "visit-notes", "--json"], { cwd }),
        rbsm(["pack", "visit-notes/dist", "--built", "--out", "built.rbsm", "--json"], { cwd }),
        rbsm(["pack", "--out", "../../../copy.rbsm", "--json"], {
          cwd: path.join(cwd, "elsewhere/deeper/copy"),
          env: { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", SOURCE_DATE_EPOCH: "1" },
        }),
      ]);
      expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
      const [first, second, third] = await Promise.all(
        ["visit-notes-0.1.0.rbsm", "built.rbsm", "copy.rbsm"].map((file) => readFile(path.join(cwd, file))),
      );
      expect(second?.equals(first as Buffer)).toBe(true);
      expect(third?.equals(first as Buffer)).toBe(true);
      const opened = await openBundle(new Uint8Array(first as Buffer));
      expect(opened).toMatchObject({ ok: true, value: { manifest: { type: template, version: "0.1.0" } } });
    }),
  );

  it.each(TEMPLATES)("of type %s passes the test it comes with", (template) =>
    withFolder(async (cwd) => {
      const folder = path.join(cwd, "hello-there");
      await initProject({ folder, template, name: "hello-there", publisher: "acme" });
      const report = await runTests(folder, { isQuiet: true });
      expect(report).toMatchObject({ ok: true, value: { failed: 0 } });
      expect(report.ok && report.value.passed).toBeGreaterThan(0);
    }),
  );

  it("names its JSON Schema, which knows the fields an author writes", () =>
    withFolder(async (cwd) => {
      await rbsm(["init", "p", "--name", "visit-notes"], { cwd });
      const manifest = JSON.parse(await readFile(path.join(cwd, "p/manifest.json"), "utf8"));
      expect(manifest.$schema).toBe("./manifest.schema.json");
      const schema = JSON.parse(await readFile(path.join(cwd, "p/manifest.schema.json"), "utf8"));
      expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(["name", "permissions", "pricing"]));
      expect(schema.required).not.toContain("files");
    }));

  it("takes its name from the folder, whatever that is called", () =>
    withFolder(async (cwd) => {
      const made = documentOf(await rbsm(["init", "2 Visit_Notes!", "--json"], { cwd }));
      expect(made).toMatchObject({ ok: true, name: "visit-notes", template: "automation" });
    }));

  it("is not written over what is there, nor under a name the marketplace refuses", () =>
    withFolder(async (cwd) => {
      await mkdir(path.join(cwd, "full"));
      await writeFile(path.join(cwd, "full/thesis.txt"), "irreplaceable");
      const [full, name, publisher, template] = await Promise.all([
        rbsm(["init", "full", "--json"], { cwd }),
        rbsm(["init", "a", "--name", "Visit--Notes", "--json"], { cwd }),
        rbsm(["init", "b", "--publisher", "-", "--json"], { cwd }),
        rbsm(["init", "c", "--template", "theme", "--json"], { cwd }),
      ]);
      expect(full.code).toBe(1);
      expect(documentOf(full).problem).toMatchObject({ code: "folder_not_empty", kind: "conflict" });
      expect([name.code, publisher.code, template.code]).toEqual([2, 2, 2]);
      expect(documentOf(name).problem).toMatchObject({ code: "name_invalid" });
      expect(documentOf(publisher).problem).toMatchObject({ code: "publisher_invalid" });
      expect(documentOf(template).problem).toMatchObject({ code: "template_unknown" });
      expect(await readdir(path.join(cwd, "full"))).toEqual(["thesis.txt"]);
    }));
});

/** A fresh plugin with one thing changed, and what `build` says to it. */
async function buildAfter(template: (typeof TEMPLATES)[number], change: (folder: string) => Promise<unknown>) {
  let answer: Awaited<ReturnType<typeof rbsm>> | undefined;
  await withFolder(async (cwd) => {
    await rbsm(["init", "plugin", "--template", template], { cwd });
    await change(path.join(cwd, "plugin"));
    answer = await rbsm(["build", "plugin", "--json"], { cwd });
    const written = await readdir(path.join(cwd, "plugin/dist")).catch(() => []);
    if (answer.code !== 0) expect(written).not.toContain("manifest.json");
  });
  return answer as Awaited<ReturnType<typeof rbsm>>;
}
const server = (text: string) => (folder: string) => writeFile(path.join(folder, "src/server.ts"), text);
const manifest = (change: object) => async (folder: string) => {
  const file = path.join(folder, "manifest.json");
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), ...change }));
};

describe("building refuses", () => {
  it.each([
    ["code that does not parse", server("export default {"), "build_failed"],
    ["a package that is not there", server('import x from "left-pad"; export default x;'), "build_failed"],
    ["a module of Node", server('import fs from "node:fs"; export default fs;'), "build_failed"],
    [
      "a part of the SDK that does not exist",
      server('import x from "@rising-bsm/plugin-sdk/root"; export default x;'),
      "build_failed",
    ],
    ["work at the top level that waits", server("await Promise.resolve(); export default {};"), "build_failed"],
    [
      "an import left for later",
      server("export default { load: (name) => import(name) };"),
      "server_not_single_module",
    ],
    ["a module without a default export", server("export const plugin = {};"), "server_not_single_module"],
    ["code over 256 KiB", server(`export default ${JSON.stringify("x".repeat(262_200))};`), "server_too_large"],
    ["a field nobody knows", manifest({ homePage: "https://example.com" }), "manifest_field_unknown"],
    [
      "a permission outside the list",
      manifest({ permissions: [{ code: "everything.read", description: "All of it, please.", required: true }] }),
      "manifest_field_value",
    ],
    ["server code nobody declared", manifest({ events: [] }), "manifest_rule"],
    [
      "a README with nothing in it",
      (folder: string) => writeFile(path.join(folder, "README.md"), "# Hi\n"),
      "readme_empty",
    ],
    ["a changelog that does not know the version", manifest({ version: "0.2.0" }), "changelog_version_missing"],
    ["a missing license", (folder: string) => rm(path.join(folder, "LICENSE")), "file_missing"],
    [
      "a character that turns the reading direction",
      (folder: string) => appendFile(path.join(folder, "README.md"), "price\u202e\n"),
      "text_bidi",
    ],
  ])("%s", async (_, change, code) => {
    const answer = await buildAfter("automation", change);
    expect(documentOf(answer).problem).toMatchObject({ code, message: expect.any(String), next: expect.any(String) });
    expect(answer.code).toBe(1);
  });

  it("a manifest that is not strict JSON, with the place", async () => {
    const answer = await buildAfter("ui", (folder) =>
      writeFile(path.join(folder, "manifest.json"), '{\n  "a": 1, "a": 2}'),
    );
    expect(documentOf(answer).problem).toMatchObject({
      code: "json_duplicate_key",
      kind: "manifest",
      problems: [{ path: "manifest.json", line: 2 }],
    });
  });

  it("a link among the static files, which could lead to any secret", async () => {
    const answer = await buildAfter("ui", (folder) => symlink("/etc/hostname", path.join(folder, "ui/host.txt")));
    expect(documentOf(answer).problem).toMatchObject({ code: "file_type_forbidden", kind: "bundle" });
  });

  it("names every problem, not only the first", () =>
    withFolder(async (cwd) => {
      await rbsm(["init", "plugin"], { cwd });
      await manifest({ category: "toys", trialDays: -1 })(path.join(cwd, "plugin"));
      const told = await rbsm(["build", "plugin"], { cwd });
      expect(told.code).toBe(1);
      expect(told.stdout).toBe("");
      expect(told.stderr).toContain("/category");
      expect(told.stderr).toContain("/trialDays");
    }));

  it("to empty a folder that no build wrote", () =>
    withFolder(async (cwd) => {
      await rbsm(["init", "plugin"], { cwd });
      await mkdir(path.join(cwd, "plugin/dist"));
      await writeFile(path.join(cwd, "plugin/dist/thesis.txt"), "irreplaceable");
      const answer = await rbsm(["build", "plugin", "--json"], { cwd });
      expect(answer.code).toBe(1);
      expect(documentOf(answer).problem).toMatchObject({ code: "folder_not_ours" });
      expect(await readdir(path.join(cwd, "plugin/dist"))).toEqual(["thesis.txt"]);
    }));
});

describe("building", () => {
  it("writes non-ASCII as escapes, so that a reviewer sees it", async () =>
    withFolder(async (cwd) => {
      await rbsm(["init", "plugin"], { cwd });
      const source = path.join(cwd, "plugin/src/server.ts");
      await writeFile(source, (await readFile(source, "utf8")).replace("New request", "Neu\ufe01 ä"));
      expect((await rbsm(["build", "plugin"], { cwd })).code).toBe(0);
      const built = await readFile(path.join(cwd, "plugin/dist/server/main.js"), "utf8");
      expect(built).toContain("Neu\\uFE01 \\xE4");
      expect(built).not.toContain(cwd);
    }));

  it("leaves dot-files at home", async () => {
    const answer = await buildAfter("ui", (folder) => writeFile(path.join(folder, "ui/.env"), "TOKEN=1"));
    expect(answer.code).toBe(0);
    expect(answer.stdout).not.toContain(".env");
  });

  it("ignores a tsconfig of the folders around it", async () => {
    const answer = await buildAfter("api", (folder) =>
      writeFile(
        path.join(folder, "../tsconfig.json"),
        '{"compilerOptions":{"paths":{"@rising-bsm/plugin-sdk":["./evil.ts"]}}}',
      ),
    );
    expect(answer.code).toBe(0);
  });
});

describe("packing", () => {
  it("lists path, size and digest first, marked against another version", () =>
    withFolder(async (cwd) => {
      await rbsm(["init", "plugin", "--template", "ui", "--name", "visit-notes"], { cwd });
      await rbsm(["pack", "plugin"], { cwd });
      const folder = path.join(cwd, "plugin");
      await manifest({ version: "0.2.0" })(folder);
      await appendFile(path.join(folder, "CHANGELOG.md"), "\n## 0.2.0\n\n- More.\n");
      await writeFile(path.join(folder, "ui/more.css"), "main { color: red; }\n");
      await appendFile(path.join(folder, "ui/index.html"), '<link rel="stylesheet" href="more.css">\n');
      await rm(path.join(folder, "ui/index.js"));
      await writeFile(
        path.join(folder, "ui/index.html"),
        (await readFile(path.join(folder, "ui/index.html"), "utf8")).replace(/.*index\.js.*\n/, ""),
      );
      const told = await rbsm(["pack", "plugin", "--list", "--since", "visit-notes-0.1.0.rbsm"], { cwd });
      expect(told).toMatchObject({ code: 0, stderr: "" });
      const marks = Object.fromEntries(
        told.stdout.split("\n").flatMap((line) => {
          const row = /^(\w+) +(\d+) {2}([0-9a-f]{16}) {2}(.+)$/.exec(line);
          return row ? [[row[4], row[1]]] : [];
        }),
      );
      expect(marks).toMatchObject({
        "CHANGELOG.md": "grew",
        LICENSE: "same",
        "ui/index.js": "removed",
        "ui/more.css": "added",
      });
    }));

  it("leaves no file behind that the reader refuses", () =>
    withFolder(async (cwd) => {
      await rbsm(["init", "plugin"], { cwd });
      await rm(path.join(cwd, "plugin/README.md"));
      expect((await rbsm(["pack", "plugin"], { cwd })).code).toBe(1);
      expect(await readdir(cwd)).toEqual(["plugin"]);
    }));

  it("writes nothing when only tried", () =>
    withFolder(async (cwd) => {
      await rbsm(["init", "plugin"], { cwd });
      const tried = documentOf(await rbsm(["pack", "plugin", "--dry-run", "--json"], { cwd }));
      expect(tried).toMatchObject({ ok: true, file: null });
      expect(await readdir(cwd)).toEqual(["plugin"]);
    }));
});
