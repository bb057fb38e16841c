import type { Json } from "../../domain/json/json.ts";
import type { DeviceCommand } from "../../domain/license/device-command.ts";
import type { Activation, License } from "../../domain/license/license.ts";
import type { Actor } from "./ports.ts";

/** What devices and their seats need of the world beyond the license store. */
export interface LicenseDevicePorts {
  readonly licenseDevices: LicenseDeviceStore;
  readonly revocationWatch: RevocationWatch;
}

export interface LicenseDeviceStore {
  /** Rows of a license that stored what their machine is made of. */
  withComponents(licenseId: string): Promise<readonly StoredMachine[]>;
  /** One event `activation.cloned` per row and copy, however often the copy asks. */
  noteCopy(activation: Activation, copy: string, actor: Actor, op: string, now: number): Promise<void>;
  /** Ends a seat and lists it, as often as the license's budget allows. */
  evict(activation: Activation, reason: string, actor: Actor, op: string, now: number): Promise<Evicted>;
  /** Is this the identity of a file that the row's present device holds? None from before the row was handed over counts. */
  holdsFile(activationId: string, jti: string, now: number): Promise<boolean>;
  /** When an event of this kind was written last; null: never. */
  lastAt(licenseId: string, kind: string): Promise<number | null>;
  /** Events of this kind about an activation since then. */
  countSince(licenseId: string, kind: string, activationId: string | null, since: number): Promise<number>;

  /** The next command of an activation, numbered. */
  addCommand(command: NewCommand): Promise<DeviceCommand>;
  acknowledge(activationId: string, numbers: readonly number[], now: number): Promise<void>;

  /** An offer replaces the one before. */
  offerTransfer(offer: TransferOffer, op: string, actor: Actor, license: License): Promise<boolean>;
  transferOffer(licenseId: string, now: number): Promise<TransferOffer | null>;
  /** Owner of an instance. */
  instanceOwner(instanceId: string): Promise<string | null>;
  /** Moves the license to the instance of the offer: unbound, without seats. */
  completeTransfer(transfer: Transfer): Promise<Completed>;

  /** Proofs and offers that are over go. */
  prune(now: number): Promise<void>;
}

export interface StoredMachine {
  readonly activation: Activation;
  readonly components: readonly string[];
}

export type Evicted =
  | { readonly kind: "evicted" }
  | { readonly kind: "released" }
  | { readonly kind: "budget"; readonly retryAfter: number };

export interface NewCommand {
  readonly activation: Activation;
  readonly type: DeviceCommand["type"];
  readonly args: { readonly [name: string]: Json };
  readonly jti: string;
  readonly expiresAt: number;
  readonly op: string;
  readonly now: number;
}

export interface TransferOffer {
  readonly licenseId: string;
  readonly toInstanceId: string;
  readonly toUserId: string;
  readonly offeredBy: string;
  readonly offeredAt: number;
  readonly expiresAt: number;
}

export interface Transfer {
  readonly license: License;
  readonly offer: TransferOffer;
  /** The license's new key; the old ones end with the same write. */
  readonly key: {
    readonly hash: string;
    readonly kind: string;
    readonly hint: string;
    readonly sealed: string;
    readonly pepperV: number;
  };
  readonly actor: Actor;
  readonly op: string;
  readonly now: number;
}

export type Completed = "moved" | "already_licensed" | "changed";

/** The isolate's copy of the revocation list's newest part, at most half a minute old. */
export interface RevocationWatch {
  /**
   * Is there certainly nothing newer than `since` about this license or activation, and neither plugin nor instance suspended?
   * False also where the copy ends later.
   */
  isUntouched(subject: Watched, since: number, now: number): Promise<boolean>;
}

export interface Watched {
  readonly licenseId: string;
  readonly activationId: string;
  readonly pluginId: string;
  readonly instanceId: string;
}
