import { decodeBase64url } from "../../domain/bytes.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { type JwsKey, openJws } from "../../domain/trust/jws.ts";
import { answers, type LeaseClaims, type ReplyBinding, readLeaseClaims } from "./claims.ts";
import { isFromFuture } from "./clock.ts";

/** A public key of the marketplace: pinned, as `GET /v1/keys` shows it, or out of a root-signed key set. */
export interface LeaseKey {
  readonly kid: string;
  /** base64url of 32 bytes, the `x` of its JWK. */
  readonly x: string;
  /** Still known, no longer trusted for new documents. */
  readonly retired?: true;
  /** Nothing it signed counts any more. */
  readonly revoked?: true;
  /** What it signs; left out: leases, verdicts and commands. */
  readonly purpose?: "lease" | "offline" | "list";
  /** Unix seconds; from here on what it signed is `SIGNER_RETIRED`. */
  readonly verifyUntil?: number;
  /** With `revokeMode` `after`, what it signed before still counts. */
  readonly revokedFrom?: number;
  readonly revokeMode?: "all" | "after";
}

/** Why a document was refused here, whatever the marketplace said. */
export const LOCAL_CODES = [
  "SIGNATURE_INVALID",
  "KEYSET_STALE",
  "REPLAYED",
  "EPOCH_ROLLBACK",
  "CLOCK_ROLLBACK",
  "LEASE_EXPIRED",
  "SIGNER_RETIRED",
  "SIGNER_REVOKED",
  "DEVICE_KEY_MISMATCH",
  "AUDIENCE_MISMATCH",
  "LEASE_LISTED",
] as const;
/** One of {@link LOCAL_CODES}. */
export type LocalCode = (typeof LOCAL_CODES)[number];

/** What a lease must say to count on this device. Left-out members are not compared. */
export interface LeaseExpectation {
  /** The marketplace's origin. */
  readonly issuer: string;
  readonly pluginId: string;
  readonly keys: readonly LeaseKey[];
  /** Judged time, Unix seconds. */
  readonly now: number;
  readonly instanceId?: string | undefined;
  readonly installationId?: string | undefined;
  /** 64 hex characters, lower case. */
  readonly hardwareId?: string | undefined;
  /** RFC 7638 thumbprint of the device's own key. */
  readonly deviceKey?: string | undefined;
  /** Present for an answer to our own request, absent for a stored document. */
  readonly binding?: ReplyBinding | undefined;
  /** Highest license epoch ever seen. */
  readonly highestEpoch?: number | undefined;
  /** Issue time of the newest lease ever accepted; an older one is a replay. */
  readonly newestIssue?: number | undefined;
  /** Test builds only. */
  readonly allowsSimulated?: boolean | undefined;
  /** False in builds for production: leases for staging and development are refused. */
  readonly allowsDevelopment?: boolean | undefined;
}

/**
 * May this lease be relied on, here and now? Signature by a pinned key, issuer, plugin, device, instance, binding, epoch,
 * age and time, in that order. `exp` has no leeway. Pure: nothing is fetched, no clock is read.
 */
export async function verifyLease(token: string, expected: LeaseExpectation): Promise<Result<LeaseClaims, LocalCode>> {
  const opened = await openTrusted(token, expected.keys, "lease or file", {
    now: expected.now,
    isAnswer: expected.binding !== undefined,
  });
  if (!opened.ok) return opened;
  const lease = readLeaseClaims(opened.value);
  if (lease === null || lease.issuer !== expected.issuer || lease.pluginId !== expected.pluginId)
    return refuse("AUDIENCE_MISMATCH");
  if (lease.isSimulated && expected.allowsSimulated !== true) return refuse("AUDIENCE_MISMATCH");
  if (lease.environment !== "production" && expected.allowsDevelopment === false) return refuse("AUDIENCE_MISMATCH");
  const { instanceId, installationId, hardwareId, deviceKey, binding } = expected;
  if (instanceId !== undefined && lease.instanceId !== instanceId) return refuse("AUDIENCE_MISMATCH");
  if (installationId !== undefined && lease.installationId !== installationId.toLowerCase())
    return refuse("AUDIENCE_MISMATCH");
  if (lease.deviceKey !== null && lease.deviceKey !== deviceKey) return refuse("DEVICE_KEY_MISMATCH");
  if (lease.hardwareId !== null && hardwareId !== undefined && lease.hardwareId !== hardwareId.toLowerCase())
    return refuse("AUDIENCE_MISMATCH");
  if (binding !== undefined && !answers(opened.value, binding)) return refuse("REPLAYED");
  if (lease.epoch < (expected.highestEpoch ?? 0)) return refuse("EPOCH_ROLLBACK");
  if (lease.issuedAt < (expected.newestIssue ?? 0)) return refuse("REPLAYED");
  // A bound answer brings the time along; a document nobody asked for, or that was carried here, is judged by ours.
  const isAnswer = binding !== undefined && !lease.isOffline;
  const now = isAnswer ? Math.max(lease.issuedAt, expected.now) : expected.now;
  if (!isAnswer && (isFromFuture(lease.issuedAt, now) || lease.notBefore > now)) return refuse("CLOCK_ROLLBACK");
  return lease.expiresAt <= (isAnswer ? lease.issuedAt : now) ? refuse("LEASE_EXPIRED") : ok(lease);
}

/** What a signed refusal says. */
export interface Verdict {
  readonly code: string;
  readonly class: string;
  readonly issuedAt: number;
  /** Every claim: `endedAt`, `reason`, `missing` … */
  readonly claims: JsonObject;
}

/** A verdict counts only with the nonce and the body of the request it answers. */
export async function verifyVerdict(
  token: string,
  expected: Pick<LeaseExpectation, "issuer" | "pluginId" | "keys" | "now" | "allowsSimulated"> & {
    readonly binding: ReplyBinding;
  },
): Promise<Result<Verdict, LocalCode>> {
  const opened = await openTrusted(token, expected.keys, "lease", { now: expected.now, isAnswer: true });
  if (!opened.ok) return opened;
  const { iss, aud, tok, code, class: codeClass, iat } = opened.value;
  if (iss !== expected.issuer || aud !== `rbsm:verdict:${expected.pluginId}` || tok !== "verdict")
    return refuse("AUDIENCE_MISMATCH");
  if (opened.value.sim === true && expected.allowsSimulated !== true) return refuse("AUDIENCE_MISMATCH");
  if (!answers(opened.value, expected.binding)) return refuse("REPLAYED");
  if (typeof code !== "string" || typeof codeClass !== "string" || typeof iat !== "number")
    return refuse("SIGNATURE_INVALID");
  return ok({ code, class: codeClass, issuedAt: iat, claims: opened.value });
}

/**
 * The claims of a document that a key of the right purpose signed and that still counts. An unknown kid is `KEYSET_STALE`:
 * "fetch the key set once, then judge", never "forged".
 * An answer to our own request is judged at its own time: a clock that runs far ahead retires nobody.
 */
export async function openTrusted(
  token: string,
  keys: readonly LeaseKey[],
  purpose: "lease" | "list" | "lease or file",
  time: { readonly now: number; readonly isAnswer?: boolean },
  maxLength?: number,
): Promise<Result<JsonObject, LocalCode>> {
  const usable = keys.flatMap(({ kid, x }): JwsKey[] => {
    const publicKey = decodeBase64url(x);
    return publicKey?.length === 32 ? [{ kid, publicKey }] : [];
  });
  const opened = await openJws(token, usable, maxLength);
  if (!opened.ok) return refuse(opened.problem.reason === "key_unknown" ? "KEYSET_STALE" : "SIGNATURE_INVALID");
  const { kid, claims } = opened.value;
  const key = keys.find((one) => one.kid === kid);
  if (key === undefined || !mayHaveSigned(key, purpose, claims.off === true)) return refuse("SIGNATURE_INVALID");
  const at = time.isAnswer && claims.off !== true && typeof claims.iat === "number" ? claims.iat : time.now;
  const isRevoked =
    key.revokedFrom !== undefined && (key.revokeMode !== "after" || !isBefore(claims.iat, key.revokedFrom));
  if (key.revoked || isRevoked) return refuse("SIGNER_REVOKED");
  return key.retired || (key.verifyUntil !== undefined && at >= key.verifyUntil)
    ? refuse("SIGNER_RETIRED")
    : ok(claims);
}

/** Kinds of documents have keys of their own: a stolen key of one kind makes none of another. */
function mayHaveSigned(key: LeaseKey, purpose: "lease" | "list" | "lease or file", isFile: boolean): boolean {
  const signs = key.purpose ?? "lease";
  if (purpose !== "lease or file") return signs === purpose;
  // Pinned keys without a purpose are from before there were several.
  return isFile ? signs === "offline" || key.purpose === undefined : signs === "lease";
}

function isBefore(issuedAt: unknown, instant: number): boolean {
  return typeof issuedAt === "number" && issuedAt < instant;
}
