import type { JsonObject } from "../json/json.ts";
import type { Permission, PluginType, Tier } from "../manifest/permissions.ts";
import { isoTime } from "../time.ts";
import type { DeclaredUi } from "../ui/slots.ts";
import { ENTITY_READ, type Entity } from "./events.ts";
import type { Call, EgressRule, Hook, Job, LicenseFacts } from "./job.ts";
import { runLimits, TIER_LIMITS } from "./limits.ts";
import type { DeclaredRoute } from "./route.ts";
import type { Schedule } from "./schedule.ts";
import { effectiveSettings, type SettingField } from "./settings.ts";

/** Everything that decides whether a plugin may run in an installation, read at one moment. Times are Unix seconds. */
export interface Installation {
  readonly activationId: string;
  /** The uuid that counts only inside one instance. */
  readonly installationId: string;
  readonly instanceId: string;
  readonly isInstanceSuspended: boolean;
  /**
   * What runs: the installed version once its consent was given, until then the newest older one that has consent
   * (README, Consent).
   */
  readonly version: string;
  /** What the instance says it holds. */
  readonly installedVersion: string;
  readonly releasedAt: number | null;
  readonly leaseUntil: number;
  readonly pausedAt: number | null;
  /** Stopped after repeated failures, or by somebody; null = not. */
  readonly suspendedAt: number | null;
  /** Names what the plugin keeps: of the first installation of this plugin on this device (README, Storage). */
  readonly storageId: string;
  /** The instance cannot be called; it fetches what plugins want written (README, Pull mode). */
  readonly isPull: boolean;
  readonly license: {
    readonly id: string;
    /** The instance's own user; notifications of the plugin go to this one. */
    readonly userId: string;
    readonly tier: Tier;
    readonly state: string;
    readonly startsAt: number;
    /** End of the right, grace included; null = open-ended. */
    readonly endsAt: number | null;
    /** Null = unlimited. */
    readonly storageBytes: number | null;
    readonly features: readonly string[];
    readonly limits: { readonly [metric: string]: number };
  };
  readonly plugin: { readonly id: string; readonly name: string; readonly state: string };
  /** Null when no release of this version exists. */
  readonly release: {
    /** Hex digest of the bundle. */
    readonly sha256: string;
    readonly state: string;
    readonly isBlocked: boolean;
    readonly type: PluginType;
    readonly closureDigest: string;
    /** Hex digest of `server/main.js`; null for plugins without one. */
    readonly moduleSha256: string | null;
    readonly events: readonly { readonly on: string; readonly timeoutMs?: number }[];
    readonly routes: readonly DeclaredRoute[];
    readonly schedules: readonly Schedule[];
    readonly egress: readonly { readonly host: string; readonly methods?: readonly string[] }[];
    readonly emits: readonly string[];
    readonly settings: readonly SettingField[];
    /** Of the manifest's settings; 1 where it is not said. */
    readonly settingsVersion?: number;
    readonly ui?: DeclaredUi | null;
  } | null;
  /** What the admin set, as it was kept; secrets sealed. */
  readonly settings: {
    readonly values: JsonObject;
    readonly sealed: { readonly [key: string]: string };
    /** The version of the settings that the values are written for; null = of what runs, or none were kept. */
    readonly writtenFor?: SettingsOrigin | null;
  };
  /** The newest consent for the installed version; null = none. */
  readonly grant: { readonly permissions: readonly Permission[]; readonly closureDigest: string } | null;
}

export interface SettingsOrigin {
  readonly settingsVersion: number;
  /** The release whose bundle holds every migration up to it. */
  readonly release: string;
  /** Hex digest of that bundle. */
  readonly bundleSha256: string;
  /** Moves with every write. */
  readonly revision: number;
}

/** Why an installation does not run. Kept as the message of a `skipped` execution. */
export type SkipReason =
  | "instance_suspended"
  | "installation_released"
  | "installation_paused"
  | "installation_suspended"
  | "seat_lapsed"
  | "license_inactive"
  | "license_not_started"
  | "license_expired"
  | "plugin_unavailable"
  | "release_unavailable"
  | "release_blocked"
  | "no_server_module"
  | "consent_missing"
  | "consent_stale"
  | "event_not_declared"
  | "schedule_not_declared"
  | "entity_not_granted"
  | "event_erased";

const RUNNABLE_PLUGIN_STATES = ["active", "deprecated", "archived"];
const RUNNABLE_RELEASE_STATES = ["published", "deprecated", "yanked"];

/** May this installation run anything now? Null = yes. */
export function judgeInstallation(installation: Installation, now: number): SkipReason | null {
  const { license, release, grant } = installation;
  if (installation.isInstanceSuspended) return "instance_suspended";
  if (installation.releasedAt !== null) return "installation_released";
  if (installation.leaseUntil <= now) return "seat_lapsed";
  if (installation.pausedAt !== null) return "installation_paused";
  if (installation.suspendedAt !== null) return "installation_suspended";
  if (license.state !== "active") return "license_inactive";
  if (license.startsAt > now) return "license_not_started";
  if (license.endsAt !== null && now >= license.endsAt) return "license_expired";
  if (!RUNNABLE_PLUGIN_STATES.includes(installation.plugin.state)) return "plugin_unavailable";
  if (release === null || !RUNNABLE_RELEASE_STATES.includes(release.state)) return "release_unavailable";
  if (release.isBlocked) return "release_blocked";
  if (release.moduleSha256 === null) return "no_server_module";
  if (grant === null) return "consent_missing";
  return grant.closureDigest === release.closureDigest ? null : "consent_stale";
}

/**
 * May it hear of this event? It declares the event and holds the entity's read permission; what another plugin tells
 * needs no permission of its own, for declaring it takes a dependency that the admin consented to. Null = yes.
 */
export function judgeEvent(
  installation: Installation,
  event: string,
  entity: Entity | "plugin",
  now: number,
): SkipReason | null {
  const refusal = judgeInstallation(installation, now);
  if (refusal !== null) return refusal;
  if (!installation.release?.events.some(({ on }) => on === event)) return "event_not_declared";
  if (entity === "plugin") return null;
  return installation.grant?.permissions.includes(ENTITY_READ[entity]) ? null : "entity_not_granted";
}

/**
 * May this life-cycle hook be called? Leaving is told also to a plugin whose seat, license or pause would stop everything
 * else; what was blocked, suspended or never consented to stays silent. Null = yes.
 */
export function judgeHook(installation: Installation, hook: Hook, now: number): SkipReason | null {
  if (hook !== "uninstall" && hook !== "deactivate") return judgeInstallation(installation, now);
  const license = { ...installation.license, state: "active", startsAt: 0, endsAt: null };
  return judgeInstallation({ ...installation, license, releasedAt: null, pausedAt: null, leaseUntil: now + 1 }, now);
}

/** The authority of one event run. Call it only for an installation that was judged. */
export function eventJob(installation: Installation, executionId: string, event: string): Job {
  const declared = installation.release?.events.find(({ on }) => on === event);
  // Delivery is at least once, so handlers of events must bear a repeat.
  return jobOf(installation, executionId, "event", { isIdempotent: true, timeoutMs: declared?.timeoutMs });
}

/** The authority of one run of any kind. Call it only for an installation that was judged. */
export function jobOf(
  installation: Installation,
  executionId: string,
  kind: Call["kind"],
  { isIdempotent, timeoutMs }: { readonly isIdempotent: boolean; readonly timeoutMs?: number | undefined },
): Job {
  const { release, grant, license } = installation;
  if (release === null || release.moduleSha256 === null || grant === null)
    throw new Error("job for a refused installation");
  return {
    executionId,
    activationId: installation.activationId,
    plugin: installation.plugin.name,
    version: installation.version,
    type: release.type,
    moduleSha256: release.moduleSha256,
    closureDigest: release.closureDigest,
    granted: grant.permissions,
    egress: release.egress.map(egressRule),
    egressPerMinute: TIER_LIMITS[license.tier].egressPerMinute,
    emits: release.emits,
    settings: effectiveSettings(release.settings, installation.settings.values),
    license: licenseFacts(license),
    idempotent: isIdempotent,
    limits: runLimits(release.type, kind, timeoutMs),
  };
}

/** Only a license that is active runs anything, so a running plugin never reads another status. */
function licenseFacts({ tier, endsAt, features, limits }: Installation["license"]): LicenseFacts {
  const end = endsAt === null ? {} : { expiresAt: isoTime(endsAt) };
  return { tier, status: "active", ...end, features, limits };
}

const DEFAULT_METHODS: readonly string[] = ["GET", "POST"];

function egressRule({ host, methods = DEFAULT_METHODS }: { host: string; methods?: readonly string[] }): EgressRule {
  return { host, methods };
}
