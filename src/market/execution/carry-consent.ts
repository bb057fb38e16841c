import { capabilityDiff } from "../../domain/execution/capability-diff.ts";
import type { Installation } from "../../domain/execution/installation.ts";
import type { Json } from "../../domain/json/json.ts";
import { type Capabilities, capabilitiesOf, parseManifest } from "../../domain/manifest/manifest.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/**
 * An update that asks for less than was granted waits for nobody: the consent goes over to the installed version, and the
 * grant shrinks with it. Anything that grew, be it one host, waits for a person. False: there was nothing to carry over.
 */
export async function carryConsent(
  world: Pick<World, "consents" | "audit" | "clock">,
  { activationId, plugin, version, installedVersion, grant, releasedAt }: Installation,
): Promise<boolean> {
  if (grant === null || releasedAt !== null || version === installedVersion) return false;
  const granted = await world.consents.release(plugin.id, version);
  const installed = await world.consents.release(plugin.id, installedVersion);
  if (granted === null || installed === null || installed.isBlocked) return false;
  const [before, after] = [capabilitiesIn(granted.manifest), capabilitiesIn(installed.manifest)];
  if (before === null || after === null || capabilityDiff(before, grant.permissions, after).isGrowth) return false;
  const asked = [...after.permissions, ...after.optionalPermissions];
  const permissions = grant.permissions.filter((code) => asked.includes(code));
  const declined = after.optionalPermissions.filter((code) => !permissions.some((kept) => kept === code));
  const { closureDigest } = installed;
  const now = unixSeconds(world.clock.now());
  await world.consents.record(
    activationId,
    { version: installedVersion, permissions, declined, closureDigest, actor: "system" },
    now,
  );
  await world.audit.append(
    {
      actorKind: "system",
      actorId: "consent",
      action: "installation.consent_carried",
      subjectKind: "installation",
      subjectId: activationId,
      data: { from: version, version: installedVersion, permissions, declined, closureDigest },
    },
    now,
  );
  return true;
}

export function capabilitiesIn(manifest: Json): Capabilities | null {
  const parsed = parseManifest(manifest);
  return parsed.ok ? capabilitiesOf(parsed.value) : null;
}
