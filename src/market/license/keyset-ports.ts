import type { KeyPurpose, RootKey, SigningKey } from "../../domain/license/keyset.ts";
import type { Signer } from "../ports.ts";

/** What rotating keys need of the world. */
export interface KeysetPorts {
  readonly keysets: KeysetStore;
  readonly licenseSigners: LicenseSigners;
  /** Roots whose documents are accepted; configured, never stored. */
  readonly licenseRoots: () => Promise<readonly RootKey[]>;
}

/** The signing keys of licensing. Without a usable one `current` throws {@link SignerUnavailable}: 503, never unsigned. */
export interface LicenseSigners {
  /** The key in use for a purpose at this moment: it signs, and no other. */
  current(purpose: KeyPurpose): Promise<Signer>;
  /** The private halves that are here, by kid. */
  held(): Promise<readonly { readonly kid: string; readonly purpose: KeyPurpose; readonly x: string }[]>;
}

export class SignerUnavailable extends Error {
  override readonly name = "SignerUnavailable";
}

export interface KeysetDocument {
  readonly rootKid: string;
  readonly version: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly document: string;
}

export interface KeysetStore {
  /** What the newest document says; at most half a minute old. Empty: none was ever published. */
  keys(now: number): Promise<readonly SigningKey[]>;
  /** The newest document of each root. */
  newest(): Promise<readonly KeysetDocument[]>;
  newestOf(rootKid: string): Promise<string | null>;
  /** False: another document came first. */
  publish(
    document: KeysetDocument,
    keys: readonly SigningKey[],
    publisher: { readonly accountId: string },
    now: number,
  ): Promise<boolean>;
}
