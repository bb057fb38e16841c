import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isGroup } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import type { JsonObject } from "../../src/domain/json/json.ts";
import { MANIFEST, manifestJsonSchema } from "../../src/domain/manifest/manifest.ts";
import { runTool } from "../../src/local/run-tool.ts";
import { faultsOf } from "../domain/manifest/json-schema.ts";
import { commandsOf, readGuides } from "./guides.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const GUIDES = await readGuides();
const AUTHOR = MANIFEST.partial({ build: true, files: true });

let folder = "";
beforeAll(async () => {
  await mkdir(path.join(ROOT, "dist/tmp"), { recursive: true });
  folder = await mkdtemp(path.join(ROOT, "dist/tmp/guides-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("has guides, and each of them shows something", () => {
  expect(GUIDES.length).toBeGreaterThanOrEqual(13);
  for (const { slug, fences } of GUIDES)
    if (slug !== "security" && slug !== "ranking") expect(fences.length, slug).toBeGreaterThan(0);
});

it("compiles every TypeScript snippet against the SDK, strictly", { timeout: 60_000 }, async () => {
  let count = 0;
  for (const { slug, fences } of GUIDES)
    for (const { language, file, text } of fences) {
      if (language === "ts") expect(file, `${slug}: a snippet without a file is not compiled`).not.toBeNull();
      if (language !== "ts" || file === null) continue;
      const target = path.join(folder, slug, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
      count += 1;
    }
  expect(count).toBeGreaterThan(10);
  const config = path.join(folder, "tsconfig.json");
  const options = {
    target: "ES2023",
    lib: ["ES2024", "DOM"],
    module: "ESNext",
    moduleResolution: "Bundler",
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
  };
  await writeFile(config, JSON.stringify({ compilerOptions: options, include: ["."] }));
  await runTool("tsc", ["-p", config]);
});

describe("JSON of a manifest", async () => {
  const sample = JSON.parse(await readFile(path.join(ROOT, "src/examples/lead-scorer/manifest.json"), "utf8"));
  const pieces = GUIDES.flatMap(({ slug, fences }) =>
    fences.filter(({ language, file }) => language === "json" && file !== null).map((fence) => ({ slug, ...fence })),
  );

  it("is shown", () => expect(pieces.length).toBeGreaterThan(4));

  it.each(pieces)("is sound in $slug ($file)", ({ text }) => {
    const manifest = { ...sample, ...(JSON.parse(text) as JsonObject) };
    expect(faultsOf(manifestJsonSchema(), manifest)).toEqual([]);
    expect(AUTHOR.safeParse(manifest).error?.issues ?? []).toEqual([]);
  });
});

describe("commands", () => {
  const lines = GUIDES.flatMap(({ slug, fences }) =>
    fences
      .filter(({ language }) => language === "console")
      .flatMap((fence) => commandsOf(fence))
      .filter((line) => line.startsWith("rbsm "))
      .map((line) => ({ slug, line })),
  );

  it.each(lines)("exist with their options: $line ($slug)", ({ line }) => {
    const words = line.split(/\s+/).slice(1);
    const node = COMMANDS[words[0] ?? ""];
    expect(node, line).toBeDefined();
    const command = node && isGroup(node) ? node.commands[words[1] ?? ""] : node;
    const known = [...Object.keys(command?.flags ?? {}), "json", "help"];
    for (const word of words.filter((one) => one.startsWith("--"))) expect(known).toContain(word.slice(2));
  });
});
