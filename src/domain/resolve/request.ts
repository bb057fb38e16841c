import type { Channel } from "../manifest/permissions.ts";

/** What is asked of the resolver. */
export interface ResolveRequest {
  readonly appVersion: string;
  /** What the operator asked for: name → range. */
  readonly roots: { readonly [name: string]: string };
  /** What is installed now. */
  readonly lock?: { readonly [name: string]: LockedVersion };
  /** Chosen channels; `stable` where none is. */
  readonly channels?: { readonly [name: string]: Channel };
  /** Locked plugins that shall move to the best version; the others stay where they are if they can. */
  readonly update?: readonly string[];
  /** Oldest versions instead of newest. */
  readonly minimal?: boolean;
}

export interface LockedVersion {
  readonly version: string;
  readonly sha256: string;
}
