import type { Job, RunLimits } from "../../src/domain/execution/job.ts";

/** What the driver is asked to run: a module, in whose name, and what widens or narrows its job. */
export interface DriverRun {
  readonly module: string;
  readonly activationId: string;
  readonly over?: Partial<Omit<Job, "limits" | "activationId" | "moduleSha256">> & {
    readonly limits?: Partial<RunLimits>;
  };
}
