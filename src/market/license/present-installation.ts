import { type Activation, isLive } from "../../domain/license/license.ts";
import { hostStatus } from "../../domain/license/states.ts";
import { HOUR, isoTime } from "../../domain/time.ts";
import type { InstallationFacts } from "./ports.ts";

export type InstallationStatus = "active" | "inactive" | "uninstalled";

/** The host's installation with our additions. */
export interface InstallationView {
  readonly id: string;
  readonly activationId: string;
  readonly installationId: string;
  readonly pluginId: string;
  readonly pluginName: string;
  readonly licenseId: string;
  readonly userId: string;
  readonly hardwareId?: string;
  readonly version: string;
  readonly status: InstallationStatus;
  /** Is the seat held right now? */
  readonly isLive: boolean;
  readonly lastHeartbeat: string;
  readonly installedAt: string;
  readonly uninstalledAt?: string;
  readonly leaseUntil: string;
  readonly seat: { readonly class: "paid" | "dev"; readonly overage: boolean; readonly generation: number };
  readonly license: { readonly status: string; readonly type: string; readonly expiresAt?: string };
}

/** Silent for an hour or paused is inactive; the seat stays. */
export function installationStatus(activation: Activation, now: number): InstallationStatus {
  if (activation.releasedAt !== null) return "uninstalled";
  return activation.pausedAt !== null || activation.lastSeenAt <= now - HOUR ? "inactive" : "active";
}

export function presentInstallation(
  { activation, license, pluginName }: InstallationFacts,
  now: number,
): InstallationView {
  return {
    id: activation.id,
    activationId: activation.id,
    installationId: activation.installationId,
    pluginId: license.pluginId,
    pluginName,
    licenseId: license.id,
    userId: license.userId,
    ...(activation.hardwareId === null ? {} : { hardwareId: activation.hardwareId }),
    version: activation.version,
    status: installationStatus(activation, now),
    isLive: isLive(activation, now),
    lastHeartbeat: isoTime(activation.lastSeenAt),
    installedAt: isoTime(activation.grantedAt),
    ...(activation.releasedAt === null ? {} : { uninstalledAt: isoTime(activation.releasedAt) }),
    leaseUntil: isoTime(activation.leaseUntil),
    seat: { class: activation.seatClass, overage: activation.isOver, generation: activation.generation },
    license: {
      status: hostStatus(license, now),
      type: license.type,
      ...(license.expiresAt === null ? {} : { expiresAt: isoTime(license.expiresAt) }),
    },
  };
}
