import { type Keyset, openKeyset, type RootKey } from "../../domain/license/keyset.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { LeaseKey } from "./verify-lease.ts";

/** A pinned root: its kid (`r-` and 16 hex digits) and public key. Pin two or more, so that one can be lost. */
export type { RootKey } from "../../domain/license/keyset.ts";

/** Why a key-set document was ignored; the last good one stays in use, however old. */
export type KeySetFault = "signature" | "issuer" | "expired" | "older" | "early";

/** The issuer's clock and ours may differ by this much, in seconds. */
const CLOCK_SPREAD = 300;

/**
 * A fetched or imported key-set document against the one that is kept. Only a pinned root is believed; a lower version, a
 * document past its end and one from the future are ignored.
 *
 * @param now judged time, Unix seconds.
 */
export async function takeKeySet(
  document: string,
  roots: readonly RootKey[],
  issuer: string,
  kept: Pick<Keyset, "version"> | null,
  now: number,
): Promise<Result<Keyset, KeySetFault>> {
  const opened = await openKeyset(document.trim(), roots);
  if (opened === null) return refuse("signature");
  const { keyset } = opened;
  if (keyset.issuer !== issuer) return refuse("issuer");
  if (kept !== null && keyset.version < kept.version) return refuse("older");
  if (keyset.expiresAt <= now) return refuse("expired");
  return keyset.issuedAt > now + CLOCK_SPREAD ? refuse("early") : ok(keyset);
}

/** A document that was believed before and kept: believed again however old it is, if its root is still pinned. */
export async function reopenKeySet(
  document: string,
  roots: readonly RootKey[],
  issuer: string,
): Promise<Keyset | null> {
  const opened = await openKeyset(document, roots);
  return opened?.keyset.issuer === issuer ? opened.keyset : null;
}

/** The keys of a document in the form that leases, files and lists are verified with. */
export function keysOf(keyset: Keyset): readonly LeaseKey[] {
  return keyset.keys.map(({ kid, x, purpose, verifyUntil, revokedFrom, revokeMode }) => ({
    kid,
    x,
    purpose,
    verifyUntil,
    ...(revokedFrom === null ? {} : { revokedFrom, revokeMode: revokeMode ?? "all" }),
  }));
}
