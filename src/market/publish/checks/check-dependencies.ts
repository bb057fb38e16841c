import type { OpenedBundle } from "../../../domain/bundle/open.ts";
import { type CheckOutcome, CLEAN, type Finding, UNKNOWN } from "../../../domain/release/checks.ts";
import { toldOf } from "../../../domain/release/findings/told.ts";
import type { IndexDocument } from "../../../domain/resolve/index-document.ts";
import { resolve } from "../../../domain/resolve/resolve.ts";
import type { World } from "../../ports.ts";

const MAX_RELEASES = 20_000;

/**
 * What the plugin needs can be chosen for the oldest and the newest Rising-BSM it is made for; nothing of it was taken out
 * (refused), and nothing of it is held back (people look).
 */
export async function checkDependencies(
  world: Pick<World, "releaseIndex" | "pipeline">,
  { manifest, sha256, capabilities }: OpenedBundle,
): Promise<CheckOutcome> {
  const names = Object.keys(manifest.dependencies);
  if (names.length === 0) return CLEAN;
  const known = await world.releaseIndex.reachable(names, MAX_RELEASES);
  if (known === null) return UNKNOWN;
  const own: IndexDocument = {
    name: manifest.name,
    state: "active",
    releases: [
      {
        version: manifest.version,
        state: "published",
        channel: manifest.channel,
        sha256,
        dependencies: manifest.dependencies,
        minAppVersion: manifest.minAppVersion,
        maxAppVersion: manifest.maxAppVersion ?? null,
        notice: null,
        replacement: null,
        capabilities,
      },
    ],
  };
  const documents = new Map([...known, [manifest.name, own] as const]);
  const findings: Finding[] = [];
  for (const appVersion of new Set([manifest.minAppVersion, manifest.maxAppVersion ?? manifest.minAppVersion])) {
    const channels = { [manifest.name]: manifest.channel };
    const plan = await resolve(documents, { appVersion, roots: { [manifest.name]: manifest.version }, channels });
    if (!plan.ok) {
      const why = plan.problem.detail ?? "It needs more than can be chosen.";
      findings.push(
        toldOf("dependencies", "dependency_unresolved", `With Rising-BSM ${appVersion}: ${why}`.slice(0, 1000)),
      );
    }
  }
  for (const { name, state } of await world.pipeline.standingOf(names)) {
    const isGone = state === "removed";
    const rule = isGone ? "dependency_blocked" : "dependency_standing";
    findings.push(toldOf("dependencies", rule, isGone ? `“${name}” was taken out.` : `“${name}” is ${state}.`));
  }
  if (findings.length === 0) return CLEAN;
  return { result: "dirty", findings, rejects: findings.some(({ severity }) => severity === "error") };
}
