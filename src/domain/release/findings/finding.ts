import { placeOfIndex } from "../../json/utf8.ts";
import { FINDING_RULES, type FindingRule } from "./rules.ts";

export type Severity = "error" | "warning" | "info";

/** One thing to know about a plugin. Lines and columns count from 1; `pointer` is RFC 6901 into `manifest.json`. */
export interface PluginFinding {
  readonly rule: FindingRule;
  readonly severity: Severity;
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  readonly pointer?: string;
  readonly message: string;
  readonly advice: string;
}

/** Text of a file, for what is found at a UTF-16 index of it. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export function findingAt(rule: FindingRule, file: TextFile, index: number, message: string): PluginFinding {
  const { line, column } = placeOfIndex(file.text, index);
  return { rule, ...FINDING_RULES[rule], path: file.path, line, column, message };
}

export function findingIn(rule: FindingRule, path: string, message: string): PluginFinding {
  return { rule, ...FINDING_RULES[rule], path, message };
}

export function findingInManifest(rule: FindingRule, pointer: string, message: string): PluginFinding {
  return { rule, ...FINDING_RULES[rule], path: "manifest.json", pointer, message };
}
