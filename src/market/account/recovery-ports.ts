/** Publishers that lost all their keys. Times in Unix seconds. */
export interface RecoveryPorts {
  readonly keyRecoveries: KeyRecoveryStore;
}

export interface KeyRecoveryStore {
  /** The request that was made last; it may have lapsed. */
  find(publisherId: string): Promise<KeyRecovery | null>;
  /** One batch with audit and change feed. False: another one is open, or somebody enrolled the key. */
  open(recovery: NewRecovery, at: number): Promise<boolean>;
  /** False: there was none. */
  cancel(publisherId: string, handle: string, accountId: string, at: number): Promise<boolean>;
}

export interface KeyRecovery {
  readonly keyId: string;
  /** Hex, 32 bytes. */
  readonly publicKey: string;
  readonly requestedAt: number;
}

export interface NewRecovery extends Omit<KeyRecovery, "requestedAt"> {
  readonly publisherId: string;
  readonly handle: string;
  readonly accountId: string;
}
