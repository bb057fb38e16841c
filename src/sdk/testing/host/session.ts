import { parseArguments } from "../../../domain/execution/arguments.ts";
import type { CallReply, LogLevel, LogLine } from "../../../domain/execution/job.ts";
import { MAX_EVENT_DEPTH } from "../../../domain/execution/limits.ts";
import { METHODS, type Method } from "../../../domain/execution/methods.ts";
import { MAX_FILE_BYTES } from "../../../domain/execution/storage-rules.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import type { Permission } from "../../../domain/manifest/permissions.ts";
import type { FileInfo } from "../../context.ts";
import type { Bridge } from "./bridge-context.ts";
import { callHost, type HostLine } from "./host-calls.ts";
import { HostRefusal } from "./host-refusal.ts";
import { createMemoryFiles, type MemoryFiles } from "./memory-files.ts";
import { createMemoryStorage, type MemoryStorage } from "./memory-storage.ts";
import type { InstallationFacts } from "./run-facts.ts";

const MINUTE_MS = 60_000;
const MAX_SENT = 100;

/** One run after the other over the same installation. */
export interface Session extends Bridge {
  /** `depth` is that of the plugin event which is handled. */
  begin(depth?: number): void;
  /** Later calls, from work the handler left running, get `session_closed`. */
  end(): void;
  report(): {
    calls: { readonly [method: string]: number };
    denied: { readonly [method: string]: number };
    logs: readonly LogLine[];
    storage: { readonly [key: string]: Json };
    files: readonly FileInfo[];
    emitted: readonly Told[];
    webhooks: readonly Told[];
  };
}

/** What a plugin told others, and under which of its own names. */
export interface Told {
  readonly name: string;
  readonly data: JsonObject;
}

/** What one installation keeps. */
export interface Kept {
  readonly storage: MemoryStorage;
  readonly files: MemoryFiles;
}

/** Nothing kept yet; the quota, 10 MiB unless told, is for values and files together. */
export function createKept(clock: { now(): number }, quotaBytes?: number): Kept {
  const storage = createMemoryStorage(quotaBytes, () => files.used());
  const files: MemoryFiles = createMemoryFiles(() => storage.quotaBytes - storage.used() - files.used(), clock);
  return { storage, files };
}

/** The marketplace's side of the bridge: tests method, grant and rate, then acts. */
export function createSession(world: {
  readonly line: HostLine;
  readonly granted: readonly Permission[];
  readonly clock: { now(): number };
  /** What the installation keeps, where runs of several sessions share it; empty and of its own unless told. */
  readonly kept?: Kept;
  readonly emits?: readonly string[];
  /** Keys of secrets that code may read. */
  readonly readable?: readonly string[];
  readonly secrets?: InstallationFacts["secrets"];
  readonly strings?: InstallationFacts["strings"];
}): Session {
  const { storage, files } = world.kept ?? createKept(world.clock);
  const recent = new Map<Method, number[]>();
  const sent: JsonObject[] = [];
  let calls: Record<string, number> = {};
  let denied: Record<string, number> = {};
  let logs: LogLine[] = [];
  let emitted: Told[] = [];
  let webhooks: Told[] = [];
  let depth = 0;
  let isOpen = false;

  async function act(method: Method, wished: JsonObject, bytes: Uint8Array | undefined): Promise<CallReply> {
    if (!isOpen) throw new HostRefusal("session_closed", "This run has ended");
    if (!Object.hasOwn(METHODS, method)) throw new HostRefusal("unknown_method", `Unknown method ${method}`);
    const { permission, perMinute } = METHODS[method];
    if (permission !== null && !world.granted.includes(permission))
      deny(method, `Plugin does not have permission: ${permission}`);
    if (bytes !== undefined && bytes.length > MAX_FILE_BYTES)
      throw new HostRefusal("invalid_arguments", "Only a file has content: a Uint8Array of at most 4 MiB");
    calls[method] = (calls[method] ?? 0) + 1;
    const parsed = parseArguments(method, wished);
    if (!parsed.ok) throw new HostRefusal("invalid_arguments", parsed.problem);
    const args = parsed.value;
    const told = { name: String(args.name), data: (args.data ?? {}) as JsonObject };
    const key = String(args.key);
    if (method === "events.emit" && !world.emits?.includes(told.name))
      deny(method, `Plugin does not declare the event: ${told.name}`);
    if (method === "secrets.get" && !world.readable?.includes(key))
      deny(method, `Plugin does not declare a readable secret: ${key}`);
    admit(recent, method, perMinute, world.clock.now());
    switch (method) {
      case "storage.get":
      case "storage.set":
      case "storage.delete":
      case "storage.list":
      case "storage.getMany":
      case "storage.setMany":
      case "storage.compareAndSet":
      case "storage.increment":
        return { ok: true, value: storage.call(method, args) };
      case "files.put":
      case "files.get":
      case "files.list":
      case "files.delete":
        return files.call(method, args, bytes);
      case "notifications.list":
        return { ok: true, value: sent.toReversed().slice(0, MAX_SENT) };
      case "secrets.get":
        return { ok: true, value: world.secrets?.[key] ?? null };
      case "i18n.strings":
        return { ok: true, value: stringsFor(world.strings ?? {}, String(args.locale)) };
      case "webhooks.trigger":
        webhooks.push(told);
        return { ok: true, value: { id: `evt_${webhooks.length}` } };
      case "events.emit":
        if (depth >= MAX_EVENT_DEPTH)
          throw new HostRefusal(
            "rate_limited",
            `Events of plugins may follow from one another ${MAX_EVENT_DEPTH} times`,
          );
        emitted.push(told);
        return { ok: true, value: { id: `plg_test_${emitted.length}`, deliveries: 0 } };
      default: {
        const value = await callHost(world.line, method, args);
        if (method === "notifications.send") sent.push(args);
        return { ok: true, value };
      }
    }
  }

  function deny(method: Method, message: string): never {
    denied[method] = (denied[method] ?? 0) + 1;
    throw new HostRefusal("capability_denied", message);
  }

  return {
    begin(eventDepth = 0) {
      isOpen = true;
      depth = eventDepth;
      emitted = [];
      webhooks = [];
      calls = {};
      denied = {};
      logs = [];
    },
    end() {
      isOpen = false;
    },
    report: () => ({
      calls,
      denied,
      logs,
      storage: storage.contents(),
      files: files.contents(),
      emitted,
      webhooks,
    }),
    log: (level: LogLevel, text: string) => void (isOpen && logs.push({ level, text })),
    async call(method, args, bytes): Promise<CallReply> {
      try {
        return await act(method, args, bytes);
      } catch (error) {
        if (!(error instanceof HostRefusal)) throw error;
        const { code, message, retryAfter } = error;
        return { ok: false, error: { code, message, ...(retryAfter === undefined ? {} : { retryAfter }) } };
      }
    },
  };
}

/** `de-AT` before `de` before `en`. */
function stringsFor(strings: NonNullable<InstallationFacts["strings"]>, locale: string): JsonObject {
  const parts = locale.split("-");
  const tags = parts.map((_, index) => parts.slice(0, index + 1).join("-"));
  return Object.assign({}, ...["en", ...tags].map((tag) => strings[tag] ?? {})) as JsonObject;
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
