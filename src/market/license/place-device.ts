import { CHOICES, type Choice, judgeStanding, TEMPORARY_SECONDS } from "../../domain/license/clone.ts";
import type { Activation, License } from "../../domain/license/license.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { World } from "../ports.ts";
import { type AskingDevice, matchDevice } from "./match-device.ts";
import type { SeatNote } from "./ports.ts";

/** Where an asking device belongs: its row, a new one (null), or nowhere. */
export interface Place {
  readonly activation: Activation | null;
  readonly note: SeatNote | null;
  readonly temporaryUntil: number | null;
  readonly refusal: Problem<Reason> | null;
}

/** Identity first, then whether whoever shows it is a copy of a holder that is alive (README, Devices and Copies). */
export async function placeDevice(
  world: Pick<World, "licenseDevices">,
  read: { readonly license: License; readonly activation: Activation | null },
  device: AskingDevice,
  request: { readonly origin?: string | undefined; readonly resolve?: Choice | undefined },
  now: number,
): Promise<Place> {
  const matched = await matchDevice(world, read.license, read.activation, device);
  const { activation } = matched;
  if (activation === null) return place(null);
  const drifted: SeatNote | null =
    matched.by === "components" && activation.hardwareId !== device.hardwareId
      ? { kind: "activation.drifted", data: { from: activation.hardwareId, to: device.hardwareId } }
      : null;
  switch (judgeStanding(activation, { jkt: device.jkt, origin: request.origin ?? null }, now)) {
    case "holder":
      return { ...place(activation), note: drifted };
    case "stranger":
      return place(null);
    case "keyless":
      return { ...place(activation), refusal: { reason: "DEVICE_PROOF_REQUIRED" } };
    case "successor":
      return { ...place(activation), note: { kind: "activation.moved", data: { silent: true } } };
    case "copy":
      return resolveCopy(activation, device, request.resolve, now);
  }
}

/** Two places of one key can only be told apart by a key of their own. */
export function choicesOf(activation: Activation, jkt: string | null): readonly Choice[] {
  return jkt !== null && jkt !== activation.deviceJkt ? CHOICES : ["move"];
}

function resolveCopy(activation: Activation, device: AskingDevice, wanted: Choice | undefined, now: number): Place {
  const choices = choicesOf(activation, device.jkt);
  if (wanted === undefined || !choices.includes(wanted))
    return { ...place(activation), refusal: { reason: "DEVICE_CLONED", facts: { choices } } };
  if (wanted === "separate") return place(null);
  if (wanted === "move") return { ...place(activation), note: { kind: "activation.moved", data: { silent: false } } };
  return {
    ...place(null),
    temporaryUntil: now + TEMPORARY_SECONDS,
    note: { kind: "activation.temporary", data: { copyOf: activation.id } },
  };
}

function place(activation: Activation | null): Place {
  return { activation, note: null, temporaryUntil: null, refusal: null };
}
