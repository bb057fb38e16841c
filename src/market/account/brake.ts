import { networkOf } from "../../domain/account/ip.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

const SPAN_SECONDS = 5 * MINUTE;

/** How often one network may try within five minutes. Codes have 80 bits and more: this is against load, not against guessing. */
const MOST = { challenge: 120, sign_in: 30, mail: 10, device: 30, user_code: 20 } as const;

/** Counts an attempt before anything else is looked at. `address` as the platform saw it. */
export async function brake(
  world: Pick<World, "attempts" | "clock">,
  act: keyof typeof MOST,
  address: string | null,
): Promise<Result<null, Problem<"RATE_LIMITED">>> {
  const now = unixSeconds(world.clock.now());
  const span = (Math.floor(now / SPAN_SECONDS) + 1) * SPAN_SECONDS;
  const isFree = await world.attempts.take(`${act}:${networkOf(address)}`, span, MOST[act]);
  return isFree ? ok(null) : refuse({ reason: "RATE_LIMITED", facts: { retryAfter: span - now } });
}
