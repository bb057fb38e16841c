import { type KeyPurpose, LONGEST_SIGNING, type RevokeMode, type SigningKey, VERIFY_TAIL } from "./keyset.ts";

/** A key set in the making: what the next document will say (KEYS.md, Rotation). All times are Unix seconds. */
export interface KeysetPlan {
  /** Origin of the marketplace. */
  readonly issuer: string;
  /** Of the document that was signed last; 0: none. */
  readonly version: number;
  readonly keys: readonly SigningKey[];
}

/** Adds a key that signs from `from` on for as long as its purpose allows. */
export function addKey(
  plan: KeysetPlan,
  { kid, purpose, x }: { readonly kid: string; readonly purpose: KeyPurpose; readonly x: string },
  from: number,
): KeysetPlan {
  const signUntil = from + LONGEST_SIGNING[purpose];
  const added: SigningKey = {
    kid,
    purpose,
    x,
    signFrom: from,
    signUntil,
    verifyUntil: signUntil + VERIFY_TAIL[purpose],
    revokedFrom: null,
    revokeMode: null,
  };
  return { ...plan, keys: [...plan.keys, added] };
}

/** From its first second on the key signs alone: the others of its purpose end there. Null: there is no such key. */
export function switchTo(plan: KeysetPlan, kid: string): KeysetPlan | null {
  const next = plan.keys.find((key) => key.kid === kid);
  if (next === undefined || next.revokedFrom !== null) return null;
  const keys = plan.keys.map((key) => {
    const isBefore = key.purpose === next.purpose && key.kid !== kid && key.signFrom < next.signFrom;
    return isBefore && key.signUntil > next.signFrom ? endAt(key, next.signFrom) : key;
  });
  return { ...plan, keys };
}

/** The key signs no more; what it signed verifies to the end of its tail. */
export function retireKey(plan: KeysetPlan, kid: string, at: number): KeysetPlan | null {
  if (!plan.keys.some((key) => key.kid === kid)) return null;
  return {
    ...plan,
    keys: plan.keys.map((key) =>
      key.kid === kid && key.signUntil > at ? endAt(key, Math.max(at, key.signFrom)) : key,
    ),
  };
}

/** The key was stolen: `all` it signed stops counting, or what it signs `after` the instant. */
export function revokeKey(plan: KeysetPlan, kid: string, mode: RevokeMode, from: number): KeysetPlan | null {
  if (!plan.keys.some((key) => key.kid === kid)) return null;
  return {
    ...plan,
    keys: plan.keys.map((key) => (key.kid === kid ? { ...key, revokedFrom: from, revokeMode: mode } : key)),
  };
}

function endAt(key: SigningKey, signUntil: number): SigningKey {
  return { ...key, signUntil, verifyUntil: signUntil + VERIFY_TAIL[key.purpose] };
}
