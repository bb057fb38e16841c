import { type LicenseKey, parseLicenseKey } from "../../domain/license/key.ts";
import type { LicenseReason } from "../../domain/license/reasons.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { DeviceRef, LicenseRef } from "./ports.ts";

export const NO_DEVICE: DeviceRef = { hardwareId: null, jkt: null };

/** How a caller names a license: by key, or by id where it is signed in. */
export interface NamedLicense {
  readonly licenseKey?: unknown;
  readonly licenseId?: string | undefined;
}

/** Key text → reference; a malformed key ends here, before any read. */
export async function referLicense(
  world: Pick<World, "keyHasher">,
  named: NamedLicense,
): Promise<Result<LicenseRef, Problem<LicenseReason>>> {
  if (named.licenseKey === undefined && named.licenseId !== undefined) return ok({ licenseId: named.licenseId });
  const key = parseLicenseKey(named.licenseKey);
  return key === null ? refuse({ reason: "KEY_MALFORMED" }) : ok(await referKey(world, key));
}

export async function referKey(world: Pick<World, "keyHasher">, key: LicenseKey): Promise<{ keyHash: string }> {
  return { keyHash: await world.keyHasher.candidates("rbsm-license-key", key.text) };
}
