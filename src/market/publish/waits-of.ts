import { REVIEW_SECONDS } from "../../domain/release/blocks.ts";
import { DESK_REASONS, DESK_WORDS } from "../../domain/release/desk-reasons.ts";
import type { Gate, Wait } from "../../domain/release/gates.ts";
import { acceptancesNeeded, acceptedChecks, needsTwoPeople } from "./judge-standing.ts";
import type { Standing } from "./pipeline-ports.ts";
import type { ReleaseFacts } from "./ports.ts";

/** For whom a release waits at each of its open gates, until when at least, and why. `now` in Unix seconds. */
export function waitsOf(
  gates: readonly Gate[],
  facts: ReleaseFacts,
  standing: Standing | undefined,
  now: number,
): readonly Wait[] {
  const isHeld = standing?.holdUntil !== undefined && standing.holdUntil !== null && standing.holdUntil > now;
  const shown: readonly Gate[] = isHeld && gates.length > 0 ? [...gates.slice(0, -1), "transfer", "desk"] : gates;
  return shown.map((gate) => ({ gate, ...waitAt(gate, facts, standing, now) }));
}

function waitAt(gate: Gate, facts: ReleaseFacts, standing: Standing | undefined, now: number): Omit<Wait, "gate"> {
  switch (gate) {
    case "checks":
      return waitForChecks(facts, standing);
    case "statement":
    case "approval": {
      const lapses = (standing?.reviewAt ?? facts.createdAt) + REVIEW_SECONDS;
      const what =
        gate === "statement"
          ? "An owner or maintainer signs these bytes: rbsm approve."
          : "An owner or maintainer approves it, with a passkey.";
      return { who: "publisher", earliest: null, why: [what, `Otherwise it is rejected ${dayOf(lapses)}.`] };
    }
    case "velocity":
      return { who: "time", earliest: facts.velocityUntil, why: ["Many releases, or a new key: it waits a while."] };
    case "transfer":
      return {
        who: "desk",
        earliest: standing?.holdUntil ?? null,
        why: ["The plugin changes hands; meanwhile only security releases, by two people of the desk."],
      };
    case "desk": {
      const known = DESK_REASONS.filter((reason) => standing?.deskReasons.includes(reason));
      const why = known.map((reason) => DESK_WORDS[reason]);
      const isTwo = standing !== undefined && needsTwoPeople(standing, now);
      return { who: "desk", earliest: null, why: isTwo ? [...why, "Two people decide about this plugin."] : why };
    }
  }
}

function waitForChecks(facts: ReleaseFacts, standing: Standing | undefined): Omit<Wait, "gate"> {
  const open = facts.expected.checks.filter((name) => {
    const result = facts.results[name];
    return result === undefined || result === "unknown";
  });
  const accepted = standing === undefined ? [] : acceptedChecks(standing);
  const forPeople = (standing?.checks ?? []).filter(
    (check) => acceptancesNeeded(check) !== null && !accepted.includes(check.name),
  );
  const why = [
    ...(open.length > 0 ? [`No result yet: ${open.join(", ")}. They are tried again.`] : []),
    ...forPeople.map(
      (check) => `${check.name}: ${check.isSevere ? "two people" : "somebody"} of the desk must accept it.`,
    ),
  ];
  return { who: open.length > 0 ? "marketplace" : "desk", earliest: null, why };
}

function dayOf(at: number): string {
  return `on ${new Date(at * 1000).toISOString().slice(0, 10)}`;
}
