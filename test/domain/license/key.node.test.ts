import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crockford, keyHint, makeLegacyKey, makeLicenseKey, parseLicenseKey } from "../../../src/domain/license/key.ts";

const GOOD = "rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ";
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

function random(seed: number, length: number): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
}

describe("a license key", () => {
  it("is accepted in its canonical form", () => {
    expect(parseLicenseKey(GOOD)).toEqual({ kind: "live", text: GOOD });
    expect(parseLicenseKey("rbsm_test_ZZZZZZZZZZZZZZZZZZZZZZZZZZN9G5C8")?.kind).toBe("test");
    expect(parseLicenseKey("rbsm_live_00000000000000000000000000VFX77B")?.kind).toBe("live");
  });

  it("belongs to its prefix: a live key spelled as a test key is refused", () => {
    expect(parseLicenseKey("rbsm_test_00000000000000000000000000VFX77B")).toBeNull();
  });

  it.each([
    ["lower case", GOOD.toLowerCase()],
    ["upper-case prefix", GOOD.toUpperCase()],
    ["white space around it", `  \t${GOOD}\r\n`],
    ["blanks and hyphens in the body", "RBSM live 0123-4567-89AB CDEF GHJK MNPQ RS03 DBRQ"],
    ["O for 0, I and L for 1", "rbsm_live_oI23456789ABCDEFGHJKMNPQRSO3DBRQ"],
    ["l for 1", "rbsm-live-0l23456789abcdefghjkmnpqrs03dbrq"],
  ])("is read with %s", (_, text) => {
    expect(parseLicenseKey(text)?.text).toBe(GOOD);
  });

  it.each([
    ["nothing", ""],
    ["a doubled prefix separator", GOOD.replace("live_", "live__")],
    ["U, which the alphabet lacks", GOOD.replace("R", "U")],
    ["an en dash", GOOD.replace("4567", "45\u201367")],
    ["an em dash", GOOD.replace("4567", "45\u201467")],
    ["a minus sign U+2212", GOOD.replace("4567", "45\u221267")],
    ["full-width digits", GOOD.replace("0", "\uff10")],
    ["full-width letters", GOOD.replace("A", "\uff21")],
    ["a zero-width joiner inside", GOOD.replace("4567", "45\u200d67")],
    ["a byte order mark before it", `\ufeff${GOOD}`],
    ["a no-break space around it", `\u00a0${GOOD}`],
    ["a dotless i", GOOD.replace("1", "\u0131")],
    ["a NUL appended", `${GOOD}\0`],
    ["one more character", `${GOOD}0`],
    ["one more group", `${GOOD}-ABCDEF`],
    ["one character less", GOOD.slice(0, -1)],
    ["128 bytes and one", " ".repeat(129 - GOOD.length) + GOOD],
  ])("is refused with %s", (_, text) => {
    expect(parseLicenseKey(text)).toBeNull();
  });

  it.each([[42], [null], [undefined], [[GOOD]], [{ key: GOOD }], [true]])("is refused as %j: not a text", (value) => {
    expect(parseLicenseKey(value)).toBeNull();
  });

  it("catches every wrong character and every swap of neighbours", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { text } = makeLicenseKey("live", random(seed, 17));
      for (let at = 10; at < text.length; at++) {
        for (const other of ALPHABET) {
          if (other !== text[at]) expect(parseLicenseKey(text.slice(0, at) + other + text.slice(at + 1))).toBeNull();
        }
        const swapped = text.slice(0, at) + (text[at + 1] ?? "") + text[at] + text.slice(at + 2);
        if (swapped !== text) expect(parseLicenseKey(swapped)).toBeNull();
      }
    }
  });

  it("is made so that it reads back, with 130 bits of the random bytes", () => {
    const key = makeLicenseKey("test", random(7, 17));
    expect(parseLicenseKey(key.text)).toEqual(key);
    expect(key.text).toMatch(/^rbsm_test_[0-9A-HJKMNP-TV-Z]{32}$/);
    expect(key.text.slice(10, 36)).toBe(crockford(random(7, 17), 26));
    expect(keyHint(key)).toBe(key.text.slice(-4));
  });
});

describe("a key in the host's shape", () => {
  const LEGACY = "9F3A1C-07B2E4-5D6C88-A1F09B-3E47D2";
  it.each([
    ["canonical", LEGACY],
    ["lower case", LEGACY.toLowerCase()],
    ["bare", LEGACY.replaceAll("-", "")],
    ["with blanks", LEGACY.replaceAll("-", " ")],
  ])("is read %s", (_, text) => {
    expect(parseLicenseKey(text)).toEqual({ kind: "legacy", text: LEGACY });
  });

  it.each([
    ["a group less", LEGACY.slice(7)],
    ["a letter beyond F", LEGACY.replace("A", "G")],
    ["an underscore", LEGACY.replace("-", "_")],
  ])("is refused with %s", (_, text) => {
    expect(parseLicenseKey(text)).toBeNull();
  });

  it("is made of 15 random bytes", () => {
    const key = makeLegacyKey(random(3, 15));
    expect(key.text).toMatch(/^[0-9A-F]{6}(-[0-9A-F]{6}){4}$/);
    expect(parseLicenseKey(key.text)).toEqual(key);
  });
});

const VECTORS = "../shared/vectors/http/licence-keys.json";
if (existsSync(VECTORS)) {
  it("knows every key vector that needs no server", () => {
    const ids = (JSON.parse(readFileSync(VECTORS, "utf8")) as { id: string }[]).map((vector) => vector.id);
    expect(ids).toEqual(
      expect.arrayContaining([
        "lower",
        "dashes",
        "fullwidth",
        "zero-width",
        "transpose",
        "extend",
        "nul",
        "json-types",
      ]),
    );
  });
} else {
  it("license-key vectors are not here", () => expect(existsSync(VECTORS)).toBe(false));
}
