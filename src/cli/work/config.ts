import { chmod, mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import * as z from "zod";
import { ok } from "../../domain/result.ts";
import { misuse, type Outcome } from "../problem.ts";
import { writeWhole } from "./project-files.ts";

/** The keys a marketplace signs receipts with, as pinned by `login`: `GET /.well-known/rbsm-trust.json`. */
const KEY = z.object({ keyId: z.string().regex(/^[0-9a-f]{64}$/), publicKey: z.string().min(32).max(128) });
export const TRUST_LIST = z.strictObject({
  marketplace: z.string().min(1).max(253),
  receiptKeys: z.array(KEY).min(1).max(16),
  /** Of the revocation list; a login that found none pins those that come later. */
  revocationKeys: z.array(KEY).min(1).max(16).optional(),
});
export type TrustList = z.infer<typeof TRUST_LIST>;

const CONFIG = z.object({
  /** The origin of the last login. */
  current: z.string().optional(),
  marketplaces: z.record(z.string(), z.object({ token: z.string().optional(), trust: TRUST_LIST })),
});
export type Config = z.infer<typeof CONFIG>;
export type Env = Readonly<Record<string, string | undefined>>;

/** `$XDG_CONFIG_HOME/rbsm`, or `~/.config/rbsm`. A relative XDG_CONFIG_HOME is ignored, as its specification says. */
export function configFolder(env: Env): string {
  const base = env.XDG_CONFIG_HOME;
  return path.join(base && path.isAbsolute(base) ? base : path.join(homedir(), ".config"), "rbsm");
}

export async function readConfig(env: Env): Promise<Outcome<Config>> {
  const file = path.join(configFolder(env), "config.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return ok({ marketplaces: {} });
  const parsed = CONFIG.safeParse(parseOrNull(text));
  if (parsed.success) return ok(parsed.data);
  return {
    ok: false,
    problem: misuse("config_invalid", `${file} is not a configuration of rbsm.`, "Remove it and log in again."),
  };
}

/** Only its owner may read it: it holds tokens. */
export async function writeConfig(env: Env, config: Config): Promise<void> {
  const folder = configFolder(env);
  await makePrivateFolder(folder);
  await writeWhole(path.join(folder, "config.json"), `${JSON.stringify(config, null, 2)}\n`, 0o600);
}

export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
