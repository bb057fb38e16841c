import type { Installation } from "../../domain/execution/installation.ts";
import type { Authority, Snapshot } from "./ports.ts";

/** In whose name one run acts. `eventDepth` is that of the plugin event which is delivered, 0 for everything else. */
export function authorityOf(installation: Installation, eventDepth = 0, snapshot: Snapshot = {}): Authority {
  const { instanceId, license, plugin, release, settings } = installation;
  return {
    instanceId,
    pluginId: plugin.id,
    licenseId: license.id,
    userId: license.userId,
    tier: license.tier,
    storageBytes: license.storageBytes,
    bundleSha256: release?.sha256 ?? "",
    sealed: settings.sealed,
    secretFields: release?.settings.filter(({ type }) => type === "secret") ?? [],
    eventDepth,
    storageId: installation.storageId,
    snapshot: installation.isPull ? snapshot : null,
  };
}
