import { matchComponents } from "../../domain/license/drift.ts";
import type { Activation, License } from "../../domain/license/license.ts";
import type { World } from "../ports.ts";

/** An asking device that was parsed. */
export interface AskingDevice {
  readonly hardwareId: string | null;
  readonly jkt: string | null;
  readonly components: readonly string[] | null;
}

export interface MatchedDevice {
  readonly activation: Activation | null;
  readonly by: "key" | "hardware" | "components" | "nothing";
}

/**
 * Which row of the license is this device (README, Devices): by its key, by its exact hardware id, by what the machine is
 * made of. `found` is what the first read saw by key or hardware; components cost a second read, and only where it saw none.
 */
export async function matchDevice(
  world: Pick<World, "licenseDevices">,
  license: License,
  found: Activation | null,
  device: AskingDevice,
): Promise<MatchedDevice> {
  if (found !== null) {
    const isByKey = device.jkt !== null && found.deviceJkt === device.jkt;
    return { activation: found, by: isByKey ? "key" : "hardware" };
  }
  const { components } = device;
  if (components === null || components.length === 0) return { activation: null, by: "nothing" };
  let best: { readonly activation: Activation; readonly matching: number } | null = null;
  for (const machine of await world.licenseDevices.withComponents(license.id)) {
    // A machine whose row knows another key is that key's machine.
    if (machine.activation.deviceJkt !== null && machine.activation.deviceJkt !== device.jkt) continue;
    const matching = matchComponents(machine.components, components, license.drift);
    if (matching !== null && matching > (best?.matching ?? 0)) best = { activation: machine.activation, matching };
  }
  return best === null ? { activation: null, by: "nothing" } : { activation: best.activation, by: "components" };
}
