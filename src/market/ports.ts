import type { Bytes } from "../domain/bytes.ts";
import type { AccountPorts } from "./account/ports.ts";
import type { RecoveryPorts } from "./account/recovery-ports.ts";
import type { AdvisoryPorts } from "./advisory/ports.ts";
import type { ReleaseRevocationPorts } from "./advisory/revocation-ports.ts";
import type { FeedPorts } from "./catalogue/feed-ports.ts";
import type { CatalogueStore } from "./catalogue/ports.ts";
import type { ReviewPorts } from "./catalogue/review-ports.ts";
import type { SearchPorts } from "./catalogue/search-ports.ts";
import type { SeriesPorts } from "./catalogue/series-ports.ts";
import type { ConsolePorts } from "./console/ports.ts";
import type { DeskPorts } from "./desk/ports.ts";
import type { ExecutionPorts } from "./execution/ports.ts";
import type { PullPorts } from "./execution/pull-ports.ts";
import type { RunPorts } from "./execution/run-ports.ts";
import type { UiPorts } from "./execution/ui-ports.ts";
import type { WatchPorts } from "./execution/watch-ports.ts";
import type { HookPorts } from "./hooks/ports.ts";
import type { LicenseDevicePorts } from "./license/device-ports.ts";
import type { KeysetPorts } from "./license/keyset-ports.ts";
import type { LicenseLifePorts } from "./license/life-ports.ts";
import type { OfflinePorts } from "./license/offline-ports.ts";
import type { LicensePorts } from "./license/ports.ts";
import type { RevocationPorts } from "./license/revocation-ports.ts";
import type { SuspensionPorts } from "./license/suspension-ports.ts";
import type { ModerationPorts } from "./moderation/ports.ts";
import type { OperationsPorts } from "./operations/ports.ts";
import type { DryRunPorts } from "./publish/dry-run-ports.ts";
import type { PipelinePorts } from "./publish/pipeline-ports.ts";
import type { PluginStatePorts } from "./publish/plugin-state-ports.ts";
import type { PublishPorts } from "./publish/ports.ts";
import type { PublisherPorts } from "./publisher/ports.ts";
import type { ResolvePorts } from "./resolve/ports.ts";
import type { SalesPorts } from "./sales/ports.ts";
import type { ShowcasePorts } from "./showcase/ports.ts";
import type { TufPorts } from "./tuf/ports.ts";
import type { UpdatePorts } from "./update/ports.ts";
import type { RolloutPorts } from "./update/rollout-ports.ts";

/** What every use case may ask of the world; each takes the part it needs: `Pick<World, "clock" | "accounts">`. */
export interface World
  extends RecoveryPorts,
    AccountPorts,
    PublishPorts,
    PipelinePorts,
    ModerationPorts,
    PluginStatePorts,
    DryRunPorts,
    HookPorts,
    PublisherPorts,
    LicenseLifePorts,
    ExecutionPorts,
    ConsolePorts,
    DeskPorts,
    SearchPorts,
    ReviewPorts,
    SeriesPorts,
    FeedPorts,
    SalesPorts,
    ShowcasePorts,
    TufPorts,
    OperationsPorts,
    UpdatePorts,
    RolloutPorts,
    AdvisoryPorts,
    ReleaseRevocationPorts,
    ResolvePorts,
    RunPorts,
    PullPorts,
    WatchPorts,
    UiPorts,
    LicensePorts,
    SuspensionPorts,
    LicenseDevicePorts,
    RevocationPorts,
    KeysetPorts,
    OfflinePorts {
  readonly site: Site;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly vault: Vault;
  readonly receiptSigner: Signer;
  readonly leaseSigner: RotatingSigner;
  readonly audit: AuditLog;
  readonly background: Background;
  readonly catalogue: CatalogueStore;
}

export interface Site {
  /** `PUBLIC_ORIGIN`, the `iss` of leases: `http://localhost:8787`. No trailing slash. */
  readonly origin: string;
  /** Host name without port: `marketplace` in statements, receipts and proofs. */
  readonly marketplace: string;
  /** Where views of plugins are served, away from everything that knows a session; absent = `origin`. */
  readonly assetsOrigin?: string;
  /** Where to tell of weaknesses: `mailto:…` or `https://…`. */
  readonly securityContact?: string;
  /** `http://127.0.0.1:<port>` origins that instances may use; empty unless `origin` is localhost. */
  readonly localOrigins: readonly string[];
}

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
}

export interface Chance {
  bytes(length: number): Bytes;
  uuid(): string;
}

/** Sealing of what must be read again (AES-256-GCM under KEK_V1; associated data: purpose, row, key version). */
export interface Vault {
  seal(purpose: string, row: string, plaintext: string): Promise<string>;
  /** Throws when the text was sealed for another purpose or row: that is a defect, never input. */
  open(purpose: string, row: string, sealed: string): Promise<string>;
}

/** An Ed25519 key of the marketplace. Absent keys make `sign` throw: answers are 503, never unsigned. */
export interface Signer {
  /** Hex SHA-256 of the public key for receipts; the `kid` for leases. */
  keyId(): Promise<string>;
  /** 32 bytes. */
  publicKey(): Promise<Bytes>;
  /** 64 bytes. */
  sign(message: Uint8Array): Promise<Bytes>;
}

/** A signer whose key changes: whoever needs name and signature of one and the same key asks for `current` first. */
export interface RotatingSigner extends Signer {
  current(): Promise<Signer>;
}

export interface AuditEntry {
  readonly actorKind: "account" | "instance" | "system";
  readonly actorId: string;
  /** `release.approved`, `instance.registered` … */
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly data?: { readonly [key: string]: string | number | boolean | null | readonly string[] };
}
export interface AuditLog {
  append(entry: AuditEntry, at: number): Promise<void>;
}

/** Work that may end after the answer; a failure there is logged and swept, never shown. */
export interface Background {
  defer(work: Promise<unknown>): void;
}
