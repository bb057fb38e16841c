import type { JsonObject } from "../../domain/json/json.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { type LeaseKey, type LocalCode, openTrusted } from "./verify-lease.ts";

/** What the marketplace tells a device: switch a build off or on, refresh, update, show a message. */
export interface Command {
  /** Rises per activation; a command runs once, in this order. */
  readonly n: number;
  /** `disable_build`, `enable_build`, `refresh`, `update`, `message`; unknown ones are acknowledged and left alone. */
  readonly type: string;
  readonly args: JsonObject;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** A signed command for this very activation. Whether it ran before is for the caller to know. */
export async function verifyCommand(
  token: string,
  expected: {
    readonly issuer: string;
    readonly activationId: string;
    readonly keys: readonly LeaseKey[];
    /** Judged time, Unix seconds. */
    readonly now: number;
  },
): Promise<Result<Command, LocalCode>> {
  const opened = await openTrusted(token, expected.keys, "lease", { now: expected.now });
  if (!opened.ok) return opened;
  const { iss, aud, tok, v, n, type, args, iat, exp } = opened.value;
  if (iss !== expected.issuer || aud !== `rbsm:activation:${expected.activationId}` || tok !== "command" || v !== 1)
    return refuse("AUDIENCE_MISMATCH");
  if (!isWhole(n) || n === 0 || typeof type !== "string" || !isWhole(iat) || !isWhole(exp))
    return refuse("SIGNATURE_INVALID");
  if (typeof args !== "object" || args === null || Array.isArray(args)) return refuse("SIGNATURE_INVALID");
  // A command that is over is no command any more, and one that comes again is told by its number.
  if (exp <= expected.now) return refuse("REPLAYED");
  return ok({ n, type, args: args as JsonObject, issuedAt: iat, expiresAt: exp });
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Runs what is new, in order, each once: its number is kept before it runs, so that a crash never repeats it. What ran
 * before is acknowledged again, because the acknowledgement may have been lost. True: a refresh was asked for.
 */
export async function runCommands(
  tokens: readonly string[],
  expected: Parameters<typeof verifyCommand>[1],
  memory: { readonly lastCommand: number; readonly acks: readonly number[] },
  keep: (changes: { lastCommand: number; acks: readonly number[] }) => Promise<void>,
  run: ((command: Command) => void | Promise<void>) | undefined,
): Promise<boolean> {
  const verified = await Promise.all(tokens.map((token) => verifyCommand(token, expected)));
  const commands = verified.flatMap((one) => (one.ok ? [one.value] : [])).sort((a, b) => a.n - b.n);
  let { lastCommand } = memory;
  let acks = memory.acks;
  let wantsRefresh = false;
  for (const command of commands) {
    const isNew = command.n > lastCommand;
    lastCommand = Math.max(lastCommand, command.n);
    acks = acks.includes(command.n) ? acks : [...acks, command.n];
    await keep({ lastCommand, acks });
    if (!isNew) continue;
    wantsRefresh ||= command.type === "refresh";
    // A plugin that fails here must not stop the license from being looked after.
    await Promise.resolve()
      .then(() => run?.(command))
      .catch(() => {});
  }
  return wantsRefresh;
}
