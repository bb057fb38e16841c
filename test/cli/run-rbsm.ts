import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../..");
export const RBSM = path.join(ROOT, "node_modules/.bin/rbsm");

/** Compiled code is shared by all starts, as it is for one user. */
const CACHE = path.join(ROOT, "node_modules/.cache");

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
export interface Setting {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Starts the real command as a shell would. Only PATH and what the test says is in its environment. */
export function rbsm(args: readonly string[], { cwd, env = {}, input }: Setting): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(RBSM, args, {
      cwd,
      env: {
        PATH: process.env.PATH,
        HOME: cwd,
        XDG_CONFIG_HOME: path.join(cwd, "config"),
        XDG_CACHE_HOME: CACHE,
        ...env,
      },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (part) => {
      stdout += part;
    });
    child.stderr?.on("data", (part) => {
      stderr += part;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    if (input !== undefined) child.stdin?.end(input);
  });
}

/** The one document of `--json`. */
export function documentOf({ stdout }: Run): Record<string, unknown> & { readonly problem?: Record<string, unknown> } {
  return JSON.parse(stdout);
}

/** A folder of its own for one test; gone afterwards. */
export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-cli-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
