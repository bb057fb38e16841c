import type { BundleProblem } from "../../domain/bundle/open.ts";
import type { CheckName, Finding } from "../../domain/release/checks.ts";

/** A finding that refuses. `advice` says what the publisher does next. */
export function finding(check: CheckName, rule: string, message: string, advice: string, path?: string): Finding {
  return {
    check,
    rule,
    severity: "error",
    ...(path === undefined ? {} : { path }),
    message,
    advice,
    docs: `/docs/findings/${rule}`,
  };
}

/** What the strict reader says, at the place where it says it. */
export function findingOf(check: CheckName, problem: BundleProblem): Finding {
  const { code, path, line, column, detail } = problem;
  return {
    ...finding(check, code, detail, "Correct it, pack and publish again.", path),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
