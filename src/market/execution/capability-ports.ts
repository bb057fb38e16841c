import type { SettingsOrigin } from "../../domain/execution/installation.ts";
import type { CallReply } from "../../domain/execution/job.ts";
import type { Method } from "../../domain/execution/methods.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";

/** What the capabilities of a run need of the world beyond events and executions. */
export interface CapabilityPorts {
  readonly settings: SettingsStore;
  readonly consents: ConsentStore;
  readonly pluginWebhooks: PluginWebhooks;
}

/** One family of methods in the hands of one run. Grant and arguments were tested by the caller. */
export interface Capability {
  perform(wish: Wish): Promise<CallReply>;
}
export interface Wish {
  readonly method: Method;
  readonly args: JsonObject;
  /** Content of a file; null for every other method. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  readonly rate: Rate;
}

export interface Rate {
  /** `route`, `event` and `hook` count what comes in from outside, `run` what begins, `export` what an admin takes out. */
  readonly method: Method | "route" | "event" | "hook" | "run" | "export";
  readonly perMinute: number;
  readonly globalPerMinute: number;
}

/** One installation's own values, files and counters; serial, so counts are exact. */
export interface InstallationObject {
  /** Counts one call; answers the seconds to wait when the minute is used up. */
  spend(rate: Rate): Promise<number | null>;
  /** Counts the call and acts, in one message. `maxBytes` holds for values and files together; null = unlimited. */
  perform(rate: Rate, act: StorageAct, maxBytes: number | null): Promise<CallReply>;
  performFile(rate: Rate, act: FileAct, maxBytes: number | null): Promise<CallReply>;
  /** What the plugin itself sent: the host would answer a stranger's inbox. */
  noteSent(message: JsonObject): Promise<void>;
  sent(): Promise<readonly JsonObject[]>;
  /** Values, files and counters are gone afterwards, the blobs in the bucket too. */
  erase(): Promise<void>;
}

/** Each act is one transaction: of parallel acts on a key none is lost and none is half done. */
export type StorageAct =
  | { readonly act: "get"; readonly key: string }
  | { readonly act: "getMany"; readonly keys: readonly string[] }
  | { readonly act: "set"; readonly key: string; readonly value: Json }
  /** All or none. */
  | { readonly act: "setMany"; readonly entries: readonly { readonly key: string; readonly value: Json }[] }
  /** Sets only where the kept value equals `expected`; null stands for nothing kept. */
  | { readonly act: "compareAndSet"; readonly key: string; readonly expected: Json; readonly value: Json }
  /** Adds to the whole number that is kept, or to 0. */
  | { readonly act: "increment"; readonly key: string; readonly by: number }
  | { readonly act: "delete"; readonly key: string }
  | { readonly act: "list"; readonly prefix: string; readonly limit: number; readonly cursor?: string };

export type FileAct =
  | {
      readonly act: "put";
      readonly key: string;
      readonly contentType: string;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | { readonly act: "get"; readonly key: string }
  | { readonly act: "delete"; readonly key: string }
  | { readonly act: "list"; readonly prefix: string; readonly limit: number; readonly cursor?: string };

/** What admins set for an installation. Times are Unix seconds. */
export interface SettingsStore {
  read(activationId: string): Promise<KeptSettings>;
  /** Replaces all values at once; they are written for this version of the settings, as this release has it. */
  saveValues(
    activationId: string,
    values: JsonObject,
    writtenFor: SettingsTarget,
    actor: string,
    now: number,
  ): Promise<void>;
  /** What the settings were when an update left this version, or the nearest older one; null = nothing was kept. */
  past(
    activationId: string,
    settingsVersion: number,
  ): Promise<{ readonly settingsVersion: number; readonly values: JsonObject } | null>;
  /**
   * Brings the values to another version, unless somebody wrote since: false. An update keeps what it found; a rollback
   * forgets what was kept of the versions it comes back to.
   */
  bring(
    activationId: string,
    from: SettingsOrigin,
    to: SettingsTarget,
    values: JsonObject,
    now: number,
  ): Promise<boolean>;
  saveSecret(activationId: string, key: string, sealed: string, actor: string, now: number): Promise<void>;
  /** False: there was none. */
  dropSecret(activationId: string, key: string): Promise<boolean>;
  /** Values and secrets. */
  erase(activationId: string): Promise<void>;
}
export type SettingsTarget = Pick<SettingsOrigin, "settingsVersion" | "release">;
export interface KeptSettings {
  readonly values: JsonObject;
  readonly updatedAt: number | null;
  /** Never their text. */
  readonly secrets: readonly { readonly key: string; readonly updatedAt: number }[];
}

/** What admins consented to, append-only; the newest for a version counts. */
export interface ConsentStore {
  /** A version that may be installed, or is installed already; null = neither. `version` null = the newest. */
  release(pluginId: string, version: string | null): Promise<ConsentRelease | null>;
  /** The newest consent for this version. */
  newest(activationId: string, version: string): Promise<KeptConsent | null>;
  /** The same consent once more is not written again. */
  record(activationId: string, consent: NewConsent, now: number): Promise<void>;
}
export interface ConsentRelease {
  readonly version: string;
  readonly closureDigest: string;
  readonly isBlocked: boolean;
  /** As the publisher wrote it. */
  readonly manifest: Json;
}
export interface KeptConsent {
  readonly permissions: readonly string[];
  readonly declined: readonly string[];
  readonly closureDigest: string;
  /** Unix seconds. */
  readonly at: number;
}
export interface NewConsent extends Omit<KeptConsent, "at"> {
  readonly version: string;
  /** `instance:<id>`, `account:<id>`, or `system` for a consent that was carried over to a version that asks for less. */
  readonly actor: string;
}

/** Webhooks to the instance that a plugin triggers. */
export interface PluginWebhooks {
  /** The number of the outbox row; null when too many wait already. */
  owe(instanceId: string, event: string, data: JsonObject, now: number): Promise<string | null>;
}
