/** States of a release (README, States). Every move is one guarded statement that names the state it leaves. */
export const RELEASE_STATES = [
  "staged",
  "scanning",
  "review",
  "published",
  "deprecated",
  "yanked",
  "blocked",
  "rejected",
] as const;
export type ReleaseState = (typeof RELEASE_STATES)[number];

/** States whose bytes anybody entitled may fetch. */
export const PUBLIC_STATES = ["published", "deprecated", "yanked"] as const satisfies readonly ReleaseState[];

const MOVES: Readonly<Record<ReleaseState, readonly ReleaseState[]>> = {
  staged: ["scanning"],
  scanning: ["review", "rejected"],
  review: ["published", "rejected", "scanning"],
  published: ["deprecated", "yanked", "blocked"],
  deprecated: ["published", "yanked", "blocked"],
  yanked: ["published", "deprecated", "blocked"],
  blocked: ["published", "deprecated", "yanked", "review"],
  rejected: ["review"],
};

export function mayMove(from: ReleaseState, to: ReleaseState): boolean {
  return MOVES[from].includes(to);
}

/** The five words the host knows for a plugin or release. */
export const HOST_STATUSES = ["pending", "review", "approved", "rejected", "suspended"] as const;
export type HostStatusWord = (typeof HOST_STATUSES)[number];

const HOST_WORD: Readonly<Record<ReleaseState, HostStatusWord>> = {
  staged: "pending",
  scanning: "pending",
  review: "review",
  published: "approved",
  deprecated: "approved",
  yanked: "approved",
  rejected: "rejected",
  blocked: "suspended",
};

export function hostStatus(state: ReleaseState): HostStatusWord {
  return HOST_WORD[state];
}
