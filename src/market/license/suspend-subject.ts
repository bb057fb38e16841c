import type { AccountPrincipal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { Standing, SuspendedKind } from "./suspension-ports.ts";

/**
 * The desk stops an instance or an account, or lets it go on (README, Suspended instances). Every judgement reads the state
 * with the license, so nothing has to be told; what answers without the database forgets before this answers.
 */
export async function setStanding(
  world: Pick<World, "suspensions" | "lastGood" | "clock">,
  operator: AccountPrincipal,
  subject: { readonly kind: SuspendedKind; readonly id: string },
  state: Standing,
  reason: string,
): Promise<Result<{ readonly id: string; readonly state: Standing }, Problem<Reason>>> {
  const { kind, id } = subject;
  const entry = {
    actorKind: "account",
    actorId: operator.accountId,
    action: `${kind}.${state === "suspended" ? "suspended" : "resumed"}`,
    subjectKind: kind,
    subjectId: id,
    data: state === "suspended" ? { reason } : {},
  } as const;
  const concerned = await world.suspensions.set(kind, id, state, entry, unixSeconds(world.clock.now()));
  if (concerned === null) return refuse({ reason: "NOT_FOUND" });
  for (const { apiKey } of concerned) await world.lastGood.holdBack(apiKey, state === "suspended");
  return ok({ id, state });
}
