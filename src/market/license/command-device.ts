import type { Principal } from "../../domain/account/principal.ts";
import type { Json } from "../../domain/json/json.ts";
import { COMMAND_SECONDS, type CommandType } from "../../domain/license/device-command.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { findInstallation } from "./find-installation.ts";
import { makeJti, makeOp } from "./make-ids.ts";

/** Tells a device something with its next ping, signed, until it acknowledges or a week is over. */
export async function commandDevice(
  world: Pick<World, "licenses" | "licenseDevices" | "clock" | "chance">,
  principal: Principal,
  iid: string,
  wanted: { readonly type: CommandType; readonly args: { readonly [name: string]: Json } },
): Promise<Result<{ n: number; type: CommandType; expiresAt: string }, Problem<Reason>>> {
  const found = await findInstallation(world, principal, iid);
  if (!found.ok) return found;
  const { activation } = found.value;
  if (activation.releasedAt !== null)
    return refuse({ reason: "TRANSITION_INVALID", facts: { from: "uninstalled", allowed: [] } });
  const now = unixSeconds(world.clock.now());
  const command = await world.licenseDevices.addCommand({
    activation,
    ...wanted,
    jti: makeJti(world),
    expiresAt: now + COMMAND_SECONDS,
    op: makeOp(world),
    now,
  });
  return ok({ n: command.n, type: command.type, expiresAt: isoTime(command.expiresAt) });
}
