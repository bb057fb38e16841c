import type { RevocationEntry } from "../../domain/advisory/revocation.ts";
import type { CapabilityTable, Documents } from "../../domain/update/document.ts";

export interface UpdatePorts {
  readonly updateIndex: UpdateIndexStore;
}

/** What deciding about updates reads; however many plugins are asked about, each call is one read. */
export interface UpdateIndexStore {
  /**
   * Of each named plugin the installed release and all newer ones, and of plugins that those lead to all that can be chosen;
   * with the revocations that may hit them. Null: more than `maxReleases` releases.
   */
  read(
    installed: readonly { readonly name: string; readonly version: string }[],
    maxReleases: number,
  ): Promise<UpdateIndex | null>;
  /** A plugin's name and the others that an instance has, of several installations the newest version. Null: no plugin. */
  installed(
    instanceId: string,
    pluginId: string,
  ): Promise<{
    readonly plugin: string;
    readonly installed: readonly { readonly name: string; readonly version: string }[];
  } | null>;
  /** Of releases by `name@version`; what was never published, or does not parse, is left out. */
  capabilities(keys: readonly string[]): Promise<CapabilityTable>;
}

export interface UpdateIndex {
  readonly documents: Documents;
  readonly revocations: readonly RevocationEntry[];
  /** Of the newest signed list; 0: none yet. */
  readonly epoch: number;
}
