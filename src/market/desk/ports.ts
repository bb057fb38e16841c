import type { Json } from "../../domain/json/json.ts";
import type { ReleaseState } from "../../domain/release/states.ts";

/** What operators look at. Reads only; times in Unix seconds. */
export interface DeskPorts {
  readonly desk: DeskReads;
}

export interface DeskReads {
  counts(): Promise<DeskCounts>;
  /** A release in any state, with the one that was published last before it. */
  release(releaseId: string): Promise<DeskRelease | null>;
  plugin(pluginId: string): Promise<DeskPlugin | null>;
  /** Blocks that a second person must confirm, or lift; oldest first. */
  openBlocks(limit: number): Promise<readonly OpenBlock[]>;
  /** Where the caller belongs to the publisher, somebody else decides. */
  isMember(accountId: string, pluginId: string): Promise<boolean>;
  /** Newest first. */
  audit(filter: AuditFilter, limit: number): Promise<readonly AuditRow[]>;
  /** By handle or name, or all; by handle. */
  publishers(query: string, limit: number): Promise<readonly PublisherRow[]>;
  publisher(handle: string): Promise<PublisherSheet | null>;
  /** By number, uuid, plugin, instance, or the last characters of a key; newest first. */
  licenses(query: string, limit: number): Promise<readonly LicenseRow[]>;
  license(licenseId: string): Promise<LicenseSheet | null>;
  /** How many license keys are kept under which pepper: what a rotation still has before it. */
  pepperUse(): Promise<readonly { readonly version: number; readonly count: number }[]>;
  deadRuns(limit: number): Promise<readonly DeadRun[]>;
  deadWebhooks(limit: number): Promise<readonly DeadWebhook[]>;
  deadHooks(limit: number): Promise<readonly DeadHook[]>;
}

export interface DeskCounts {
  readonly review: number;
  readonly appeals: number;
  /** Blocks that nobody else has confirmed yet. */
  readonly blocks: number;
  readonly cases: number;
  readonly reports: number;
  readonly deadRuns: number;
  readonly deadWebhooks: number;
  readonly deadHooks: number;
}

export interface DeskRelease {
  readonly releaseId: string;
  readonly pluginId: string;
  readonly name: string;
  readonly version: string;
  readonly state: ReleaseState;
  readonly sha256: string;
  readonly serverSha256: string | null;
  /** Canonical JSON. */
  readonly manifest: string;
  readonly isErased: boolean;
  readonly previous: {
    readonly releaseId: string;
    readonly version: string;
    readonly sha256: string;
    readonly manifest: string;
  } | null;
}

export interface DeskPlugin {
  readonly pluginId: string;
  readonly name: string;
  readonly displayName: string;
  readonly publisher: string;
  readonly state: "active" | "deprecated" | "archived" | "quarantined" | "removed";
  readonly suspension: { readonly reason: string; readonly isDesk: boolean; readonly at: number } | null;
  readonly installations: number;
  /** Newest first. */
  readonly releases: readonly {
    readonly releaseId: string;
    readonly version: string;
    readonly state: ReleaseState;
    readonly createdAt: number;
  }[];
}

export interface OpenBlock {
  readonly releaseId: string;
  readonly name: string;
  readonly version: string;
  readonly code: string;
  readonly reason: string;
  readonly askedBy: string;
  readonly askedAt: number;
  /** It was confirmed, and somebody asked to lift it. */
  readonly isLiftAsked: boolean;
}

export interface AuditFilter {
  readonly action?: string;
  /** `<kind>:<id>` */
  readonly subject?: string;
  readonly actor?: string;
  /** Rows before this one. */
  readonly before?: string;
}
export interface AuditRow {
  readonly id: string;
  readonly at: number;
  readonly actorKind: "account" | "instance" | "system";
  readonly actorId: string;
  /** Of an account. */
  readonly actorName: string | null;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly data: { readonly [key: string]: Json };
  /** The row is an act of the desk: its link in the chain, null until it is sealed. Absent: it is none. */
  readonly chain?: string | null;
}

export interface PublisherRow {
  readonly handle: string;
  readonly displayName: string;
  readonly domain: string | null;
  readonly plugins: number;
  readonly members: number;
  readonly createdAt: number;
}
export interface PublisherSheet extends PublisherRow {
  readonly publisherId: string;
  readonly people: readonly { readonly name: string; readonly email: string | null; readonly role: string }[];
  readonly list: readonly {
    readonly pluginId: string;
    readonly name: string;
    readonly displayName: string;
    readonly state: DeskPlugin["state"];
    readonly version: string | null;
  }[];
  readonly keys: readonly {
    readonly keyId: string;
    readonly state: "active" | "retired" | "compromised";
    readonly createdAt: number;
  }[];
}

export interface LicenseRow {
  readonly licenseId: string;
  readonly plugin: string;
  readonly publisher: string;
  readonly instanceId: string;
  readonly instance: string;
  readonly userId: string;
  readonly tier: string;
  readonly state: "pending" | "active" | "suspended" | "revoked";
  readonly issuedAt: number;
  readonly expiresAt: number | null;
  /** −1 is unlimited. */
  readonly seats: number;
  readonly seatsUsed: number;
}
export interface LicenseSheet extends LicenseRow {
  readonly uuid: string;
  readonly stateReason: string | null;
  readonly activations: readonly {
    readonly activationId: string;
    readonly version: string;
    readonly grantedAt: number;
    readonly leaseUntil: number;
    readonly releasedAt: number | null;
  }[];
  /** Newest first. */
  readonly events: readonly { readonly at: number; readonly kind: string }[];
}

interface Dead {
  readonly id: string;
  readonly instanceId: string;
  readonly at: number;
  readonly attempts: number;
}
/** A run of a plugin that failed for good and can be put back. */
export interface DeadRun extends Dead {
  readonly plugin: string;
  readonly version: string;
  readonly what: string;
  readonly outcome: string;
  readonly message: string | null;
}
/** A webhook to an instance that was given up. */
export interface DeadWebhook extends Dead {
  readonly event: string;
  readonly status: number | null;
}
/** One to a publisher or to the operators. */
export interface DeadHook extends Omit<Dead, "instanceId"> {
  readonly hookId: string;
  readonly publisher: string | null;
  readonly type: string;
  readonly url: string;
  readonly status: number | null;
}
