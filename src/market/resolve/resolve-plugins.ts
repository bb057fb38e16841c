import type { Problem } from "../../domain/problem.ts";
import type { IndexDocument } from "../../domain/resolve/index-document.ts";
import type { ResolveReason } from "../../domain/resolve/reasons.ts";
import type { ResolveRequest } from "../../domain/resolve/request.ts";
import { type Plan, resolve } from "../../domain/resolve/resolve.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";

/** Releases that one question may look at. */
export const MAX_RELEASES = 20_000;

/** Chooses versions over what is published now: one read, then the pure function. */
export async function resolvePlugins(
  world: Pick<World, "releaseIndex">,
  request: ResolveRequest,
): Promise<Result<Plan, Problem<ResolveReason>>> {
  const documents = await readIndex(world, Object.keys(request.roots));
  return documents.ok ? resolve(documents.value, request) : documents;
}

/** What whoever wants to choose by themselves needs: the same documents that `resolvePlugins` reads. */
export async function readIndex(
  world: Pick<World, "releaseIndex">,
  names: readonly string[],
): Promise<Result<ReadonlyMap<string, IndexDocument>, Problem<ResolveReason>>> {
  const documents = await world.releaseIndex.reachable(names, MAX_RELEASES);
  return documents === null
    ? refuse({ reason: "resolution_too_complex", facts: { maxReleases: MAX_RELEASES } })
    : ok(documents);
}
