import { type Caller, isDeskAct, type Operation } from "../../contract/operation.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { hasScope } from "../../domain/account/rights.ts";
import type { Scope } from "../../domain/account/scopes.ts";
import { readSessionCookie } from "../../domain/account/session.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { authenticate } from "../../market/account/authenticate.ts";
import { authenticateSession } from "../../market/account/authenticate-session.ts";
import { refuseWithoutProof } from "../../market/account/step-up.ts";
import type { World } from "../../market/ports.ts";

/**
 * Who sent this request, and may such a caller use the operation at all? No credential is enough only where the operation
 * asks for none; a wrong one is 401 everywhere. A session's cookie counts where no header is sent (scripts of our own pages);
 * one that has ended is as good as none.
 */
export async function authenticateRequest(
  world: World,
  request: Request,
  caller: Caller,
): Promise<Result<Principal, Problem<Reason>>> {
  // Secrets of their own are compared by their handler.
  if (caller.kind === "secret") return ok({ kind: "anonymous" });
  if ("isProvenByHandler" in caller && caller.isProvenByHandler === true) return ok({ kind: "anonymous" });
  const authorization = request.headers.get("authorization");
  const secret = authorization === null ? readSessionCookie(request.headers.get("cookie"), world.site.origin) : null;
  const signedIn = secret === null ? null : await authenticateSession(world, secret);
  const principal = signedIn
    ? ok<Principal>(signedIn)
    : await authenticate(world, {
        authorization,
        address: request.headers.get("cf-connecting-ip"),
        ...("remembersCaller" in caller && caller.remembersCaller === true ? { memory: world.credentialMemory } : {}),
        ...("clockWindowSeconds" in caller && caller.clockWindowSeconds !== undefined
          ? { windowSeconds: caller.clockWindowSeconds }
          : {}),
      });
  if (!principal.ok) return principal;
  if (principal.value.kind === "anonymous" && allowsDevice(caller) && request.headers.has(DEVICE_PROOF))
    return principal;
  const problem = mayCall(principal.value, caller) ?? refuseUnproven(world, principal.value, request.method, caller);
  return problem === null ? principal : refuse(problem);
}

/** Proofs of device keys: the one thing a device without an account has. */
export const DEVICE_PROOF = "device-proof";

function allowsDevice(caller: Caller): boolean {
  return (caller.kind === "instance" || caller.kind === "instance_or_account") && caller.allowsDevice === true;
}

function refuseUnproven(world: World, principal: Principal, method: string, caller: Caller): Problem<Reason> | null {
  const isAct = isDeskAct({ method: method as Operation["method"], caller });
  return isAct && principal.kind === "account" ? refuseWithoutProof(world, principal) : null;
}

function mayCall(principal: Principal, caller: Caller): Problem<Reason> | null {
  if (caller.kind === "none" || caller.kind === "secret") return null;
  if (principal.kind === "anonymous") return { reason: "AUTHENTICATION_REQUIRED" };
  if (principal.kind === "instance") {
    if (caller.kind === "account") return { reason: "PERMISSION_DENIED", facts: { needs: "token" } };
    return principal.isSuspended && caller.allowsSuspended !== true ? { reason: "INSTANCE_SUSPENDED" } : null;
  }
  if (caller.kind === "instance") return { reason: "PERMISSION_DENIED", facts: { needs: "instance" } };
  const scopes: readonly Scope[] = typeof caller.scope === "string" ? [caller.scope] : caller.scope;
  return scopes.some((scope) => hasScope(principal, scope))
    ? null
    : { reason: "PERMISSION_DENIED", facts: { scope: scopes.join(" ") } };
}
