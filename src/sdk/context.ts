import type { Json, JsonObject } from "../domain/json/json.ts";

/** What a handler is handed. Every method works only with its permission granted; otherwise it throws {@link BridgeError}. */
export interface PluginContext {
  readonly plugin: { readonly name: string; readonly version: string };
  readonly installation: { readonly id: string };
  readonly customers: Entities & {
    create(data: JsonObject): Promise<JsonObject>;
    update(id: number, data: JsonObject): Promise<JsonObject>;
    delete(id: number): Promise<void>;
  };
  readonly requests: Entities & {
    create(data: JsonObject): Promise<JsonObject>;
    update(id: number, data: JsonObject): Promise<JsonObject>;
  };
  readonly appointments: Entities & {
    create(data: JsonObject): Promise<JsonObject>;
    update(id: number, data: JsonObject): Promise<JsonObject>;
    cancel(id: number, note?: string): Promise<void>;
  };
  readonly notifications: {
    send(message: { readonly title: string; readonly message: string; readonly type?: string }): Promise<void>;
    list(): Promise<readonly JsonObject[]>;
  };
  /** Belongs to this installation alone. Keys 1–256 bytes; values ≤ 64 KiB of JSON. */
  readonly storage: {
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

export interface Entities {
  list(filter?: JsonObject): Promise<EntityPage>;
  get(id: number): Promise<JsonObject>;
}
export interface EntityPage {
  readonly items: readonly JsonObject[];
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
