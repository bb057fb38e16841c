import type { CheckOutcome, CheckResult, ExpectedChecks, Finding } from "../../domain/release/checks.ts";
import type { Pricing } from "../../domain/release/pricing.ts";
import type { ReleaseState } from "../../domain/release/states.ts";
import type { DeliveryStore } from "../catalogue/delivery-ports.ts";
import type { Actor } from "../catalogue/ports.ts";
import type { ListingStates } from "./listing-state-ports.ts";
import type { SealingStore } from "./sealing-ports.ts";

/** What publishing needs of the world. */
export interface PublishPorts {
  readonly bundles: BundleStore;
  readonly releaseBell: Bell;
  readonly releases: ReleaseStore;
  readonly deliveries: DeliveryStore;
  readonly orphans: OrphanStore;
  readonly sealings: SealingStore;
  readonly releaseStates: ReleaseStates;
  readonly listingStates: ListingStates;
}

export interface OrphanStore {
  /** Deletes stored bundles older than a day that no release names, at a second look. Unix seconds; answers how many. */
  sweep(at: number): Promise<number>;
}

/**
 * Content-addressed, create-once bytes (R2). A key is a digest under `b/sha256/` (bundles), `m/sha256/` (modules),
 * `s/sha256/` (sealed bundles) or `h/sha256/` (containers of older hosts).
 */
export interface BundleStore {
  /** `created`, or `exists` when the same digest lies there already. Throws when the store fails: nothing was kept. */
  putOnce(kind: StoredKind, sha256: string, bytes: Uint8Array): Promise<"created" | "exists">;
  get(kind: StoredKind, sha256: string): Promise<Uint8Array | null>;
  /** Bytes [offset, offset + length) of a bundle. */
  range(sha256: string, offset: number, length: number): Promise<Uint8Array | null>;
  size(sha256: string): Promise<number | null>;
  /** Of rejected releases, after their time. */
  erase(kind: StoredKind, sha256: string): Promise<void>;
}

export type StoredKind = "bundle" | "module" | "sealed" | "container";

/** A queue message is a bell; the row it names is the work. */
export interface Bell {
  ring(id: string): Promise<void>;
}

/** Plugins and releases while they are made. Times in Unix seconds; every write that can lose a race says so. */
export interface ReleaseStore {
  publisher(handle: string): Promise<PublisherFacts | null>;
  key(keyId: string): Promise<KeyFacts | null>;
  /** All an upload is judged by, in one read. */
  intake(name: string, version: string, publisherId: string | null, at: number): Promise<IntakeFacts>;
  /** One batch: plugin if new, release, its container, head of the statement chain, audit. Null: somebody else was faster; read again. */
  stage(release: NewRelease, at: number): Promise<{ readonly pluginId: string; readonly releaseId: string } | null>;
  /** A maintainer signs what was uploaded without statement. False: the state, the digest or the chain moved on. */
  attachStatement(releaseId: string, statement: NewStatement, actor: Actor, at: number): Promise<boolean>;

  /** Takes the release for scanning; null when nothing is to be checked. */
  claimForChecks(releaseId: string, at: number): Promise<ReleaseWork | null>;
  blockedDigests(sha256s: readonly string[]): Promise<readonly string[]>;
  /** Append-only; a second row for the same attempt is dropped. */
  appendCheck(releaseId: string, name: string, attempt: number, outcome: CheckOutcome, at: number): Promise<void>;
  /** Whether packing it again gives the same bytes. */
  noteReproducible(releaseId: string, verdict: "yes" | "no"): Promise<void>;
  /** scanning → review, or rejected when a check is dirty; counted in SQL. */
  settleChecks(releaseId: string, nextCheckAt: number | null, at: number): Promise<void>;
  /** Releases whose bell was lost, whose scanner died, or whose unknown results are due again. */
  due(at: number): Promise<readonly string[]>;

  show(releaseId: string): Promise<ReleaseFacts | null>;
  /** In review, longest waiting first. */
  deskQueue(limit: number): Promise<readonly ReleaseFacts[]>;
  /** What a decision stands on. */
  forDecision(releaseId: string): Promise<DecisionFacts | null>;
  /**
   * One batch: review → published, listing, receipt, audit, change feed – if state, digest, statement, receipt chain and
   * plugin row are still those of the facts, and expected = clean. Else false and nothing changed.
   */
  publish(facts: DecisionFacts, publication: Publication, at: number): Promise<boolean>;
  reject(releaseId: string, sha256: string, reason: string, deciderId: string, at: number): Promise<boolean>;
}

export interface PublisherFacts {
  readonly id: string;
  readonly handle: string;
}

export interface KeyFacts {
  readonly publisherId: string;
  /** Hex, 32 bytes. */
  readonly publicKey: string;
  readonly state: "active" | "retired" | "compromised";
  /** Of a key that left service: plugin name → first sequence it no longer signs for. */
  readonly cuts?: { readonly [plugin: string]: number };
}

export interface IntakeFacts {
  readonly plugin: {
    readonly id: string;
    readonly publisherId: string;
    readonly publisherHandle: string;
    readonly state: "active" | "deprecated" | "archived" | "quarantined" | "removed";
    readonly headSequence: number;
    readonly headStatementSha256: string | null;
  } | null;
  readonly reserved: { readonly kind: "reserved" | "tombstone"; readonly publisherId: string | null } | null;
  /** The release that holds this version number; rejected ones hold none. */
  readonly release: {
    readonly id: string;
    readonly sha256: string;
    readonly state: ReleaseState;
    readonly statementSha256: string | null;
    /** Its statement fell to a compromised key: it takes another one. */
    readonly isVoid?: boolean;
  } | null;
  readonly newPluginsThisWeek: number;
  readonly uploadsToday: number;
  readonly pendingFirstReleases: number;
}

export interface NewStatement {
  /** Envelope JSON. */
  readonly envelope: string;
  readonly sha256: string;
  readonly keyId: string;
  readonly sequence: number;
  readonly previous: string | null;
  /** It came with a credential that may only stage. */
  readonly needsApproval: boolean;
}

export interface NewRelease {
  readonly publisherId: string;
  readonly name: string;
  readonly uuid: string;
  readonly version: string;
  readonly versionSort: string;
  readonly channel: string;
  readonly sha256: string;
  readonly sha512: string;
  readonly size: number;
  readonly manifest: string;
  readonly manifestSha256: string;
  readonly capabilitiesSha256: string;
  readonly closureDigest: string;
  readonly serverSha256: string | null;
  readonly changelog: string;
  readonly readme: string;
  readonly minAppVersion: string;
  readonly maxAppVersion: string | null;
  readonly listing: Listing;
  readonly statement: NewStatement | null;
  readonly expected: ExpectedChecks;
  readonly actor: Actor;
  /** What an older host sent, of which the bundle was made; its bytes are stored already. */
  readonly container: { readonly sha256: string; readonly size: number } | null;
}

/** What lists show; starts from the manifest. */
export interface Listing {
  readonly displayName: string;
  readonly description: string;
  readonly category: string;
  readonly type: string;
  readonly tags: readonly string[];
  readonly icon: string | null;
  readonly screenshots: readonly { readonly url: string; readonly alt: string }[];
  readonly pricing: Pricing;
  readonly trialDays: number;
}

export interface ReleaseWork {
  readonly releaseId: string;
  readonly name: string;
  readonly version: string;
  readonly publisherId: string;
  readonly publisherHandle: string;
  readonly sha256: string;
  readonly statement: string | null;
  readonly expected: ExpectedChecks;
  /** Newest result and number of attempts of each check that ran. */
  readonly results: { readonly [check: string]: { readonly result: CheckResult; readonly attempt: number } };
}

export interface ReleaseFacts {
  readonly releaseId: string;
  readonly pluginId: string;
  readonly publisherId: string;
  readonly publisherHandle: string;
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
  readonly state: ReleaseState;
  readonly hasStatement: boolean;
  readonly needsApproval: boolean;
  readonly velocityUntil: number | null;
  readonly expected: ExpectedChecks;
  readonly results: { readonly [check: string]: CheckResult };
  readonly findings: readonly Finding[];
  readonly decisionReason: string | null;
  readonly uploadedBy: string;
  readonly createdAt: number;
}

export interface DecisionFacts extends ReleaseFacts {
  /** Envelope JSON and digest of its payload; null while nobody signed. */
  readonly statement: string | null;
  readonly statementSha256: string | null;
  readonly serverSha256: string | null;
  /** Canonical manifest JSON. */
  readonly manifest: string;
  readonly publications: number;
  readonly lastReceiptSha256: string | null;
  readonly pluginRev: number;
  /** Listing fields the owner set by hand. */
  readonly edited: readonly string[];
  readonly pricing: Pricing;
}

export interface Publication {
  readonly publication: number;
  /** Envelope JSON. */
  readonly receipt: string;
  readonly receiptSha256: string;
  readonly delivery: "public" | "sealed";
  /** Fields the owner set by hand stay as they are, prices excepted: those come merged. */
  readonly listing: Listing;
  /** Null: the rules alone. */
  readonly deciderId: string | null;
  readonly reason: string;
}

/** What may still become of a release that was published, or that waits for its publication. Times in Unix seconds. */
export interface ReleaseStates {
  /** Published once, whatever became of it; null for everything else. */
  find(pluginId: string, version: string): Promise<PublishedRelease | null>;
  /** One batch: state, newest release of the plugin, audit, change feed. False: the state or the notice moved on. */
  move(move: ReleaseMove, at: number): Promise<boolean>;
  /** review → rejected by a member who may; false: it had left `review`. */
  withdraw(releaseId: string, reason: string, accountId: string, at: number): Promise<boolean>;
}

export interface Notice {
  readonly message: string;
  /** Name of a plugin to use instead. */
  readonly replacement: string | null;
}

export interface PublishedRelease {
  readonly releaseId: string;
  readonly pluginId: string;
  readonly publisherId: string;
  readonly name: string;
  readonly version: string;
  readonly state: "published" | "deprecated" | "yanked" | "blocked";
  readonly notice: Notice | null;
}

export interface ReleaseMove {
  /** As it was read: the state and notice it must still have. */
  readonly release: PublishedRelease;
  readonly to: "published" | "deprecated" | "yanked";
  readonly action: "release.yanked" | "release.unyanked" | "release.deprecated" | "release.undeprecated";
  readonly yankReason: string | null;
  readonly notice: Notice | null;
  readonly accountId: string;
}
