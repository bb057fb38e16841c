import type { ChainKey, KeyChainHead, KeyEvent } from "../../domain/trust/key-event.ts";

/** The life of publisher keys. Times in Unix seconds. */
export interface KeyChainStore {
  /** A nonce for one key: the key is pending until it is spent or lapses. */
  offer(offer: KeyOffer): Promise<void>;
  /** Head of the chain and every key a publisher ever enrolled. */
  read(publisherId: string): Promise<KeyChain>;
  /** Oldest first. */
  events(publisherId: string): Promise<readonly StoredKeyEvent[]>;
  /**
   * One guarded batch: event, key, cuts, releases blocked, audit, change feed. False: chain, signer, key or nonce moved
   * on, and nothing was written.
   */
  append(event: NewKeyEvent, at: number): Promise<boolean>;
}

export interface KeyOffer {
  readonly nonceHash: string;
  readonly accountId: string;
  readonly publisherId: string;
  /** Hex, 32 bytes. */
  readonly publicKey: string;
  readonly expiresAt: number;
}

export interface KeyChain {
  readonly head: KeyChainHead;
  readonly keys: readonly CutKey[];
}

export interface CutKey extends ChainKey {
  /** Plugin name → first sequence it no longer signs for; empty while active. */
  readonly cuts: { readonly [plugin: string]: number };
}

export interface StoredKeyEvent {
  readonly sequence: number;
  readonly sha256: string;
  readonly action: KeyEvent["action"];
  readonly keyId: string;
  readonly signerKeyId: string;
  /** Envelope JSON. */
  readonly envelope: string;
  readonly at: number;
}

export interface NewKeyEvent {
  readonly publisherId: string;
  readonly handle: string;
  readonly accountId: string;
  readonly event: KeyEvent;
  readonly sha256: string;
  readonly keyId: string;
  readonly signerKeyId: string;
  readonly envelope: string;
  /** Of `add`: the nonce the new key signed. */
  readonly nonceHash: string | null;
  /** Of `add`: from when its releases are decided. */
  readonly trustedAt: number;
  /** Random; marks the row this act wrote. */
  readonly op: string;
}
