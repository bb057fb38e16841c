import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { chooseUpdates, conclude, type Decisions } from "../../domain/update/decide.ts";
import type { UpdateRequest } from "../../domain/update/document.ts";
import { nextCheckAfter } from "../../domain/update/next-check.ts";
import type { World } from "../ports.ts";

/** Releases that one check may look at. */
const MAX_RELEASES = 20_000;

export interface CheckedUpdates extends Decisions {
  /** Unix seconds. */
  readonly at: number;
  readonly nextCheckSeconds: number;
  /** Versions of the signed documents that the decisions follow from. */
  readonly seen: { readonly timestamp: number | null; readonly revocations: number };
}

/** One answer for everything an instance has: two reads and the pure rules (README of src/domain/update). */
export async function checkUpdates(
  world: Pick<World, "updateIndex" | "tuf" | "clock">,
  request: UpdateRequest,
): Promise<Result<CheckedUpdates, Problem<"resolution_too_complex">>> {
  const at = unixSeconds(world.clock.now());
  const [index, timestamp] = await Promise.all([
    world.updateIndex.read(request.plugins, MAX_RELEASES),
    timestampVersion(world),
  ]);
  if (index === null) return refuse({ reason: "resolution_too_complex", facts: { maxReleases: MAX_RELEASES } });
  const draft = await chooseUpdates(index.documents, index.revocations, request, at);
  const table = draft.wanted.length === 0 ? new Map() : await world.updateIndex.capabilities(draft.wanted);
  const decisions = await conclude(draft, table);
  return ok({
    at,
    nextCheckSeconds: await nextCheckAfter(request.instanceId, decisions.held, at),
    ...decisions,
    seen: { timestamp, revocations: index.epoch },
  });
}

/** Of the published update repository; null while there is none. */
async function timestampVersion(world: Pick<World, "tuf">): Promise<number | null> {
  const bytes = await world.tuf.metadata("timestamp.json");
  if (bytes === null) return null;
  const { signed } = JSON.parse(new TextDecoder().decode(bytes)) as { signed: { version: number } };
  return signed.version;
}
