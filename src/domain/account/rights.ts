import type { Principal } from "./principal.ts";
import { SCOPES, type Scope, type TokenKind } from "./scopes.ts";

const DESK_ONLY: readonly Scope[] = ["desk:accounts", "desk:review"];

/**
 * What a stored scope list is worth on a token of that kind: `ci` only ever stages, and desk rights exist on `adm` alone,
 * whatever a row claims.
 */
export function effectiveScopes(kind: TokenKind, stored: readonly string[]): readonly Scope[] {
  return SCOPES.filter((scope) => {
    if (!stored.includes(scope)) return false;
    if (kind === "ci") return scope === "release:stage";
    return kind === "adm" || !DESK_ONLY.includes(scope);
  });
}

/** What a recovered account may not do until its owners had time to object: `heldUntil` in Unix seconds. */
export function withoutHeld(scopes: readonly Scope[], heldUntil: number | null, now: number): readonly Scope[] {
  return heldUntil === null || heldUntil <= now ? scopes : scopes.filter((scope) => !PUBLISHING.includes(scope));
}
const PUBLISHING: readonly Scope[] = [
  "release:stage",
  "release:publish",
  "release:yank",
  "plugin:create",
  "plugin:edit",
];

/** Scopes whose misuse reaches other people: a session hands them out after a fresh passkey proof only. */
export function isDangerous(scope: Scope): boolean {
  return DANGEROUS.includes(scope);
}
const DANGEROUS: readonly Scope[] = [
  "release:publish",
  "release:yank",
  "license:issue",
  "token:manage",
  "desk:accounts",
  "desk:review",
];

export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.kind === "account" && principal.token.scopes.includes(scope);
}

/** Does the account manage this instance: its own, or one of an organization it owns or maintains? */
export function manages(
  principal: Principal,
  instance: { readonly id: string; readonly accountId: string } | null,
): boolean {
  if (principal.kind !== "account" || instance === null) return false;
  return instance.accountId === principal.accountId || principal.sharedInstances?.includes(instance.id) === true;
}

/** Is the token limited to other plugins than this one? Instances and unlimited tokens cover every plugin. */
export function coversPlugin(principal: Principal, pluginName: string): boolean {
  return principal.kind !== "account" || principal.token.plugins?.includes(pluginName) !== false;
}

/** The scopes handed out with a new account (desk) and to the first operator (setup). */
export const MEMBER_SCOPES: readonly Scope[] = ["instance:manage", "token:manage"];
export const PUBLISHER_SCOPES: readonly Scope[] = [
  "instance:manage",
  "plugin:create",
  "plugin:edit",
  "release:publish",
  "release:yank",
  "license:issue",
  "stats:read",
  "webhook:manage",
  "token:manage",
];
export const OPERATOR_SCOPES: readonly Scope[] = [...DESK_ONLY, "token:manage"];
