import type { LifecycleState, OwedHook } from "../../domain/execution/lifecycle.ts";
import type { Schedule, Slot } from "../../domain/execution/schedule.ts";
import type { ClaimedExecution, ExecutionEnd } from "./ports.ts";

/** What runs beside events need of the world. Times are Unix seconds. */
export interface RunPorts {
  readonly runs: RunStore;
  readonly lifecycle: LifecycleStore;
  readonly schedules: ScheduleStore;
  readonly health: HealthStore;
}

/** The rows of runs, whatever made them. */
export interface RunStore {
  /** A run that begins at once: nobody else can take it. */
  begin(run: NewRun, now: number): Promise<ClaimedExecution>;
  /** Puts a run that failed back into the queue. */
  retry(claimed: ClaimedExecution, end: ExecutionEnd, notBefore: number): Promise<boolean>;
  /** Puts a run that was taken and did not begin back until `notBefore`; it is no try. */
  postpone(claimed: ClaimedExecution, notBefore: number): Promise<boolean>;
  /** The run that waits behind an ended one; null = none. */
  nextInOrder(claimed: ClaimedExecution): Promise<string | null>;
  /** Puts a dead run back into the queue with all its tries; `gone` = what it needs was erased. */
  replay(executionId: string, owner: RunOwner, now: number): Promise<"queued" | "not_found" | "not_dead" | "gone">;
}
export type RunOwner = { readonly instanceId: string } | { readonly accountId: string };
export interface NewRun {
  readonly executionId: string;
  readonly activationId: string;
  readonly instanceId: string;
  readonly pluginId: string;
  readonly version: string;
  readonly kind: "route" | "lifecycle" | "schedule";
  /** Shown as what was done: `GET /notes/:id`, `install`, `nightly`. */
  readonly name: string;
}

/** What plugins were told of their own installation, and what they are owed. */
export interface LifecycleStore {
  /** Installations that the ledger of licenses names since `since`, with the time it named them last; oldest first. */
  movedSince(since: number, limit: number): Promise<readonly { readonly activationId: string; readonly at: number }[]>;
  /** Installations after `activationId` in the order of their ids: the slow round that finds whatever was missed. */
  after(activationId: string, limit: number): Promise<readonly string[]>;
  read(activationIds: readonly string[]): Promise<readonly ToldInstallation[]>;
  /** Writes what it is told now and the runs that tell it; false when somebody else wrote meanwhile. */
  tell(
    told: ToldInstallation,
    hooks: readonly (OwedHook & { executionId: string })[],
    op: string,
    now: number,
  ): Promise<boolean>;
  mark(name: string): Promise<string | null>;
  setMark(name: string, mark: string): Promise<void>;
}
export interface ToldInstallation {
  readonly activationId: string;
  readonly instanceId: string;
  readonly pluginId: string;
  /** Null: the plugin has no code that could hear anything. */
  readonly moduleSha256: string | null;
  readonly told: (LifecycleState & { readonly rev: number }) | null;
  readonly now: LifecycleState;
}

export interface ScheduleStore {
  /** Sets the slots of an installation to exactly these schedules; known ones keep their slot. */
  plan(activationId: string, slots: readonly (Slot & { readonly scheduleId: string })[]): Promise<void>;
  due(now: number, limit: number): Promise<readonly DueSchedule[]>;
  /** Moves a slot on and makes its run, if there is one: both or nothing. Null `next` ends it. False: somebody else did. */
  take(
    due: DueSchedule,
    run: (NewRun & { readonly slotAt: number }) | null,
    next: Slot | null,
    now: number,
  ): Promise<boolean>;
}
export interface DueSchedule extends Slot {
  readonly activationId: string;
  readonly scheduleId: string;
}
export type { Schedule };

export interface HealthStore {
  /** Counts how a run ended. Answers the facts when that suspended the installation just now. */
  note(activationId: string, hasFailed: boolean, now: number): Promise<Suspension | null>;
  /** Owes the instance the webhook in the same write. `isNew` false: it was stopped before, and the first word stays. */
  suspend(
    activationId: string,
    by: string,
    reason: string,
    now: number,
  ): Promise<Suspension & { readonly isNew: boolean }>;
  /** False when it was not suspended. */
  resume(activationId: string): Promise<boolean>;
  of(activationId: string): Promise<Suspension | null>;
}
export interface Suspension {
  readonly reason: string;
  /** `system`, `instance:<id>`, `account:<id>` */
  readonly by: string;
  readonly at: number;
}
