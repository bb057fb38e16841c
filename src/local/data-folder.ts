import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { access, chmod, constants, mkdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import path from "node:path";

/** A sentence for the person at the terminal; nothing else needs to be printed. */
export class LaunchError extends Error {}

/** Everything the launcher keeps, below `--data`. */
export interface DataFolder {
  readonly root: string;
  readonly state: string;
  readonly demoFile: string;
  readonly demoProgressFile: string;
  readonly trustFile: string;
  readonly keys: string;
  /** `$XDG_CONFIG_HOME` of the demo's CLI calls. */
  readonly config: string;
  readonly logs: string;
}

export async function openDataFolder(root: string, options: { readonly fresh: boolean }): Promise<DataFolder> {
  const folder: DataFolder = {
    root,
    state: path.join(root, "state/v3"),
    demoFile: path.join(root, "demo.json"),
    demoProgressFile: path.join(root, "demo.partial.json"),
    trustFile: path.join(root, "trust.json"),
    keys: path.join(root, "keys"),
    config: path.join(root, "config"),
    logs: path.join(root, "logs"),
  };
  const isOurs = existsSync(path.join(root, "secrets.json")) || existsSync(path.join(root, "launcher.json"));
  try {
    await mkdir(root, { recursive: true });
    await access(root, constants.W_OK | constants.X_OK);
  } catch {
    throw new LaunchError(`Cannot write to ${root}: choose another folder with --data, or change its permissions.`);
  }
  await takeOver(root);
  if (options.fresh && isOurs) {
    for (const name of [
      "state",
      "keys",
      "config",
      "logs",
      "secrets.json",
      "demo.json",
      "demo.partial.json",
      "operator.json",
      "trust.json",
      "keyset",
      "root",
      "license-roots.json",
    ])
      await rm(path.join(root, name), { recursive: true, force: true });
  }
  for (const sub of [folder.state, folder.logs]) await mkdir(sub, { recursive: true });
  await mkdir(folder.keys, { recursive: true, mode: 0o700 });
  return folder;
}

/** One launcher per folder. A process group left over from a killed launcher is ended first. */
async function takeOver(root: string): Promise<void> {
  const file = path.join(root, "launcher.json");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text !== null) {
    const before = parseLock(text);
    if (before && before.pid !== process.pid && isAlive(before.pid))
      throw new LaunchError(
        `The marketplace already runs on this data (process ${before.pid}): stop it, or use --data.`,
      );
    for (const pid of before?.groups ?? []) if (isOurHost(pid)) killGroup(pid);
    await unlink(file).catch(() => {});
  }
  await writeFile(file, JSON.stringify({ pid: process.pid, groups: [] }));
}

export async function recordGroups(root: string, groups: readonly number[]): Promise<void> {
  await writeFile(path.join(root, "launcher.json"), JSON.stringify({ pid: process.pid, groups }));
}

export async function releaseDataFolder(root: string): Promise<void> {
  await unlink(path.join(root, "launcher.json")).catch(() => {});
}

function parseLock(text: string): { pid: number; groups: number[] } | null {
  try {
    const { pid, groups } = JSON.parse(text) as { pid: unknown; groups: unknown };
    return typeof pid === "number" && Array.isArray(groups) ? { pid, groups: groups.filter(Number.isInteger) } : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A number outlives its process: after a restart of the machine it may belong to anybody's editor. */
function isOurHost(pid: number): boolean {
  return /[\\/]src[\\/]local[\\/](?:marketplace|sandbox)-host\.ts/.test(commandOf(pid));
}

/** Empty when there is no such process. */
function commandOf(pid: number): string {
  try {
    return process.platform === "linux"
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
        });
  } catch {
    return "";
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // gone already
  }
}

export interface Secrets {
  readonly SETUP_SECRET: string;
  /** Base64 of 32 bytes. */
  readonly KEK_V1: string;
  readonly LICENSE_PEPPER_V1: string;
  /** Base64 PKCS#8, Ed25519. */
  readonly RECEIPT_KEY_PKCS8: string;
  readonly LEASE_KEY_PKCS8: string;
  readonly INCIDENT_SECRET: string;
}

/** Made once, readable by the owner alone. */
export async function openSecrets(root: string): Promise<Secrets> {
  const file = path.join(root, "secrets.json");
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) return JSON.parse(kept) as Secrets;
  const secrets: Secrets = {
    SETUP_SECRET: randomBytes(32).toString("base64url"),
    KEK_V1: randomBytes(32).toString("base64"),
    LICENSE_PEPPER_V1: randomBytes(32).toString("base64"),
    RECEIPT_KEY_PKCS8: newSigningKey(),
    LEASE_KEY_PKCS8: newSigningKey(),
    INCIDENT_SECRET: randomBytes(32).toString("base64url"),
  };
  await writePrivate(file, secrets);
  return secrets;
}

export async function writePrivate(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
}

/** Stable per folder, so that a second start finds the demo's instance where it was. */
export function preferredPort(root: string): number {
  return 20_000 + (createHash("sha256").update(root).digest().readUInt16BE(0) % 20_000);
}

export function newSigningKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
}
