import { type BundleProblem, type OpenedBundle, openBundle } from "../../domain/bundle/open.ts";
import { ok } from "../../domain/result.ts";
import { type CliProblem, kindOf, type Outcome, type PlacedProblem } from "../problem.ts";

/** The strict reader, with its refusal told to a person at a terminal. */
export async function inspectBundle(bytes: Uint8Array): Promise<Outcome<OpenedBundle>> {
  const opened = await openBundle(bytes);
  return opened.ok ? ok(opened.value) : { ok: false, problem: tellBundleProblems(opened.problem) };
}

/** The first problem names the refusal; all of them are in `problems`. */
export function tellBundleProblems(problems: readonly BundleProblem[]): CliProblem {
  const [first] = problems;
  if (!first) throw new Error("a refusal without a problem");
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const kind = kindOf(first.code);
  return {
    code: first.code,
    kind,
    message: `${placeOf(first)}: ${first.detail}${more}.`,
    next: kind === "manifest" ? "Correct manifest.json and try again." : "Correct the files and try again.",
    problems,
  };
}

/** `README.md:3:6`, `manifest.json /egress/0/host`, or the bundle as a whole. */
export function placeOf({ path, line, column, pointer }: Omit<PlacedProblem, "code" | "detail">): string {
  const position = line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`;
  return `${path ?? "bundle"}${position}${pointer ? ` ${pointer}` : ""}`;
}
