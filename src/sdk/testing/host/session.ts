import { parseArguments } from "../../../domain/execution/arguments.ts";
import type { CallReply, LogLevel, LogLine } from "../../../domain/execution/job.ts";
import { METHODS, type Method } from "../../../domain/execution/methods.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import type { Permission } from "../../../domain/manifest/permissions.ts";
import type { Bridge } from "./bridge-context.ts";
import { callHost, type HostLine } from "./host-calls.ts";
import { HostRefusal } from "./host-refusal.ts";
import type { MemoryStorage } from "./memory-storage.ts";

const MINUTE_MS = 60_000;
const MAX_SENT = 100;

/** One run after the other over the same installation. */
export interface Session extends Bridge {
  begin(): void;
  /** Later calls, from work the handler left running, get `session_closed`. */
  end(): void;
  report(): {
    calls: { readonly [method: string]: number };
    denied: { readonly [method: string]: number };
    logs: readonly LogLine[];
    storage: { readonly [key: string]: Json };
  };
}

/** The marketplace's side of the bridge: tests method, grant and rate, then acts. */
export function createSession(world: {
  readonly line: HostLine;
  readonly storage: MemoryStorage;
  readonly granted: readonly Permission[];
  readonly clock: { now(): number };
}): Session {
  const recent = new Map<Method, number[]>();
  const sent: JsonObject[] = [];
  let calls: Record<string, number> = {};
  let denied: Record<string, number> = {};
  let logs: LogLine[] = [];
  let isOpen = false;

  async function act(method: Method, wished: JsonObject): Promise<Json> {
    if (!isOpen) throw new HostRefusal("session_closed", "This run has ended");
    if (!Object.hasOwn(METHODS, method)) throw new HostRefusal("unknown_method", `Unknown method ${method}`);
    const { permission, perMinute } = METHODS[method];
    if (!world.granted.includes(permission)) {
      denied[method] = (denied[method] ?? 0) + 1;
      throw new HostRefusal("capability_denied", `Plugin does not have permission: ${permission}`);
    }
    calls[method] = (calls[method] ?? 0) + 1;
    const parsed = parseArguments(method, wished);
    if (!parsed.ok) throw new HostRefusal("invalid_arguments", parsed.problem);
    const args = parsed.value;
    admit(recent, method, perMinute, world.clock.now());
    switch (method) {
      case "storage.get":
      case "storage.set":
      case "storage.delete":
      case "storage.list":
        return world.storage.call(method, args);
      case "notifications.list":
        return sent.toReversed().slice(0, MAX_SENT);
      default: {
        const value = await callHost(world.line, method, args);
        if (method === "notifications.send") sent.push(args);
        return value;
      }
    }
  }

  return {
    begin() {
      isOpen = true;
      calls = {};
      denied = {};
      logs = [];
    },
    end() {
      isOpen = false;
    },
    report: () => ({ calls, denied, logs, storage: world.storage.contents() }),
    log: (level: LogLevel, text: string) => void (isOpen && logs.push({ level, text })),
    async call(method, args): Promise<CallReply> {
      try {
        return { ok: true, value: await act(method, args) };
      } catch (error) {
        if (!(error instanceof HostRefusal)) throw error;
        const { code, message, retryAfter } = error;
        return { ok: false, error: { code, message, ...(retryAfter === undefined ? {} : { retryAfter }) } };
      }
    },
  };
}

function admit(recent: Map<Method, number[]>, method: Method, perMinute: number, now: number): void {
  const times = (recent.get(method) ?? []).filter((at) => now - at < MINUTE_MS);
  recent.set(method, times);
  if (times.length >= perMinute) {
    const retryAfter = Math.ceil((MINUTE_MS - (now - (times[0] ?? now))) / 1000);
    throw new HostRefusal("rate_limited", `Rate limit exceeded for ${method}`, retryAfter);
  }
  times.push(now);
}
