import { type CheckOutcome, CLEAN } from "../../../domain/release/checks.ts";
import { toldOf } from "../../../domain/release/findings/told.ts";
import type { World } from "../../ports.ts";
import type { ReleaseWork } from "../ports.ts";

/** The build that uploaded it, where one proved itself. It is told and changes no gate: good builds build bad code, too. */
export async function checkProvenance(world: Pick<World, "pipeline">, work: ReleaseWork): Promise<CheckOutcome> {
  const standing = (await world.pipeline.standings([work.releaseId])).get(work.releaseId);
  const stated = standing?.provenance ?? null;
  if (stated === null) return CLEAN;
  return { result: "clean", findings: [toldOf("provenance", "provenance_stated", `Built by ${stated}.`)] };
}
