import { CLOCK_WINDOW_SECONDS, type InstanceBearer, parseInstanceBearer } from "../../domain/account/bearer.ts";
import { isInRanges } from "../../domain/account/ip-ranges.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { effectiveScopes, withoutHeld } from "../../domain/account/rights.ts";
import { hashToken, parseToken } from "../../domain/account/token.ts";
import { equalBytes } from "../../domain/bytes.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { CredentialMemory } from "./credential-memory.ts";
import type { InstanceCredential } from "./ports.ts";

export type AuthenticationReason = "AUTHENTICATION_REQUIRED" | "CLOCK_SKEW";
type Refusal = Problem<AuthenticationReason>;

export interface Credential {
  /** The whole `Authorization` header, or null. */
  readonly authorization: string | null;
  /** As the platform saw it; null where it says nothing. */
  readonly address: string | null;
  /** Given where an instance may be proven by what is remembered of it (pings, refreshes). */
  readonly memory?: CredentialMemory;
  /** How far a signed timestamp may be from our clock. */
  readonly windowSeconds?: number;
}

/**
 * Who is calling. Nothing sent is `anonymous`; anything sent must be right. One read, no write: a token by its hash, an
 * instance by its key.
 */
export async function authenticate(
  world: Pick<World, "accounts" | "instances" | "hmac" | "clock">,
  credential: Credential,
): Promise<Result<Principal, Refusal>> {
  if (credential.authorization === null) return ok({ kind: "anonymous" });
  const text = /^Bearer +([\x21-\x7e]+)$/i.exec(credential.authorization)?.[1];
  if (text === undefined) return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  if (text.startsWith("rbsm_")) return authenticateToken(world, text, credential.address);
  const bearer = parseInstanceBearer(text);
  if (bearer === null) return refuse(INVALID_SIGNATURE);
  return authenticateInstance(world, bearer, credential);
}

/**
 * Whoever is not proven by the memory is looked up: a fresh secret works at once. A suspended instance is not remembered, so
 * that its return is seen at once as well.
 */
async function authenticateInstance(
  world: Pick<World, "instances" | "hmac" | "clock">,
  bearer: InstanceBearer,
  { memory, windowSeconds }: Credential,
): Promise<Result<Principal, Refusal>> {
  const now = unixSeconds(world.clock.now());
  const known = memory?.recall(bearer.apiKey, now) ?? null;
  const remembered = known === null ? null : await proveInstance(world, bearer, known, windowSeconds);
  if (known !== null && remembered?.ok === true)
    return ok({ ...remembered.value, provenBy: { apiKey: bearer.apiKey, sealed: known.apiSecret.sealed } });
  const found = await world.instances.findCredential(bearer.apiKey);
  const proven = await proveInstance(world, bearer, found, windowSeconds);
  if (proven.ok && found !== null && !found.isSuspended) memory?.keep(bearer.apiKey, found, now);
  return proven;
}

/** The second half for callers that read the instance together with something else. */
export async function proveInstance(
  world: Pick<World, "hmac" | "clock">,
  bearer: InstanceBearer,
  found: InstanceCredential | null,
  windowSeconds: number = CLOCK_WINDOW_SECONDS,
): Promise<Result<Extract<Principal, { kind: "instance" }>, Refusal>> {
  if (found === null) return refuse(INVALID_SIGNATURE);
  const expected = await world.hmac.sign(found.apiSecret, bearer.message);
  if (!equalBytes(expected, bearer.signature)) return refuse(INVALID_SIGNATURE);
  const now = world.clock.now();
  const driftSeconds = Math.abs(now - bearer.timestamp) / 1000;
  if (driftSeconds > windowSeconds)
    return refuse({ reason: "CLOCK_SKEW", facts: { serverTime: new Date(now).toISOString() } });
  const { instanceId, accountId, publisherId, isSuspended } = found;
  return ok({ kind: "instance", instanceId, accountId, publisherId, isSuspended, driftSeconds });
}

async function authenticateToken(
  world: Pick<World, "accounts" | "clock">,
  text: string,
  address: string | null,
): Promise<Result<Principal, Refusal>> {
  const token = parseToken(text);
  const stored = token && (await world.accounts.findToken(await hashToken(token)));
  const now = unixSeconds(world.clock.now());
  if (!stored || stored.revokedAt !== null || stored.expiresAt <= now || !stored.isAccountActive)
    return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  if (stored.ipRanges !== null && !(address !== null && isInRanges(address, stored.ipRanges)))
    return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  return ok({
    kind: "account",
    accountId: stored.accountId,
    isOperator: stored.isOperator,
    sharedInstances: stored.sharedInstances ?? [],
    token: {
      id: stored.id,
      kind: stored.kind,
      scopes: withoutHeld(effectiveScopes(stored.kind, stored.scopes), stored.publishingHeldUntil ?? null, now),
      plugins: stored.plugins,
      hint: stored.hint,
      expiresAt: stored.expiresAt,
    },
  });
}

const INVALID_SIGNATURE: Refusal = { reason: "AUTHENTICATION_REQUIRED", detail: "Invalid signature" };
