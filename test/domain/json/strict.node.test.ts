import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeHex, encodeHex, encodeUtf8 } from "../../../src/domain/bytes.ts";
import { canonicalBytes, canonicalize } from "../../../src/domain/json/canonical.ts";
import type { Json } from "../../../src/domain/json/json.ts";
import { parseJson } from "../../../src/domain/json/strict.ts";

const ANY = { maxDepth: 64, numbers: "any" } as const;
const INTEGERS = { maxDepth: 16, numbers: "integer" } as const;
const FOLDER = path.resolve(import.meta.dirname, "../../../../shared/vectors/jws-jcs");

describe("strict JSON", () => {
  it("reads what JSON.stringify writes, whatever it is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        const parsed = parseJson(text, ANY);
        if (parsed.ok) expect(parsed.value).toEqual(JSON.parse(text));
        else expect(text).toMatch(/__proto__|constructor|prototype|\\ud/);
      }),
      { numRuns: 500 },
    );
  });

  it("says where it stopped, counting characters", () => {
    const place = (text: string) => {
      const parsed = parseJson(text, INTEGERS);
      return parsed.ok ? null : [parsed.problem.reason, parsed.problem.line, parsed.problem.column];
    };
    expect(place('{"ä😀":1,\n "a":tru}')).toEqual(["json_syntax", 2, 6]);
    expect(place("")).toEqual(["json_syntax", 1, 1]);
    expect(place('{"a":1,"a":2}')).toEqual(["json_duplicate_key", 1, 8]);
    expect(place('{"\\u0061":1,"a":2}')).toEqual(["json_duplicate_key", 1, 13]);
    expect(place('[{"__proto__":1}]')).toEqual(["json_forbidden_key", 1, 3]);
    expect(place("[1.5]")).toEqual(["json_number", 1, 2]);
    expect(place("[-0]")).toEqual(["json_number", 1, 2]);
    expect(place('["\\udc00"]')).toEqual(["json_surrogate", 1, 2]);
    expect(place(`${"[".repeat(17)}`)).toEqual(["json_depth", 1, 17]);
    expect(place("\ufeff1")).toEqual(["json_bom", 1, 1]);
    expect(place("1 2")).toEqual(["json_syntax", 1, 3]);
    expect(place('"\t"')).toEqual(["json_syntax", 1, 2]);
  });

  it("reads bytes only as well-formed UTF-8", () => {
    const reason = (hex: string) => {
      const parsed = parseJson(decodeHex(hex) as Uint8Array, ANY);
      return parsed.ok ? null : parsed.problem.reason;
    };
    expect(reason("efbbbf7b7d")).toBe("json_bom");
    for (const broken of ["c0af", "eda080", "f4908080", "f8", "c3", "e28f"])
      expect(reason(`22${broken}22`)).toBe("json_utf8");
    expect(reason("22f09f988022")).toBe(null);
  });

  it("keeps a depth of a hundred thousand from the stack", () => {
    const parsed = parseJson("[".repeat(100_000), INTEGERS);
    expect(parsed.ok ? "accepted" : parsed.problem.reason).toBe("json_depth");
  });
});

describe("canonical JSON", () => {
  it("has one spelling (E7 of the bundle's README)", () => {
    expect(encodeHex(canonicalBytes({ b: 1, a: "ä", aa: [] }))).toBe(
      "7b2261223a22c3a4222c226161223a5b5d2c2262223a317d",
    );
  });

  it("is stable: reading it and writing it again changes nothing", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = canonicalize(value as Json);
        expect(canonicalize(JSON.parse(text) as Json)).toBe(text);
      }),
    );
  });
});

interface Case {
  readonly id: string;
  readonly kind: "canonicalize" | "number" | "strict";
  readonly inputUtf8?: string;
  readonly expectHex?: string;
  readonly ieee754?: string;
  readonly expect?: string | { readonly error: true };
}

/** The canonical text of a foreign case, or the reason why there is none. */
function canonicalOf({ inputUtf8 = "", ieee754 }: Case): string | null {
  if (ieee754 !== undefined) {
    const number = new DataView((decodeHex(ieee754) as Uint8Array<ArrayBuffer>).buffer).getFloat64(0);
    return Number.isFinite(number) ? canonicalize(number) : null;
  }
  const parsed = parseJson(encodeUtf8(inputUtf8), ANY);
  if (parsed.ok) return canonicalize(parsed.value);
  // We refuse names that reach a prototype, which RFC 8785 allows.
  return parsed.problem.reason === "json_forbidden_key" ? canonicalize(JSON.parse(inputUtf8) as Json) : null;
}

if (existsSync(FOLDER)) {
  it("agrees with every foreign canonicalization vector", () => {
    const cases = JSON.parse(readFileSync(path.join(FOLDER, "jcs.json"), "utf8")) as readonly Case[];
    expect(cases.length).toBe(24);
    for (const item of cases) {
      const wanted =
        item.expectHex === undefined ? item.expect : new TextDecoder().decode(decodeHex(item.expectHex) as Uint8Array);
      expect(canonicalOf(item), item.id).toBe(typeof wanted === "string" ? wanted : null);
    }
  });

  it("agrees with every foreign parsing vector", () => {
    const generated: Readonly<Record<string, string>> = {
      '100000 times "["': "[".repeat(100_000),
      '50000 times [{"":': '[{"":'.repeat(50_000),
    };
    const lines = readFileSync(path.join(FOLDER, "json-parsing.jsonl"), "utf8").trim().split("\n");
    for (const line of lines) {
      const { id, base64, generator, expectStrict } = JSON.parse(line) as { readonly [key: string]: string };
      const source = base64 === null ? generated[generator as string] : Buffer.from(base64 as string, "base64");
      const parsed = parseJson(source as string | Uint8Array, { maxDepth: 16, numbers: "any" });
      if (expectStrict !== "either") expect(parsed.ok ? "accept" : "reject", id).toBe(expectStrict);
    }
  });
} else {
  it("the foreign JSON vectors are not here", () => expect(existsSync(FOLDER)).toBe(false));
}
