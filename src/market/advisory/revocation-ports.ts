import type { RevocationEntry } from "../../domain/advisory/revocation.ts";
import type { Envelope, TrustedKey } from "../../domain/trust/envelope.ts";

export interface ReleaseRevocationPorts {
  readonly releaseRevocations: ReleaseRevocationStore;
}

/** What was taken back, and the signed list of it. Times are Unix seconds. */
export interface ReleaseRevocationStore {
  /** The key that signs it; null: none is configured, and there is no list. */
  key(): Promise<TrustedKey | null>;
  /** The newest list, signed anew first where an entry or an hour has passed. Null: no key is configured. */
  current(now: number): Promise<IssuedList | null>;
  /** What became different since the list of that epoch; the whole list where that one is not known. */
  since(epoch: number, now: number): Promise<IssuedList | null>;
  /** Writes the newest word about a subject, with audit and change feed. False: there is no such thing. */
  put(entry: NewEntry, by: string, at: number): Promise<boolean>;
  /** Takes an entry back. False: none stood, or what stood follows from a block. */
  lift(subject: string, by: string, at: number): Promise<boolean>;
}

export interface IssuedList {
  readonly epoch: number;
  readonly expires: number;
  /** Hex SHA-256 of the payload. */
  readonly sha256: string;
  readonly document: Envelope;
}

/** An entry as the desk writes it; how hard it is follows from whether its subject is blocked. */
export type NewEntry = Pick<RevocationEntry, "code" | "note" | "replacement" | "advisory"> &
  (
    | { readonly kind: "release"; readonly name: string; readonly version: string }
    | { readonly kind: "plugin"; readonly name: string }
    | { readonly kind: "publisher"; readonly publisher: string }
  );
