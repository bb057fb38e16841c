/** What offline files need of the world. */
export interface OfflinePorts {
  readonly offline: OfflineStore;
}

/** A file as it was handed out. */
export interface OfflineFile {
  readonly jti: string;
  readonly requestHash: string;
  readonly deviceJkt: string;
  readonly kid: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The lease, or the lease sealed to the device. */
  readonly document: string;
}

export interface KeptFile extends OfflineFile {
  readonly licenseId: string;
  readonly activationId: string;
  readonly installationId: string;
  readonly releasedAt: number | null;
  readonly revokedAt: number | null;
}

export interface HandoffCode {
  readonly licenseId: string;
  readonly expiresAt: number;
  /** The one request it answered. */
  readonly usedFor: string | null;
}

export interface OfflineStore {
  byRequest(requestHash: string): Promise<KeptFile | null>;
  byJti(jti: string): Promise<KeptFile | null>;
  /** Frees the seat, ends the file and lists its jti, in one transaction; false: that was done before. */
  release(jti: string, op: string, now: number): Promise<boolean>;

  addCode(codeHash: string, licenseId: string, madeBy: string, createdAt: number, expiresAt: number): Promise<boolean>;
  /**
   * Notes a try and looks. `cooldown`: this caller missed too often. A hit takes the note back. `subject` is a keyed hash
   * of the caller's address.
   */
  findCode(codeHash: string, subject: string, now: number): Promise<HandoffCode | "unknown" | "cooldown">;
  /** Binds the code to its one request; false: it answered another one, or is over. */
  spendCode(codeHash: string, requestHash: string, now: number): Promise<boolean>;
  prune(now: number): Promise<void>;
}
