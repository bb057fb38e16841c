import { describe, expect, it } from "vitest";
import { randomBase62 } from "../../../src/domain/account/base62.ts";
import { parseInstanceBearer } from "../../../src/domain/account/bearer.ts";
import { isInRanges } from "../../../src/domain/account/ip-ranges.ts";
import { coversPlugin, effectiveScopes } from "../../../src/domain/account/rights.ts";
import { SCOPES } from "../../../src/domain/account/scopes.ts";
import { findTokens, makeToken, parseToken } from "../../../src/domain/account/token.ts";

const EXAMPLE = "rbsm_ci_4fQ9ZxT2bN7mK1vR8sW3yC6dH0jL5pGaEuXqVtBz04dMHn";
const draw = (length: number) => crypto.getRandomValues(new Uint8Array(length));

describe("a token", () => {
  it("is the published example", () => {
    expect(parseToken(EXAMPLE)).toEqual({ text: EXAMPLE, kind: "ci", hint: "dMHn" });
  });

  it("reads back what was made", () => {
    for (const kind of ["pat", "ci", "adm"] as const) {
      const token = makeToken(kind, draw);
      expect(token.text).toMatch(new RegExp(`^rbsm_${kind}_[0-9A-Za-z]{46}$`));
      expect(parseToken(token.text)).toEqual(token);
    }
  });

  it("is refused with any single character changed, and with any two neighbours swapped", () => {
    const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    for (let i = 0; i < EXAMPLE.length; i++) {
      for (const char of alphabet) {
        if (char === EXAMPLE[i]) continue;
        expect(parseToken(EXAMPLE.slice(0, i) + char + EXAMPLE.slice(i + 1))).toBeNull();
      }
      const swapped =
        EXAMPLE.slice(0, i) +
        EXAMPLE.slice(i, i + 2)
          .split("")
          .reverse()
          .join("") +
        EXAMPLE.slice(i + 2);
      if (swapped !== EXAMPLE) expect(parseToken(swapped)).toBeNull();
    }
    for (const text of ["", "rbsm_", `${EXAMPLE} `, EXAMPLE.slice(0, -1), `${EXAMPLE}0`, EXAMPLE.toUpperCase()])
      expect(parseToken(text)).toBeNull();
  });

  it("is found in an address, however it is percent-encoded", () => {
    const everyByte = [...EXAMPLE].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("");
    for (const address of [
      `/x?t=${EXAMPLE}`,
      `/x?a=1&t=x${EXAMPLE}y`,
      `/x/${EXAMPLE}`,
      `/x?t=${everyByte}`,
      `/?${EXAMPLE.replaceAll("_", "%5F")}`,
    ])
      expect(findTokens(address)).toContain(EXAMPLE);
    for (const address of ["/x?query=rbsm_ci_", "/x?key=rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ", "/%E0%A4%A", "/"])
      expect(findTokens(address)).toEqual([]);
  });
});

it("random text takes every character equally often", () => {
  const counts = new Map<string, number>();
  for (const char of randomBase62(62_000, draw)) counts.set(char, (counts.get(char) ?? 0) + 1);
  expect(counts.size).toBe(62);
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200);
  // 248–255 would favor eight characters if they were folded; they are thrown away.
  let call = 0;
  expect(randomBase62(2, () => new Uint8Array(call++ === 0 ? [255, 248] : [0, 247]))).toBe("0z");
});

describe("what stored scopes are worth", () => {
  it("lets a ci token only stage, whatever was forged into its row", () => {
    expect(effectiveScopes("ci", SCOPES)).toEqual(["release:stage"]);
    expect(effectiveScopes("ci", ["release:publish"])).toEqual([]);
  });
  it("knows desk rights on adm tokens alone, and no unknown ones", () => {
    expect(effectiveScopes("pat", SCOPES)).not.toContain("desk:review");
    expect(effectiveScopes("pat", SCOPES)).not.toContain("desk:accounts");
    expect(effectiveScopes("adm", ["desk:review", "everything"])).toEqual(["desk:review"]);
  });
  it("limits a token to its plugins", () => {
    const token = { id: "1", kind: "pat", scopes: [], hint: "", expiresAt: 0 } as const;
    const account = { kind: "account", accountId: "1", isOperator: false } as const;
    expect(coversPlugin({ ...account, token: { ...token, plugins: ["a"] } }, "a")).toBe(true);
    expect(coversPlugin({ ...account, token: { ...token, plugins: ["a"] } }, "b")).toBe(false);
    expect(coversPlugin({ ...account, token: { ...token, plugins: [] } }, "a")).toBe(false);
    expect(coversPlugin({ ...account, token: { ...token, plugins: null } }, "b")).toBe(true);
  });
});

describe("an instance's credential", () => {
  const signature = "7c0b3604ed5846075160a2ad5731cf832bddc60961643b6662122bf02d6332bc";
  it("is split at the last two colons", () => {
    expect(parseInstanceBearer(`mk_demo_7Q2F9C:${signature}:1767225600000`)).toMatchObject({
      apiKey: "mk_demo_7Q2F9C",
      message: "mk_demo_7Q2F9C:1767225600000",
      timestamp: 1_767_225_600_000,
    });
    expect(parseInstanceBearer(`a:b:${signature}:1`)).toMatchObject({ apiKey: "a:b", message: "a:b:1" });
  });
  it("is nothing else", () => {
    for (const text of [
      "",
      "mk",
      `mk:${signature}`,
      `mk:${signature}:`,
      `mk:${signature.toUpperCase()}:1`,
      `mk:${signature.slice(1)}:1`,
      `mk:${signature}:1.5`,
      `mk:${signature}:-1`,
      `mk:${signature}:1e3`,
      `:${signature}:1`,
      `m k:${signature}:1`,
    ])
      expect(parseInstanceBearer(text)).toBeNull();
  });
});

it("address ranges hold what they say, in both families", () => {
  expect(isInRanges("203.0.113.7", ["203.0.113.0/24"])).toBe(true);
  expect(isInRanges("203.0.114.7", ["203.0.113.0/24"])).toBe(false);
  expect(isInRanges("203.0.113.129", ["203.0.113.0/25"])).toBe(false);
  expect(isInRanges("203.0.113.7", ["203.0.113.7"])).toBe(true);
  expect(isInRanges("2001:db8:1::9", ["2001:db8::/32"])).toBe(true);
  expect(isInRanges("2001:db9::9", ["2001:db8::/32"])).toBe(false);
  expect(isInRanges("1.2.3.4", ["0.0.0.0/0"])).toBe(true);
  for (const range of ["", "x", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/a", "::/0"])
    expect(isInRanges("1.2.3.4", [range])).toBe(false);
  expect(isInRanges("unknown", ["0.0.0.0/0"])).toBe(false);
});
