import type { Backlog } from "../../domain/operations/judge-status.ts";

export interface OperationsPorts {
  readonly operations: OperationsStore;
  readonly sandboxProbe: SandboxProbe;
}

/** What the marketplace says about itself. Times in Unix seconds. */
export interface OperationsStore {
  /** One read that always reaches the database. */
  database(at: number): Promise<DatabaseFacts>;
  /** One question to the bucket; throws when it cannot answer. */
  bucket(): Promise<true>;
  /** A constant number of indexed reads. */
  backlog(): Promise<Backlog>;
  /** When the sweep ended last; null: never. */
  lastSweep(): Promise<number | null>;
  markSweep(at: number): Promise<void>;
  /** Blocked after the mark, and moves it: what the edge cache shall forget. */
  newlyBlocked(): Promise<readonly string[]>;
  /** Tells the edge cache to forget a bundle, best effort; false where there is none. */
  purge(sha256: string): Promise<boolean>;
}

export interface DatabaseFacts {
  readonly bytes: number;
  readonly plugins: number;
  readonly instancesAlive: number;
}

export interface SandboxProbe {
  /** True when the sandbox Worker answers in time. */
  answers(): Promise<boolean>;
}
