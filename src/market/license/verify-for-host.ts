import { parseInstanceBearer } from "../../domain/account/bearer.ts";
import { parseHardwareId } from "../../domain/license/identity.ts";
import { parseLicenseKey } from "../../domain/license/key.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { authenticate, type Credential, proveInstance } from "../account/authenticate.ts";
import type { World } from "../ports.ts";
import { referKey } from "./ask-device.ts";
import { type VerifyAnswer, verifyLicense } from "./verify-license.ts";

type Needs = Parameters<typeof verifyLicense>[0] & Pick<World, "accounts" | "instances" | "hmac">;

/**
 * The host's verify with its credential: instance, key and license are read by one statement, then the HMAC is compared,
 * then the license judged. Nothing is said about the license to a caller that is not proven.
 */
export async function verifyForHost(
  world: Needs,
  credential: Credential,
  wanted: { readonly licenseKey: string; readonly pluginId: string; readonly hardwareId: string },
): Promise<Result<VerifyAnswer, Problem<Reason>>> {
  const key = parseLicenseKey(wanted.licenseKey);
  const bearer = parseInstanceBearer(/^Bearer +(.+)$/i.exec(credential.authorization ?? "")?.[1] ?? "");
  if (key === null || bearer === null) {
    const caller = await authenticate(world, credential);
    if (!caller.ok) return caller;
    if (caller.value.kind === "anonymous") return refuse({ reason: "AUTHENTICATION_REQUIRED" });
    if (caller.value.kind === "account") return refuse({ reason: "PERMISSION_DENIED", facts: { needs: "instance" } });
    const { instanceId, isSuspended } = caller.value;
    return ok(await verifyLicense(world, { ...wanted, instanceId, isInstanceSuspended: isSuspended }));
  }
  const { keyHash } = await referKey(world, key);
  const device = { hardwareId: parseHardwareId(wanted.hardwareId), jkt: null };
  const read = await world.licenses.findWithInstance(bearer.apiKey, keyHash, device, unixSeconds(world.clock.now()));
  const proven = await proveInstance(world, bearer, read?.credential ?? null, credential.windowSeconds);
  if (!proven.ok || read === null) return proven.ok ? refuse({ reason: "AUTHENTICATION_REQUIRED" }) : proven;
  const { instanceId, isSuspended } = proven.value;
  return ok(await verifyLicense(world, { ...wanted, keyHash, instanceId, isInstanceSuspended: isSuspended }, read));
}
