import type { Credentials } from "../credentials.ts";
import type { Fetch } from "../http.ts";
import type { ActivationRequest } from "./ask.ts";
import type { LeaseClaims } from "./claims.ts";
import type { Command } from "./commands.ts";
import type { RootKey } from "./key-set.ts";
import type { LicenseStorage } from "./memory.ts";
import type { DeviceIdentity } from "./offline.ts";
import type { ListPolicy } from "./revocations.ts";
import type { LeaseKey } from "./verify-lease.ts";

/** Everything a guard needs of the world; nothing is reached for. */
export interface LicenseGuardOptions {
  /** Origin of the marketplace, the `iss` of its leases. */
  readonly marketplace: string;
  readonly pluginId: string;
  /** Pinned keys, in force until a key set is known. */
  readonly keys: readonly LeaseKey[];
  /** Pinned roots: key sets they signed replace `keys`. Pin two, so that one can be changed. */
  readonly roots?: readonly RootKey[];
  /** A key-set document shipped with the build: what the first start believes without a network. */
  readonly keySet?: string;
  /** The instance that refreshes. */
  readonly credentials: Credentials;
  readonly storage: LicenseStorage;
  readonly fetch: Fetch;
  /** `now`: Unix milliseconds. `running`: milliseconds that only ever rise while this process lives. */
  readonly clock: { now(): number; running(): number };
  /** A number in [0, 1), for jitter. */
  readonly chance: () => number;
  readonly instanceId?: string;
  readonly hardwareId?: string;
  /** Thumbprint of the device's key, where another part of the host holds the key itself. */
  readonly deviceKey?: string;
  /** The device's own key: it proves itself with every request, and can ask for offline files. */
  readonly device?: DeviceIdentity;
  /** Asked once when an answer names a key that is not pinned; a host with a newer list gives it here. */
  readonly loadKeys?: () => Promise<readonly LeaseKey[]>;
  /** With these a seat is taken once when the marketplace asks for it. */
  readonly activation?: ActivationRequest;
  readonly allowsSimulated?: boolean;
  /**
   * Whether leases for staging and development count. Left out: only where this build itself activates for one of them; a
   * build for production refuses them.
   */
  readonly allowsDevelopment?: boolean;
  /** What a revocation list past its end means; default: it is shown. */
  readonly listPolicy?: ListPolicy;
  /** Pings every five minutes while started: revocations arrive within minutes, and commands at all. */
  readonly pings?: boolean;
  /** Runs a command, once. `refresh` is done by the guard itself as well. */
  readonly onCommand?: (command: Command) => void | Promise<void>;
  /** Hears every change of the status. */
  readonly onChange?: (status: LicenseStatus) => void;
  /** Default: the platform's timers. */
  readonly timers?: { set(run: () => void, milliseconds: number): unknown; clear(timer: unknown): void };
}

/** What the plugin may do now, and what to show. */
export interface LicenseStatus {
  readonly isLicensed: boolean;
  /** The code of the last judgement: `VALID`, `REVOKED`, `LEASE_EXPIRED` … */
  readonly code: string;
  readonly class: "ok" | "conclusive" | "action" | "retryable";
  readonly message: string;
  readonly lease: LeaseClaims | null;
  /** `REFRESH_OVERDUE`, `CLOCK_ROLLBACK`, `CLOCK_AHEAD`, `LIST_OVERDUE`, `LIST_EXPIRED`: to show, never to lock. */
  readonly warnings: readonly string[];
}

/** A license that looks after itself. No method throws or blocks a start on the network. */
export interface LicenseGuard {
  /** Reads what is kept and judges it. Offline. */
  load(): Promise<LicenseStatus>;
  /** Judges now, without network or storage. */
  status(): LicenseStatus;
  /** Takes a seat, or the same one again. */
  activate(request: ActivationRequest): Promise<LicenseStatus>;
  /** Renews the lease; calls at the same time share one request. */
  refresh(): Promise<LicenseStatus>;
  /** Says that this installation lives; brings revocations, commands and new leases. */
  ping(): Promise<LicenseStatus>;
  /** Loads and keeps refreshing until `stop`. */
  start(): Promise<LicenseStatus>;
  stop(): void;

  /** The text of a `.rbsm-req` for somebody to carry to the marketplace; null without a device key. */
  requestFile(version: string): Promise<string | null>;
  /** Takes the `.rbsm-lease` that came back. A file that does not hold changes nothing; the status says why. */
  importFile(file: string): Promise<LicenseStatus>;
  /** Erases the lease, then writes the `.rbsm-rel` that frees its seat; null where no file is held. */
  releaseFile(): Promise<string | null>;
  /** Takes a key-set document that was carried here; false: it was ignored. */
  importKeySet(document: string): Promise<boolean>;
  /** Takes a revocation list that was carried here; false: it was ignored. */
  importList(document: string): Promise<boolean>;
  /** Fetches what is new on the revocation list. */
  updateList(): Promise<LicenseStatus>;
}
