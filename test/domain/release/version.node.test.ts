import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  channelOf,
  compareVersions,
  isRange,
  parseVersion,
  satisfies,
  versionSort,
} from "../../../src/domain/release/version.ts";

const FILE = path.resolve(import.meta.dirname, "../../../../shared/vectors/semver/cases.jsonl");
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const IDENTIFIER = fc.oneof(
  fc.nat(2_147_483_647).map(String),
  fc.stringMatching(/^[0-9]{0,2}[A-Za-z-][0-9A-Za-z-]{0,4}$/),
);
const NUMBER = fc.oneof(fc.nat(30), fc.nat(2_147_483_647));
const VERSION = fc
  .tuple(NUMBER, NUMBER, NUMBER, fc.array(IDENTIFIER, { maxLength: 3 }))
  .map(([a, b, c, parts]) => `${a}.${b}.${c}${parts.length > 0 ? `-${parts.join(".")}` : ""}`)
  .filter((text) => parseVersion(text) !== null);

describe("a version", () => {
  it("sorts as text exactly as it ranks", () => {
    fc.assert(
      fc.property(VERSION, VERSION, (a, b) => {
        expect(Math.sign(byText(versionSort(a), versionSort(b)))).toBe(Math.sign(compareVersions(a, b)));
      }),
      { numRuns: 3000 },
    );
    const order = [
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-beta.2",
      "1.0.0-beta.11",
      "1.0.0-rc.1",
      "1.0.0",
      "1.2.0",
      "1.10.0",
    ];
    expect(order.toReversed().sort((a, b) => byText(versionSort(a), versionSort(b)))).toEqual(order);
  });

  it("is refused with build metadata, prefix, space, leading zeros or beyond its limits", () => {
    const refused = [
      "1.0.0+1",
      "v1.0.0",
      " 1.0.0",
      "1.0.0 ",
      "01.0.0",
      "1.0",
      "1.0.0-",
      "1.0.0-01",
      "2147483648.0.0",
      "1.0.0-2147483648",
      "1.0.0-99999999999999999999",
      `1.0.0-${"a".repeat(59)}`,
      "2147483647.2147483647.0",
      "",
    ];
    for (const text of refused) expect(parseVersion(text), text).toBe(null);
    expect(parseVersion(`1.0.0-${"a".repeat(58)}`)?.prerelease).toEqual(["a".repeat(58)]);
    expect(parseVersion("2147483647.1.1234567")).toMatchObject({ major: 2_147_483_647 });
    expect(() => versionSort("1.0")).toThrow(RangeError);
  });

  it("says its channel", () => {
    expect(["1.4.0", "1.4.0-beta.2", "1.4.0-rc.1", "1.4.0-alpha.0"].map(channelOf)).toEqual([
      "stable",
      "beta",
      "rc",
      "alpha",
    ]);
    for (const text of ["1.4.0-beta", "1.4.0-beta.2.3", "1.4.0-nightly.1", "1.4.0-stable.1", "1.4.0-2", "x"]) {
      expect(channelOf(text), text).toBe(null);
    }
  });
});

describe("a range", () => {
  it("is npm's, without tags, build metadata and URLs", () => {
    for (const range of ["^2.1.0", "~1", "1.x", ">=1 <3 || 5.0.0", "*", ""]) expect(isRange(range), range).toBe(true);
    for (const range of [
      "latest",
      "^1.0.0+1",
      "https://a.de/x",
      "file:../x",
      `>=1.0.0${" ".repeat(100)}`,
      ">1.0.0foo",
    ]) {
      expect(isRange(range), range).toBe(false);
    }
    expect(satisfies("2.4.0", "^2.1.0")).toBe(true);
    expect(satisfies("3.0.0-beta.1", "^2.1.0 || >=3")).toBe(false);
    expect(satisfies("1.0.0", "latest")).toBe(false);
  });
});

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly options?: { readonly loose?: boolean; readonly includePrerelease?: boolean };
  readonly version?: string;
  readonly range?: string;
  readonly a?: string;
  readonly b?: string;
  readonly versions?: readonly string[];
  readonly expect: unknown;
}

if (existsSync(FILE)) {
  it("agrees with the foreign cases for what we have", () => {
    const cases = readFileSync(FILE, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Case);
    let counted = 0;
    for (const {
      id,
      kind,
      options,
      version = "",
      range = "",
      a = "",
      b = "",
      versions = [],
      expect: wanted,
    } of cases) {
      if (options?.loose === true || options?.includePrerelease === true) continue;
      const isOurs = (text: string) => parseVersion(text) !== null;
      if (kind === "satisfies" && isOurs(version) && isRange(range)) expect(satisfies(version, range), id).toBe(wanted);
      else if (kind === "gt" && isOurs(a) && isOurs(b)) expect(compareVersions(a, b) > 0, id).toBe(wanted);
      else if (kind === "eq" && isOurs(a) && isOurs(b)) expect(compareVersions(a, b) === 0, id).toBe(wanted);
      else if (kind === "validRange" && !range.includes("+")) {
        if (wanted === null || wanted === false) expect(isRange(range), id).toBe(false);
        else if (range.length <= 100) expect(isRange(range), id).toBe(true);
      } else if (kind === "validSpec" && wanted === false) expect(isOurs(version), id).toBe(false);
      else if (kind === "order") {
        expect([...versions].sort(compareVersions), id).toEqual(wanted);
        expect(
          [...versions].sort((x, y) => byText(versionSort(x), versionSort(y))),
          id,
        ).toEqual(wanted);
      } else continue;
      counted++;
    }
    expect(counted).toBeGreaterThan(100);
  });
} else {
  it("the foreign SemVer vectors are not here", () => expect(existsSync(FILE)).toBe(false));
}
