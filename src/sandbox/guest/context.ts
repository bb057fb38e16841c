import { filledText } from "../../domain/execution/filled-text.ts";
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
type Entry = { readonly key: string; readonly value: Json };
type FileInfo = {
  readonly key: string;
  readonly size: number;
  readonly contentType: string;
  readonly sha256: string;
  readonly updatedAt: string;
};
type FileContent = FileInfo & { readonly bytes: Uint8Array };
type FilePage = { readonly items: readonly FileInfo[]; readonly cursor?: string };
type Emitted = { readonly id: string; readonly deliveries: number };
type KeptRange = { readonly prefix?: string; readonly limit?: number; readonly cursor?: string };

/**
 * The typed context handlers are given: sugar over one stub and nothing more. It grants nothing – the sandbox and the
 * marketplace test every call – so a plugin that rewrites it only confuses itself.
 */
export function pluginContext(about: About, bridge: Bridge) {
  const call = async <T>(method: Method, args: Json, bytes?: Uint8Array): Promise<T> => {
    const reply = await (bytes === undefined ? bridge.call(method, args) : bridge.call(method, args, bytes));
    if (reply.ok) return reply.value as T;
    throw new BridgeError(reply.error.code, reply.error.message, reply.error.retryAfter);
  };
  const { log, flush } = guestLog(bridge);
  const strings = new Map<string, Promise<JsonObject>>();
  const stringsOf = (locale: string): Promise<JsonObject> => {
    const known = strings.get(locale) ?? call<JsonObject>("i18n.strings", { locale });
    strings.set(locale, known);
    return known;
  };
  const context = {
    plugin: { name: about.plugin, version: about.version },
    installation: { id: about.installation },
    settings: about.settings,
    license: about.license,
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
      getMany: (keys: readonly string[]) => call<readonly Json[]>("storage.getMany", { keys: [...keys] }),
      setMany: (entries: readonly Entry[]) =>
        call<null>("storage.setMany", { entries: entries.map(({ key, value }) => ({ key, value })) }).then(nothing),
      compareAndSet: (key: string, expected: Json, value: Json) =>
        call<boolean>("storage.compareAndSet", { key, expected, value }),
      increment: (key: string, by = 1) => call<number>("storage.increment", { key, by }),
    },
    files: {
      put: (key: string, content: Uint8Array | string, contentType: string) =>
        call<FileInfo>("files.put", { key, contentType }, bytesOf(content)),
      get: async (key: string): Promise<FileContent | null> => {
        const reply = await bridge.call("files.get", { key });
        if (!reply.ok) throw new BridgeError(reply.error.code, reply.error.message, reply.error.retryAfter);
        if (reply.value === null || reply.bytes === undefined) return null;
        return { ...(reply.value as FileInfo), bytes: reply.bytes };
      },
      list: (range: KeptRange = {}) => call<FilePage>("files.list", { ...range }),
      delete: (key: string) => call<null>("files.delete", { key }).then(nothing),
    },
    secrets: { get: (key: string) => call<string | null>("secrets.get", { key }) },
    events: { emit: (name: string, data: JsonObject = {}) => call<Emitted>("events.emit", { name, data }) },
    webhooks: {
      trigger: (name: string, data: JsonObject = {}) => call<{ id: string }>("webhooks.trigger", { name, data }),
    },
    i18n: {
      strings: stringsOf,
      text: async (locale: string, key: string, values: Readonly<Record<string, unknown>> = {}): Promise<string> =>
        filledText(await stringsOf(locale), key, values),
    },
    log,
  };
  return { context, flush };
}

function nothing(): void {}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
