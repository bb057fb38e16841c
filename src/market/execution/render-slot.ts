import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { findSlot } from "../../domain/ui/slots.ts";
import type { World } from "../ports.ts";
import type { DeliveryWorld } from "./deliver-execution.ts";
import { type InstallationOwner, ownInstallation } from "./own-installation.ts";
import { judgeView, type ShownView, showView, type ViewReason, type ViewWish } from "./show-view.ts";

/** A view for the server of an instance, which puts it into a page of its own. */
export async function renderSlot(
  world: DeliveryWorld & Pick<World, "executions" | "chance" | "pluginStorage" | "clock">,
  owner: InstallationOwner,
  installationId: string,
  name: string,
  wish: ViewWish,
): Promise<Result<ShownView, Problem<ViewReason | "installation_not_found" | "slot_not_found">>> {
  const own = await ownInstallation(world, owner, installationId);
  if (!own.ok) return own;
  const { installation } = own.value;
  const slot = findSlot(installation.release?.ui, name);
  if (slot === null) return refuse({ reason: "slot_not_found" });
  const stopped = judgeView(installation, slot, unixSeconds(world.clock.now()));
  if (stopped !== null) return refuse(stopped);
  const shown = await showView(world, installation, slot, wish);
  return shown.ok ? ok(shown.value) : shown;
}
