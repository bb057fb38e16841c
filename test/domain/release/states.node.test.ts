import { describe, expect, it } from "vitest";
import { nextAttemptAt } from "../../../src/domain/release/checks.ts";
import { type GateFacts, openGates } from "../../../src/domain/release/gates.ts";
import { hostStatus, mayMove, RELEASE_STATES } from "../../../src/domain/release/states.ts";

const NOON = 1_767_268_800;

describe("states", () => {
  it("lead nowhere but along the listed moves", () => {
    const moves = RELEASE_STATES.flatMap((from) =>
      RELEASE_STATES.filter((to) => mayMove(from, to)).map((to) => `${from} ${to}`),
    );
    expect(moves.sort()).toEqual(
      [
        "staged scanning",
        "scanning review",
        "scanning rejected",
        "review published",
        "review rejected",
        "review scanning",
        "published deprecated",
        "published yanked",
        "published blocked",
        "deprecated published",
        "deprecated yanked",
        "deprecated blocked",
        "yanked published",
        "yanked deprecated",
        "yanked blocked",
        "blocked published",
        "blocked deprecated",
        "blocked yanked",
        "blocked review",
        "rejected review",
      ].sort(),
    );
  });

  it("are told to the host in its five words", () => {
    expect(RELEASE_STATES.map(hostStatus)).toEqual([
      "pending",
      "pending",
      "review",
      "approved",
      "approved",
      "approved",
      "suspended",
      "rejected",
    ]);
  });
});

describe("gates", () => {
  const clean: GateFacts = {
    expected: ["structure", "text"],
    results: { structure: "clean", text: "clean" },
    hasStatement: true,
    needsApproval: false,
    velocityUntil: null,
  };

  it("leave only the desk when everything is clean and signed", () => {
    expect(openGates(clean, NOON)).toEqual(["desk"]);
  });

  it.each([
    [{ results: { structure: "clean" } }, "checks"],
    [{ results: { structure: "clean", text: "unknown" } }, "checks"],
    [{ results: { structure: "clean", text: "dirty" } }, "checks"],
    [{ expected: [] }, "checks"],
    [{ hasStatement: false }, "statement"],
    [{ needsApproval: true }, "approval"],
    [{ velocityUntil: NOON + 1 }, "velocity"],
  ] as [Partial<GateFacts>, string][])("%j opens %s", (facts, gate) => {
    expect(openGates({ ...clean, ...facts }, NOON)).toEqual([gate, "desk"]);
  });

  it("closes velocity by time", () => {
    expect(openGates({ ...clean, velocityUntil: NOON }, NOON)).toEqual(["desk"]);
  });
});

it("tries unknown results again after 1 and 5 and 30 minutes, 2 and 6 hours, then no more", () => {
  const delays = [1, 2, 3, 4, 5, 6].map((attempts) => nextAttemptAt(attempts, NOON));
  expect(delays.map((at) => (at === null ? null : at - NOON))).toEqual([60, 300, 1800, 7200, 21_600, null]);
});
