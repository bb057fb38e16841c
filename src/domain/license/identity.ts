import { encodeHex, encodeUtf8 } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import { crockford } from "./key.ts";

/** 64 hex characters, as installed devices send them; anything else can be judged but takes no seat. */
const HARDWARE_ID = /^[0-9a-fA-F]{64}$/;

export function parseHardwareId(text: string): string | null {
  return HARDWARE_ID.test(text) ? text.toLowerCase() : null;
}

/** What makes one device one device on a license: its key if it has one, else its hardware. Fixed at the first grant. */
export function deviceIdOf(device: { readonly hardwareId: string | null; readonly jkt: string | null }): string | null {
  if (device.jkt !== null) return `key:${device.jkt}`;
  return device.hardwareId === null ? null : `hw:${device.hardwareId}`;
}

/** Derived, so that the lease can be signed before the row is written. */
export async function activationIdOf(licenseId: string, deviceId: string): Promise<string> {
  return `act_${crockford(await sha256(`rbsm-act\0${licenseId}\0${deviceId}`), 20)}`;
}

/** The uuid of an installation whose caller names none: derived too, so that two parallel first calls agree on it. */
export async function installationUuidOf(instanceId: string, activationId: string): Promise<string> {
  const bytes = (await sha256(encodeUtf8(`rbsm-iid\0${instanceId}\0${activationId}`))).subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = encodeHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
