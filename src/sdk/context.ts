import type { LicenseFacts } from "../domain/execution/job.ts";
import type { METHODS, Method } from "../domain/execution/methods.ts";
import type { Json, JsonObject } from "../domain/json/json.ts";
import type { Permission } from "../domain/manifest/permissions.ts";
import type { Appointment, ContactRequest, Customer } from "./entities.ts";

export type { Json, JsonObject, LicenseFacts, Permission };

/**
 * What a handler is handed. With permissions named, `PluginContext<"requests.read" | "storage.write">`, it has the methods
 * those permissions allow and no other, so that an undeclared capability does not compile; a handler's context fits
 * wherever fewer permissions are asked for. Every method works only where the admin granted its permission; otherwise it
 * throws {@link BridgeError}. `E` names the events that the plugin may emit.
 */
export type PluginContext<P extends Permission = Permission, E extends string = string> = PluginAbout & {
  readonly [C in keyof Capabilities<E> as AllowedMethods<C, P> extends never ? never : C]: Pick<
    Capabilities<E>[C],
    AllowedMethods<C, P>
  >;
};

/** What every handler has, whatever was granted. */
export interface PluginAbout {
  readonly plugin: { readonly name: string; readonly version: string };
  /** `act_…`: one plugin on one instance. */
  readonly installation: { readonly id: string };
  /** What the admin set in the form of the manifest's `settings`, defaults filled in. Secrets are not among them. */
  readonly settings: JsonObject;
  /** Tier, features and limits that were bought; never the key. */
  readonly license: LicenseFacts;
  /** Kept with the execution, 16 KiB per run; admins read it. */
  readonly log: {
    debug(...parts: unknown[]): void;
    info(...parts: unknown[]): void;
    warn(...parts: unknown[]): void;
    error(...parts: unknown[]): void;
  };
}

/** Every method of the bridge, by the object it stands on. */
export interface Capabilities<E extends string = string> {
  readonly customers: Entities<Customer> & {
    /** Needs at least `name`. */
    create(data: JsonObject): Promise<Customer>;
    update(id: number, data: JsonObject): Promise<Customer>;
    delete(id: number): Promise<void>;
  };
  readonly requests: Entities<ContactRequest> & {
    /** Needs `name`, `email`, `service` and `message`. */
    create(data: JsonObject): Promise<ContactRequest>;
    update(id: number, data: JsonObject): Promise<ContactRequest>;
  };
  readonly appointments: Entities<Appointment> & {
    /** Needs `title`, `appointmentDate` and `appointmentTime`. */
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
    /** In the order of the keys, at most 100 at a time; `cursor` leads to the next page. */
    list(options?: { readonly prefix?: string; readonly limit?: number; readonly cursor?: string }): Promise<{
      readonly items: readonly { readonly key: string; readonly value: Json }[];
      readonly cursor?: string;
    }>;
    /** In the order of the keys asked for, `null` where nothing is kept; at most 50. */
    getMany(keys: readonly string[]): Promise<readonly Json[]>;
    /** All or none; at most 50. */
    setMany(entries: readonly { readonly key: string; readonly value: Json }[]): Promise<void>;
    /** Sets only while the kept value equals `expected` (`null`: nothing kept); answers whether it did. */
    compareAndSet(key: string, expected: Json, value: Json): Promise<boolean>;
    /** Adds to a whole number, from 0 where nothing is kept; answers the sum. No parallel call is lost. */
    increment(key: string, by?: number): Promise<number>;
  };
  /** Files of this installation alone, at most 4 MiB each; they share the license's storage with the values. */
  readonly files: {
    put(key: string, content: Uint8Array | string, contentType: string): Promise<FileInfo>;
    /** `null` where there is no such file. */
    get(key: string): Promise<(FileInfo & { readonly bytes: Uint8Array }) | null>;
    list(options?: { readonly prefix?: string; readonly limit?: number; readonly cursor?: string }): Promise<{
      readonly items: readonly FileInfo[];
      readonly cursor?: string;
    }>;
    delete(key: string): Promise<void>;
  };
  readonly secrets: {
    /** A secret that the manifest marks `readable`; `null` until the admin has set it. Do not log it. */
    get(key: string): Promise<string | null>;
  };
  readonly events: {
    /** Tells other plugins of this instance that declare `plugin:<this plugin>:<name>`; the name stands in `emits`. */
    emit(name: E, data?: JsonObject): Promise<{ readonly id: string; readonly deliveries: number }>;
  };
  readonly webhooks: {
    /** Sends the instance a signed webhook `plugin:<this plugin>:<name>`; retried until it arrives. */
    trigger(name: string, data?: JsonObject): Promise<{ readonly id: string }>;
  };
  readonly i18n: {
    /** Every text for a language: `de-AT` before `de` before `en`, from `locales/<tag>.json` of the bundle. */
    strings(locale: string): Promise<JsonObject>;
    /** One text, its `{name}` places filled in; the key itself where there is no text. */
    text(locale: string, key: string, values?: Readonly<Record<string, unknown>>): Promise<string>;
  };
}

/** A file without its content. */
export interface FileInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly updatedAt: string;
}

/** Names of the methods of one capability that the permissions allow, taken from the bridge's own table. */
export type AllowedMethods<C extends keyof Capabilities, P extends Permission> = {
  [M in keyof Capabilities[C] & string]: `${C}.${M}` extends Method
    ? (typeof METHODS)[`${C}.${M}`]["permission"] extends P | null
      ? M
      : never
    : // Made of another method of the same object that needs no permission.
      C extends "i18n"
      ? M
      : never;
}[keyof Capabilities[C] & string];

/** Reading rows of the host. */
export interface Entities<Row extends JsonObject = JsonObject> {
  /** `page`, `limit` (≤ 100), `search`, `sortBy`, `sortDirection` and the filters of the entity. */
  list(filter?: JsonObject): Promise<EntityPage<Row>>;
  get(id: number): Promise<Row>;
}

/** One page of rows; `total` counts all. */
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
