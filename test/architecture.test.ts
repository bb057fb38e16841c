import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "..");

/**
 * Down is free, sideways is forbidden, up is impossible. `ours`: folders a folder may import besides itself;
 * `packages`: what it may import from outside (`*` ends a prefix); `any` lifts a limit.
 */
const TABLE: Readonly<Record<string, { ours: readonly string[] | "any"; packages: readonly string[] | "any" }>> = {
  domain: {
    ours: [],
    packages: [
      "zod",
      "semver",
      "unzipit",
      "fflate",
      "@noble/*",
      "jose",
      "@hpke/core",
      "spdx-expression-parse",
      "tldts",
      "croner",
    ],
  },
  contract: { ours: ["domain"], packages: ["zod"] },
  market: { ours: ["domain"], packages: [] },
  storage: { ours: ["domain", "market"], packages: ["drizzle-orm", "drizzle-orm/*", "cloudflare:workers"] },
  gateway: {
    ours: ["domain", "contract", "market"],
    packages: ["cloudflare:workers", "stripe", "@simplewebauthn/server", "@simplewebauthn/server/*"],
  },
  api: { ours: ["domain", "contract", "market"], packages: ["zod", "hono", "hono/*", "cloudflare:workers"] },
  pages: {
    ours: ["domain", "contract", "market"],
    packages: ["hono", "hono/*", "micromark", "micromark-extension-gfm", "uqr"],
  },
  "pages/browser": { ours: ["domain", "contract"], packages: ["@simplewebauthn/browser"] },
  tail: { ours: ["domain"], packages: [] },
  sandbox: { ours: ["domain", "contract"], packages: ["cloudflare:workers", "hono", "hono/*"] },
  cli: {
    ours: ["domain", "contract", "sdk"],
    packages: ["node:*", "zod", "esbuild", "miniflare", "unzipit", "tuf-js"],
  },
  sdk: { ours: ["domain", "contract"], packages: [] },
  "sdk/react": { ours: ["domain", "contract", "sdk"], packages: ["react"] },
  "sdk/testing/isolate": {
    ours: ["domain", "contract", "sdk"],
    packages: ["node:*", "miniflare", "cloudflare:workers"],
  },
  examples: { ours: [], packages: ["@rising-bsm/plugin-sdk", "@rising-bsm/plugin-sdk/*"] },
  local: { ours: "any", packages: "any" },
  "worker.ts": { ours: "any", packages: "any" },
};

const SOURCES = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "src"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /\.(?:ts|tsx|mjs)$/.test(file) && !file.includes("/templates/"));

interface Import {
  readonly file: string;
  readonly target: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(ROOT, file), "utf8");
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm,
  );
  return [...found].map((match) => ({ file, target: (match[1] ?? match[2] ?? match[3]) as string }));
}

function areaOf(file: string): string {
  return file.split("/")[1] as string;
}

function refusal({ file, target }: Import): string | null {
  const area = areaOf(file);
  const room = Object.keys(TABLE).find((name) => name.includes("/") && file.startsWith(`src/${name}/`));
  const rule = TABLE[room ?? area];
  if (rule === undefined) return `${file}: ${area} is not in the table`;
  if (target.startsWith(".")) {
    const resolved = path.posix.normalize(path.posix.join(path.posix.dirname(file), target));
    if (resolved.startsWith("dist/")) return null;
    const to = areaOf(resolved);
    if (!resolved.startsWith("src/")) return `${file} leaves src: ${target}`;
    return to === area || rule.ours === "any" || rule.ours.includes(to)
      ? null
      : `${file} (${area}) imports ${to}: ${target}`;
  }
  if (rule.packages === "any") return null;
  const isAllowed = rule.packages.some((name) =>
    name.endsWith("*") ? target.startsWith(name.slice(0, -1)) : target === name,
  );
  return isAllowed ? null : `${file} (${area}) imports the package ${target}`;
}

describe("the layout table", () => {
  it("finds the sources it judges", () => {
    expect(SOURCES.length).toBeGreaterThan(60);
    expect(importsOf("src/worker.ts").map((entry) => entry.target)).toContain("hono");
  });

  it("holds for every import of every file", () => {
    expect(
      SOURCES.flatMap(importsOf)
        .map(refusal)
        .filter((line) => line !== null),
    ).toEqual([]);
  });

  it("refuses what it must refuse", () => {
    const refused: Import[] = [
      { file: "src/domain/x.ts", target: "../market/ports.ts" },
      { file: "src/domain/x.ts", target: "hono" },
      { file: "src/market/a/x.ts", target: "../../contract/paths.ts" },
      { file: "src/market/a/x.ts", target: "zod" },
      { file: "src/api/x.ts", target: "../storage/bundles.ts" },
      { file: "src/pages/x.tsx", target: "../api/app.ts" },
      { file: "src/sandbox/x.ts", target: "../market/ports.ts" },
      { file: "src/examples/a/src/server.ts", target: "../../../domain/bytes.ts" },
      { file: "src/sdk/x.ts", target: "node:fs" },
      { file: "src/sdk/client/x.ts", target: "react" },
      { file: "src/sdk/react/x.ts", target: "node:fs" },
      { file: "src/domain/x.ts", target: "../../test/secrets.ts" },
    ];
    for (const entry of refused) expect(refusal(entry), JSON.stringify(entry)).not.toBeNull();
  });
});

describe("the sources", () => {
  it("have no file over 400 lines and no drawer without a subject", () => {
    const long = SOURCES.filter((file) => readFileSync(path.join(ROOT, file), "utf8").split("\n").length > 401);
    const drawers = SOURCES.filter((file) => /\/(?:utils?|helpers?|common|misc|types)\.tsx?$/.test(file));
    expect({ long, drawers }).toEqual({ long: [], drawers: [] });
  });

  it("ask pure folders for no clock, no chance and no environment", () => {
    const pure = SOURCES.filter((file) => /^src\/(?:domain|contract|market)\//.test(file));
    const impure = pure.filter((file) =>
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bcrypto\.(?:getRandomValues|randomUUID)\(|\bprocess\./.test(
        readFileSync(path.join(ROOT, file), "utf8"),
      ),
    );
    expect(impure).toEqual([]);
  });
});

describe("the lock file", () => {
  const lock = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }>;
  };

  it("is complete: every optional package of every platform has its entry", () => {
    const missing: string[] = [];
    for (const [at, entry] of Object.entries(lock.packages))
      for (const name of Object.keys(entry.optionalDependencies ?? {}))
        if (!Object.keys(lock.packages).some((key) => key.endsWith(`node_modules/${name}`)))
          missing.push(`${at} → ${name}`);
    expect(missing).toEqual([]);
  });

  it("installs one workerd and one miniflare and names no host", () => {
    const versions = (name: string): number =>
      Object.keys(lock.packages).filter((key) => key.endsWith(`node_modules/${name}`)).length;
    expect([versions("workerd"), versions("miniflare"), versions("wrangler")]).toEqual([1, 1, 1]);
    const hosts = Object.values(lock.packages).filter((entry) => /^https?:/.test(entry.resolved ?? ""));
    expect(hosts).toEqual([]);
  });

  it("pins every version exactly", () => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});
