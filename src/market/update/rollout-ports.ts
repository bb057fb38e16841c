import type { Halt, Witness } from "../../domain/update/halt.ts";
import type { Rollout } from "../../domain/update/rollout.ts";

export interface RolloutPorts {
  readonly rollouts: RolloutStore;
}

/** Who gets which release when. Times are Unix seconds. */
export interface RolloutStore {
  /** Of a published release; null: there is none. */
  find(pluginId: string, version: string): Promise<ReleaseRollout | null>;
  /** Writes the plan if it still is `rev`, with audit and change feed in the same batch. False: somebody wrote in between. */
  write(release: ReleaseRollout, change: RolloutChange, at: number): Promise<boolean>;
  /** Halts it if it is active, and tells publisher and desk. False: it was not. */
  halt(releaseId: string, halt: Halt, at: number): Promise<boolean>;
  /** Gives releases whose cooldown ends before `before` their plan, and computes what few installations raise it to; how many. */
  begin(before: number, at: number): Promise<number>;
  /** Of releases that are being rolled out since `since`: what the instances that updated tell. */
  witnesses(
    since: number,
    at: number,
  ): Promise<readonly { readonly releaseId: string; readonly told: readonly Witness[] }[]>;
  /** One vote: an instance's plugin did not start, or could not be activated. */
  note(instanceId: string, pluginId: string, version: string, why: "activation" | "startup", at: number): Promise<void>;
}

export interface ReleaseRollout {
  readonly releaseId: string;
  readonly pluginId: string;
  readonly publisherId: string;
  readonly name: string;
  readonly version: string;
  readonly publishedAt: number;
  readonly rollout: Rollout;
  /** 0: the default, nothing is written yet. */
  readonly rev: number;
  readonly stoppedAt: number | null;
  readonly reason: string | null;
  readonly evidence: Halt | null;
  readonly alive: number;
  /** Of the plugin: below it nothing is installed. */
  readonly floor: string | null;
  /** Instances that updated to it. */
  readonly updated: number;
}

export interface RolloutChange {
  readonly rollout: Rollout;
  readonly action: "rollout.changed" | "rollout.paused" | "rollout.resumed";
  readonly reason: string | null;
  readonly accountId: string;
}
