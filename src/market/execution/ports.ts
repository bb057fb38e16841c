import type { EventEnvelope } from "../../domain/execution/events.ts";
import type { Installation } from "../../domain/execution/installation.ts";
import type { Call, CallReply, Job, Report, RunCode, RunReply } from "../../domain/execution/job.ts";
import type { Method } from "../../domain/execution/methods.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import type { Tier } from "../../domain/manifest/permissions.ts";

/** What events and executions need of the world. */
export interface ExecutionPorts {
  readonly executions: ExecutionStore;
  readonly executionBell: ExecutionBell;
  readonly runner: PluginRunner;
  readonly pluginStorage: PluginStorage;
  readonly hostData: HostData;
  /** Null where no secret is set: the marketplace then hears of no incidents. */
  readonly incidents: IncidentDesk | null;
}

/** Events, deliveries and what became of them. Times are Unix seconds. */
export interface ExecutionStore {
  /** Installations of the instance whose seat is live. */
  installationsOf(instanceId: string, now: number): Promise<readonly Installation[]>;
  installation(activationId: string): Promise<Installation | null>;
  /**
   * Keeps an event and its deliveries in one write, or finds what was kept under the same id. Of parallel posts exactly
   * one is `kept`; `conflict` means the same id with another body.
   */
  keepEvent(event: NewEvent, deliveries: readonly NewDelivery[], now: number): Promise<KeptEvent>;
  /** Takes a queued execution; null when somebody else has it or it ended. */
  claim(executionId: string, now: number): Promise<ClaimedExecution | null>;
  /** Writes the end of a claimed execution once; erases the event's body with its last delivery. */
  finish(claimed: ClaimedExecution, end: ExecutionEnd, now: number): Promise<boolean>;
  /** Newest first. */
  page(activationId: string, page: number, limit: number): Promise<{ rows: readonly ExecutionRow[]; total: number }>;
  /** The installation behind an id of an instance's or an account's own; null = not theirs. */
  findInstallation(
    id: string,
    owner: { instanceId: string } | { accountId: string },
  ): Promise<FoundInstallation | null>;
  /** Ends runs nobody finished, erases old bodies, and answers executions whose bell was lost. */
  sweep(now: number): Promise<readonly string[]>;
}

export interface NewEvent {
  readonly instanceId: string;
  /** As it is stored: people already cut. */
  readonly envelope: EventEnvelope;
  /** Of the envelope as sent. */
  readonly bodySha256: string;
  /** Unique to this post. */
  readonly postId: string;
}
export interface NewDelivery {
  readonly executionId: string;
  readonly activationId: string;
  readonly pluginId: string;
  readonly version: string;
}
export interface KeptEvent {
  readonly result: "kept" | "duplicate" | "conflict";
  readonly deliveries: readonly { readonly installationId: string; readonly executionId: string }[];
}

export interface ClaimedExecution {
  readonly id: string;
  readonly activationId: string;
  readonly instanceId: string;
  readonly eventId: string | null;
  readonly attempt: number;
  /** Null when the body was erased. */
  readonly envelope: EventEnvelope | null;
}
export interface ExecutionEnd {
  readonly outcome: "ok" | "skipped" | RunCode;
  readonly message?: string;
  readonly durationMs?: number;
  readonly report?: Report;
}
export interface ExecutionRow {
  readonly id: string;
  readonly version: string;
  readonly kind: string;
  readonly eventName: string | null;
  readonly outcome: string;
  readonly message: string | null;
  readonly durationMs: number | null;
  readonly calls: JsonObject;
  readonly denied: JsonObject;
  readonly logs: readonly Json[];
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}
export interface FoundInstallation {
  readonly activationId: string;
  readonly installationId: string;
}

/** A queue message is a bell; the row it names is the work. */
export interface ExecutionBell {
  ring(executionIds: readonly string[]): Promise<void>;
}

/** Runs one call of one plugin. Callers do not know how plugin code is isolated. */
export interface PluginRunner {
  run(job: Job, call: Call, authority: Authority): Promise<RunReply>;
}

/** In whose name a plugin's calls act; never told to the sandbox. */
export interface Authority {
  readonly instanceId: string;
  /** The instance's own user who installed the plugin. */
  readonly userId: string;
  readonly tier: Tier;
  /** Null = unlimited. */
  readonly storageBytes: number | null;
}

export interface PluginStorage {
  /** The storage of one installation, named by nothing a plugin says. */
  of(activationId: string): InstallationObject;
}

/** One installation's own values and counters; serial, so counts are exact. */
export interface InstallationObject {
  /** Counts one call; answers the seconds to wait when the minute is used up. */
  spend(rate: Rate): Promise<number | null>;
  /** Counts the call and acts, in one message. */
  perform(rate: Rate, act: StorageAct, maxBytes: number | null): Promise<CallReply>;
  /** What the plugin itself sent: the host would answer a stranger's inbox. */
  noteSent(message: JsonObject): Promise<void>;
  sent(): Promise<readonly JsonObject[]>;
}
export interface Rate {
  readonly method: Method;
  readonly perMinute: number;
  readonly globalPerMinute: number;
}
export type StorageAct =
  | { readonly act: "get"; readonly key: string }
  | { readonly act: "set"; readonly key: string; readonly value: Json }
  | { readonly act: "delete"; readonly key: string }
  | { readonly act: "list"; readonly prefix: string; readonly limit: number; readonly cursor?: string };

/** The instance's own API. Arguments were checked. */
export interface HostData {
  call(wish: HostWish): Promise<CallReply>;
}
export interface HostWish {
  readonly method: Method;
  readonly args: JsonObject;
  readonly plugin: string;
  readonly installation: string;
  readonly instanceId: string;
  readonly userId: string;
}

export const INCIDENT_KINDS = ["hang", "memory", "crash", "ready", "boot_timeout"] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];
export interface Incident {
  readonly why: IncidentKind;
  /** Unix milliseconds. */
  readonly at: number;
}
export interface IncidentDesk {
  /** Compared in constant time. */
  isReporter(bearer: string): boolean;
  report(incident: Incident): void;
}
