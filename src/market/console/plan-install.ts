import type { AccountPrincipal } from "../../domain/account/principal.ts";
import { deriveState } from "../../domain/license/states.ts";
import { type Capabilities, capabilitiesOf, parseManifest } from "../../domain/manifest/manifest.ts";
import type { Permission } from "../../domain/manifest/permissions.ts";
import type { Problem } from "../../domain/problem.ts";
import { compareVersions, parseVersion, satisfies } from "../../domain/release/version.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { PluginDetail } from "../catalogue/views.ts";
import type { World } from "../ports.ts";
import { closureInForce } from "../update/closure-in-force.ts";
import type { InstalledRow, InstanceRow, LicenseRow } from "./ports.ts";

/** Everything the steps of an installation show: what would be installed where, under which licenses, and what stands in the way. */
export interface InstallPlan {
  readonly instance: InstanceRow;
  readonly plugin: PluginDetail;
  readonly version: string;
  readonly closureDigest: string;
  readonly capabilities: Capabilities;
  readonly permissions: readonly {
    readonly code: Permission;
    readonly description: string;
    readonly required: boolean;
  }[];
  readonly egress: readonly { readonly host: string; readonly reason: string }[];
  /** Licenses of the instance for the plugin, newest first; ended ones too. */
  readonly licenses: readonly LicenseRow[];
  /** The chosen one. */
  readonly license: LicenseRow | null;
  readonly installed: readonly InstalledRow[];
  readonly checks: readonly Check[];
}

/** One thing that must hold. */
export type Check =
  | { readonly what: "instance"; readonly isMet: boolean }
  | { readonly what: "plugin"; readonly isMet: boolean; readonly state: string }
  | {
      readonly what: "host";
      readonly isMet: boolean;
      readonly has: string;
      readonly min: string;
      readonly max: string | null;
    }
  | { readonly what: "license"; readonly isMet: boolean; readonly state: string }
  | { readonly what: "seat"; readonly isMet: boolean; readonly live: number; readonly max: number | null }
  | {
      readonly what: "dependency";
      readonly isMet: boolean;
      readonly name: string;
      readonly range: string;
      readonly has: string | null;
    };

export interface InstallChoice {
  readonly plugin: string;
  readonly instanceId: string;
  readonly licenseId: string | null;
  /** Null = the newest. */
  readonly version: string | null;
}

export async function planInstall(
  world: Pick<World, "console" | "catalogue" | "consents" | "updateIndex" | "clock">,
  principal: AccountPrincipal,
  choice: InstallChoice,
): Promise<Result<InstallPlan, Problem<"NOT_FOUND" | "release_not_found">>> {
  const { accountId } = principal;
  const now = unixSeconds(world.clock.now());
  const [instances, plugin] = await Promise.all([
    world.console.instances(accountId, now),
    world.catalogue.detail({ name: choice.plugin }, VISITOR),
  ]);
  const instance = instances.find(({ id }) => id === choice.instanceId);
  if (instance === undefined || plugin === null) return refuse({ reason: "NOT_FOUND" });
  const release = await world.consents.release(plugin.id, choice.version);
  const manifest = release === null || release.isBlocked ? null : parseManifest(release.manifest);
  if (release === null || manifest === null || !manifest.ok) return refuse({ reason: "release_not_found" });
  const [licenses, installed] = await Promise.all([
    world.console.licenses(accountId, { instanceId: instance.id, pluginId: plugin.id }, now),
    world.console.installations(accountId, { instanceId: instance.id, isReleased: false }, now),
  ]);
  const license = licenses.find(({ id }) => id === choice.licenseId) ?? null;
  const { minAppVersion, maxAppVersion = null, dependencies, permissions, egress } = manifest.value;
  const where = { instanceId: instance.id, pluginId: plugin.id, version: release.version };
  const closure = Object.keys(dependencies).length === 0 ? null : await closureInForce(world, where);
  return ok({
    instance,
    plugin,
    version: release.version,
    closureDigest: closure?.digest ?? release.closureDigest,
    capabilities: capabilitiesOf(manifest.value),
    permissions,
    egress,
    licenses,
    license,
    installed,
    checks: [
      { what: "instance", isMet: !instance.isSuspended },
      { what: "plugin", isMet: plugin.status === "approved", state: plugin.status },
      hostCheck(instance.appVersion, minAppVersion, maxAppVersion),
      licenseCheck(license, now),
      ...seatCheck(license),
      ...Object.entries(dependencies).map(([name, range]) => dependencyCheck(name, range, installed)),
    ],
  });
}

const VISITOR = { all: false, publisherIds: [], names: null } as const;

/** A host whose version is no SemVer is not judged by it. */
function hostCheck(has: string, min: string, max: string | null): Check {
  const isMet =
    parseVersion(has) === null || (compareVersions(has, min) >= 0 && (max === null || compareVersions(has, max) <= 0));
  return { what: "host", isMet, has, min, max };
}

function licenseCheck(license: LicenseRow | null, now: number): Check {
  const state = license === null ? "none" : deriveState(license, now);
  return { what: "license", isMet: ["active", "trialing", "past_due"].includes(state), state };
}

/** Said beforehand; the statement that takes the seat decides. */
function seatCheck(license: LicenseRow | null): Check[] {
  if (license === null) return [];
  const { liveSeats: live, maxInstalls: max } = license;
  return [{ what: "seat", isMet: max === null || live < max, live, max }];
}

function dependencyCheck(name: string, range: string, installed: readonly InstalledRow[]): Check {
  const has = installed.find(({ plugin }) => plugin.name === name)?.version ?? null;
  return { what: "dependency", isMet: has !== null && satisfies(has, range), name, range, has };
}
