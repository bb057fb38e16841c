import type { LicenseEvent } from "../../domain/license/audit.ts";

/** What the audit of licenses needs of the world. */
export interface LicenseAuditPorts {
  readonly licenseAudit: LicenseAudit;
}

export interface Seal {
  readonly licenseId: string;
  readonly seq: number;
  readonly previous: string;
  readonly chain: string;
  readonly salt: string;
  readonly personal: string;
}

export interface LicenseAudit {
  /** Events after `seq`, in order. */
  events(licenseId: string, after: number, limit: number): Promise<readonly LicenseEvent[]>;
  /** Events without a seal, in order, and the chain each begins from where its predecessor is sealed. */
  unsealed(limit: number): Promise<readonly { readonly event: LicenseEvent; readonly previous: string | null }[]>;
  /** One transaction; a seal whose predecessor is another one by now is not written. */
  seal(seals: readonly Seal[]): Promise<void>;
  /** Forgets who and what of the sealed events of a license: the chain still holds. Answers how many. */
  erase(licenseId: string): Promise<number>;
}
