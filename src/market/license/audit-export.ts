import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { LicenseEvent } from "../../domain/license/audit.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { roleOf } from "./access.ts";
import { NO_DEVICE } from "./ask-device.ts";

/** The events of a license after a number, in order, for everybody who may see the license. */
export async function exportEvents(
  world: Pick<World, "licenses" | "licenseAudit" | "clock">,
  principal: Principal,
  licenseId: string,
  page: { readonly after: number; readonly limit: number },
): Promise<Result<readonly JsonObject[], Problem<Reason>>> {
  const facts = await world.licenses.find({ licenseId }, NO_DEVICE, unixSeconds(world.clock.now()));
  if (facts === null || (await roleOf(world, principal, facts)) === null)
    return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  const events = await world.licenseAudit.events(licenseId, page.after, page.limit);
  return ok(events.map(presentEvent));
}

/** Forgets the personal fields of a license's sealed events, on somebody's right to it; operators only. */
export async function eraseEvents(
  world: Pick<World, "licenses" | "licenseAudit" | "clock">,
  principal: Principal,
  licenseId: string,
): Promise<Result<{ readonly erased: number }, Problem<Reason>>> {
  const facts = await world.licenses.find({ licenseId }, NO_DEVICE, unixSeconds(world.clock.now()));
  if (facts === null || principal.kind !== "account" || !principal.isOperator)
    return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  return ok({ erased: await world.licenseAudit.erase(licenseId) });
}

function presentEvent(event: LicenseEvent): JsonObject {
  const { seq, kind, activationId, actor, actorId, op, data, chain, salt, personal } = event;
  return {
    seq,
    at: isoTime(event.at),
    kind,
    licenseId: event.licenseId,
    ...(activationId === null ? {} : { activationId }),
    actor: { kind: actor, ...(actorId === null ? {} : { id: actorId }) },
    op,
    data,
    ...(chain === null ? {} : { chain, personal }),
    ...(salt === null ? {} : { salt }),
  };
}
