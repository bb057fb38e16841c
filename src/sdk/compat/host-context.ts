import { runLimits } from "../../domain/execution/limits.ts";
import type { PluginType } from "../../domain/manifest/permissions.ts";
import { PLUGIN_TYPES } from "../../domain/manifest/permissions.ts";
import type { PluginContext } from "../context.ts";
import { apiFetch } from "./api-fetch.ts";
import type { HostContext, HostLicense } from "./host-plugin.ts";

const STORAGE_LIMIT = 10 * 1024 * 1024;

/** What outlives one run inside an isolate. */
export interface Isolate {
  readonly listeners: Map<string, Set<(data: unknown) => void>>;
  /** Key → bytes. */
  readonly written: Map<string, number>;
  apiCalls: number;
  memory: number;
}

/** An isolate that has run nothing yet. */
export function freshIsolate(): Isolate {
  return { listeners: new Map(), written: new Map(), apiCalls: 0, memory: 0 };
}

/**
 * The host's context over ours. `current` answers the run that is under way: a plugin that keeps the context it got at its
 * activation goes on using it in later runs, as it does on the host.
 */
export function hostContext(
  about: { readonly id: string; readonly type: string },
  license: HostLicense,
  isolate: Isolate,
  current: () => { readonly context: PluginContext; readonly startedAt: number },
): HostContext {
  const type: PluginType = PLUGIN_TYPES.find((known) => known === about.type) ?? "mixed";
  const limits = runLimits(type, "route");
  const log =
    (level: "debug" | "info" | "warn" | "error") =>
    (...parts: unknown[]) =>
      current().context.log[level](...parts);
  return {
    get plugin() {
      const { name, version } = current().context.plugin;
      return { id: about.id, name, version, type };
    },
    license,
    api: {
      fetch(endpoint, options) {
        isolate.apiCalls++;
        return apiFetch(current().context, endpoint, options);
      },
    },
    storage: {
      get: (key) => current().context.storage.get(key),
      async set(key, value) {
        await current().context.storage.set(key, value);
        isolate.written.set(key, key.length + JSON.stringify(value).length);
      },
      async delete(key) {
        await current().context.storage.delete(key);
        isolate.written.delete(key);
      },
    },
    events: {
      emit(event, data) {
        for (const heard of [...(isolate.listeners.get(event) ?? [])]) heard(data);
      },
      on(event, heard) {
        const listeners = isolate.listeners.get(event) ?? new Set();
        isolate.listeners.set(event, listeners.add(heard));
      },
      off: (event, heard) => void isolate.listeners.get(event)?.delete(heard),
    },
    logger: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
    resources: {
      trackApiCall: () => void isolate.apiCalls++,
      trackMemory: (bytes) => {
        isolate.memory = bytes;
      },
      getUsage: () => ({ apiCalls: isolate.apiCalls, memory: isolate.memory }),
      reset() {
        isolate.apiCalls = 0;
        isolate.memory = 0;
      },
    },
    sandbox: {
      getRemainingTime: () => Math.max(0, limits.wallMs - (Date.now() - current().startedAt)),
      getRemainingApiCalls: () => Math.max(0, limits.calls - isolate.apiCalls),
      getStorageUsed: () => [...isolate.written.values()].reduce((sum, bytes) => sum + bytes, 0),
      getStorageLimit: () => STORAGE_LIMIT,
    },
  };
}
