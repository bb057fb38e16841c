import { TWO_PEOPLE_ABOVE } from "../../domain/release/blocks.ts";
import type { CheckStanding, Standing } from "./pipeline-ports.ts";

/** Must two people of the desk approve? Of what many run, and while a plugin changes hands. */
export function needsTwoPeople({ installations, holdUntil }: Standing, now: number): boolean {
  return installations > TWO_PEOPLE_ABOVE || (holdUntil !== null && holdUntil > now);
}

/** How many people must take a dirty result as it is; null: nobody can, or need. */
export function acceptancesNeeded({ result, rejects, isSevere }: CheckStanding): number | null {
  return result === "dirty" && !rejects ? (isSevere ? 2 : 1) : null;
}

/** Dirty results that enough people took. */
export function acceptedChecks({ checks }: Standing): readonly string[] {
  return checks
    .filter((check) => {
      const needed = acceptancesNeeded(check);
      return needed !== null && check.acceptedBy.length >= needed;
    })
    .map(({ name }) => name);
}

/** Dirty results that wait for people. */
export function checksToAccept({ checks }: Standing): readonly string[] {
  return checks
    .filter((check) => {
      const needed = acceptancesNeeded(check);
      return needed !== null && check.acceptedBy.length < needed;
    })
    .map(({ name }) => name);
}
