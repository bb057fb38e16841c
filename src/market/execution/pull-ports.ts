import type { Json } from "../../domain/json/json.ts";
import type { PingPorts } from "./ping-ports.ts";

/** What pull mode, unsigned webhooks and storage keeping need of the world. Times are Unix seconds. */
export interface PullPorts extends PingPorts {
  readonly actions: ActionStore;
  readonly eventHooks: EventHookStore;
  readonly tails: TailStore;
  readonly keptStorages: KeptStorages;
}

export type InstanceMode = "push" | "pull";

/** Writes that instances fetch, and which instances do. */
export interface ActionStore {
  mode(instanceId: string): Promise<InstanceMode>;
  setMode(instanceId: string, mode: InstanceMode, now: number): Promise<void>;
  /** The same id again changes nothing: a repeated run wishes the same. False: too many wait already. */
  keep(action: NewAction, maxWaiting: number, now: number): Promise<boolean>;
  /** In their order; an action is handed out again until it is acknowledged. */
  waiting(instanceId: string, limit: number, now: number): Promise<readonly WaitingAction[]>;
  /** Ends actions; those that ended before stay as they are. Answers the ids that are the instance's. */
  acknowledge(instanceId: string, results: readonly ActionResult[], now: number): Promise<readonly string[]>;
  /** Gives up what nobody fetched in time. */
  expire(before: number, now: number): Promise<void>;
}
export interface NewAction {
  readonly id: string;
  readonly instanceId: string;
  readonly activationId: string;
  readonly executionId: string;
  readonly plugin: string;
  readonly method: string;
  readonly request: ActionRequest;
}
/** A request to the instance's own API, below its `/api`. */
export interface ActionRequest {
  readonly verb: string;
  readonly path: string;
  readonly body?: Json;
}
export interface WaitingAction extends NewAction {
  readonly installationId: string;
  readonly createdAt: number;
}
export interface ActionResult {
  readonly id: string;
  readonly ok: boolean;
  readonly status: number | null;
  readonly error: string | null;
}

/** Addresses for unsigned automation webhooks; secrets are known by their digest alone. */
export interface EventHookStore {
  /** Sets a new secret; the one before counts until `previousUntil`. */
  rotate(instanceId: string, sha256: string, previousUntil: number, now: number): Promise<void>;
  drop(instanceId: string): Promise<boolean>;
  /** The instance whose secret this is now; null = nobody's. A suspended instance has none. */
  find(sha256: string, now: number): Promise<string | null>;
}

/** What ended, in the order in which it ended. */
export interface TailStore {
  /** Everything that ended after `seq`, oldest first. */
  after(of: TailOf, seq: number, limit: number): Promise<readonly EndedRun[]>;
  /** The newest place. */
  newest(of: TailOf): Promise<number>;
  /** How runs ended in the days before `now`, by day, version and outcome. */
  outcomes(of: TailOf, since: number): Promise<readonly OutcomeCount[]>;
}
export type TailOf = { readonly activationId: string } | { readonly pluginId: string };
export interface EndedRun {
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly name: string | null;
  readonly version: string;
  readonly outcome: string;
  readonly attempt: number;
  readonly message: string | null;
  readonly durationMs: number | null;
  readonly calls: { readonly [method: string]: number };
  readonly denied: { readonly [method: string]: number };
  readonly logs: readonly { readonly level: string; readonly text: string }[];
  readonly finishedAt: number;
}
export interface OutcomeCount {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly version: string;
  readonly kind: string;
  readonly outcome: string;
  readonly runs: number;
  readonly installations: number;
  readonly totalMs: number;
  readonly maxMs: number;
}

/** What plugins keep beyond their installations. */
export interface KeptStorages {
  /** Storages whose last installation was released before `before` and that were not emptied since. */
  abandoned(
    before: number,
    limit: number,
  ): Promise<readonly { readonly storageId: string; readonly activationIds: readonly string[] }[]>;
  noteErased(storageId: string, why: "asked" | "uninstalled", now: number): Promise<void>;
}
