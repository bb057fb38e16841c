import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { classOf } from "../../domain/license/codes.ts";
import { statusOf } from "../../domain/license/status.ts";
import { type Beat, type BeatWorld, beat } from "./beat.ts";

/** One ping among many. */
export interface NamedBeat extends Beat {
  readonly iid: string;
}

/** Pings of many installations at once, answered one by one and in their order: what fails fails alone. */
export async function beatMany(
  world: BeatWorld,
  principal: Principal,
  beats: readonly NamedBeat[],
): Promise<readonly JsonObject[]> {
  return Promise.all(
    beats.map(async ({ iid, ...request }) => {
      const answer = await beat(world, principal, iid, request);
      if (answer.ok) return { iid, status: 200, ...answer.value };
      const { reason, facts } = answer.problem;
      const verdict = typeof facts?.verdict === "string" ? { verdict: facts.verdict } : {};
      return { iid, status: statusOf(reason), code: reason, class: classOf(reason), ...verdict };
    }),
  );
}
