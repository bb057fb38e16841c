import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { roleOf } from "./access.ts";
import { NO_DEVICE } from "./ask-device.ts";
import { presentWithoutKey } from "./present-license.ts";

/** One license by id, without its key, with limits and usage of this month. */
export async function showLicense(
  world: Pick<World, "licenses" | "clock">,
  principal: Principal,
  licenseId: string,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const facts = await world.licenses.find({ licenseId }, NO_DEVICE, now);
  const role = facts === null ? null : await roleOf(world, principal, facts);
  if (facts === null || role === null) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  const rights = await world.licenses.rightsOf(licenseId);
  const usage = await world.licenses.usageOf(licenseId, isoTime(now).slice(0, 7));
  const { apiCalls = -1, storage = -1, users = -1 } = rights.limits;
  return ok({
    ...presentWithoutKey(facts, now),
    usageLimits: { apiCalls, storage, users, features: rights.entitlements },
    usageData: { apiCalls: usage.apiCalls ?? 0, storage: usage.storage ?? 0 },
  });
}
