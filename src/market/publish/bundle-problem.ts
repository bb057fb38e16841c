import type { BundleProblem } from "../../domain/bundle/open.ts";
import type { BundleReason } from "../../domain/bundle/reasons.ts";
import type { Problem } from "../../domain/problem.ts";

/** What the reader found as one refusal: the first code names it, `problems` holds them all. */
export function bundleProblem(problems: readonly BundleProblem[]): Problem<BundleReason> {
  const [first] = problems;
  if (first === undefined) throw new Error("a refused bundle has a problem");
  return { reason: first.code, detail: first.detail, facts: { problems: problems.map((problem) => ({ ...problem })) } };
}
