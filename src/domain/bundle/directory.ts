import { ok, type Result, refuse } from "../result.ts";
import type { EndRecord } from "./container.ts";
import { type BundleProblem, type Held, problem, refused } from "./problem.ts";
import {
  DEFLATED,
  DIGITAL_SIGNATURE,
  DIRECTORY_BYTES,
  DIRECTORY_SIGNATURE,
  type DirectoryRecord,
  DOS_DATE,
  DOS_TIME,
  EXTRA_DATA_SIGNATURE,
  STORED,
  showName,
  viewOf,
  ZIP_VERSION,
} from "./records.ts";

const ENCRYPTION_FLAGS = 0x2041;
const PATCH_FLAG = 0x0020;
const DESCRIPTOR_FLAG = 0x0008;
const UTF8_FLAG = 0x0800;
const FILE_TYPE = 0xf000;
const REGULAR_FILE = 0x8000;
const DIRECTORY_FILE = 0x4000;
const SYMBOLIC_LINK = 0xa000;
const DOS_DIRECTORY = 0x10;

/** Step 4: every directory record, from the declared offset on; number and size must come out exactly. */
export function readDirectory(
  bytes: Uint8Array,
  end: EndRecord,
  held: Held,
): Result<readonly DirectoryRecord[], BundleProblem> {
  const view = viewOf(bytes);
  const directoryEnd = end.directoryOffset + end.directorySize;
  if (directoryEnd > end.at) {
    return refused("directory_overlap", `the directory would end at ${directoryEnd}, the end record is at ${end.at}`);
  }
  const records: DirectoryRecord[] = [];
  let at = end.directoryOffset;
  while (records.length < end.entries) {
    const signature = at + 4 <= end.at ? view.getUint32(at, true) : 0;
    if (signature !== DIRECTORY_SIGNATURE) return refuse(noRecord(signature, at, directoryEnd, records.length));
    if (at + DIRECTORY_BYTES > end.at) return refused("directory_size", "a record is cut off by the end record");
    const record = readRecord(bytes, view, at, end.at, held);
    if (!record.ok) return record;
    records.push(record.value);
    at += DIRECTORY_BYTES + record.value.name.length;
  }
  const next = at + 4 <= end.at ? view.getUint32(at, true) : 0;
  if (next === DIRECTORY_SIGNATURE) return refused("entry_count", `more records than the ${end.entries} counted`);
  if (isExtraRecord(next)) return refused("archive_extra_record", "a signature or extra-data record follows");
  if (at !== directoryEnd)
    return refused("directory_size", `is ${at - end.directoryOffset}, declared ${end.directorySize}`);
  if (directoryEnd !== end.at) return refused("directory_gap", `${end.at - directoryEnd} bytes before the end record`);
  return ok(records);
}

function noRecord(signature: number, at: number, directoryEnd: number, found: number): BundleProblem {
  if (isExtraRecord(signature)) return problem("archive_extra_record", `at ${at}`);
  if (found > 0 && at >= directoryEnd) return problem("entry_count", `the directory ends after ${found} records`);
  return problem("directory_signature", `no directory record at ${at}`);
}

function isExtraRecord(signature: number): boolean {
  return signature === DIGITAL_SIGNATURE || signature === EXTRA_DATA_SIGNATURE;
}

/** One record, field by field in its own order. */
function readRecord(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  limit: number,
  held: Held,
): Result<DirectoryRecord, BundleProblem> {
  const nameLength = view.getUint16(at + 28, true);
  const name = bytes.subarray(at + DIRECTORY_BYTES, Math.min(at + DIRECTORY_BYTES + nameLength, limit));
  const path = showName(name);
  const record: DirectoryRecord = {
    needed: view.getUint16(at + 6, true),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    time: view.getUint16(at + 12, true),
    date: view.getUint16(at + 14, true),
    crc32: view.getUint32(at + 16, true),
    compressedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    name,
    path,
    offset: view.getUint32(at + 42, true),
  };
  const madeBy = view.getUint16(at + 4, true);
  if (madeBy !== ZIP_VERSION) held.hold("version_made_by", `${madeBy}, must be ${ZIP_VERSION}`, { path });
  if (record.needed !== ZIP_VERSION) held.hold("version_needed", `${record.needed}, must be ${ZIP_VERSION}`, { path });
  const fault =
    flagFault(record, held) ??
    methodFault(record, held) ??
    sizeFault(record, view.getUint16(at + 30, true), view.getUint16(at + 32, true), view.getUint16(at + 34, true)) ??
    attributeFault(path, view.getUint16(at + 36, true), view.getUint32(at + 38, true), held);
  if (fault !== null) return refuse(fault);
  if (name.length !== nameLength) return refused("directory_size", "a name is cut off by the end record", { path });
  if (path.endsWith("/")) held.hold("entry_directory", "a directory is no file", { path });
  return ok(record);
}

function flagFault({ flags, path }: DirectoryRecord, held: Held): BundleProblem | null {
  if ((flags & ENCRYPTION_FLAGS) !== 0) return problem("flag_encrypted", "encrypted", { path });
  if ((flags & PATCH_FLAG) !== 0) return problem("flag_patched", "patched data", { path });
  if ((flags & DESCRIPTOR_FLAG) !== 0) return problem("flag_data_descriptor", "sizes follow the data", { path });
  if ((flags & UTF8_FLAG) !== 0) held.hold("flag_utf8", "names are ASCII and need no flag", { path });
  if ((flags & ~UTF8_FLAG) !== 0) held.hold("flag_reserved", `flags 0x${flags.toString(16)}`, { path });
  return null;
}

function methodFault({ method, time, date, path }: DirectoryRecord, held: Held): BundleProblem | null {
  if (method !== STORED && method !== DEFLATED) return problem("method_unsupported", `method ${method}`, { path });
  if (time !== DOS_TIME || date !== DOS_DATE) held.hold("timestamp", "must be 1980-01-01 00:00:00", { path });
  return null;
}

function sizeFault(record: DirectoryRecord, extra: number, comment: number, disk: number): BundleProblem | null {
  const { path } = record;
  if ([record.compressedSize, record.size, record.offset].includes(0xffffffff) || disk === 0xffff) {
    return problem("zip64", "uses the 64-bit extension", { path });
  }
  if (extra !== 0) return problem("extra_field", `${extra} bytes`, { path });
  if (comment !== 0) return problem("entry_comment", `${comment} bytes`, { path });
  if (disk !== 0) return problem("multi_disk", `on disk ${disk}`, { path });
  return null;
}

/** The host byte is not asked: unzippers honour mode bits from any of them. */
function attributeFault(path: string, internal: number, external: number, held: Held): BundleProblem | null {
  const type = (external >>> 16) & FILE_TYPE;
  if (type === SYMBOLIC_LINK) return problem("entry_symlink", "a symbolic link", { path });
  if (type !== 0 && type !== REGULAR_FILE && type !== DIRECTORY_FILE) {
    return problem("entry_special", `file type 0x${type.toString(16)}`, { path });
  }
  if (internal !== 0) held.hold("internal_attributes", `0x${internal.toString(16)}`, { path });
  if (type === DIRECTORY_FILE || (external & DOS_DIRECTORY) !== 0) {
    held.hold("entry_directory", "marked as a directory", { path });
  } else if (external !== 0) held.hold("external_attributes", `0x${external.toString(16)}`, { path });
  return null;
}
