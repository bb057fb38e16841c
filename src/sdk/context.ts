import type { Json, JsonObject } from "../domain/json/json.ts";
import type { Appointment, ContactRequest, Customer } from "./entities.ts";

/** What a handler is handed. Every method works only with its permission granted; otherwise it throws {@link BridgeError}. */
export interface PluginContext {
  readonly plugin: { readonly name: string; readonly version: string };
  readonly installation: { readonly id: string };
  readonly customers: Entities<Customer> & {
    create(data: JsonObject): Promise<Customer>;
    update(id: number, data: JsonObject): Promise<Customer>;
    delete(id: number): Promise<void>;
  };
  readonly requests: Entities<ContactRequest> & {
    create(data: JsonObject): Promise<ContactRequest>;
    update(id: number, data: JsonObject): Promise<ContactRequest>;
  };
  readonly appointments: Entities<Appointment> & {
    create(data: JsonObject): Promise<Appointment>;
    update(id: number, data: JsonObject): Promise<Appointment>;
    cancel(id: number, note?: string): Promise<void>;
  };
  readonly notifications: {
    /** To the user who installed the plugin. */
    send(message: { readonly title: string; readonly message: string; readonly type?: string }): Promise<void>;
    /** Only what this plugin sent. */
    list(): Promise<readonly JsonObject[]>;
  };
  /** Belongs to this installation alone. Keys 1–256 bytes; values ≤ 64 KiB of JSON. */
  readonly storage: {
    /** `null` where nothing is kept. */
    get(key: string): Promise<Json>;
    set(key: string, value: Json): Promise<void>;
    delete(key: string): Promise<void>;
    list(options?: { readonly prefix?: string; readonly limit?: number; readonly cursor?: string }): Promise<{
      readonly items: readonly { readonly key: string; readonly value: Json }[];
      readonly cursor?: string;
    }>;
  };
  readonly log: {
    debug(...parts: unknown[]): void;
    info(...parts: unknown[]): void;
    warn(...parts: unknown[]): void;
    error(...parts: unknown[]): void;
  };
}

export interface Entities<Row extends JsonObject = JsonObject> {
  /** `page`, `limit` (≤ 100), `search`, `sortBy`, `sortDirection` and the filters of the entity. */
  list(filter?: JsonObject): Promise<EntityPage<Row>>;
  get(id: number): Promise<Row>;
}
export interface EntityPage<Row extends JsonObject = JsonObject> {
  readonly items: readonly Row[];
  readonly total: number;
  readonly page: number;
  readonly limit: number;
}

/** Thrown by context methods. `code` is one of the CallCodes: `capability_denied`, `rate_limited`, `host_unavailable` … */
export interface BridgeError extends Error {
  readonly name: "BridgeError";
  readonly code: string;
  /** Seconds, for `rate_limited`. */
  readonly retryAfter?: number;
}
