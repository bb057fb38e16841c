import { filledText } from "../../../domain/execution/filled-text.ts";
import type { CallReply, LicenseFacts, LogLevel } from "../../../domain/execution/job.ts";
import type { Method } from "../../../domain/execution/methods.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import type { BridgeError, FileInfo, PluginContext } from "../../context.ts";

/** What a context is made over. */
export interface Bridge {
  call(method: Method, args: JsonObject, bytes?: Uint8Array): Promise<CallReply>;
  log(level: LogLevel, text: string): void;
}

/** The context a handler is handed: the same calls with the same arguments as inside a real isolate. */
export function bridgeContext(
  about: {
    plugin: PluginContext["plugin"];
    installation: string;
    settings: JsonObject;
    license: LicenseFacts;
  },
  bridge: Bridge,
): PluginContext {
  async function ask(method: Method, args: JsonObject, bytes?: Uint8Array): Promise<CallReply & { ok: true }> {
    const reply = await bridge.call(method, JSON.parse(JSON.stringify(args)) as JsonObject, bytes);
    if (!reply.ok) throw bridgeError(reply.error);
    return reply;
  }
  async function call<T>(method: Method, args: JsonObject = {}, bytes?: Uint8Array): Promise<T> {
    return (await ask(method, args, bytes)).value as T;
  }
  async function done(method: Method, args: JsonObject): Promise<void> {
    await ask(method, args);
  }
  const strings = (locale: string) => call<JsonObject>("i18n.strings", { locale });
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
    settings: JSON.parse(JSON.stringify(about.settings)) as JsonObject,
    license: JSON.parse(JSON.stringify(about.license)) as LicenseFacts,
    customers: { ...entity("customers"), delete: (id) => done("customers.delete", { id }) },
    requests: entity("requests"),
    appointments: {
      ...entity("appointments"),
      cancel: (id, note) => done("appointments.cancel", note === undefined ? { id } : { id, note }),
    },
    notifications: {
      send: (message) => done("notifications.send", { ...message }),
      list: () => call("notifications.list"),
    },
    storage: {
      get: (key) => call<Json>("storage.get", { key }),
      set: (key, value) => done("storage.set", { key, value }),
      delete: (key) => done("storage.delete", { key }),
      list: (options = {}) => call("storage.list", { ...options }),
      getMany: (keys) => call("storage.getMany", { keys: [...keys] }),
      setMany: (entries) => done("storage.setMany", { entries: entries.map(({ key, value }) => ({ key, value })) }),
      compareAndSet: (key, expected, value) => call("storage.compareAndSet", { key, expected, value }),
      increment: (key, by = 1) => call("storage.increment", { key, by }),
    },
    files: {
      put: (key, content, contentType) =>
        call<FileInfo>(
          "files.put",
          { key, contentType },
          typeof content === "string" ? new TextEncoder().encode(content) : content,
        ),
      get: async (key) => {
        const { value, bytes } = await ask("files.get", { key });
        return value === null || bytes === undefined ? null : { ...(value as unknown as FileInfo), bytes };
      },
      list: (options = {}) => call("files.list", { ...options }),
      delete: (key) => done("files.delete", { key }),
    },
    secrets: { get: (key) => call("secrets.get", { key }) },
    events: { emit: (name, data = {}) => call("events.emit", { name, data }) },
    webhooks: { trigger: (name, data = {}) => call("webhooks.trigger", { name, data }) },
    i18n: {
      strings,
      text: async (locale, key, values = {}) => filledText(await strings(locale), key, values),
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
