import type { Capabilities } from "../manifest/capabilities.ts";
import type { Channel } from "../manifest/permissions.ts";

/** All that choosing needs to know of a plugin: its public releases, in any order. */
export interface IndexDocument {
  readonly name: string;
  /** `quarantined`: the desk looks into it, nobody starts with it now. */
  readonly state: "active" | "quarantined";
  /** Below it nothing is chosen: an advisory raised it. */
  readonly floor?: string | null | undefined;
  readonly releases: readonly IndexedRelease[];
}

export interface IndexedRelease {
  readonly version: string;
  readonly state: "published" | "deprecated" | "yanked" | "blocked";
  readonly channel: Channel;
  readonly sha256: string;
  /** Name → range. */
  readonly dependencies: { readonly [name: string]: string };
  readonly minAppVersion: string;
  readonly maxAppVersion: string | null;
  /** Why it is deprecated, yanked or blocked. */
  readonly notice: string | null;
  /** Another plugin to use instead. */
  readonly replacement: string | null;
  readonly capabilities: Capabilities;
}
