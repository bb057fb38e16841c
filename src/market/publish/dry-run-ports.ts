import type { RunCode } from "../../domain/execution/job.ts";
import type { PluginType } from "../../domain/manifest/permissions.ts";

/** Starting a module that nobody installed, without any grant. */
export interface DryRunPorts {
  readonly dryRun: DryRun;
}

export interface DryRun {
  /** Loads the module in an isolate that may do nothing; runs no handler. */
  load(module: DryModule): Promise<DryRunReply>;
}

export interface DryModule {
  readonly plugin: string;
  readonly version: string;
  readonly type: PluginType;
  readonly sha256: string;
  readonly text: string;
}

export type DryRunReply =
  | { readonly kind: "loaded"; readonly handlers: { readonly [group: string]: readonly string[] } }
  /** The module's own fault. */
  | { readonly kind: "failed"; readonly code: RunCode; readonly message: string }
  /** Nobody can say: no answer in time, or no sandbox. */
  | { readonly kind: "unknown" };
