import { MAX_LOG_BYTES } from "../../domain/execution/limits.ts";
import type { Bridge } from "./bridge.ts";

const MAX_LINE = 2000;

/** Lines leave at once, so they survive a run that never ends; after the run's log bytes nothing more is sent. */
export function guestLog(bridge: Bridge) {
  let sent = 0;
  const pending = new Set<Promise<void>>();
  const write = (level: string, parts: readonly unknown[]): void => {
    if (sent >= MAX_LOG_BYTES) return;
    const line = parts.map(show).join(" ").slice(0, MAX_LINE);
    sent += line.length + 1;
    const delivery = Promise.resolve(bridge.log(level, line))
      .catch(() => {})
      .finally(() => pending.delete(delivery));
    pending.add(delivery);
  };
  const log = {
    debug: (...parts: unknown[]) => write("debug", parts),
    info: (...parts: unknown[]) => write("info", parts),
    warn: (...parts: unknown[]) => write("warn", parts),
    error: (...parts: unknown[]) => write("error", parts),
  };
  return { log, flush: async (): Promise<void> => void (await Promise.all(pending)) };
}

function show(part: unknown): string {
  if (typeof part === "string") return part;
  try {
    if (part instanceof Error) return `${part.name}: ${part.message}`;
    return JSON.stringify(part) ?? String(part);
  } catch {
    return "[cannot be shown]";
  }
}
