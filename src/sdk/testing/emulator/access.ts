import { type Answer, accessError } from "./envelopes.ts";
import type { ApiKey, EmulatorState } from "./state.ts";

const WINDOW_MS = 60_000;

/** Counts calls of the one key. Over the limit the host answers 401, never 429 (quirk 3). */
export function createRateLimit(perMinute: number): { admit(now: number): boolean } {
  let calls: number[] = [];
  return {
    admit(now) {
      calls = calls.filter((at) => now - at < WINDOW_MS);
      if (calls.length >= perMinute) return false;
      calls.push(now);
      return true;
    },
  };
}

/** `Authorization: ApiKey rk_…` or `Bearer rk_…`. */
export function presentedKey(authorization: string | null): string | null {
  return /^(?:ApiKey|Bearer) (rk_\S+)$/.exec(authorization ?? "")?.[1] ?? null;
}

export function authenticationRequired(): Answer {
  return accessError(401, "AUTHENTICATION_REQUIRED", "Authentication required");
}

/** Route-checked: a standard key must itself hold every permission the route lists (quirk 6). */
export function checkRoute(key: ApiKey, needed: readonly string[]): Answer | null {
  if (key.kind === "admin" || needed.every((code) => key.permissions.includes(code))) return null;
  return accessError(403, "INSUFFICIENT_PERMISSIONS", `Insufficient permissions: ${needed.join(", ")}`);
}

/** Handler-checked: tests the user who happens to have the key's number, not the key (quirk 2). */
export function mayUserOfKey(state: EmulatorState, key: ApiKey, needed: string): boolean {
  const user = state.users.find(({ id }) => id === key.id);
  return user !== undefined && (user.role === "admin" || user.permissions.includes(needed));
}

export function handlerRefusal(): Answer {
  return accessError(403, "PERMISSION_DENIED", "You don't have permission to perform this action");
}
