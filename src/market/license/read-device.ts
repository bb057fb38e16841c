import type { DeviceProof } from "../../domain/license/device-proof.ts";
import { parseComponents } from "../../domain/license/drift.ts";
import { parseHardwareId } from "../../domain/license/identity.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { Proofs } from "./find-installation.ts";
import type { AskingDevice } from "./match-device.ts";

/** A device as it shows itself. */
export interface ShownDevice {
  readonly hardwareId?: string | undefined;
  /** RFC 7638 thumbprint of a device key that was checked. */
  readonly deviceJkt?: string | undefined;
  /** What the machine is made of. */
  readonly components?: readonly string[] | undefined;
  /** Keys that signed this request. */
  readonly proofs?: Proofs;
}

export interface ReadDevice extends AskingDevice {
  /** Of the device's own key. */
  readonly proof: DeviceProof | null;
  /** A device key without its proof; told only where the license is known. */
  readonly fault: Problem<Reason> | null;
}

/** Something must name the device: 64 hex characters, a key, or both. */
export function readDevice(shown: ShownDevice): Result<ReadDevice, Problem<Reason>> {
  const jkt = shown.deviceJkt ?? null;
  const named = shown.hardwareId === undefined || shown.hardwareId === "" ? null : shown.hardwareId;
  if (named === null && jkt === null)
    return refuse(badDevice("DEVICE_ID_REQUIRED", "/hardwareId", "A hardware id or a device key is needed."));
  const hardwareId = named === null ? null : parseHardwareId(named);
  if (named !== null && hardwareId === null)
    return refuse(badDevice("DEVICE_ID_INVALID", "/hardwareId", "A hardware id is 64 hexadecimal characters."));
  const components = shown.components === undefined ? null : parseComponents(shown.components);
  if (shown.components !== undefined && components === null)
    return refuse(badDevice("DEVICE_ID_INVALID", "/components", "At most 16 texts of 1 to 128 bytes."));
  const proofs = shown.proofs ?? [];
  const proof = proofs.find((candidate) => candidate.jkt === jkt) ?? null;
  return ok({ hardwareId, jkt, components, proof, fault: jkt === null || proof !== null ? null : faultOf(proofs) });
}

function faultOf(proofs: Proofs): Problem<Reason> {
  return proofs.length === 0
    ? { reason: "DEVICE_PROOF_REQUIRED" }
    : { reason: "DEVICE_PROOF_INVALID", facts: { why: "key" } };
}

function badDevice(reason: "DEVICE_ID_REQUIRED" | "DEVICE_ID_INVALID", pointer: string, detail: string) {
  return { reason, facts: { class: "action", errors: [{ pointer, detail }] } } as const;
}
