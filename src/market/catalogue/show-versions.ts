import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { VersionDocument } from "./ports.ts";
import { PLUGIN_NOT_FOUND } from "./show-plugin.ts";
import { sightOf } from "./viewer.ts";
import type { VersionRow } from "./views.ts";

export interface VersionList {
  readonly pluginId: string;
  readonly versions: readonly VersionRow[];
  /** By SemVer precedence, stable before any pre-release; empty while every version is yanked. */
  readonly latest: string;
}

/** Every version ever published, newest first. */
export async function listVersions(
  world: Pick<World, "catalogue">,
  pluginId: string,
  viewer: Principal,
): Promise<Result<VersionList, Problem<"NOT_FOUND">>> {
  const card = await world.catalogue.card({ id: pluginId }, await sightOf(world, viewer));
  if (card === null) return refuse(PLUGIN_NOT_FOUND);
  const versions = await world.catalogue.versions(pluginId);
  const isYanked = versions.some(({ version, state }) => version === card.version && state === "yanked");
  return ok({ pluginId, versions, latest: isYanked ? "" : card.version });
}

/** One published version with its two signed documents. */
export async function showVersion(
  world: Pick<World, "catalogue">,
  pluginId: string,
  version: string,
): Promise<Result<VersionDocument, Problem<"release_not_found">>> {
  const document = await world.catalogue.version(pluginId, version);
  return document === null || document.state === "blocked" ? refuse({ reason: "release_not_found" }) : ok(document);
}
