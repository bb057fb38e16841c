import type { Notice } from "./ports.ts";

export interface PluginStatePorts {
  readonly pluginStates: PluginStates;
}

export interface PluginMove {
  readonly pluginId: string;
  readonly to: "active" | "deprecated" | "archived" | "removed";
  readonly notice: Notice | null;
  readonly reason: string | null;
  readonly accountId: string;
}

/** Whole plugins and what becomes of them. Times in Unix seconds. */
export interface PluginStates {
  find(pluginId: string): Promise<{
    readonly id: string;
    readonly name: string;
    readonly publisherId: string;
    readonly state: string;
  } | null>;
  /** Null: it may be named. A chain of replacements never comes back to where it began. */
  judgeReplacement(pluginId: string, replacement: string): Promise<"absent" | "cycle" | null>;
  /** What a deprecated plugin says; null: it is not. */
  notice(pluginId: string): Promise<Notice | null>;
  /** One batch: state, notice, tombstone, audit, change feed. False: it stands somewhere from which that is no move. */
  move(move: PluginMove, at: number): Promise<boolean>;
}
