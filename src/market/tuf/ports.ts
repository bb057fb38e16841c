import type { Bytes } from "../../domain/bytes.ts";
import type { Result } from "../../domain/result.ts";
import type { TufRefusal } from "../../domain/tuf/verify-document.ts";

export interface TufPorts {
  readonly tuf: TufRepository;
}

/** The update repository below `/tuf/` (src/domain/tuf/README.md). */
export interface TufRepository {
  /** A metadata file by its name, `7.snapshot.json`. */
  metadata(name: string): Promise<Bytes | null>;
  /** A target written by the repository itself: an index or the revocations. Bundles lie elsewhere. */
  target(path: string, sha256: string): Promise<Bytes | null>;
  /** Takes in what the change feed tells and signs what is due. Calls while one runs become one. */
  write(): Promise<TufReport>;
  /** Takes an offline document in, after full verification; everything below it is signed anew at the next `write`. */
  accept(kind: OfflineKind, bytes: Uint8Array): Promise<Result<{ readonly version: number }, TufRefusal>>;
}

export type OfflineKind = "root" | "targets";

export interface TufReport {
  /** `unfounded`: no root, no `targets` or no online keys yet. */
  readonly state: "written" | "current" | "unfounded";
  /** Names of the files written, in order. */
  readonly files: readonly string[];
  /** The feed holds more than one round takes; the next one follows by itself. */
  readonly hasMore: boolean;
}
