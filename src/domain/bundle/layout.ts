import { equalBytes } from "../bytes.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { EndRecord } from "./container.ts";
import { type BundleProblem, type Held, problem, refused } from "./problem.ts";
import { type DirectoryRecord, type Entry, LOCAL_BYTES, LOCAL_SIGNATURE, viewOf } from "./records.ts";

/**
 * Steps 5 and 6. First the identity: entries lie one after the other from byte 0 to the directory, without a gap and
 * without sharing a byte. Then the second reading, which a streaming reader makes: every local header equals its record.
 */
export function readEntries(
  bytes: Uint8Array,
  records: readonly DirectoryRecord[],
  end: EndRecord,
  held: Held,
): Result<readonly Entry[], BundleProblem> {
  const view = viewOf(bytes);
  const entries = placeEntries(view, records, end, held);
  if (!entries.ok) return entries;
  for (const entry of entries.value) {
    const fault = compareLocal(bytes, view, entry, held);
    if (fault !== null) return refuse(fault);
  }
  const isSameOrder = records.every((record, index) => record === entries.value[index]?.record);
  if (!isSameOrder)
    return refused("reading_mismatch", "the directory lists the entries in another order than they lie");
  return ok(entries.value.map(({ record, dataOffset }) => ({ ...record, dataOffset })));
}

interface Placed {
  readonly record: DirectoryRecord;
  readonly dataOffset: number;
}

/** In the order of the data. A header that alone has an extra field is a profile finding, so its length is counted here. */
function placeEntries(
  view: DataView,
  records: readonly DirectoryRecord[],
  end: EndRecord,
  held: Held,
): Result<readonly Placed[], BundleProblem> {
  const placed: Placed[] = [];
  let expected = 0;
  let before: DirectoryRecord | null = null;
  for (const record of [...records].sort((a, b) => a.offset - b.offset)) {
    const { path, offset } = record;
    if (before?.offset === offset) return refused("entry_shared", `the same data as ${before.path}`, { path });
    if (offset < expected) return refused("entry_overlap", `begins at ${offset}, inside ${before?.path}`, { path });
    if (offset > expected) return refused("entry_gap", `begins at ${offset} instead of ${expected}`, { path });
    const extra = localExtra(view, record, end.directoryOffset);
    if (extra > 0) held.hold("local_extra_field", `${extra} bytes that the directory does not know`, { path });
    const dataOffset = offset + LOCAL_BYTES + record.name.length + extra;
    placed.push({ record, dataOffset });
    expected = dataOffset + record.compressedSize;
    before = record;
  }
  if (expected < end.directoryOffset) {
    return refused("directory_gap", `entries end at ${expected}, the directory begins at ${end.directoryOffset}`);
  }
  if (expected > end.directoryOffset) {
    return refused("directory_overlap", `entries end at ${expected}, the directory begins at ${end.directoryOffset}`);
  }
  return ok(placed);
}

function localExtra(view: DataView, record: DirectoryRecord, limit: number): number {
  const { offset, name } = record;
  if (offset + LOCAL_BYTES > limit || view.getUint32(offset, true) !== LOCAL_SIGNATURE) return 0;
  return view.getUint16(offset + 26, true) === name.length ? view.getUint16(offset + 28, true) : 0;
}

/** Field by field in the order of the local header. */
function compareLocal(bytes: Uint8Array, view: DataView, placed: Placed, held: Held): BundleProblem | null {
  const { record } = placed;
  const { path, offset: at } = record;
  const differs = (code: BundleProblem["code"], here: number, there: number) =>
    problem(code, `${here} in the local header, ${there} in the directory`, { path });
  if (view.getUint32(at, true) !== LOCAL_SIGNATURE) return problem("local_signature", `no header at ${at}`, { path });
  const needed = view.getUint16(at + 4, true);
  const flags = view.getUint16(at + 6, true);
  const method = view.getUint16(at + 8, true);
  const crc = view.getUint32(at + 14, true);
  const compressedSize = view.getUint32(at + 18, true);
  const size = view.getUint32(at + 22, true);
  const nameLength = view.getUint16(at + 26, true);
  if (needed !== record.needed) return differs("local_version_mismatch", needed, record.needed);
  if (flags !== record.flags) return differs("local_flag_mismatch", flags, record.flags);
  if (method !== record.method) return differs("local_method_mismatch", method, record.method);
  if (view.getUint16(at + 10, true) !== record.time || view.getUint16(at + 12, true) !== record.date) {
    held.hold("local_time_mismatch", "another time than in the directory", { path });
  }
  if (crc !== record.crc32) return differs("local_crc_mismatch", crc, record.crc32);
  if (compressedSize !== record.compressedSize) {
    return differs("local_size_mismatch", compressedSize, record.compressedSize);
  }
  if (size !== record.size) return differs("local_size_mismatch", size, record.size);
  if (nameLength !== record.name.length) return differs("local_name_mismatch", nameLength, record.name.length);
  const name = bytes.subarray(at + LOCAL_BYTES, at + LOCAL_BYTES + nameLength);
  return equalBytes(name, record.name) ? null : problem("local_name_mismatch", "another name", { path });
}
