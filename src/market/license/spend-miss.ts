import { networkOf } from "../../domain/account/ip.ts";
import { parseLicenseKey } from "../../domain/license/key.ts";
import type { Problem } from "../../domain/problem.ts";
import { MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { type Budget, RATES } from "./budget-ports.ts";

/** Who asks about a key: address as the platform saw it, and the instance it proved to be. */
export interface Asker {
  readonly address: string | null;
  readonly instanceId: string | null;
}

const WINDOW = 10 * MINUTE;
/** Keys of our form carry a check, so a guess that gets here is no typing error. The host's shape has fewer bits and none. */
const MISSES: Budget = { name: "misses", limit: 20, windowSeconds: WINDOW };
const LEGACY_MISSES: Budget = { name: "legacy_misses", limit: 10, windowSeconds: WINDOW };

type RateLimited = Problem<"RATE_LIMITED"> | null;

/**
 * Counts a well-formed key that led nowhere, against the address and the instance that asked. Unknown keys, other tenants'
 * and other products' count alike; keys that lead somewhere never come here, so a hit is served whatever was missed before.
 */
export async function spendMiss(
  world: Pick<World, "budgets" | "clock">,
  { address, instanceId }: Asker,
  licenseKey: unknown,
): Promise<RateLimited> {
  const key = parseLicenseKey(licenseKey);
  if (key === null) return null;
  const budget = key.kind === "legacy" ? LEGACY_MISSES : MISSES;
  const now = unixSeconds(world.clock.now());
  const subjects = [
    ...(address === null ? [] : [`net:${networkOf(address)}`]),
    ...(instanceId === null ? [] : [`instance:${instanceId}`]),
  ];
  const waits = await Promise.all(subjects.map((subject) => world.budgets.spend(subject, budget, now)));
  const wait = waits.reduce<number | null>(
    (longest, one) => (one === null ? longest : Math.max(longest ?? 0, one)),
    null,
  );
  return wait === null ? null : limited(budget.name, budget.limit, WINDOW, wait);
}

/** Malformed keys cost no database, and neither does telling a flood of them to stop. */
export async function spendMalformed(world: Pick<World, "budgets">, address: string | null): Promise<RateLimited> {
  if (await world.budgets.isWithinRate("malformed", networkOf(address))) return null;
  return limited("malformed", RATES.malformed, MINUTE, MINUTE);
}

/** `subject` names license and device; nothing was read yet. */
export async function spendValidation(world: Pick<World, "budgets">, subject: string): Promise<RateLimited> {
  if (await world.budgets.isWithinRate("validate", subject)) return null;
  return limited("validate", RATES.validate, MINUTE, MINUTE);
}

function limited(budget: string, limit: number, windowSeconds: number, retryAfter: number): RateLimited {
  return { reason: "RATE_LIMITED", facts: { class: "retryable", budget, limit, windowSeconds, retryAfter } };
}
