import { concatBytes, decodeHex, encodeUtf8 } from "../../../../src/domain/bytes.ts";
import { zip } from "../archive.ts";
import { deflated, MANIFEST, named, README, README_DEFLATED, second } from "./examples.ts";
import { type Vector, vector } from "./vector.ts";

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const hex = (text: string) => decodeHex(text) as Uint8Array;
const MIB = 1024 * 1024;

const SHORT = "a".repeat(20);

export const NAME_VECTORS: readonly Vector[] = [
  vector("path_empty--no-name", named("")),
  vector("path_too_long--201-bytes", named(`${"a".repeat(66)}/${"b".repeat(66)}/${"c".repeat(67)}`)),
  vector("path_too_long--segment-of-81", named(`ui/${"a".repeat(81)}`)),
  vector("path_too_deep--nine-segments", named("a/b/c/d/e/f/g/h/i")),
  vector("path_absolute--etc", named("/etc/x")),
  vector("path_absolute--unc", named("//server/share")),
  vector("path_drive--letter", named("C:x")),
  vector("path_drive--stream", named("ui/a.js:hidden")),
  vector("path_backslash--separator", named("ui\\a.js")),
  vector("path_control--nul", named("ui/a.js\0.png")),
  vector("path_control--escape", named("ui/\x1b[2J")),
  vector("path_control--return", named("ui/a\r")),
  vector("path_dot_segment--zip-slip", named("ui/../x")),
  vector("path_dot_segment--here", named("./x")),
  vector("path_empty_segment--double-slash", named("ui//a.js")),
  vector("path_utf8--overlong", named(bytes(0x75, 0x69, 0x2f, 0xc0, 0xae))),
  vector("path_utf8--cut", named(bytes(0x75, 0xc3))),
  vector("path_not_ascii--accent", named("ui/é.png")),
  vector("path_not_ascii--fullwidth-dots", named("ui/．．/x")),
  vector("path_character--space", named("ui/a b.js")),
  vector("path_character--dot-file", named(".git/config")),
  vector("path_character--dash-first", named("-rf")),
  vector("path_trailing_dot--last", named("ui/a.")),
  vector("path_reserved--aux", named("ui/Aux.css")),
  vector("path_reserved--com1", named("com1")),
  vector("path_junk--mac", named("__MACOSX/x")),
  vector("path_junk--windows", named("ui/Thumbs.db")),
  vector("path_duplicate--twice", named("NOTICE", "NOTICE")),
  vector("path_case_collision--letter", named("ui/A.js", "ui/a.js")),
  vector("path_file_as_directory--ui", named("ui", "ui/a.js")),
  vector("path_file_as_directory--not-neighbours", named("ui", "ui-b", "ui/a.js")),
  vector("path_order--descending", named("b", "a")),
  vector("manifest_not_first--second", () => zip([{ name: "LICENSE", data: "x" }, MANIFEST])),
];

export const DATA_VECTORS: readonly Vector[] = [
  vector("file_too_large--eight-mebibytes-and-one", () =>
    zip([MANIFEST, { name: "a", data: new Uint8Array(8 * MIB + 1) }]),
  ),
  vector("total_too_large--seventeen-of-eight", seventeen),
  vector("ratio_too_high--one-entry", second({ method: 8, size: 2 * MIB, compressedSize: 40 })),
  vector("ratio_too_high--all-together", second({ method: 8, size: MIB, compressedSize: 40 })),
  vector("stored_size--differs", second({ size: 41 })),
  vector("deflate_not_smaller--stored-block", () =>
    zip([MANIFEST, { name: "a", data: "AAAAA", raw: bytes(1, 5, 0, 0xfa, 0xff, 0x41, 0x41, 0x41, 0x41, 0x41) }]),
  ),
  vector("deflate_invalid--complement", deflated(hex("01050000004141414141"), "A".repeat(20))),
  vector("deflate_invalid--block-type-3", deflated(bytes(0x07), SHORT)),
  vector("deflate_invalid--distance-before-the-start", deflated(bytes(0x03, 0x02, 0x00), SHORT)),
  vector("deflate_invalid--symbol-286", deflated(bits("1 10 11000110"), SHORT)),
  vector("deflate_invalid--over-subscribed", deflated(bits(`1 01 00000 00000 1111 ${"100".repeat(19)}`), SHORT)),
  vector("deflate_invalid--under-subscribed", deflated(bits(`1 01 00000 00000 1111 100${"000".repeat(18)}`), SHORT)),
  vector("deflate_invalid--287-literal-codes", deflated(bits("1 01 01111 00000 1111"), SHORT)),
  vector("deflate_truncated--half", deflated(README_DEFLATED.slice(0, 6))),
  vector("deflate_truncated--stored-data-missing", deflated(bytes(1, 40, 0, 0xd7, 0xff, 0x41))),
  vector("deflate_trailing--one-zero", deflated(concatBytes(README_DEFLATED, bytes(0)))),
  vector("deflate_padding--last-byte", deflated(concatBytes(README_DEFLATED.slice(0, -1), bytes(0x80)))),
  vector("deflate_empty_block--sync-flush", deflated(concatBytes(hex("000000ffff"), README_DEFLATED))),
  vector("deflate_overrun--one-byte-more", deflated(README_DEFLATED, README_TEXT_499())),
  vector("deflate_underrun--one-byte-less", deflated(README_DEFLATED, `${"rbsm ".repeat(100)}!`)),
  vector("crc_mismatch--other-letter", () => zip([{ ...MANIFEST, data: "{}", crc: 0xbfa6a344 }])),
  vector("crc_mismatch--deflated", () => zip([MANIFEST, { ...README, crc: 1 }])),
  vector("crc_mismatch--hostile-before-untidy", () => zip([MANIFEST, { ...README, crc: 1, time: 1, madeBy: 0x0314 }])),
];

function README_TEXT_499(): Uint8Array {
  return encodeUtf8("rbsm ".repeat(100)).slice(0, 499);
}

/** Seventeen entries that claim 8 MiB each, well below 100 : 1. Nothing is inflated to find out. */
function seventeen(): Uint8Array {
  const raw = new Uint8Array(90_000);
  const files = Array.from({ length: 17 }, (_, index) => ({
    name: `f${String(index).padStart(2, "0")}`,
    raw,
    size: 8 * MIB,
    crc: 0,
  }));
  return zip([MANIFEST, ...files]);
}

/** Bits as deflate counts them, lowest first; eight zero bytes follow. */
function bits(text: string): Uint8Array {
  const digits = text.replaceAll(" ", "");
  const stream = new Uint8Array(Math.ceil(digits.length / 8) + 8);
  for (let at = 0; at < digits.length; at++) {
    if (digits[at] === "1") stream[at >> 3] = (stream[at >> 3] as number) | (1 << (at & 7));
  }
  return stream;
}
