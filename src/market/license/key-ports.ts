import type { License } from "../../domain/license/license.ts";
import type { Actor } from "./ports.ts";

/** What keys that follow one another need of the world. */
export interface LicenseKeyPorts {
  readonly licenseKeys: LicenseKeyStore;
}

export interface Rotation {
  readonly license: License;
  readonly key: {
    readonly hash: string;
    readonly pepperV?: number;
    readonly kind: string;
    readonly hint: string;
    readonly sealed: string;
  };
  /** Until when the old key is taken; `now`: no longer. */
  readonly oldUntil: number;
  readonly actor: Actor;
  readonly op: string;
  readonly now: number;
}

export interface LicenseKeyStore {
  /**
   * The new key, the old one's end, two events and two webhooks in one transaction: the host is told `license.revoked` for
   * the old key, then `license.created` for the new one. False: the license changed since it was read, or is revoked.
   */
  rotate(rotation: Rotation): Promise<boolean>;
  /** The sealed text of a license's nth key; null once it was erased. */
  sealedOf(licenseId: string, serial: number): Promise<string | null>;
  /** Erases sealed texts whose time has come and that no webhook waits for; answers how many. */
  erase(now: number): Promise<number>;
}
