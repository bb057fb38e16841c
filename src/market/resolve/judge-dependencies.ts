import type { Problem } from "../../domain/problem.ts";
import { satisfies } from "../../domain/release/version.ts";
import type { World } from "../ports.ts";
import { MAX_RELEASES } from "./resolve-plugins.ts";

/**
 * Whether an instance has what a version needs: each dependency installed, in a version of the range. Plugins that need each
 * other can only come one after the other, so whoever leads back to this plugin may still be missing. Null: nothing lacks.
 */
export async function judgeDependencies(
  world: Pick<World, "installedVersions" | "releaseIndex">,
  where: { readonly instanceId: string; readonly pluginId: string; readonly version: string },
): Promise<Problem<"dependency_missing"> | null> {
  const { name, needs } = await world.installedVersions.needsOf(where);
  const lacking = needs.filter(({ range, installed }) => !installed.some((version) => satisfies(version, range)));
  const missing: (typeof lacking)[number][] = [];
  for (const need of lacking) {
    const leadsTo = await world.releaseIndex.reachable([need.name], MAX_RELEASES);
    const isMutual = need.installed.length === 0 && need.name !== name && (leadsTo?.has(name) ?? false);
    if (!isMutual) missing.push(need);
  }
  if (missing.length === 0) return null;
  const told = missing.map(({ name: other, range, installed }) =>
    installed.length === 0
      ? `${other} ${range}, which is not installed`
      : `${other} ${range}, and ${installed.join(", ")} is installed`,
  );
  return {
    reason: "dependency_missing",
    detail: `${name} ${where.version} needs ${told.join("; ")} in this instance. Install what it needs first.`,
    facts: { dependencies: missing.map((need) => ({ ...need })) },
  };
}
