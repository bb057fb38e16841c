import { decodeBase64url, encodeBase64url } from "../../domain/bytes.ts";
import { deviceThumbprint } from "../../domain/license/device-key.ts";
import {
  hashOf,
  isSealedFor,
  isSealedLease,
  openSealedLease,
  releaseClaims,
  requestClaims,
  signByDevice,
} from "../../domain/license/offline.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { ReplyBinding } from "./claims.ts";
import type { LocalCode } from "./verify-lease.ts";

/** A device's own keys. The private halves never leave it: what signs and what opens is handed in. */
export interface DeviceIdentity {
  /** base64url of the 32 bytes of its Ed25519 key. */
  readonly publicKey: string;
  sign(message: Uint8Array): Promise<Uint8Array>;
  /** An X25519 key pair: answers are then readable to this device alone. */
  readonly seal?: { readonly publicKey: string; readonly privateKey: CryptoKey };
}

/** A request file and what its answer must be bound to; keep both until the answer is here. */
export interface RequestFile {
  /** The text of a `.rbsm-req`, at most 1 KB: it fits a QR code. */
  readonly text: string;
  readonly binding: ReplyBinding;
}

/** RFC 7638 thumbprint of a device's key; null where the key is none. */
export function thumbprintOf(device: Pick<DeviceIdentity, "publicKey">): Promise<string | null> {
  return deviceThumbprint({ kty: "OKP", crv: "Ed25519", x: device.publicKey });
}

/** A request for an offline file, signed by the device. */
export async function makeOfflineRequest(
  device: DeviceIdentity,
  wanted: {
    readonly pluginId: string;
    readonly version: string;
    readonly hardwareId?: string | undefined;
    readonly components?: readonly string[] | undefined;
  },
  /** Unix seconds. */
  now: number,
): Promise<RequestFile> {
  const nonce = encodeBase64url(crypto.getRandomValues(new Uint8Array(24)));
  const claims = requestClaims({ ...wanted, nonce, issuedAt: now, sealKey: device.seal?.publicKey });
  const text = await signByDevice(keyBytes(device), device.sign, claims);
  return { text, binding: { nonce, requestHash: await hashOf(text) } };
}

/** A release file: erase the lease first, then let somebody carry this to the marketplace. */
export async function makeOfflineRelease(device: DeviceIdentity, jti: string, now: number): Promise<string> {
  return signByDevice(keyBytes(device), device.sign, releaseClaims(jti, now));
}

/** The lease inside an answer file, sealed or plain; who signed it and for whom is verified afterwards. */
export async function openAnswer(
  file: string,
  device: DeviceIdentity,
  requestHash: string,
): Promise<Result<string, LocalCode>> {
  const text = file.trim();
  if (!isSealedLease(text)) return ok(text);
  const publicKey = device.seal === undefined ? null : decodeBase64url(device.seal.publicKey);
  if (device.seal === undefined || publicKey === null || !(await isSealedFor(publicKey, text)))
    return refuse("DEVICE_KEY_MISMATCH");
  const opened = await openSealedLease(device.seal.privateKey, requestHash, text);
  return opened === null ? refuse("SIGNATURE_INVALID") : ok(opened);
}

function keyBytes(device: DeviceIdentity): Uint8Array {
  const bytes = decodeBase64url(device.publicKey);
  if (bytes?.length !== 32) throw new TypeError("a device key is 32 bytes in base64url");
  return bytes;
}
