import type { Capabilities } from "../manifest/capabilities.ts";
import type { Channel } from "../manifest/permissions.ts";
import type { Rollout } from "./rollout.ts";

/** What deciding about updates needs to know of a plugin; all of it stands in its signed index. */
export interface UpdateDocument {
  readonly name: string;
  readonly state: "active" | "deprecated" | "archived" | "quarantined" | "removed";
  /** Below it nothing is installed; null: none. */
  readonly floor: string | null;
  /** Those that the desk confirmed. */
  readonly advisories: readonly ConfirmedAdvisory[];
  /** In any order. */
  readonly releases: readonly UpdateRelease[];
}

export interface UpdateRelease {
  readonly version: string;
  readonly state: "published" | "deprecated" | "yanked" | "blocked";
  readonly channel: Channel;
  readonly sha256: string;
  readonly size: number;
  /** Its number in the chain of receipts. */
  readonly publication: number;
  /** Unix seconds. */
  readonly publishedAt: number;
  /** Handle of whoever signed it. */
  readonly publisher: string;
  readonly dependencies: { readonly [name: string]: string };
  readonly minAppVersion: string;
  readonly maxAppVersion: string | null;
  readonly notice: string | null;
  /** Another plugin to use instead. */
  readonly replacement: string | null;
  /** Null: the default plan. */
  readonly rollout: Rollout | null;
}

export interface ConfirmedAdvisory {
  readonly id: string;
  /** Range of versions. */
  readonly affected: string;
  /** The first version without the flaw; null: there is none yet. */
  readonly fixed: string | null;
  /** When the desk confirmed it. Unix seconds. */
  readonly confirmedAt: number;
}

export type Documents = ReadonlyMap<string, UpdateDocument>;

/** One installed plugin, as its instance tells. */
export interface InstalledPlugin {
  readonly name: string;
  readonly version: string;
  /** Digest of the bundle it runs; null: not told. */
  readonly sha256: string | null;
  readonly channel: Channel;
  /** What its operator consented to last; null: not told. */
  readonly closureDigest: string | null;
  /** The operator lets it update by itself. */
  readonly auto: boolean;
  /** The operator's own cooldown; shorter than the general one it has no effect. */
  readonly cooldownDays: number;
}

export interface UpdateRequest {
  readonly instanceId: string;
  /** Null: not a version; then every release fits. */
  readonly appVersion: string | null;
  readonly plugins: readonly InstalledPlugin[];
}

/** `name@version` → what it may do. */
export type CapabilityTable = ReadonlyMap<string, Capabilities>;

export function releaseKey(name: string, version: string): string {
  return `${name}@${version}`;
}
