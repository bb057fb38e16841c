import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import * as z from "zod";
import { ok } from "../../domain/result.ts";
import type { OpenedReceipt } from "../../domain/trust/receipt.ts";
import type { Remembered, TrustList } from "../../domain/trust/verify-release.ts";
import { fromReason, misuse, type Outcome } from "../problem.ts";
import { type Env, makePrivateFolder } from "./config.ts";
import { writeWhole } from "./project-files.ts";

const HEX_256 = z.string().regex(/^[0-9a-f]{64}$/);
const SEEN = z.strictObject({
  publication: z.int().min(1),
  receiptSha256: HEX_256,
  publisherKeyIds: z.array(HEX_256),
  /** Publication → digest of its receipt, for every one ever verified here. */
  receipts: z.record(z.string().regex(/^[1-9][0-9]*$/), HEX_256),
});
/** What this machine saw of one plugin at one marketplace. */
export type Seen = z.infer<typeof SEEN>;
const STATE = z.strictObject({ stateVersion: z.literal(1), plugins: z.record(z.string(), SEEN) });

/** `$XDG_STATE_HOME/rbsm`, or `~/.local/state/rbsm`. A relative one is ignored, as its specification says. */
export function stateFolder(env: Env): string {
  const base = env.XDG_STATE_HOME;
  return path.join(base && path.isAbsolute(base) ? base : path.join(homedir(), ".local/state"), "rbsm");
}

/** What was seen of the plugin; null the first time. A file that cannot be read is never taken for an empty one. */
export async function recallSeen(env: Env, trust: TrustList, plugin: string): Promise<Outcome<Seen | null>> {
  const state = await readState(env);
  if (!state.ok) return state;
  const key = keyOf(trust, plugin);
  return ok(Object.hasOwn(state.value.plugins, key) ? (state.value.plugins[key] as Seen) : null);
}

/** Two receipts under one number: somebody shows different histories to different people. */
export function refuseFork(seen: Seen | null, { receipt, sha256 }: OpenedReceipt): Outcome<null> {
  const before = seen?.receipts[String(receipt.publication)];
  if (before === undefined || before === sha256) return ok(null);
  const { publication } = receipt;
  return { ok: false, problem: fromReason({ reason: "publication_fork", facts: { publication, seen: before } }) };
}

/** Keeps a verified release for the next time. */
export async function keepSeen(
  env: Env,
  trust: TrustList,
  plugin: string,
  { receipt, remember }: { readonly receipt: OpenedReceipt; readonly remember: Remembered },
): Promise<Outcome<null>> {
  const state = await readState(env);
  if (!state.ok) return state;
  const key = keyOf(trust, plugin);
  const before = Object.hasOwn(state.value.plugins, key) ? state.value.plugins[key] : undefined;
  const seen = {
    publication: remember.publication,
    receiptSha256: remember.receiptSha256,
    publisherKeyIds: [...remember.publisherKeyIds],
    receipts: { ...before?.receipts, [String(receipt.receipt.publication)]: receipt.sha256 },
  };
  const plugins = { ...state.value.plugins, [key]: seen };
  const folder = stateFolder(env);
  await makePrivateFolder(folder);
  await writeWhole(fileOf(env), `${JSON.stringify({ stateVersion: 1, plugins }, null, 2)}\n`, 0o600);
  return ok(null);
}

/** Every marketplace on this machine is called `localhost`: there the receipt key tells them apart. */
function keyOf({ marketplace, receiptKeys }: TrustList, plugin: string): string {
  const suffix = marketplace === "localhost" ? `#${receiptKeys[0]?.keyId ?? ""}` : "";
  return `${marketplace}${suffix}/${plugin}`;
}

function fileOf(env: Env): string {
  return path.join(stateFolder(env), "seen.json");
}

async function readState(env: Env): Promise<Outcome<z.infer<typeof STATE>>> {
  const text = await readFile(fileOf(env), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return ok({ stateVersion: 1, plugins: {} });
  const parsed = STATE.safeParse(parseOrNull(text));
  if (parsed.success) return ok(parsed.data);
  const next = "Find out what changed it. Moving it away forgets which releases were seen.";
  return { ok: false, problem: misuse("state_invalid", `${fileOf(env)} is not what rbsm wrote.`, next) };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
