import { inflateSync } from "fflate";
import { describe, expect, it } from "vitest";
import { inflateStrict } from "../../../src/domain/bundle/inflate.ts";
import { openBundle } from "../../../src/domain/bundle/open.ts";
import { concatBytes, decodeHex, encodeHex, encodeUtf8 } from "../../../src/domain/bytes.ts";
import { sha256Hex, sha512Hex } from "../../../src/domain/digest.ts";
import { patched, zip } from "./archive.ts";
import { bundle, README, SAMPLE_FILES } from "./sample.ts";
import { E1, E2, MANIFEST, named, README_DEFLATED, README_TEXT } from "./vectors/examples.ts";

const hex = (text: string) => decodeHex(text) as Uint8Array;

async function firstCode(bytes: Uint8Array): Promise<string> {
  const opened = await openBundle(bytes);
  return opened.ok ? "accepted" : (opened.problem[0]?.code ?? "");
}

describe("the worked examples of the README", () => {
  it("E1: the smallest archive", async () => {
    expect(E1.length).toBe(126);
    expect(await sha256Hex(E1)).toBe("961833b1d6422204e8f0ea4ab864f4afea865ef430034f42f7d31559382019b2");
    expect(encodeHex(E1.slice(0, 45))).toBe(
      "504b030414000000000000002100" + "43bfa6a302000000020000000d0000006d616e69666573742e6a736f6e7b7d",
    );
    expect(await firstCode(E1)).toBe("manifest_field_missing");
  });

  it("E2: identity arithmetic", async () => {
    expect(E2.length).toBe(231);
    expect(await sha256Hex(E2)).toBe("7ded67abf7a672e2f1be6ed2878ceb65174aae6b9eec34de3269945c229b3b6e");
  });

  it("E3: one change, one code", async () => {
    const changes: readonly (readonly [Uint8Array, string])[] = [
      [concatBytes(E1, Uint8Array.of(0)), "trailing_data"],
      [concatBytes(encodeUtf8("GIF8"), E1), "prefix_data"],
      [patched(E1, { 124: 1 }), "comment_length"],
      [patched(concatBytes(E1, Uint8Array.of(0x78)), { 124: 1 }), "archive_comment"],
      [patched(E1, { 112: 2 }), "entry_count"],
      [patched(E1, { 114: 2 }), "entry_count"],
      [patched(E1, { 116: 0x3a }), "directory_size"],
      [patched(E1, { 6: 8 }), "local_flag_mismatch"],
      [patched(E1, { 6: 8, 53: 8 }), "flag_data_descriptor"],
      [patched(E1, { 30: 0x4d }), "local_name_mismatch"],
      [patched(E1, { 85: 0xff, 86: 0xa1 }), "entry_symlink"],
      [patched(E1, { 87: 1 }), "entry_gap"],
      [patched(E1, { 43: 0x5b }), "crc_mismatch"],
      [patched(E1, { 53: 1 }), "flag_encrypted"],
      [E2.slice(0, -1), "end_record_missing"],
    ];
    for (const [bytes, code] of changes) expect(await firstCode(bytes)).toBe(code);
  });

  it("E5: names", async () => {
    const names: readonly (readonly [readonly (string | Uint8Array)[], string])[] = [
      [["ui/../x"], "path_dot_segment"],
      [["/etc/x"], "path_absolute"],
      [["C:x"], "path_drive"],
      [["ui\\a.js"], "path_backslash"],
      [["ui//a.js"], "path_empty_segment"],
      [["ui/"], "entry_directory"],
      [["ui/Aux.css"], "path_reserved"],
      [["ui/a."], "path_trailing_dot"],
      [["ui/é.png"], "path_not_ascii"],
      [[hex("75692fc0ae")], "path_utf8"],
      [["ui/A.js", "ui/a.js"], "path_case_collision"],
      [["ui", "ui/a.js"], "path_file_as_directory"],
      [["ui/a b.js"], "path_character"],
    ];
    for (const [list, code] of names) expect(await firstCode(named(...list)())).toBe(code);
  });

  it("E6: what fflate lets through, ours refuses", () => {
    const out = () => new Uint8Array(500);
    const longer = concatBytes(README_DEFLATED, Uint8Array.of(0));
    expect(inflateSync(longer, { out: out() }).length).toBe(500);
    expect(inflateStrict(longer, 500)).toEqual({ ok: false, reason: "deflate_trailing" });
    const padded = patched(README_DEFLATED, { [README_DEFLATED.length - 1]: 0x80 });
    expect(inflateSync(padded, { out: out() }).length).toBe(500);
    expect(inflateStrict(padded, 500)).toMatchObject({ ok: true, held: "deflate_padding" });
    const stored = hex("01050000004141414141");
    expect(new TextDecoder().decode(inflateSync(stored))).toBe("AAAAA");
    expect(inflateStrict(stored, 5)).toEqual({ ok: false, reason: "deflate_invalid" });
  });

  it("E6: three single-byte changes of E2 pass the archive layer, with the same 500 bytes", async () => {
    const content = encodeUtf8(README_TEXT);
    let passed = 0;
    for (let at = 95 - README_DEFLATED.length; at < 95; at++) {
      for (let value = 0; value < 256; value++) {
        if (value === E2[at]) continue;
        const inflated = inflateStrict(patched(E2, { [at]: value }).subarray(84, 95), 500);
        if (!inflated.ok || inflated.held !== null || encodeHex(inflated.bytes) !== encodeHex(content)) continue;
        passed++;
      }
    }
    expect(passed).toBe(3);
  });

  it("E7: canonical JSON", async () => {
    const spelled = (text: string) => bundle({ spell: () => encodeUtf8(text) });
    expect(await firstCode(await spelled('{ "b": 1.0, "a": "\\u00e4", "aa": [ ] }'))).toBe("json_number");
    expect(await firstCode(await spelled('{ "b": 1, "a": "\\u00e4", "aa": [ ] }'))).toBe("json_not_canonical");
    expect(await firstCode(await spelled('{"a":1,"a":1}'))).toBe("json_duplicate_key");
    expect(await firstCode(await spelled('{"a":"ä","aa":[],"b":1}'))).toBe("manifest_field_missing");
  });

  it("E15: text", async () => {
    const file = (path: string, text: string) => bundle({ files: { [path]: text } });
    const bidi = await openBundle(await file("README.md", `# Visit\n\nprice\u202e\n${README}`));
    expect(bidi.ok ? [] : bidi.problem).toMatchObject([{ code: "text_bidi", path: "README.md", line: 3, column: 6 }]);
    expect(await firstCode(await file("server/main.js", 'export default "\ufe01"'))).toBe("text_variation_selector");
    expect(await firstCode(await file("server/main.js", 'export default "\\ufe01"'))).toBe("accepted");
    const technologist = "\u{1f469}\u200d\u{1f4bb}";
    expect(await firstCode(await file("README.md", README + technologist))).toBe("accepted");
    expect(await firstCode(await file("server/main.js", `export default "${technologist}"`))).toBe("text_invisible");
    expect(await firstCode(await bundle({ manifest: { displayName: "Visit n\u043etes" } }))).toBe("text_mixed_script");
  });
});

describe("the order of reading", () => {
  it("names a hostile archive for what it does, not for how untidy it is", async () => {
    const untidy = { madeBy: 0x0314, needed: 10, time: 7, flags: 0x800, internal: 1 };
    expect(
      await firstCode(
        zip([
          { ...MANIFEST, ...untidy },
          { name: "../x", data: "x" },
        ]),
      ),
    ).toBe("path_dot_segment");
    expect(
      await firstCode(
        zip([
          { ...MANIFEST, ...untidy },
          { name: "NOTICE", data: "x" },
        ]),
      ),
    ).toBe("version_made_by");
  });

  it("collects up to 100 problems of one step, sorted by path, line and code", async () => {
    const bad = `export default 1;\n${"\u200b\n".repeat(80)}`;
    const opened = await openBundle(
      await bundle({ files: { "ui/pages/a.js": bad, "ui/pages/b.js": bad, NOTICE: "a\u0000", "server/main.js": "1" } }),
    );
    const problems = opened.ok ? [] : opened.problem;
    expect(problems.length).toBe(100);
    expect(problems.map((problem) => problem.path)).toEqual([
      "NOTICE",
      "server/main.js",
      ...Array(80).fill("ui/pages/a.js"),
      ...Array(18).fill("ui/pages/b.js"),
    ]);
    expect(problems[2]).toMatchObject({ line: 2, column: 1 });
  });

  it("compares an expected digest before it looks at anything else", async () => {
    const opened = await openBundle(new Uint8Array(200), { expectedSha256: "00" });
    expect(opened.ok ? [] : opened.problem).toMatchObject([{ code: "bundle_digest_mismatch" }]);
  });
});

it("hands out every file as it went in, and nothing else", async () => {
  const opened = await openBundle(await bundle());
  if (!opened.ok) throw new Error("refused");
  for (const [path, bytes] of Object.entries(SAMPLE_FILES)) expect(opened.value.file(path)).toEqual(bytes);
  expect(opened.value.entries.map((entry) => entry.path)).toEqual([
    "manifest.json",
    ...Object.keys(SAMPLE_FILES).sort(),
  ]);
  expect(opened.value.sha512).toBe(await sha512Hex(opened.value.bytes));
  expect(opened.value.sha256).toBe(await sha256Hex(opened.value.bytes));
  expect(opened.value.manifestSha256).toBe(await sha256Hex(opened.value.manifestBytes));
  expect(opened.value.file("constructor")).toBe(null);
  expect(opened.value.file("ui/pages")).toBe(null);
});
