import type { Capabilities } from "../../domain/manifest/capabilities.ts";
import { membersOf, viewOf } from "../../domain/update/closure.ts";
import { releaseKey } from "../../domain/update/document.ts";
import type { World } from "../ports.ts";

const MAX_RELEASES = 20_000;

/** What a version would be allowed on an instance together with everything it reaches there. */
export interface ClosureInForce {
  readonly digest: string;
  readonly capabilities: Capabilities;
}

/**
 * The closure that a consent is about: the version, what it needs in the versions that the instance has, and what those need
 * in turn. Null: it needs nothing, so its own capability object is its closure, or it was never published.
 */
export async function closureInForce(
  world: Pick<World, "updateIndex">,
  {
    instanceId,
    pluginId,
    version,
  }: { readonly instanceId: string; readonly pluginId: string; readonly version: string },
): Promise<ClosureInForce | null> {
  const has = await world.updateIndex.installed(instanceId, pluginId);
  if (has === null) return null;
  const { plugin, installed } = has;
  const index = await world.updateIndex.read([{ name: plugin, version }, ...installed], MAX_RELEASES);
  const release = index?.documents.get(plugin)?.releases.find((one) => one.version === version);
  if (index === null || release === undefined || Object.keys(release.dependencies).length === 0) return null;
  const plugins = installed.map((one) => ({ ...one, ...ASKED }));
  const members = membersOf(plugin, release, index.documents, { instanceId, appVersion: null, plugins });
  const keys = [...members].map(([name, member]) => releaseKey(name, member.version));
  const view = await viewOf(plugin, members, await world.updateIndex.capabilities(keys));
  return view === null ? null : { digest: view.digest, capabilities: view.capabilities };
}

const ASKED = { sha256: null, channel: "stable", closureDigest: null, auto: false, cooldownDays: 0 } as const;
