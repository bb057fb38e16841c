/** What entitlements need of the world. */
export interface EntitlementPorts {
  readonly entitlements: EntitlementStore;
}

/** A right a plugin asks for by its code: there or not there, or a number. */
export interface DefinedEntitlement {
  readonly code: string;
  readonly kind: "flag" | "limit";
  readonly title: string;
}

export interface EntitlementStore {
  defined(pluginId: string): Promise<readonly DefinedEntitlement[]>;
  /** Replaces the list; what licenses hold stays. */
  define(pluginId: string, entitlements: readonly DefinedEntitlement[]): Promise<void>;
}
