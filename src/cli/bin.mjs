#!/usr/bin/env node
// Plain JavaScript that any Node understands: the rest of the CLI is TypeScript, which Node runs directly from 22.18 on.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import module, { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  // Compiled code is kept in a folder of one's own: in a shared one another user could put code into a command that signs.
  const cache = process.env.XDG_CACHE_HOME;
  module.enableCompileCache(join(cache && isAbsolute(cache) ? cache : join(homedir(), ".cache"), "rbsm"));
  const { main } = await import(findBundle() ?? "./main.ts");
  process.exitCode = await main(process.argv.slice(2));
} else {
  const newer = process.env.RBSM_STARTED_BY_BIN ? undefined : findNode();
  if (newer) runWith(newer);
  else {
    process.stderr.write(
      `rbsm needs Node 22.18 or newer, this is ${process.versions.node}; run npm ci in the project.\n`,
    );
    process.exitCode = 2;
  }
}

/** The command line in one file, where the build has made it since the sources were last changed. */
function findBundle() {
  const source = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
  const bundle = join(dirname(source), "dist/cli/main.mjs");
  const built = statSync(bundle, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return undefined;
  const isNewer = (entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs > built;
  for (const part of ["cli", "sdk", "domain", "contract"])
    if (readdirSync(join(source, part), { recursive: true, withFileTypes: true }).some(isNewer)) return undefined;
  return pathToFileURL(bundle).href;
}

/** The `node` package installed beside this one, looked for from where this file really lies. */
function findNode() {
  try {
    const folder = dirname(createRequire(realpathSync(fileURLToPath(import.meta.url))).resolve("node/package.json"));
    const file = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Becomes the other Node as far as a parent can: same streams, signals handed on, its exit code ours. */
function runWith(node) {
  const child = spawn(node, [realpathSync(fileURLToPath(import.meta.url)), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, RBSM_STARTED_BY_BIN: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`rbsm could not start ${node}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
}
