import { concatBytes, encodeUtf8 } from "../../../../src/domain/bytes.ts";
import { type FakeEntry, zip } from "../archive.ts";
import { E1, E2, e1With, MANIFEST, README, second, tail } from "./examples.ts";
import { type Vector, vector } from "./vector.ts";

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const locator = concatBytes(bytes(0x50, 0x4b, 0x06, 0x07), new Uint8Array(16));
const FILLER = new Uint8Array(200);

export const CONTAINER_VECTORS: readonly Vector[] = [
  vector("bundle_too_small--nothing", () => new Uint8Array()),
  vector("bundle_too_small--one-byte-less-than-the-smallest", () => E1.slice(0, 125)),
  vector("bundle_too_large--fifty-mebibytes-and-one-byte", () => new Uint8Array(50 * 1024 * 1024 + 1)),
  {
    name: "bundle_digest_mismatch--another-bundle",
    bytes: () => E1,
    expectedSha256: "7ded67abf7a672e2f1be6ed2878ceb65174aae6b9eec34de3269945c229b3b6e",
  },
  vector("not_zip--zeros", () => FILLER),
  vector("not_zip--text", () => encodeUtf8("a bundle is a ZIP file ".repeat(10))),
  vector("legacy_container--older-host", tail(bytes(0x52, 0x42, 0x53, 0x4d, 1, 0, 0, 0x1f, 0x8b), FILLER)),
  vector("legacy_unreadable--no-gzip-inside", tail(bytes(0x52, 0x42, 0x53, 0x4d, 1, 0, 0), FILLER)),
  vector("sealed_container--paid-release", tail(encodeUtf8("RBSMSEAL"), FILLER)),
  vector("prefix_data--gif", tail(encodeUtf8("GIF8"), E1)),
  vector("prefix_data--shell-script", tail(encodeUtf8("#!/bin/sh\n"), E2)),
  vector("end_record_missing--last-byte-cut", () => E2.slice(0, -1)),
  vector("end_record_missing--end-record-cut", () => E2.slice(0, -22)),
  vector("trailing_data--one-zero", tail(E1, bytes(0))),
  vector("trailing_data--second-payload", tail(E1, encodeUtf8("<?php"), FILLER)),
  vector("archive_comment--one-letter", () => zip([MANIFEST], { comment: encodeUtf8("x") })),
  vector("archive_comment--hidden-archive", () => zip([MANIFEST], { comment: E1.slice(0, -22) })),
  vector("comment_length--not-there", e1With({ 124: 1 })),
  vector("multi_disk--end-record", () => zip([MANIFEST], { disk: 1, directoryDisk: 1 })),
  vector("multi_disk--entry", second({ disk: 1 })),
  vector("zip64--count-sentinel", () => zip([MANIFEST], { total: 0xffff })),
  vector("zip64--offset-sentinel", () => zip([MANIFEST], { offset: 0xffffffff })),
  vector("zip64--locator", () => zip([MANIFEST], { before: locator })),
  vector("zip64--entry-sentinel", second({ size: 0xffffffff, compressedSize: 0xffffffff })),
  vector("entry_count--here", e1With({ 112: 2 })),
  vector("entry_count--in-all", e1With({ 114: 2 })),
  vector("entry_count--one-more-than-there-are", e1With({ 112: 2, 114: 2 })),
  vector("entry_count--one-less-than-there-are", () => zip([MANIFEST, README], { total: 1 })),
  vector("entry_count--none", () => zip([{ ...MANIFEST, isHidden: true }], { before: FILLER })),
  vector("too_many_entries--1025", () => zip(many(1025))),
  vector("directory_signature--another-record", e1With({ 45: 0x51 })),
  vector("directory_signature--offset-into-data", e1With({ 120: 0x2c })),
  vector("archive_extra_record--digital-signature", () =>
    zip([MANIFEST], { before: concatBytes(bytes(0x50, 0x4b, 0x05, 0x05, 2, 0), bytes(1, 2)) }),
  ),
  vector("archive_extra_record--instead-of-the-directory", () =>
    zip([{ ...MANIFEST, gap: concatBytes(bytes(0x50, 0x4b, 0x06, 0x08), FILLER) }], { offset: 45, size: 263 }),
  ),
  vector("directory_size--one-less", e1With({ 116: 0x3a })),
  vector("directory_size--name-beyond-the-end", e1With({ 73: 0x20 })),
  vector("directory_gap--before-the-end-record", () => zip([MANIFEST], { before: bytes(1, 2, 3) })),
  vector("directory_gap--before-the-directory", () => zip([{ ...MANIFEST, gap: bytes(1, 2, 3) }])),
  vector("directory_overlap--ends-after-the-end-record", e1With({ 116: 0x3c })),
  vector("directory_overlap--data-reaches-into-it", second({ compressedSize: 50, size: 50 })),
];

export const HEADER_VECTORS: readonly Vector[] = [
  vector("entry_symlink--mode-bits", e1With({ 85: 0xff, 86: 0xa1 })),
  vector("entry_special--fifo", second({ external: 0x1000_0000 })),
  vector("entry_special--character-device", second({ external: 0x2000_0000 })),
  vector("entry_directory--trailing-slash", () => zip([MANIFEST, { name: "ui/" }])),
  vector("entry_directory--mode-bits", second({ external: 0x41ed_0000 })),
  vector("entry_directory--dos-bit", second({ external: 0x10 })),
  vector("version_made_by--unix", second({ madeBy: 0x0314 })),
  vector("version_needed--10", second({ needed: 10 })),
  vector("external_attributes--executable", second({ external: 0x81ed_0000 })),
  vector("external_attributes--read-only", second({ external: 1 })),
  vector("internal_attributes--text", second({ internal: 1 })),
  vector("entry_comment--text", second({ comment: encodeUtf8("hello") })),
  vector("flag_encrypted--bit-0", e1With({ 53: 1 })),
  vector("flag_encrypted--strong", second({ flags: 0x40 })),
  vector("flag_encrypted--masked-directory", second({ flags: 0x2000 })),
  vector("flag_data_descriptor--both-records", e1With({ 6: 8, 53: 8 })),
  vector("flag_patched--bit-5", second({ flags: 0x20 })),
  vector("flag_utf8--bit-11", second({ flags: 0x800 })),
  vector("flag_reserved--bit-1", second({ flags: 2 })),
  vector("method_unsupported--deflate64", second({ method: 9 })),
  vector("method_unsupported--zstd", second({ method: 93 })),
  vector("timestamp--a-clock", second({ time: 0x6c20 })),
  vector("timestamp--year-2107", second({ date: 0xff9f })),
  vector("extra_field--unicode-path", second({ extra: bytes(0x75, 0x70, 1, 0, 1) })),
  vector("local_extra_field--only-there", second({ local: { extra: bytes(0x55, 0x54, 1, 0, 1) } })),
  vector("entry_shared--full-overlap", () =>
    zip([MANIFEST, { name: "NOTICE", data: "{}", offset: 0, isDirectoryOnly: true }]),
  ),
  vector("entry_overlap--quoted", quotedOverlap, { path: "README.md" }),
  vector("entry_overlap--into-the-header", () =>
    zip([MANIFEST, { name: "NOTICE", data: "x", offset: 20, isDirectoryOnly: true }]),
  ),
  vector("entry_gap--offset", e1With({ 87: 1 })),
  vector("entry_gap--hidden-entry", () => zip([MANIFEST, { ...README, isHidden: true }, { name: "X", data: "x" }])),
  vector("entry_gap--padding", () => zip([{ ...MANIFEST, gap: bytes(0) }, README])),
  vector("local_signature--no-header", second({ local: { signature: 0x04034b51 } })),
  vector("local_name_mismatch--other-letter", e1With({ 30: 0x4d })),
  vector("local_name_mismatch--other-length", second({ local: { name: "NOTIC" }, gap: bytes(0) })),
  vector("local_method_mismatch--deflated-here", second({ local: { method: 8 } })),
  vector("local_size_mismatch--inflated", second({ local: { size: 39 } })),
  vector("local_size_mismatch--compressed", second({ local: { compressedSize: 39 } })),
  vector("local_crc_mismatch--other-sum", second({ local: { crc: 1 } })),
  vector("local_flag_mismatch--descriptor-only-here", e1With({ 6: 8 })),
  vector("local_version_mismatch--45", second({ local: { needed: 45 } })),
  vector("local_time_mismatch--other-time", second({ local: { time: 1 } })),
  vector("reading_mismatch--directory-in-another-order", () => swapped()),
];

function many(count: number): readonly FakeEntry[] {
  return Array.from({ length: count }, (_, index) => ({ name: `f${index}`, data: "x" }));
}

/** Entry 1 claims 75 compressed bytes: a stored block whose 70 bytes are entry 2's header and data. */
function quotedOverlap(): Uint8Array {
  const inner = zip([{ name: "README.md", data: "y".repeat(31) }]).slice(0, 70);
  const block = concatBytes(bytes(1, 70, 0, 70 ^ 0xff, 0xff), inner);
  return zip([
    { name: "manifest.json", data: inner, raw: block },
    { name: "README.md", data: "y".repeat(31), offset: 30 + 13 + 5, isDirectoryOnly: true },
  ]);
}

/** Two entries whose directory records stand in the opposite order. */
function swapped(): Uint8Array {
  const [first, last] = [zip([MANIFEST]).slice(0, 45), zip([{ name: "NOTICE", data: "x" }]).slice(0, 37)];
  const directory = zip([
    { name: "NOTICE", data: "x", offset: 45 },
    { ...MANIFEST, offset: 0 },
  ]).slice(37 + 45);
  return concatBytes(first, last, directory);
}
