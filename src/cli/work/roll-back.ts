import { ROLLOUT_OPERATIONS } from "../../contract/update/rollout-operations.ts";
import { compareVersions } from "../../domain/release/version.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import { type Installed, installPlugin, type Place } from "./install-plugins.ts";
import { previousVersion } from "./previous-versions.ts";
import { requireLock } from "./require-lock.ts";
import { fetchVersions, type PluginWish } from "./resolve-version.ts";

/**
 * Back to the version before, or to the one named: any that is not blocked and not below the plugin's floor, with everything
 * an installation checks. It is pinned, so that the next update does not undo it.
 */
export async function rollBack(place: Place, wish: PluginWish): Promise<Outcome<readonly Installed[]>> {
  const lock = await requireLock(place.folder);
  if (!lock.ok) return lock;
  const { name } = wish;
  const locked = Object.hasOwn(lock.value.plugins, name) ? lock.value.plugins[name] : undefined;
  if (locked === undefined)
    return refuse("not_installed", "not_found", `rbsm.lock does not name ${name}.`, "See rbsm list.");
  const version = wish.version ?? (await previousVersion(place.folder, name));
  if (version === null)
    return refuse(
      "no_previous",
      "not_found",
      `Nothing is known of ${name} before ${locked.version}.`,
      "Write NAME@VERSION.",
    );
  if (compareVersions(version, locked.version) >= 0)
    return refuse("not_older", "conflict", `${version} is not older than ${locked.version}.`, "See rbsm update.");
  const plugin = await fetchVersions(place.marketplace, name);
  if (!plugin.ok) return plugin;
  const params = { id: plugin.value.pluginId, v: version };
  const shown = await ask(place.marketplace, ROLLOUT_OPERATIONS.showRollout, { params });
  if (!shown.ok) return shown;
  const { floor } = shown.value.body;
  if (floor !== null && compareVersions(version, floor) < 0)
    return refuse(
      "below_floor",
      "conflict",
      `${name} ${version} is below ${floor}: it has a known flaw.`,
      `See rbsm advisory list ${name}.`,
    );
  return installPlugin(place, { ...wish, version }, { channel: locked.channel, appVersion: undefined });
}

function refuse(
  code: string,
  kind: CliProblem["kind"],
  message: string,
  next: string,
): { ok: false; problem: CliProblem } {
  return { ok: false, problem: { code, kind, message, next } };
}
