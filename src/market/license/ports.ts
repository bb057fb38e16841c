import type { Json } from "../../domain/json/json.ts";
import type { DeviceCommand } from "../../domain/license/device-command.ts";
import type { Activation, Environment, License } from "../../domain/license/license.ts";
import type { SoldTerms } from "../../domain/license/terms.ts";
import type { PlanLimits, TierTerms } from "../../domain/license/tiers.ts";
import type { LicensePatch } from "../../domain/license/transitions.ts";
import type { Tier } from "../../domain/manifest/permissions.ts";
import type { InstanceCredential } from "../account/ports.ts";
import type { OfflineFile } from "./offline-ports.ts";

/** What licensing needs of the world. */
export interface LicensePorts {
  readonly licenses: LicenseStore;
  readonly keyHasher: KeyHasher;
}

export type HashLabel = "rbsm-license-key" | "rbsm-trial" | "rbsm-handoff" | "rbsm-address";

/** Keyed hashes (HMAC-SHA256 under the pepper, hex): a stolen table finds no keys and recognizes no hardware. */
export interface KeyHasher {
  /** Of the pepper in use: 1, or 2 once there is a second one. */
  readonly version: number;
  hash(label: HashLabel, text: string): Promise<string>;
  /** What the text may be stored as: its hash, followed by the one under the former pepper while that changes. */
  candidates(label: HashLabel, text: string): Promise<string>;
}

/** `keyHash` is what `KeyHasher.candidates` says. */
export type LicenseRef = { readonly keyHash: string } | { readonly licenseId: string };

/** The asking device, if any: a hardware id in lower case, the thumbprint of a device key. */
export interface DeviceRef {
  readonly hardwareId: string | null;
  readonly jkt: string | null;
}

/** One license with everything a judgement needs, of one read. */
export interface LicenseFacts {
  readonly license: License;
  readonly key: LicenseKeyRow;
  readonly plugin: { readonly name: string; readonly state: string; readonly latestVersion: string | null };
  readonly instance: { readonly state: "active" | "suspended"; readonly accountId: string };
  /** Live paid seats. */
  readonly liveSeats: number;
  /** The asking device's row: first by its key, then by its hardware. */
  readonly activation: Activation | null;
}

export interface LicenseKeyRow {
  readonly state: "current" | "overlap" | "retired";
  readonly validUntil: number | null;
  readonly hint: string;
  readonly sealed: string | null;
}

/** A build by version, by the digest of its bundle, or by both; and, of a device that sends no hardware id, its installation. */
export interface AskedBuild {
  readonly version: string | null;
  readonly bundleSha256: string | null;
  readonly installationId: string | null;
}

export interface ReleaseFacts {
  readonly version: string;
  readonly publishedAt: number;
  readonly closureDigest: string;
  /** The oldest host it runs in. */
  readonly minAppVersion?: string | null;
  readonly permissions: readonly { readonly code: string; readonly required: boolean }[];
  readonly dependencies: readonly string[];
}

export interface Rights {
  readonly entitlements: readonly string[];
  /** −1 = unlimited. */
  readonly limits: { readonly [metric: string]: number };
}

export interface ActivationFacts extends LicenseFacts {
  /** The sealed secret of the license's instance: whether a remembered credential still holds. */
  readonly callerSecret: string;
  readonly rights: Rights;
  /** The newest build a license sold with fallback covers after its end. */
  readonly newestEntitled?: string | null;
  /** Some limit of this period is four fifths used. */
  readonly isQuotaLow?: boolean;
  /** The published release of the asked version. */
  readonly release: ReleaseFacts | null;
  /** `yanked` or `blocked`: why the asked build, which once was published, is none any more. */
  readonly withdrawn?: string;
  readonly stored: StoredReply | null;
}

/** A reply kept under an idempotency key. */
export interface StoredReply {
  readonly requestHash: string;
  readonly status: number;
  readonly body: string;
}
export interface IdempotencyKey {
  /** Caller and route. */
  readonly scope: string;
  readonly key: string;
  readonly requestHash: string;
}

export interface Actor {
  readonly kind: "instance" | "owner" | "publisher" | "operator" | "device" | "system";
  readonly id: string | null;
  /** The network it came from, truncated. */
  readonly from?: string | undefined;
}

export interface Offer {
  readonly plugin: {
    readonly id: string;
    readonly name: string;
    readonly publisherId: string;
    readonly state: string;
    readonly isPublished: boolean;
    readonly trialDays: number;
    readonly plans: { readonly [tier in Tier]?: PlanLimits };
  };
  readonly instance: {
    readonly id: string;
    readonly accountId: string;
    readonly state: "active" | "suspended";
    readonly keyShape: "rbsm" | "legacy";
  } | null;
}

export interface LicenseDraft {
  readonly uuid: string;
  readonly instanceId: string;
  readonly pluginId: string;
  readonly publisherId: string;
  readonly userId: string;
  readonly type: Tier;
  readonly isTest: boolean;
  readonly terms: TierTerms;
  readonly sold: SoldTerms;
  /** `pending` while its order is open. */
  readonly state: "pending" | "active";
  readonly orderId: string | null;
  readonly startsAt: number;
  readonly expiresAt: number | null;
  readonly hardwareId: string | null;
  readonly key: {
    readonly hash: string;
    readonly pepperV?: number;
    readonly kind: string;
    readonly hint: string;
    readonly sealed: string;
  };
  /** Trials only: the claims that make them once per instance and hardware. */
  readonly claims: readonly { readonly kind: "instance" | "hardware"; readonly hash: string }[];
  readonly actor: Actor;
  readonly op: string;
  readonly now: number;
  /** When `license.created` may leave. */
  readonly webhookNotBefore: number;
}
export type Issued =
  | { readonly kind: "issued"; readonly licenseId: string }
  | { readonly kind: "already_licensed"; readonly facts: LicenseFacts }
  | { readonly kind: "trial_used" }
  | { readonly kind: "trial_budget" }
  | { readonly kind: "changed" };

export interface Change {
  readonly license: License;
  readonly patch: LicensePatch;
  /** `license.suspended` …: the event's kind. */
  readonly kind: string;
  readonly data: { readonly [member: string]: Json };
  readonly actor: Actor;
  readonly op: string;
  readonly now: number;
}

/** One activation: everything the guarded statement and its batch write. */
export interface GrantOrder {
  readonly license: License;
  readonly activationId: string;
  readonly installationId: string;
  readonly deviceId: string;
  readonly deviceJkt: string | null;
  readonly sealKey: string | null;
  readonly hardwareId: string | null;
  readonly environment: Environment;
  readonly origin: string | null;
  readonly label: string | null;
  readonly appVersion: string | null;
  readonly version: string;
  readonly jti: string;
  readonly leaseUntil: number;
  readonly isEntitledByFallback: boolean;
  readonly trialHardwareHash: string | null;
  readonly consent: Consent | null;
  readonly idempotency: IdempotencyKey | null;
  /** What the machine is made of. */
  readonly components: readonly string[] | null;
  /** Whose seat it is, where seats are counted by user. */
  readonly seatUser: string;
  /** The proof shown with the request: it seats once. */
  readonly proof: { readonly jkt: string; readonly nonce: string } | null;
  /** The end of a copy that is let in for a while, without a seat of its own. */
  readonly temporaryUntil: number | null;
  /** What is remembered about the device besides its seat, and guarded by how often that may happen. */
  readonly note: SeatNote | null;
  /** The file that is handed out with the seat. */
  readonly offline?: OfflineFile | null;
  /** The reply; `seat` and an OVERAGE code are filled in by the statement that knows them. */
  readonly reply: { readonly code: string; readonly [member: string]: Json };
  readonly actor: Actor;
  readonly op: string;
  readonly now: number;
}
export interface SeatNote {
  readonly kind: "activation.drifted" | "activation.moved" | "activation.temporary";
  readonly data: { readonly [member: string]: Json };
}
export interface Consent {
  readonly permissions: readonly string[];
  readonly declined: readonly string[];
  readonly closureDigest: string;
}
/** null: no seat was given; the caller reads again to see why. */
export type Granted = { readonly status: 200 | 201; readonly body: string } | null;

export interface RefreshOrder {
  readonly license: License;
  readonly activationId: string;
  readonly presentedJti: string;
  readonly jti: string;
  readonly leaseUntil: number;
  readonly isEntitledByFallback: boolean;
  /** The lease presented runs at `now`: its renewal is no revival. */
  readonly isRunning: boolean;
  /** The lease goes to another copy of the device; the one it leaves is a copy from now on. */
  readonly isMove?: boolean;
  readonly actor: Actor;
  readonly op: string;
  readonly now: number;
}

/** An installation with its license, for reading and judging. */
export interface InstallationFacts {
  readonly activation: Activation;
  readonly license: License;
  readonly pluginName: string;
  readonly pluginState: string;
  readonly instance: { readonly state: "active" | "suspended"; readonly accountId: string };
  readonly rights: Rights;
  /** The oldest host that the installed build runs in; only where one installation is read. */
  readonly minAppVersion?: string | null;
  /** Commands that wait for an acknowledgement, oldest first; only where one installation is read. */
  readonly commands?: readonly DeviceCommand[];
}

export interface LicenseStore {
  find(ref: LicenseRef, device: DeviceRef, now: number): Promise<LicenseFacts | null>;
  /** The instance that calls and the license it asks about, if that is its own: one statement. */
  findWithInstance(
    apiKey: string,
    keyHash: string,
    device: DeviceRef,
    now: number,
  ): Promise<{ readonly credential: InstanceCredential; readonly facts: LicenseFacts | null } | null>;
  findForActivation(
    ref: LicenseRef,
    device: DeviceRef,
    asked: AskedBuild,
    idempotency: IdempotencyKey | null,
    now: number,
  ): Promise<ActivationFacts | null>;
  findOffer(pluginId: string, instanceId: string): Promise<Offer | null>;
  isPublisherMember(publisherId: string, accountId: string): Promise<boolean>;
  listByUser(instanceId: string, userId: string, now: number): Promise<readonly LicenseFacts[]>;
  rightsOf(licenseId: string): Promise<Rights>;
  /** The manifest of a published version, as parsed JSON. */
  manifestOf(pluginId: string, version: string): Promise<Json>;
  usageOf(licenseId: string, period: string): Promise<{ readonly [metric: string]: number }>;

  /** License, key, limits, trial claims, event and webhook in one transaction; refusals come from the same conditions. */
  issue(draft: LicenseDraft): Promise<Issued>;
  /** False: the license changed since it was read. */
  change(change: Change): Promise<boolean>;
  /** Which of its devices a plan forbids; null: none. The same conditions stand in `change`. */
  planConflict(license: License, patch: LicensePatch, now: number): Promise<string | null>;
  /** The license of an order; null: none was made of it. */
  findByOrder(orderId: string): Promise<string | null>;
  /** Sets `last_verified_at`, at most hourly. */
  touch(licenseId: string, now: number): Promise<void>;
  /** Notes once a day that sealed keys of an instance were opened for its host. */
  noteKeysOpened(instanceId: string, now: number): Promise<void>;

  grant(order: GrantOrder): Promise<Granted>;
  /** Why a grant was refused, after the fact. */
  explainRefusal(
    order: GrantOrder,
  ): Promise<
    | "IDEMPOTENT"
    | "INSTALLATION_TAKEN"
    | "TRIAL_ALREADY_USED"
    | "DEVICE_PROOF_INVALID"
    | "DEVICE_MISMATCH"
    | "DEVICE_CLONED"
    | "DEVICE_IN_USE"
    | "ACTIVATION_BUDGET"
    | "SEAT_LIMIT"
    | "STATE_CHANGED"
  >;
  refresh(order: RefreshOrder): Promise<boolean>;
  /** Frees the seat; false: it was free already. */
  release(
    activationId: string,
    reason: string,
    actor: Actor,
    op: string,
    now: number,
    /** The device's proof, where the device itself asks: it releases once. */
    proof?: { readonly jkt: string; readonly nonce: string } | null,
  ): Promise<boolean>;
  pause(activationId: string, pausedAt: number | null, actor: Actor, op: string, now: number): Promise<void>;
  seen(activationId: string, appVersion: string | null, now: number): Promise<void>;

  /** By the uuid inside an instance, or by `act_…` id. */
  installation(
    ref: { readonly instanceId: string; readonly installationId: string } | { readonly activationId: string },
  ): Promise<InstallationFacts | null>;
  installationsOf(instanceId: string): Promise<readonly InstallationFacts[]>;
  installationsOfLicense(licenseId: string): Promise<readonly InstallationFacts[]>;
}
