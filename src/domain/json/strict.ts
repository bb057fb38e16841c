import { ok, type Result, refuse } from "../result.ts";
import type { Json } from "./json.ts";
import { decodeValidUtf8, invalidUtf8At, placeOfByte, placeOfIndex, startsWithBom } from "./utf8.ts";

export type JsonReason =
  | "json_bom"
  | "json_utf8"
  | "json_syntax"
  | "json_duplicate_key"
  | "json_forbidden_key"
  | "json_depth"
  | "json_number"
  | "json_surrogate";
/** Lines and columns count from 1; columns count Unicode scalar values. */
export interface JsonProblem {
  readonly reason: JsonReason;
  readonly line: number;
  readonly column: number;
}
export interface JsonLimits {
  /** Arrays and objects inside one another. */
  readonly maxDepth: number;
  /** `integer` allows only ±(2⁵³−1) written without fraction, exponent or `-0`; `any` whatever a double can hold. */
  readonly numbers: "integer" | "any";
}

/**
 * Strict JSON of RFC 8259: no byte order mark, well-formed UTF-8, no duplicate or prototype-polluting keys at any depth,
 * no lone surrogates, bounded depth. `JSON.parse` keeps the last of two equal keys; two readers would then see two documents.
 */
export function parseJson(source: Uint8Array | string, limits: JsonLimits): Result<Json, JsonProblem> {
  const text = typeof source === "string" ? ok(source) : decode(source);
  if (!text.ok) return text;
  const parser = new Parser(text.value, limits);
  try {
    return ok(parser.document());
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuse({ reason: error.reason, ...placeOfIndex(text.value, error.index) });
  }
}

function decode(bytes: Uint8Array): Result<string, JsonProblem> {
  if (startsWithBom(bytes)) return refuse({ reason: "json_bom", line: 1, column: 1 });
  const invalid = invalidUtf8At(bytes);
  if (invalid >= 0) return refuse({ reason: "json_utf8", ...placeOfByte(bytes, invalid) });
  return ok(decodeValidUtf8(bytes));
}

/** Never leaves this file. */
class Refusal extends Error {
  readonly reason: JsonReason;
  readonly index: number;
  constructor(reason: JsonReason, index: number) {
    super(reason);
    this.reason = reason;
    this.index = index;
  }
}

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "prototype", "constructor"]);
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const HEX4 = /^[0-9a-fA-F]{4}$/;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Parser {
  readonly #text: string;
  readonly #limits: JsonLimits;
  #at = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  document(): Json {
    if (this.#text.charCodeAt(0) === 0xfeff) throw new Refusal("json_bom", 0);
    const value = this.#value(1);
    this.#space();
    if (this.#at < this.#text.length) throw this.#syntax();
    return value;
  }

  #value(depth: number): Json {
    this.#space();
    const char = this.#text[this.#at];
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#array(depth);
    if (char === '"') return this.#string();
    if (char === "t") return this.#word("true", true);
    if (char === "f") return this.#word("false", false);
    if (char === "n") return this.#word("null", null);
    return this.#number();
  }

  #object(depth: number): Json {
    this.#enter(depth);
    const object: Record<string, Json> = {};
    this.#space();
    if (this.#take("}")) return object;
    do {
      this.#space();
      const start = this.#at;
      if (this.#text[start] !== '"') throw this.#syntax();
      const key = this.#string();
      if (FORBIDDEN_KEYS.has(key)) throw new Refusal("json_forbidden_key", start);
      if (Object.hasOwn(object, key)) throw new Refusal("json_duplicate_key", start);
      this.#space();
      if (!this.#take(":")) throw this.#syntax();
      object[key] = this.#value(depth + 1);
      this.#space();
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#syntax();
    return object;
  }

  #array(depth: number): Json {
    this.#enter(depth);
    const array: Json[] = [];
    this.#space();
    if (this.#take("]")) return array;
    do {
      array.push(this.#value(depth + 1));
      this.#space();
    } while (this.#take(","));
    if (!this.#take("]")) throw this.#syntax();
    return array;
  }

  #enter(depth: number): void {
    if (depth > this.#limits.maxDepth) throw new Refusal("json_depth", this.#at);
    this.#at++;
  }

  #string(): string {
    const start = this.#at++;
    let value = "";
    let plain = this.#at;
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit === 0x22) break;
      if (unit === 0x5c) {
        value += this.#text.slice(plain, this.#at) + this.#escape();
        plain = this.#at;
        continue;
      }
      // NaN (the end) fails this test too.
      if (!(unit >= 0x20)) throw this.#syntax();
      this.#at++;
    }
    value += this.#text.slice(plain, this.#at++);
    if (!value.isWellFormed()) throw new Refusal("json_surrogate", start);
    return value;
  }

  #escape(): string {
    const char = this.#text[this.#at + 1] ?? "";
    if (char === "u") {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!HEX4.test(digits)) throw this.#syntax();
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const plain = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
    if (plain === undefined) throw this.#syntax();
    this.#at += 2;
    return plain;
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) throw this.#syntax();
    const value = Number(match[0]);
    const isWhole = match[1] === undefined && match[2] === undefined && match[0] !== "-0";
    const isAllowed =
      this.#limits.numbers === "integer" ? isWhole && Number.isSafeInteger(value) : Number.isFinite(value);
    if (!isAllowed) throw new Refusal("json_number", this.#at);
    this.#at += match[0].length;
    return value;
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#syntax();
    this.#at += word.length;
    return value;
  }

  #space(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#at++;
    }
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #syntax(): Refusal {
    return new Refusal("json_syntax", Math.min(this.#at, this.#text.length));
  }
}
