import { createSigner } from "../../domain/trust/signer.ts";
import { ONLINE_KEYS, type OnlineKey } from "../../domain/tuf/roles.ts";
import type { TufSigner } from "../../domain/tuf/sign.ts";

export type OnlineSigners = Readonly<Record<OnlineKey, TufSigner>>;

/** The secrets `TUF_<KEY>_PKCS8`; null while one of them is unset, for a repository with half its keys is none. */
export function openOnlineSigners(env: Env): OnlineSigners | null {
  const secrets: Readonly<Record<OnlineKey, string | undefined>> = {
    revocations: env.TUF_REVOCATIONS_PKCS8,
    bins: env.TUF_BINS_PKCS8,
    snapshot: env.TUF_SNAPSHOT_PKCS8,
    timestamp: env.TUF_TIMESTAMP_PKCS8,
  };
  const signers: Partial<Record<OnlineKey, TufSigner>> = {};
  for (const key of ONLINE_KEYS) {
    const secret = secrets[key];
    if (!secret) return null;
    const signer = createSigner(Uint8Array.from(atob(secret.trim()), (char) => char.charCodeAt(0)));
    if (signer === null) throw new Error(`the ${key} key is no PKCS#8 Ed25519 key`);
    signers[key] = signer;
  }
  return signers as OnlineSigners;
}
