import type { Permission, PluginType, Tier } from "../manifest/permissions.ts";
import { ENTITY_READ, type Entity } from "./events.ts";
import type { EgressRule, Job } from "./job.ts";
import { runLimits } from "./limits.ts";

/** Everything that decides whether a plugin may run in an installation, read at one moment. Times are Unix seconds. */
export interface Installation {
  readonly activationId: string;
  /** The uuid that counts only inside one instance. */
  readonly installationId: string;
  readonly instanceId: string;
  readonly isInstanceSuspended: boolean;
  readonly version: string;
  readonly releasedAt: number | null;
  readonly leaseUntil: number;
  readonly pausedAt: number | null;
  readonly license: {
    /** The instance's own user; notifications of the plugin go to this one. */
    readonly userId: string;
    readonly tier: Tier;
    readonly state: string;
    readonly startsAt: number;
    /** End of the right, grace included; null = open-ended. */
    readonly endsAt: number | null;
    /** Null = unlimited. */
    readonly storageBytes: number | null;
  };
  readonly plugin: { readonly id: string; readonly name: string; readonly state: string };
  /** Null when no release of this version exists. */
  readonly release: {
    readonly state: string;
    readonly isBlocked: boolean;
    readonly type: PluginType;
    readonly closureDigest: string;
    /** Hex digest of `server/main.js`; null for plugins without one. */
    readonly moduleSha256: string | null;
    readonly events: readonly { readonly on: string; readonly timeoutMs?: number }[];
    readonly egress: readonly { readonly host: string; readonly methods?: readonly string[] }[];
  } | null;
  /** The newest consent for the installed version; null = none. */
  readonly grant: { readonly permissions: readonly Permission[]; readonly closureDigest: string } | null;
}

/** Why an installation does not run. Kept as the message of a `skipped` execution. */
export type SkipReason =
  | "instance_suspended"
  | "installation_released"
  | "installation_paused"
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

/** May it hear of this event? It declares the event and holds the entity's read permission. Null = yes. */
export function judgeEvent(installation: Installation, event: string, entity: Entity, now: number): SkipReason | null {
  const refusal = judgeInstallation(installation, now);
  if (refusal !== null) return refusal;
  if (!installation.release?.events.some(({ on }) => on === event)) return "event_not_declared";
  return installation.grant?.permissions.includes(ENTITY_READ[entity]) ? null : "entity_not_granted";
}

/** The authority of one event run. Call it only for an installation that was judged. */
export function eventJob(installation: Installation, executionId: string, event: string): Job {
  const { release, grant } = installation;
  if (release === null || release.moduleSha256 === null || grant === null)
    throw new Error("job for a refused installation");
  const declared = release.events.find(({ on }) => on === event);
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
    // Delivery is at least once, so handlers of events must bear a repeat.
    idempotent: true,
    limits: runLimits(release.type, "event", declared?.timeoutMs),
  };
}

const DEFAULT_METHODS: readonly string[] = ["GET", "POST"];

function egressRule({ host, methods = DEFAULT_METHODS }: { host: string; methods?: readonly string[] }): EgressRule {
  return { host, methods };
}
