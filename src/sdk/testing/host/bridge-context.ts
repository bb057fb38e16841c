import type { CallReply, LogLevel } from "../../../domain/execution/job.ts";
import type { Method } from "../../../domain/execution/methods.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import type { BridgeError, PluginContext } from "../../context.ts";

/** What a context is made over. */
export interface Bridge {
  call(method: Method, args: JsonObject): Promise<CallReply>;
  log(level: LogLevel, text: string): void;
}

/** The context a handler is handed: the same calls with the same arguments as inside a real isolate. */
export function bridgeContext(
  about: { plugin: PluginContext["plugin"]; installation: string },
  bridge: Bridge,
): PluginContext {
  async function call<T>(method: Method, args: JsonObject = {}): Promise<T> {
    const reply = await bridge.call(method, JSON.parse(JSON.stringify(args)) as JsonObject);
    if (!reply.ok) throw bridgeError(reply.error);
    return reply.value as T;
  }
  function entity<Row extends JsonObject>(name: "customers" | "requests" | "appointments") {
    return {
      list: (filter: JsonObject = {}) =>
        call<{ items: Row[]; total: number; page: number; limit: number }>(`${name}.list`, filter),
      get: (id: number) => call<Row>(`${name}.get`, { id }),
      create: (data: JsonObject) => call<Row>(`${name}.create`, { data }),
      update: (id: number, data: JsonObject) => call<Row>(`${name}.update`, { id, data }),
    };
  }
  const log =
    (level: LogLevel) =>
    (...parts: unknown[]) =>
      bridge.log(level, parts.map(shown).join(" "));
  return {
    plugin: about.plugin,
    installation: { id: about.installation },
    customers: { ...entity("customers"), delete: (id) => call("customers.delete", { id }) },
    requests: entity("requests"),
    appointments: {
      ...entity("appointments"),
      cancel: (id, note) => call("appointments.cancel", note === undefined ? { id } : { id, note }),
    },
    notifications: {
      send: (message) => call("notifications.send", { ...message }),
      list: () => call("notifications.list"),
    },
    storage: {
      get: (key) => call<Json>("storage.get", { key }),
      set: (key, value) => call("storage.set", { key, value }),
      delete: (key) => call("storage.delete", { key }),
      list: (options = {}) => call("storage.list", { ...options }),
    },
    log: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
  };
}

function bridgeError(error: { code: string; message: string; retryAfter?: number }): BridgeError {
  const { code, message, retryAfter } = error;
  return Object.assign(new Error(message), {
    name: "BridgeError" as const,
    code,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

function shown(part: unknown): string {
  if (typeof part === "string") return part;
  return part instanceof Error ? `${part.name}: ${part.message}` : (JSON.stringify(part) ?? String(part));
}
