import type { EventEnvelope } from "../../domain/execution/events.ts";
import type { Installation } from "../../domain/execution/installation.ts";
import type { Call, CallReply, Job, Report, RunCode, RunReply } from "../../domain/execution/job.ts";
import type { Method } from "../../domain/execution/methods.ts";
import type { SettingField } from "../../domain/execution/settings.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import type { Tier } from "../../domain/manifest/permissions.ts";
import type { CapabilityPorts, InstallationObject } from "./capability-ports.ts";

/** What events and executions need of the world. */
export interface ExecutionPorts extends CapabilityPorts {
  readonly executions: ExecutionStore;
  readonly executionBell: ExecutionBell;
  readonly runner: PluginRunner;
  readonly pluginStorage: PluginStorage;
  readonly hostData: HostData;
  readonly pulledData: PulledData;
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
  /**
   * Takes a queued execution; null when somebody else has it, it ended, it is not due yet, or an earlier one with the same
   * order has not ended.
   */
  claim(executionId: string, now: number): Promise<ClaimedExecution | null>;
  /** Writes the end of a claimed execution once; erases the event's body with its last delivery. */
  finish(claimed: ClaimedExecution, end: ExecutionEnd, now: number): Promise<boolean>;
  /** Newest first; `outcome` is one of a run, or `dead`: failed for good and replayable. */
  page(
    activationId: string,
    page: number,
    limit: number,
    outcome?: string,
  ): Promise<{ rows: readonly ExecutionRow[]; total: number }>;
  /** The installation behind an id of an instance's or an account's own; null = not theirs. */
  findInstallation(
    id: string,
    owner: { instanceId: string } | { accountId: string },
  ): Promise<FoundInstallation | null>;
  /** Ends runs nobody finished, erases old bodies, and answers executions whose bell was lost. */
  sweep(now: number): Promise<readonly string[]>;
  /**
   * Removes up to `limit` of the oldest runs that ended before `before`, with their log lines, and events and actions as
   * old; adds what is left of them to the counts by day in the same write. Answers how many runs went.
   */
  purge(before: number, limit: number): Promise<number>;
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
  readonly kind: "event" | "lifecycle" | "route" | "schedule";
  /** Of the event; for runs of our own the name of src/domain/execution/run-names.ts. */
  readonly eventId: string | null;
  readonly attempt: number;
  /** This try counted, from 1; begins anew when the run is replayed. */
  readonly tries: number;
  readonly orderKey: string | null;
  /** The last run of the installation failed. */
  readonly isAfterFailure: boolean;
  /** Null when the body was erased. */
  readonly envelope: EventEnvelope | null;
}
export interface ExecutionEnd {
  readonly outcome: "ok" | "skipped" | RunCode;
  readonly message?: string;
  readonly isTransient?: boolean;
  /** Which version ran. */
  readonly version?: string;
  readonly durationMs?: number;
  readonly report?: Report;
}
export interface ExecutionRow {
  readonly id: string;
  readonly version: string;
  readonly kind: string;
  readonly eventName: string | null;
  readonly attempt: number;
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
  ring(executionIds: readonly string[], delaySeconds?: number): Promise<void>;
}

/** How often a running plugin's right to run is looked at again, in milliseconds. */
export const STOP_CHECK_MS = 2000;

/** Runs one call of one plugin. Callers do not know how plugin code is isolated. */
export interface PluginRunner {
  /**
   * A run that lasts is ended with `stopped` once `mayGoOn` says no; it is asked every {@link STOP_CHECK_MS}, so nothing
   * goes on longer than that and the moment it takes to tell the sandbox.
   */
  run(job: Job, call: Call, authority: Authority, mayGoOn?: () => Promise<boolean>): Promise<RunReply>;
}

/** In whose name a plugin's calls act; never told to the sandbox. Made by {@link authorityOf}. */
export interface Authority {
  readonly instanceId: string;
  readonly pluginId: string;
  readonly licenseId: string;
  /** Hex digest of the bundle that holds the plugin's texts. */
  readonly bundleSha256: string;
  /** Secrets that the admin set, sealed. */
  readonly sealed: { readonly [key: string]: string };
  /** Secret fields of the manifest: which code may read, and where the gate adds them. */
  readonly secretFields: readonly SettingField[];
  /** Names what the plugin keeps. */
  readonly storageId: string;
  /** Rows that came with the event, where the instance cannot be asked; null = it can. */
  readonly snapshot: Snapshot | null;
  /** How many plugin events led to this run. */
  readonly eventDepth: number;
  /** The instance's own user who installed the plugin. */
  readonly userId: string;
  readonly tier: Tier;
  /** Null = unlimited. */
  readonly storageBytes: number | null;
}

/** Rows of the host by entity, as the instance sent them with an event. */
export interface Snapshot {
  readonly customers?: readonly JsonObject[];
  readonly requests?: readonly JsonObject[];
  readonly appointments?: readonly JsonObject[];
}

export interface PluginStorage {
  /** The storage of one installation, named by nothing a plugin says. */
  of(activationId: string): InstallationObject;
}

/** The instance's own API. Arguments were checked. */
export interface HostData {
  call(wish: HostWish): Promise<CallReply>;
}
/** The same for an instance that cannot be called: reads come from the snapshot, writes become actions it fetches. */
export interface PulledData {
  /** Of one run; numbers its writes, so that a repeated run makes the same actions. */
  of(executionId: string, activationId: string, snapshot: Snapshot): HostData;
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
