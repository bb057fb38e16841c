import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildSdk } from "../../../src/local/build-sdk.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const SLOW = { timeout: 120_000 };
const run = promisify(execFile);
let work = "";
let built = "";
let project = "";
let tarball = "";

/** Runs a command in the consumer's project; what it said when it failed is the test's message. */
async function sh(command: string, args: readonly string[], cwd = project): Promise<string> {
  const env = {
    ...process.env,
    NO_COLOR: "1",
    npm_config_cache: path.join(work, "npm-cache"),
    npm_config_offline: "true",
  };
  try {
    return (await run(command, args, { cwd, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout ?? error}\n${stderr ?? ""}`);
  }
}
const tool = (name: string) => path.join(ROOT, "node_modules/.bin", name);

beforeAll(async () => {
  work = await mkdtemp(path.join(os.tmpdir(), "rbsm-sdk-package-"));
  built = path.join(work, "sdk");
  project = path.join(work, "consumer");
  await buildSdk(built);
  const packed = await sh("npm", ["pack", "--json", "--pack-destination", work], built);
  tarball = path.join(work, (JSON.parse(packed) as { filename: string }[])[0]?.filename ?? "");
  await cp(path.join(import.meta.dirname, "consumer"), project, { recursive: true });
  await writeFile(path.join(project, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }\n');
  await sh("npm", ["install", "--no-audit", "--no-fund", tarball]);
}, 180_000);
afterAll(() => rm(work, { recursive: true, force: true }));

/** `tsc --strict` over some of the consumer's files, libraries checked too. */
function typeCheck(module: string, resolution: string, options: object, ...files: string[]): Promise<string> {
  const config = {
    compilerOptions: {
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      target: "ES2023",
      module,
      moduleResolution: resolution,
      allowImportingTsExtensions: true,
      verbatimModuleSyntax: true,
      noEmit: true,
      ...options,
    },
    files,
  };
  const file = path.join(project, `tsconfig.${files.join("-")}.${module}.json`);
  return writeFile(file, JSON.stringify(config)).then(() => sh(tool("tsc"), ["-p", file]));
}

/** What a project around the package would have installed itself. */
async function lend(...names: string[]): Promise<void> {
  for (const name of names) {
    const place = path.join(project, "node_modules", name);
    await mkdir(path.dirname(place), { recursive: true });
    await symlink(path.join(ROOT, "node_modules", name), place).catch(() => {});
  }
}

describe("the package, installed from its tarball into an empty project without a network", () => {
  it("brings nothing else along", SLOW, async () => {
    const installed = await readdir(path.join(project, "node_modules"));
    expect(installed.filter((name) => !name.startsWith("."))).toEqual(["@rising-bsm"]);
    const {
      dependencies,
      scripts,
      private: isPrivate,
    } = JSON.parse(await readFile(path.join(built, "package.json"), "utf8"));
    expect([dependencies, scripts, isPrivate]).toEqual([undefined, undefined, undefined]);
  });

  it("types a plugin without DOM and without Node, and lets no undeclared capability compile", SLOW, async () => {
    await typeCheck("ESNext", "Bundler", { lib: ["ES2023"], types: [] }, "plugin.ts");
  });

  it.each([
    ["ESNext", "Bundler"],
    ["NodeNext", "NodeNext"],
  ])("types all else under %s modules", SLOW, async (module, resolution) => {
    await lend("@types/node", "undici-types", "@types/react", "@types/react-dom", "csstype", "react", "react-dom");
    const options = { lib: ["ES2024", "DOM", "DOM.Iterable"], types: ["node"] };
    await typeCheck(module, resolution, options, "run.ts", "page.ts", "isolate.ts", "frame.ts");
  });

  it("works under Node, address by address", SLOW, async () => {
    expect(await sh(process.execPath, ["run.ts"])).toBe("every address works\n");
  });

  it("renders on a server with the project's own React", SLOW, async () => {
    await lend("react", "react-dom", "scheduler");
    expect(await sh(process.execPath, ["page.ts"])).toBe("the page renders\n");
  });

  it("gives frames their bridge and hosts their element", SLOW, async () => {
    expect(await sh(process.execPath, ["frame.ts"])).toBe("the frame and the element work\n");
  });

  it("runs a plugin in the sandbox it carries", SLOW, async () => {
    await lend("miniflare");
    expect(await sh(process.execPath, ["isolate.ts"])).toBe("the sandbox runs\n");
  });
});

describe("the tarball", () => {
  it("is what publint wants", SLOW, async () => {
    expect(await sh(tool("publint"), ["run", tarball, "--strict"])).toMatch(/All good/);
  });

  it("has types that resolve as its code does, for ES modules", SLOW, async () => {
    // The profile leaves out what the package does not claim: CommonJS and the resolution of Node 10.
    const report = JSON.parse(await sh(tool("attw"), [tarball, "--profile", "esm-only", "--format", "json"]));
    const problems: { resolutionKind?: string }[] = Object.values(report.problems).flat() as never;
    const claimed = problems.filter(({ resolutionKind }) => !["node10", "node16-cjs"].includes(resolutionKind ?? ""));
    expect(report.analysis.types).toEqual({ kind: "included" });
    expect(claimed).toEqual([]);
  });

  it("is the same, byte for byte, when built again", SLOW, async () => {
    const again = path.join(work, "again");
    await buildSdk(again);
    await sh("diff", ["-r", built, again]);
  });

  it(
    "holds no server code: no drizzle, no Hono, nothing of Cloudflare but the sandbox that tests run in",
    SLOW,
    async () => {
      const files = (await readdir(built, { recursive: true })).filter(
        (file) =>
          /\.(?:js|d\.ts)$/.test(file) &&
          !file.startsWith(path.join("testing", "isolate")) &&
          !file.includes("isolate"),
      );
      expect(files.length).toBeGreaterThan(20);
      const guilty: string[] = [];
      for (const file of files) {
        const text = await readFile(path.join(built, file), "utf8");
        if (/drizzle|["/]hono["/]|cloudflare:|D1Database|R2Bucket|DurableObject/.test(text)) guilty.push(file);
      }
      expect(guilty).toEqual([]);
    },
  );

  it("needs React in /react alone, and Node in /testing/isolate alone", SLOW, async () => {
    const files = (await readdir(built, { recursive: true })).filter((file) => file.endsWith(".js"));
    const needs = async (wanted: RegExp) => {
      const found: string[] = [];
      for (const file of files) if (wanted.test(await readFile(path.join(built, file), "utf8"))) found.push(file);
      return found;
    };
    expect(await needs(/from "react"/)).toEqual(["react/index.js"]);
    expect(await needs(/from "(?:node:|miniflare)/)).toEqual(["testing/isolate/index.js"]);
  });

  it("carries the licenses of the code inside it", SLOW, async () => {
    const text = await readFile(path.join(built, "THIRD-PARTY-LICENSES"), "utf8");
    for (const name of ["zod", "@noble/ed25519"]) expect(text).toContain(`${name} `);
    expect(text).toContain("Permission is hereby granted");
  });
});
