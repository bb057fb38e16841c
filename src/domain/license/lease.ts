import { crc32 } from "../bundle/crc32.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { DAY } from "../time.ts";
import { type Activation, endOf, type License } from "./license.ts";
import { type LeaseState, leaseState } from "./states.ts";

const CLOCK_SPREAD = 120;
const MAX_JITTER = 8_640;
/** Verdicts answer one request; they are not kept. */
const VERDICT_TTL = 300;

/** What binds a signed statement to the request it answers. */
export interface RequestBinding {
  /** base64url of 16–32 random bytes. */
  readonly nonce?: string | undefined;
  /** base64url SHA-256 of the raw request body. */
  readonly requestHash?: string | undefined;
}

export interface LeaseSubject {
  readonly activationId: string;
  readonly installationId: string;
  readonly hardwareId: string | null;
  readonly deviceJkt: string | null;
  readonly environment: Activation["environment"];
  readonly version: string;
  readonly jti: string;
  /** Content keys of sealed bundles, wrapped to the installation's key. */
  readonly contentKeys?: readonly JsonObject[];
  /** Number of the newest entry of the revocation list. */
  readonly listEpoch?: number;
  /** The state that is played (README, Simulation). */
  readonly simulated?: LeaseState;
  /** No lease of this device outlives it; null or absent: nothing beyond the license's own end. */
  readonly latest?: number | null;
}

export interface LeaseRights {
  readonly entitlements: readonly string[];
  /** null = unlimited, −1 in the claim. */
  readonly limits: { readonly [metric: string]: number };
}

export interface Lease {
  readonly claims: { readonly [claim: string]: Json };
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly refreshAfter: number;
}

/** The claims of an online lease (README, The lease): ends at min(E, iat + ttl), asks for a refresh well before. */
export function leaseClaims(
  issuer: string,
  license: License,
  subject: LeaseSubject,
  rights: LeaseRights,
  binding: RequestBinding,
  now: number,
): Lease {
  const end = endOf(license);
  const state = subject.simulated ?? leaseState(license, now);
  const wanted = now + license.leaseTtl;
  const promised = end === null || state === "fallback" ? wanted : Math.min(end, wanted);
  const expiresAt = Math.min(promised, subject.latest ?? promised);
  const refreshAfter = Math.min(refreshAfterOf(license, subject.activationId, now), expiresAt);
  return {
    issuedAt: now,
    expiresAt,
    refreshAfter,
    claims: {
      iss: issuer,
      aud: `rbsm:plugin:${license.pluginId}`,
      sub: subject.activationId,
      jti: subject.jti,
      iat: now,
      nbf: now - CLOCK_SPREAD,
      exp: expiresAt,
      v: 1,
      tok: "lease",
      lic: license.id,
      ins: license.instanceId,
      iid: subject.installationId,
      ...(subject.hardwareId === null ? {} : { hw: subject.hardwareId }),
      ...(subject.deviceJkt === null ? {} : { cnf: { jkt: subject.deviceJkt } }),
      st: state,
      tier: license.type,
      ent: rights.entitlements,
      lim: rights.limits,
      rfa: refreshAfter,
      ver: subject.version,
      ep: license.epoch,
      ...(subject.listEpoch === undefined ? {} : { rle: subject.listEpoch }),
      env: subject.environment,
      ...(license.isTest ? { sim: true } : {}),
      ...(subject.contentKeys === undefined || subject.contentKeys.length === 0 ? {} : { ck: subject.contentKeys }),
      ...bindingClaims(binding),
    },
  };
}

/** When a lease issued then asks to be renewed. */
export function refreshAfterOf(
  license: Pick<License, "refreshSeconds">,
  activationId: string,
  issuedAt: number,
): number {
  return issuedAt + license.refreshSeconds - refreshJitter(activationId, license.refreshSeconds, issuedAt);
}

/** The claims of a signed answer that is not a lease. */
export function verdictClaims(
  issuer: string,
  pluginId: string,
  answer: { readonly [member: string]: Json | undefined },
  binding: RequestBinding,
  now: number,
): { readonly [claim: string]: Json } {
  const said = Object.entries(answer).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return {
    iss: issuer,
    aud: `rbsm:verdict:${pluginId}`,
    iat: now,
    nbf: now - CLOCK_SPREAD,
    exp: now + VERDICT_TTL,
    v: 1,
    tok: "verdict",
    ...Object.fromEntries(said),
    ...bindingClaims(binding),
  };
}

/** Devices leased in the same second must not refresh in the same second: up to a tenth of a day, by device and day. */
function refreshJitter(activationId: string, refreshSeconds: number, now: number): number {
  if (refreshSeconds < DAY) return 0;
  return crc32(new TextEncoder().encode(`${activationId} ${Math.floor(now / DAY)}`)) % (MAX_JITTER + 1);
}

function bindingClaims(binding: RequestBinding): { [claim: string]: string } {
  return {
    ...(binding.nonce === undefined ? {} : { nonce: binding.nonce }),
    ...(binding.requestHash === undefined ? {} : { rqh: binding.requestHash }),
  };
}
