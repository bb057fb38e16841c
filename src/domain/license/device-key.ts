import { decodeBase64url, encodeBase64url } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import { pointProblem } from "../trust/public-key.ts";

/** A device's public key as it was sent (RFC 8037). */
export interface DeviceKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly x: string;
}

/** RFC 7638 thumbprint; null when the point is not one that only its holder can sign for. */
export async function deviceThumbprint(key: DeviceKey): Promise<string | null> {
  const point = decodeBase64url(key.x);
  if (point === null || pointProblem(point) !== null) return null;
  return encodeBase64url(await sha256(`{"crv":"Ed25519","kty":"OKP","x":"${key.x}"}`));
}
