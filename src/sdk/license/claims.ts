import type { JsonObject } from "../../domain/json/json.ts";
import { ENVIRONMENTS } from "../../domain/license/license.ts";

/** What a signed lease says, under readable names. Times are Unix seconds. */
export interface LeaseClaims {
  readonly issuer: string;
  readonly pluginId: string;
  readonly activationId: string;
  /** The lease's identity: presented when it is refreshed. */
  readonly leaseId: string;
  readonly licenseId: string;
  readonly instanceId: string;
  readonly installationId: string;
  readonly hardwareId: string | null;
  /** RFC 7638 thumbprint of the device key. */
  readonly deviceKey: string | null;
  readonly state: string;
  readonly tier: string;
  readonly entitlements: readonly string[];
  /** −1 is unlimited. */
  readonly limits: { readonly [metric: string]: number };
  readonly version: string | null;
  /** Rises with every change of the license that takes rights away. */
  readonly epoch: number;
  readonly environment: (typeof ENVIRONMENTS)[number];
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly refreshAfter: number;
  readonly isSimulated: boolean;
  /** A file for a device without a network. */
  readonly isOffline: boolean;
  /** Newest entry of the revocation list that was known when it was issued. */
  readonly listEpoch: number | null;
}

/** What an answer is bound to: the request's own nonce and the hash of its raw body. */
export interface ReplyBinding {
  /** base64url of 16–32 random bytes. */
  readonly nonce: string;
  /** base64url SHA-256 of the raw request body. */
  readonly requestHash: string;
}

/** The claims of a lease, or null where one is missing or of another kind. Signature and rights are judged elsewhere. */
export function readLeaseClaims(claims: JsonObject): LeaseClaims | null {
  const { iss, aud, sub, jti, lic, ins, iid, st, tier, ep, env, iat, nbf, exp, rfa, ent, lim, hw, cnf, ver, rle } =
    claims;
  if (claims.v !== 1 || claims.tok !== "lease") return null;
  const pluginId = typeof aud === "string" ? /^rbsm:plugin:([1-9][0-9]*)$/.exec(aud)?.[1] : undefined;
  const environment = ENVIRONMENTS.find((known) => known === env);
  const deviceKey = cnf === undefined ? null : isObject(cnf) && isText(cnf.jkt) ? cnf.jkt : undefined;
  const texts = [iss, sub, jti, lic, ins, iid, st, tier];
  const times = [iat, nbf, exp, rfa, ep];
  if (pluginId === undefined || environment === undefined || deviceKey === undefined) return null;
  if (!texts.every(isText) || !times.every(isWhole)) return null;
  if (hw !== undefined && !isText(hw)) return null;
  if (ver !== undefined && !isText(ver)) return null;
  if (rle !== undefined && !isWhole(rle)) return null;
  if (ent !== undefined && !(Array.isArray(ent) && ent.every(isText))) return null;
  if (lim !== undefined && !(isObject(lim) && Object.values(lim).every((value) => typeof value === "number")))
    return null;
  return {
    issuer: iss as string,
    pluginId,
    activationId: sub as string,
    leaseId: jti as string,
    licenseId: lic as string,
    instanceId: ins as string,
    installationId: iid as string,
    hardwareId: (hw as string | undefined) ?? null,
    deviceKey,
    state: st as string,
    tier: tier as string,
    entitlements: (ent as readonly string[] | undefined) ?? [],
    limits: (lim as { readonly [metric: string]: number } | undefined) ?? {},
    version: (ver as string | undefined) ?? null,
    epoch: ep as number,
    environment,
    issuedAt: iat as number,
    notBefore: nbf as number,
    expiresAt: exp as number,
    refreshAfter: rfa as number,
    isSimulated: claims.sim === true,
    isOffline: claims.off === true,
    listEpoch: rle === undefined ? null : (rle as number),
  };
}

/** Does a signed answer name this request? A document without both members answers nobody in particular. */
export function answers(claims: JsonObject, binding: ReplyBinding): boolean {
  return claims.nonce === binding.nonce && claims.rqh === binding.requestHash;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
