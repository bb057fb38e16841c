import type { World } from "../ports.ts";
import { type CheckNeeds, checkRelease } from "./check-release.ts";
import { judgeAutomatically } from "./judge-automatically.ts";
import type { PublicationNeeds } from "./prepare-publication.ts";

/** What a bell for a release does: checks what is to be checked, then lets the rules judge. The sweep rings again for whatever a crash left. */
export async function processRelease(
  world: CheckNeeds & PublicationNeeds & Pick<World, "tuf">,
  releaseId: string,
): Promise<void> {
  await checkRelease(world, releaseId);
  if (await judgeAutomatically(world, releaseId)) await world.tuf.write();
}
