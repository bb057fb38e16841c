import type { Method } from "../../domain/execution/methods.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import { type About, type Bridge, BridgeError } from "./bridge.ts";
import { guestLog } from "./log.ts";

/** One page of entities, whatever form the host's answer had. */
type Page = {
  readonly items: readonly JsonObject[];
  readonly total: number;
  readonly page: number;
  readonly limit: number;
};
type Message = { readonly title: string; readonly message: string; readonly type?: string };
type Kept = { readonly items: readonly { readonly key: string; readonly value: Json }[]; readonly cursor?: string };
type KeptRange = { readonly prefix?: string; readonly limit?: number; readonly cursor?: string };

/**
 * The typed context handlers are given: sugar over one stub and nothing more. It grants nothing – the sandbox and the
 * marketplace test every call – so a plugin that rewrites it only confuses itself.
 */
export function pluginContext(about: About, bridge: Bridge) {
  const call = async <T>(method: Method, args: Json): Promise<T> => {
    const reply = await bridge.call(method, args);
    if (reply.ok) return reply.value as T;
    throw new BridgeError(reply.error.code, reply.error.message, reply.error.retryAfter);
  };
  const { log, flush } = guestLog(bridge);
  const context = {
    plugin: { name: about.plugin, version: about.version },
    installation: { id: about.installation },
    customers: {
      list: (filter: JsonObject = {}) => call<Page>("customers.list", filter),
      get: (id: number) => call<JsonObject>("customers.get", { id }),
      create: (data: JsonObject) => call<JsonObject>("customers.create", { data }),
      update: (id: number, data: JsonObject) => call<JsonObject>("customers.update", { id, data }),
      delete: (id: number) => call<null>("customers.delete", { id }).then(nothing),
    },
    requests: {
      list: (filter: JsonObject = {}) => call<Page>("requests.list", filter),
      get: (id: number) => call<JsonObject>("requests.get", { id }),
      create: (data: JsonObject) => call<JsonObject>("requests.create", { data }),
      update: (id: number, data: JsonObject) => call<JsonObject>("requests.update", { id, data }),
    },
    appointments: {
      list: (filter: JsonObject = {}) => call<Page>("appointments.list", filter),
      get: (id: number) => call<JsonObject>("appointments.get", { id }),
      create: (data: JsonObject) => call<JsonObject>("appointments.create", { data }),
      update: (id: number, data: JsonObject) => call<JsonObject>("appointments.update", { id, data }),
      cancel: (id: number, note?: string) =>
        call<null>("appointments.cancel", note === undefined ? { id } : { id, note }).then(nothing),
    },
    notifications: {
      send: (message: Message) => call<null>("notifications.send", { ...message }).then(nothing),
      list: () => call<readonly JsonObject[]>("notifications.list", {}),
    },
    storage: {
      get: (key: string) => call<Json>("storage.get", { key }),
      set: (key: string, value: Json) => call<null>("storage.set", { key, value }).then(nothing),
      delete: (key: string) => call<null>("storage.delete", { key }).then(nothing),
      list: (range: KeptRange = {}) => call<Kept>("storage.list", { ...range }),
    },
    log,
  };
  return { context, flush };
}

function nothing(): void {}
