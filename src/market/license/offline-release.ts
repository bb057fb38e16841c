import type { JsonObject } from "../../domain/json/json.ts";
import { hashOf, openRelease } from "../../domain/license/offline.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { makeOp } from "./make-ids.ts";
import { admitOffline, type OfflineCaller } from "./offline-codes.ts";

/** The device erased its file and says so (OFFLINE.md, Release): the seat is free, the lease stands on the list. */
export async function releaseOffline(
  world: Pick<World, "licenses" | "keyHasher" | "offline" | "chance" | "clock">,
  caller: OfflineCaller,
  text: string,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const release = await openRelease(text);
  const admitted = await admitOffline(world, caller, release === null ? null : await hashOf(text), now);
  if (!admitted.ok) return admitted;
  if (release === null) return refuse({ reason: "OFFLINE_REQUEST_INVALID", facts: { why: "form" } });
  const file = await world.offline.byJti(release.jti);
  if (file === null || file.licenseId !== admitted.value.licenseId) return refuse({ reason: "NOT_FOUND" });
  if (file.deviceJkt !== release.deviceJkt) return refuse({ reason: "DEVICE_PROOF_INVALID" });
  if (!(await admitted.value.spend())) return refuse({ reason: "OFFLINE_CODE_INVALID" });
  const isReleased = await world.offline.release(file.jti, makeOp(world), now);
  return ok({
    code: isReleased ? "RELEASED" : "ALREADY_RELEASED",
    class: "ok",
    message: isReleased ? "The seat is free." : "The seat was free already.",
    activationId: file.activationId,
    jti: file.jti,
  });
}

/** Every minute: codes and misses that are over are forgotten. */
export async function sweepOffline(world: Pick<World, "offline" | "clock">): Promise<void> {
  await world.offline.prune(unixSeconds(world.clock.now()));
}
