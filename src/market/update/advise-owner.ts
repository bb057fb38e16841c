import { parseVersion } from "../../domain/release/version.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { Decisions } from "../../domain/update/decide.ts";
import type { World } from "../ports.ts";
import { checkUpdates } from "./check-updates.ts";

/** What the update check says of one installed plugin to whoever owns its instance; others that are installed there count. */
export async function adviseOwner(
  world: Pick<World, "console" | "updateIndex" | "tuf" | "clock">,
  accountId: string,
  where: { readonly instanceId: string; readonly plugin: string },
): Promise<Decisions> {
  const now = unixSeconds(world.clock.now());
  const { instanceId } = where;
  const [instances, rows] = await Promise.all([
    world.console.instances(accountId, now),
    world.console.installations(accountId, { instanceId, isReleased: false }, now),
  ]);
  const instance = instances.find(({ id }) => id === instanceId);
  const plugins = [...new Map(rows.map((row) => [row.plugin.name, row.version]))].map(([name, version]) => ({
    ...CAUTIOUS,
    name,
    version,
  }));
  const appVersion = instance === undefined || parseVersion(instance.appVersion) === null ? null : instance.appVersion;
  const checked = await checkUpdates(world, { instanceId, appVersion, plugins });
  if (!checked.ok) return NOTHING;
  const isAbout = ({ name }: { readonly name: string }) => name === where.plugin;
  const { updates, held, actions, notices } = checked.value;
  return {
    updates: updates.filter(isAbout),
    held: held.filter(isAbout),
    actions: actions.filter(isAbout),
    notices: notices.filter(isAbout),
  };
}

/** As whoever lets updates come by themselves would be answered: it shows what waits, and why. */
const CAUTIOUS = { sha256: null, channel: "stable", closureDigest: null, auto: true, cooldownDays: 0 } as const;
const NOTHING: Decisions = { updates: [], held: [], actions: [], notices: [] };
