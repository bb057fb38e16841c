import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { isInSight } from "../catalogue/ports.ts";
import { PLUGIN_NOT_FOUND } from "../catalogue/show-plugin.ts";
import { sightOf } from "../catalogue/viewer.ts";
import type { World } from "../ports.ts";

export interface Head {
  readonly sequence: number;
  readonly statementSha256: string | null;
}

/** Where the chain of statements stands: the next one takes `sequence + 1` and this digest. Not found: the name is new. */
export async function readHead(
  world: Pick<World, "releases" | "catalogue" | "clock">,
  principal: Principal,
  name: string,
): Promise<Result<Head, Problem<"NOT_FOUND" | "PERMISSION_DENIED">>> {
  const { plugin } = await world.releases.intake(name, "", null, unixSeconds(world.clock.now()));
  if (plugin === null) return refuse(PLUGIN_NOT_FOUND);
  const sight = await sightOf(world, principal);
  if (!isInSight(sight, plugin.publisherId, name)) return refuse({ reason: "PERMISSION_DENIED" });
  return ok({ sequence: plugin.headSequence, statementSha256: plugin.headStatementSha256 });
}
