import { ok, type Result } from "../result.ts";
import { LIMITS } from "./limits.ts";
import { type BundleProblem, refused } from "./problem.ts";
import {
  DIRECTORY_SIGNATURE,
  END_BYTES,
  END_SIGNATURE,
  LOCAL_SIGNATURE,
  viewOf,
  ZIP64_LOCATOR_BYTES,
  ZIP64_LOCATOR_SIGNATURE,
} from "./records.ts";

/** What the end record says. `at` is its own offset. */
export interface EndRecord {
  readonly at: number;
  readonly entries: number;
  readonly directorySize: number;
  readonly directoryOffset: number;
}

const SEALED_MAGIC = [0x52, 0x42, 0x53, 0x4d, 0x53, 0x45, 0x41, 0x4c];
const LEGACY_MAGIC = [0x52, 0x42, 0x53, 0x4d, 0x01, 0x00, 0x00];
const GZIP_MAGIC = [0x1f, 0x8b];
const MAX_COMMENT_BYTES = 0xffff;

/** Step 1: the length. */
export function checkLength(bytes: Uint8Array): Result<true, BundleProblem> {
  if (bytes.length > LIMITS.maxBundleBytes)
    return refused("bundle_too_large", `more than ${LIMITS.maxBundleBytes} bytes`);
  if (bytes.length >= LIMITS.minBundleBytes) return ok(true);
  const named = foreignContainer(bytes);
  if (named !== null) return named;
  return refused("bundle_too_small", `${bytes.length} bytes; the smallest archive has ${LIMITS.minBundleBytes}`);
}

/** Steps 2 and 3: first bytes, end record, its fields. It lies at the very end or there is none: nothing is searched for. */
export function readEndRecord(bytes: Uint8Array): Result<EndRecord, BundleProblem> {
  const view = viewOf(bytes);
  const at = bytes.length - END_BYTES;
  const startsAsEntry = view.getUint32(0, true) === LOCAL_SIGNATURE;
  const endsAsArchive = view.getUint32(at, true) === END_SIGNATURE;
  if (!startsAsEntry) return foreignContainer(bytes) ?? nameTheStart(bytes, endsAsArchive);
  if (!endsAsArchive) return nameTheEnd(bytes);

  const [disk, directoryDisk] = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)];
  const [entriesHere, entries] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [directorySize, directoryOffset] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
  const commentLength = view.getUint16(at + 20, true);
  if (commentLength !== 0)
    return refused("comment_length", `claims a comment of ${commentLength} bytes that is not there`);
  const hasSentinel = [disk, directoryDisk, entriesHere, entries].includes(0xffff);
  if (hasSentinel || directorySize === 0xffffffff || directoryOffset === 0xffffffff || hasLocator(view, at)) {
    return refused("zip64", "uses the 64-bit extension");
  }
  if (disk !== 0 || directoryDisk !== 0)
    return refused("multi_disk", `disk ${disk}, directory on disk ${directoryDisk}`);
  if (entriesHere !== entries) return refused("entry_count", `${entriesHere} entries here, ${entries} in all`);
  if (entries === 0) return refused("entry_count", "an archive of nothing");
  if (entries > LIMITS.maxEntries)
    return refused("too_many_entries", `${entries} entries, at most ${LIMITS.maxEntries}`);
  return ok({ at, entries, directorySize, directoryOffset });
}

function hasLocator(view: DataView, at: number): boolean {
  return view.getUint32(at - ZIP64_LOCATOR_BYTES, true) === ZIP64_LOCATOR_SIGNATURE;
}

function foreignContainer(bytes: Uint8Array): Result<never, BundleProblem> | null {
  if (startsWith(bytes, SEALED_MAGIC))
    return refused("sealed_container", "a sealed bundle; open it with its content key");
  if (startsWith(bytes, LEGACY_MAGIC)) {
    return startsWith(bytes.subarray(LEGACY_MAGIC.length), GZIP_MAGIC)
      ? refused("legacy_container", "the container of older hosts")
      : refused("legacy_unreadable", "the magic of the older container, but no gzip after it");
  }
  return null;
}

function nameTheStart(bytes: Uint8Array, endsAsArchive: boolean): Result<never, BundleProblem> {
  const view = viewOf(bytes);
  const first = view.getUint32(0, true);
  if (endsAsArchive && (first === DIRECTORY_SIGNATURE || first === END_SIGNATURE)) {
    return refused("entry_count", "an archive of nothing");
  }
  if (endsAsArchive || lastEndRecord(view) >= 0) return refused("prefix_data", "foreign bytes before the first entry");
  return refused("not_zip", "neither begins nor ends as a bundle does");
}

/** An end record further up only helps to say what is wrong; it can never be accepted. */
function nameTheEnd(bytes: Uint8Array): Result<never, BundleProblem> {
  const view = viewOf(bytes);
  const at = lastEndRecord(view);
  if (at < 0) return refused("end_record_missing", "cut off, or no archive");
  const rest = bytes.length - at - END_BYTES;
  if (view.getUint16(at + 20, true) === rest) return refused("archive_comment", `a comment of ${rest} bytes`);
  return refused("trailing_data", `${rest} bytes after the end record`);
}

function lastEndRecord(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT_BYTES); at--) {
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  }
  return -1;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
