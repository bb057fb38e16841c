import type { Json } from "../json/json.ts";
import { ok, type Result, refuse } from "../result.ts";

export type CopyProblem = "too_large" | "too_deep" | "not_json";

const MAX_DEPTH = 32;

/**
 * A copy of a stranger's value that is plain JSON and nothing else: no accessors, functions, stubs, class instances or
 * cycles, at most `maxBytes` of JSON text, at most 32 levels. Members that are `undefined` are left out, `__proto__` is
 * refused. Nothing of the value is called, so a live stub inside it cannot answer back.
 */
export function copyJson(value: unknown, maxBytes: number): Result<Json, CopyProblem> {
  const budget = { left: maxBytes };
  try {
    const copy = copyValue(value, budget, 0);
    return typeof copy === "symbol" ? refuse(PROBLEM_OF[copy.description as CopyProblem]) : ok(copy);
  } catch {
    return refuse("not_json");
  }
}

const TOO_LARGE = Symbol("too_large");
const TOO_DEEP = Symbol("too_deep");
const NOT_JSON = Symbol("not_json");
const PROBLEM_OF = { too_large: "too_large", too_deep: "too_deep", not_json: "not_json" } as const;
type Budget = { left: number };

function copyValue(value: unknown, budget: Budget, depth: number): Json | symbol {
  if (depth > MAX_DEPTH) return TOO_DEEP;
  if (typeof value === "number" && !Number.isFinite(value)) return NOT_JSON;
  if (value === null || typeof value === "boolean" || typeof value === "number")
    return spend(budget, JSON.stringify(value).length) ? value : TOO_LARGE;
  if (typeof value === "string") return copyText(value, budget);
  if (typeof value !== "object") return NOT_JSON;
  if (Array.isArray(value)) return copyArray(value, budget, depth);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return NOT_JSON;
  return copyObject(value, budget, depth);
}

function copyText(text: string, budget: Budget): string | symbol {
  if (text.length > budget.left) return TOO_LARGE;
  if (!text.isWellFormed()) return NOT_JSON;
  return spend(budget, new TextEncoder().encode(JSON.stringify(text)).length) ? text : TOO_LARGE;
}

function copyArray(value: readonly unknown[], budget: Budget, depth: number): Json | symbol {
  if (!spend(budget, 2 + value.length)) return TOO_LARGE;
  const copy: Json[] = [];
  for (let i = 0; i < value.length; i++) {
    const item = copyValue(value[i] === undefined ? null : value[i], budget, depth + 1);
    if (typeof item === "symbol") return item;
    copy.push(item);
  }
  return copy;
}

function copyObject(value: object, budget: Budget, depth: number): Json | symbol {
  if (!spend(budget, 2)) return TOO_LARGE;
  const copy: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    if (key === "__proto__") return NOT_JSON;
    const member = Object.getOwnPropertyDescriptor(value, key)?.value as unknown;
    if (member === undefined) continue;
    const name = copyText(key, budget);
    if (typeof name === "symbol") return name;
    if (!spend(budget, 2)) return TOO_LARGE;
    const copied = copyValue(member, budget, depth + 1);
    if (typeof copied === "symbol") return copied;
    copy[key] = copied;
  }
  return copy;
}

function spend(budget: Budget, bytes: number): boolean {
  budget.left -= bytes;
  return budget.left >= 0;
}
