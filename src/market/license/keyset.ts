import type { Principal } from "../../domain/account/principal.ts";
import {
  DESTROY_AFTER,
  isListed,
  jwkOf,
  KEY_PURPOSES,
  type Keyset,
  openKeyset,
  type SigningKey,
  signingKeyAt,
} from "../../domain/license/keyset.ts";
import { judgeKeyset } from "../../domain/license/keyset-rules.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { KeysetDocument } from "./keyset-ports.ts";

export type Jwk = ReturnType<typeof jwkOf>;

/** Every published key that is neither retired nor revoked; before the first document, the keys that are here. */
export async function listLicenseKeys(
  world: Pick<World, "keysets" | "licenseSigners" | "clock">,
): Promise<readonly Jwk[]> {
  const now = unixSeconds(world.clock.now());
  const published = await world.keysets.keys(now);
  const keys = published.length > 0 ? published.filter((key) => isListed(key, now)) : await world.licenseSigners.held();
  return KEY_PURPOSES.flatMap((purpose) => keys.filter((key) => key.purpose === purpose).map(jwkOf));
}

/**
 * Publishes a root-signed key-set document (KEYS.md, Publishing): only one that a configured root signed, that is
 * newer and that contradicts nothing said before. An account alone plants no key.
 */
export async function publishKeyset(
  world: Pick<World, "keysets" | "licenseSigners" | "licenseRoots" | "site" | "clock" | "audit">,
  principal: Principal,
  document: string,
): Promise<Result<{ readonly rootKid: string; readonly version: number }, Problem<Reason>>> {
  if (principal.kind !== "account") return refuse({ reason: "PERMISSION_DENIED" });
  const opened = await openKeyset(document, await world.licenseRoots());
  if (opened === null) return refused("signature");
  const { rootKid, keyset } = opened;
  if (keyset.issuer !== world.site.origin) return refused("issuer");
  const now = unixSeconds(world.clock.now());
  const newest = await world.keysets.newest();
  const latest = await latestOf(world, newest);
  const own = newest.find((one) => one.rootKid === rootKid);
  if (own !== undefined && own.version >= keyset.version) return refused("version");
  const fault = judgeKeyset(keyset, latest?.keyset ?? null, latest !== null && latest.rootKid !== rootKid, now);
  if (fault !== null) return refused(fault.fault, fault.kid);
  const held = new Set((await world.licenseSigners.held()).map(({ kid }) => kid));
  for (const purpose of KEY_PURPOSES) {
    const key = signingKeyAt(keyset.keys, purpose, now);
    // Otherwise nothing could be signed from this moment on.
    if (key === null) return refused("nobody_signs", purpose);
    if (!held.has(key.kid)) return refused("private_half_missing", key.kid);
  }
  const { version, issuedAt, expiresAt } = keyset;
  const isPublished = await world.keysets.publish(
    { rootKid, version, issuedAt, expiresAt, document },
    keyset.keys,
    { accountId: principal.accountId },
    now,
  );
  if (!isPublished) return refused("version");
  await world.audit.append(
    {
      actorKind: "account",
      actorId: principal.accountId,
      action: "keyset.published",
      subjectKind: "keyset",
      subjectId: rootKid,
      data: { version },
    },
    now,
  );
  return ok({ rootKid, version });
}

export interface KeyStatus extends SigningKey {
  readonly phase: "published" | "signing" | "verifying" | "retired" | "revoked";
  /** The marketplace holds the private half. */
  readonly isHeld: boolean;
  /** When the private half must be gone. */
  readonly destroyBy: number;
}

export interface KeysetStatus {
  readonly documents: readonly Omit<KeysetDocument, "document">[];
  readonly keys: readonly KeyStatus[];
  /** Private halves here that no document names. */
  readonly unpublished: readonly { readonly kid: string; readonly purpose: string; readonly x: string }[];
  readonly warnings: readonly string[];
}

/** What is published, which private halves are here, and what is due. */
export async function showKeysetStatus(
  world: Pick<World, "keysets" | "licenseSigners" | "clock">,
): Promise<KeysetStatus> {
  const now = unixSeconds(world.clock.now());
  const [keys, held, newest] = await Promise.all([
    world.keysets.keys(now),
    world.licenseSigners.held(),
    world.keysets.newest(),
  ]);
  const heldKids = new Set(held.map(({ kid }) => kid));
  const statuses = keys.map((key): KeyStatus => {
    const endsAt = key.revokedFrom === null ? key.signUntil : Math.min(key.signUntil, key.revokedFrom);
    return { ...key, phase: phaseOf(key, keys, now), isHeld: heldKids.has(key.kid), destroyBy: endsAt + DESTROY_AFTER };
  });
  const known = new Set(keys.map(({ kid }) => kid));
  const documents = newest.map(({ document: _, ...rest }) => rest);
  return {
    documents,
    keys: statuses,
    unpublished: held.filter(({ kid }) => !known.has(kid)),
    warnings: warningsOf(statuses, documents, now),
  };
}

function phaseOf(key: SigningKey, keys: readonly SigningKey[], now: number): KeyStatus["phase"] {
  if (key.revokedFrom !== null) return "revoked";
  if (now >= key.verifyUntil) return "retired";
  if (now < key.signFrom) return "published";
  return signingKeyAt(keys, key.purpose, now)?.kid === key.kid ? "signing" : "verifying";
}

/** Weeks before a key or a document ends, so that a successor can be published in time. */
const SOON = 14 * 86_400;

function warningsOf(keys: readonly KeyStatus[], documents: KeysetStatus["documents"], now: number): string[] {
  const destroy = keys
    .filter((key) => key.isHeld && key.destroyBy <= now)
    .map(({ kid }) => `destroy_private_half ${kid}`);
  const ending = keys
    .filter((key) => key.phase === "signing" && key.signUntil - SOON <= now)
    .filter(({ purpose, signUntil, kid }) => {
      const hasSuccessor = keys.some(
        (other) =>
          other.purpose === purpose && other.kid !== kid && other.revokedFrom === null && other.signUntil > signUntil,
      );
      return !hasSuccessor;
    })
    .map(({ kid, signUntil }) => `add_successor ${kid} ${isoTime(signUntil)}`);
  const stale = documents
    .filter(({ expiresAt }) => expiresAt - SOON <= now)
    .map(({ rootKid, expiresAt }) => `sign_again ${rootKid} ${isoTime(expiresAt)}`);
  return [...destroy, ...ending, ...stale];
}

/** The newest document of any root; ours, so it was valid when it was published. */
async function latestOf(
  world: Pick<World, "licenseRoots">,
  newest: readonly KeysetDocument[],
): Promise<{ readonly rootKid: string; readonly keyset: Keyset } | null> {
  const first = newest[0];
  if (first === undefined) return null;
  const opened = await openKeyset(first.document, await world.licenseRoots());
  if (opened !== null) return opened;
  // Its root is no longer configured: another document of the same version, or the next best, speaks.
  return latestOf(world, newest.slice(1));
}

function refused(why: string, subject?: string) {
  return refuse({
    reason: "KEYSET_REFUSED" as const,
    facts: { why, ...(subject === undefined ? {} : { key: subject }) },
  });
}
