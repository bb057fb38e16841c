import type { Principal } from "../../domain/account/principal.ts";
import type { AdvisoryReason } from "../../domain/advisory/reasons.ts";
import type { Problem } from "../../domain/problem.ts";
import { mayReview } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { IssuedList, NewEntry } from "./revocation-ports.ts";

/** The signed list, or what became different since an epoch (README of src/domain/advisory, The list). */
export async function showReleaseRevocations(
  world: Pick<World, "releaseRevocations" | "clock">,
  since: number | null,
): Promise<Result<IssuedList, Problem<AdvisoryReason>>> {
  const now = unixSeconds(world.clock.now());
  const list =
    since === null || since === 0
      ? await world.releaseRevocations.current(now)
      : await world.releaseRevocations.since(since, now);
  return list === null ? refuse({ reason: "revocations_unavailable" }) : ok(list);
}

type DeskWorld = Pick<World, "releaseRevocations" | "clock" | "tuf" | "background">;

/** The desk warns of something, or says more of what is blocked; the list is signed anew at once. */
export async function addRevocation(
  world: DeskWorld,
  principal: Principal,
  entry: NewEntry,
): Promise<Result<IssuedList, Problem<AdvisoryReason | "PERMISSION_DENIED" | "NOT_FOUND">>> {
  if (!mayReview(principal)) return refuse({ reason: "PERMISSION_DENIED" });
  const isPut = await world.releaseRevocations.put(entry, principal.accountId, unixSeconds(world.clock.now()));
  return isPut ? reissue(world) : refuse({ reason: "NOT_FOUND" });
}

/** Takes a warning back; what is blocked is freed by ending the block. */
export async function liftRevocation(
  world: DeskWorld,
  principal: Principal,
  subject: string,
): Promise<Result<IssuedList, Problem<AdvisoryReason | "PERMISSION_DENIED" | "state_conflict">>> {
  if (!mayReview(principal)) return refuse({ reason: "PERMISSION_DENIED" });
  const isLifted = await world.releaseRevocations.lift(subject, principal.accountId, unixSeconds(world.clock.now()));
  return isLifted ? reissue(world) : refuse({ reason: "state_conflict" });
}

async function reissue(world: DeskWorld) {
  world.background.defer(world.tuf.write());
  return showReleaseRevocations(world, null);
}
