import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QUIET_ENV, runTool } from "../../src/local/build.ts";

const MAX_GZIP_BYTES = 1.5 * 1024 * 1024;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-deploy-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ["marketplace", "wrangler.toml"],
  ["sandbox", "src/sandbox/wrangler.toml"],
  ["tail", "src/tail/wrangler.toml"],
])("the %s Worker", (name, config) => {
  it("passes `wrangler deploy --dry-run` and stays below 1.5 MiB gzip", { timeout: 60_000 }, async () => {
    const outdir = path.join(folder, name);
    await runTool("wrangler", ["deploy", "--dry-run", "-c", config, "--outdir", outdir], QUIET_ENV);
    const modules = (await readdir(outdir)).filter((file) => !/\.map$|^README/.test(file));
    expect(modules).toContain("worker.js");
    const contents = await Promise.all(modules.map((file) => readFile(path.join(outdir, file))));
    const bytes = gzipSync(Buffer.concat(contents)).length;
    expect(bytes).toBeGreaterThan(500);
    expect(bytes).toBeLessThan(MAX_GZIP_BYTES);
  });
});

it("refuses what is no Worker", async () => {
  await expect(runTool("wrangler", ["deploy", "--dry-run", "-c", "no-such.toml"], QUIET_ENV)).rejects.toThrow(
    /no-such/,
  );
});
