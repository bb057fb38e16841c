import { crc32 } from "../../../src/domain/bundle/crc32.ts";
import { concatBytes } from "../../../src/domain/bytes.ts";

/** One field of a record may say anything; what is not said is what the profile demands. */
export interface FakeFields {
  needed?: number;
  flags?: number;
  method?: number;
  time?: number;
  date?: number;
  crc?: number;
  compressedSize?: number;
  size?: number;
  extra?: Uint8Array;
  name?: Uint8Array | string;
  signature?: number;
}
export interface FakeEntry extends FakeFields {
  /** Content before compression. */
  data?: Uint8Array | string;
  /** The bytes in the archive, if they are not `data`. */
  raw?: Uint8Array;
  /** Bytes between this entry and the next. */
  gap?: Uint8Array;
  madeBy?: number;
  internal?: number;
  external?: number;
  comment?: Uint8Array;
  disk?: number;
  offset?: number;
  /** What only the local header says. */
  local?: FakeFields;
  /** Left out of the directory, or has no header and data of its own. */
  isHidden?: boolean;
  isDirectoryOnly?: boolean;
}
export interface FakeEnd {
  signature?: number;
  disk?: number;
  directoryDisk?: number;
  here?: number;
  total?: number;
  size?: number;
  offset?: number;
  commentLength?: number;
  comment?: Uint8Array;
  /** Bytes between the directory and the end record. */
  before?: Uint8Array;
}

/** A ZIP file, sound unless told otherwise. */
export function zip(entries: readonly FakeEntry[], end: FakeEnd = {}): Uint8Array {
  const locals: Uint8Array[] = [];
  const records: Uint8Array[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = bytesOf(entry.name ?? "");
    const data = bytesOf(entry.data ?? "");
    const raw = entry.raw ?? data;
    const common: Required<FakeFields> = {
      signature: 0x02014b50,
      needed: 20,
      flags: 0,
      method: entry.raw === undefined ? 0 : 8,
      time: 0,
      date: 0x21,
      crc: crc32(data),
      compressedSize: raw.length,
      size: data.length,
      extra: new Uint8Array(),
      ...entry,
      name,
    };
    const offset = entry.offset ?? at;
    if (entry.isDirectoryOnly !== true) {
      const local = localHeader({ ...common, signature: 0x04034b50, ...entry.local });
      locals.push(local, raw, entry.gap ?? new Uint8Array());
      at += local.length + raw.length + (entry.gap?.length ?? 0);
    }
    if (entry.isHidden !== true) records.push(directoryRecord(common, entry, offset));
  }
  const directory = concatBytes(...records);
  return concatBytes(
    ...locals,
    directory,
    end.before ?? new Uint8Array(),
    endRecord(end, records.length, directory.length, at),
  );
}

export function bytesOf(value: Uint8Array | string): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}

/** `bytes` with some replaced. */
export function patched(bytes: Uint8Array, changes: Readonly<Record<number, number>>): Uint8Array {
  const copy = bytes.slice();
  for (const [at, value] of Object.entries(changes)) copy[Number(at)] = value;
  return copy;
}

function localHeader(fields: Required<FakeFields>): Uint8Array {
  const name = bytesOf(fields.name);
  const header = new Uint8Array(30);
  const view = new DataView(header.buffer);
  view.setUint32(0, fields.signature, true);
  shared(view, 4, fields, name.length);
  return concatBytes(header, name, fields.extra);
}

function directoryRecord(fields: Required<FakeFields>, entry: FakeEntry, offset: number): Uint8Array {
  const name = bytesOf(fields.name);
  const comment = entry.comment ?? new Uint8Array();
  const header = new Uint8Array(46);
  const view = new DataView(header.buffer);
  view.setUint32(0, fields.signature, true);
  view.setUint16(4, entry.madeBy ?? 20, true);
  shared(view, 6, fields, name.length);
  view.setUint16(32, comment.length, true);
  view.setUint16(34, entry.disk ?? 0, true);
  view.setUint16(36, entry.internal ?? 0, true);
  view.setUint32(38, entry.external ?? 0, true);
  view.setUint32(42, offset, true);
  return concatBytes(header, name, fields.extra, comment);
}

function shared(view: DataView, at: number, fields: Required<FakeFields>, nameLength: number): void {
  view.setUint16(at, fields.needed, true);
  view.setUint16(at + 2, fields.flags, true);
  view.setUint16(at + 4, fields.method, true);
  view.setUint16(at + 6, fields.time, true);
  view.setUint16(at + 8, fields.date, true);
  view.setUint32(at + 10, fields.crc, true);
  view.setUint32(at + 14, fields.compressedSize, true);
  view.setUint32(at + 18, fields.size, true);
  view.setUint16(at + 22, nameLength, true);
  view.setUint16(at + 24, fields.extra.length, true);
}

function endRecord(end: FakeEnd, entries: number, size: number, offset: number): Uint8Array {
  const record = new Uint8Array(22);
  const view = new DataView(record.buffer);
  view.setUint32(0, end.signature ?? 0x06054b50, true);
  view.setUint16(4, end.disk ?? 0, true);
  view.setUint16(6, end.directoryDisk ?? 0, true);
  view.setUint16(8, end.here ?? end.total ?? entries, true);
  view.setUint16(10, end.total ?? entries, true);
  view.setUint32(12, end.size ?? size, true);
  view.setUint32(16, end.offset ?? offset, true);
  view.setUint16(20, end.commentLength ?? end.comment?.length ?? 0, true);
  return concatBytes(record, end.comment ?? new Uint8Array());
}
