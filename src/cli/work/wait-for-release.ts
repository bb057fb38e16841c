import type * as z from "zod";
import { PUBLISH_OPERATIONS } from "../../contract/publish/operations.ts";
import type { ReleaseState } from "../../domain/release/states.ts";
import { ok } from "../../domain/result.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import type { Marketplace } from "./marketplace.ts";

export type Release = z.output<(typeof PUBLISH_OPERATIONS.getRelease.answers)[200]>;

export interface Waiting {
  readonly marketplace: Marketplace;
  readonly releaseId: string;
  /** What was known last: the marketplace answers when this is left. */
  readonly state: ReleaseState;
  /** Unix milliseconds at which patience ends. */
  readonly until: number;
  readonly now: () => number;
  readonly onChange?: (release: Release) => void;
}

const DECIDED: ReadonlySet<ReleaseState> = new Set(["published", "deprecated", "yanked", "blocked", "rejected"]);
const LONG_POLL_SECONDS = 30;
const GRACE_MS = 15_000;

/** Waits for the end of checks and review. Answers the release when it is published; anything else is a refusal. */
export async function waitForRelease(waiting: Waiting): Promise<Outcome<Release>> {
  const { marketplace, releaseId, until, now, onChange } = waiting;
  let { state } = waiting;
  for (;;) {
    const started = now();
    const seconds = Math.max(1, Math.min(LONG_POLL_SECONDS, Math.ceil((until - started) / 1000)));
    const reply = await ask(marketplace, PUBLISH_OPERATIONS.getRelease, {
      params: { id: releaseId },
      query: { wait: String(seconds), after: state },
      timeoutMs: seconds * 1000 + GRACE_MS,
    });
    if (!reply.ok) return reply;
    const release = reply.value.body;
    state = release.state;
    onChange?.(release);
    if (DECIDED.has(state)) return conclude(release);
    if (now() >= until) return { ok: false, problem: tellGates(release) };
    // A server that does not hold the call open must not be asked in a tight loop.
    await pause(Math.min(1000 - (now() - started), until - now()));
  }
}

function conclude(release: Release): Outcome<Release> {
  if (release.state === "published") return ok(release);
  return {
    ok: false,
    problem: {
      code: `release_${release.state}`,
      kind: "conflict",
      message: `The release is ${release.state}${release.reason === undefined ? "" : `: ${release.reason}`}.`,
      next: "Read the findings, correct what they name and publish a new version.",
      facts: factsOf(release),
    },
  };
}

function tellGates(release: Release): CliProblem {
  return {
    code: "release_waiting",
    kind: "waiting",
    message: `The release is in state ${release.state}; open gates: ${release.gates.join(", ") || "none"}.`,
    next: "It goes on without you; the same rbsm publish --wait later waits again.",
    facts: factsOf(release),
  };
}

function factsOf({ releaseId, pluginId, version, sha256, state, gates, earliest, findings }: Release) {
  return { releaseId, pluginId, version, sha256, state, gates, earliest, findings };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
