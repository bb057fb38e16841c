import { type CapabilityDiff, capabilityDiff } from "../../domain/execution/capability-diff.ts";
import type { Installation } from "../../domain/execution/installation.ts";
import { type Capabilities, capabilitiesOf, parseManifest } from "../../domain/manifest/manifest.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { type ConsentRequest, readConsent } from "../license/read-consent.ts";
import type { World } from "../ports.ts";
import { closureInForce } from "../update/closure-in-force.ts";
import type { ConsentRelease, KeptConsent } from "./capability-ports.ts";
import { capabilitiesIn } from "./carry-consent.ts";
import { noteChange } from "./note-change.ts";
import { type InstallationOwner, ownInstallation } from "./own-installation.ts";

/** What a version asks for beside what the installation granted. */
export interface DiffView {
  readonly installation: Installation;
  readonly version: string;
  readonly closureDigest: string;
  readonly capabilities: Capabilities;
  readonly permissions: readonly { readonly code: string; readonly description: string; readonly required: boolean }[];
  readonly diff: CapabilityDiff;
  /** The consent that this version has; null = it waits for one. */
  readonly consent: KeptConsent | null;
}

/** The difference between what this installation granted and what a version asks for; the newest where none is named. */
export async function showCapabilityDiff(
  world: Pick<World, "executions" | "consents" | "updateIndex">,
  owner: InstallationOwner,
  installationId: string,
  version: string | null,
): Promise<Result<DiffView, Problem<Reason>>> {
  const own = await ownInstallation(world, owner, installationId);
  if (!own.ok) return own;
  const { installation } = own.value;
  const asked = await world.consents.release(installation.plugin.id, version);
  const manifest = asked === null ? null : parseManifest(asked.manifest);
  if (asked === null || manifest === null || !manifest.ok) return refuse({ reason: "release_not_found" });
  const running = await world.consents.release(installation.plugin.id, installation.version);
  const before = running === null || installation.grant === null ? null : capabilitiesIn(running.manifest);
  const after = capabilitiesOf(manifest.value);
  const consent = await world.consents.newest(installation.activationId, asked.version);
  const where = { instanceId: installation.instanceId, pluginId: installation.plugin.id, version: asked.version };
  const closure = Object.keys(after.dependencies).length === 0 ? null : await closureInForce(world, where);
  return ok({
    installation,
    version: asked.version,
    closureDigest: closure?.digest ?? asked.closureDigest,
    capabilities: after,
    permissions: manifest.value.permissions,
    diff: capabilityDiff(before, installation.grant?.permissions ?? [], after),
    consent: consent?.closureDigest === asked.closureDigest ? consent : null,
  });
}

/** Records the consent for a version, before or after the instance installs it. Nothing else changes. */
export async function giveConsent(
  world: Pick<World, "executions" | "consents" | "licenses" | "updateIndex" | "audit" | "clock">,
  owner: InstallationOwner,
  installationId: string,
  version: string,
  request: Required<ConsentRequest>,
): Promise<Result<DiffView, Problem<Reason>>> {
  const own = await ownInstallation(world, owner, installationId);
  if (!own.ok) return own;
  const { installation, actor } = own.value;
  if (installation.releasedAt !== null) return refuse({ reason: "installation_not_found" });
  const { plugin, activationId } = installation;
  const asked = await world.consents.release(plugin.id, version);
  const release = asked === null || asked.isBlocked ? null : factsOf(asked);
  if (release === null) return refuse({ reason: "release_not_found" });
  const where = { instanceId: installation.instanceId, pluginId: plugin.id, version };
  const closure = release.dependencies.length === 0 ? null : await closureInForce(world, where);
  const consent = await readConsent(world, plugin.id, release, request, closure);
  if (!consent.ok) return consent;
  if (consent.value === null) throw new Error("a consent was sent and none was read");
  const now = unixSeconds(world.clock.now());
  await world.consents.record(activationId, { ...consent.value, version, actor }, now);
  const { permissions, declined, closureDigest } = consent.value;
  const facts = { version, permissions, declined, closureDigest };
  await noteChange(world, owner, activationId, "installation.consent", facts, now);
  return showCapabilityDiff(world, owner, installationId, version);
}

function factsOf({ version, closureDigest, manifest }: ConsentRelease) {
  const parsed = parseManifest(manifest);
  if (!parsed.ok) return null;
  const { permissions, dependencies } = parsed.value;
  return { version, closureDigest, permissions, dependencies: Object.keys(dependencies), publishedAt: 0 };
}
