import type { CheckName, Finding } from "../checks.ts";
import type { PluginFinding } from "./finding.ts";
import { FINDING_RULES, type FindingRule, QUIET_RULES } from "./rules.ts";

/** What a check of the pipeline keeps of something found in a plugin. */
export function toldBy(check: CheckName, found: PluginFinding): Finding {
  const { rule, severity, path, line, column, message, advice } = found;
  return {
    check,
    rule,
    severity,
    ...(path === undefined ? {} : { path }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    message,
    advice,
    docs: `/docs/findings/${rule}`,
  };
}

/** A finding about the release as a whole. */
export function toldOf(check: CheckName, rule: FindingRule, message: string, path?: string): Finding {
  return toldBy(check, { rule, ...FINDING_RULES[rule], ...(path === undefined ? {} : { path }), message });
}

/** As publishers see it: rules that would teach evasion show their name and advice, and nothing else. */
export function asPublisherSees(finding: Finding): Finding {
  if (!QUIET_RULES.has(finding.rule)) return finding;
  const { check, rule, severity, advice, docs } = finding;
  return { check, rule, severity, message: "A rule of the desk applies.", advice, docs };
}
