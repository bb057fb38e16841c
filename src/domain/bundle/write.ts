import type { Bytes } from "../bytes.ts";
import { crc32 } from "./crc32.ts";
import { compareBytes } from "./names.ts";
import { MANIFEST_PATH } from "./read-manifest.ts";
import {
  DEFLATED,
  DIRECTORY_BYTES,
  DIRECTORY_SIGNATURE,
  DOS_DATE,
  DOS_TIME,
  END_BYTES,
  END_SIGNATURE,
  LOCAL_BYTES,
  LOCAL_SIGNATURE,
  STORED,
  viewOf,
  ZIP_VERSION,
} from "./records.ts";

/** Raw deflate of the pinned encoder. */
export type Deflate = (data: Uint8Array) => Uint8Array;

/** The one archive of these files (README, Layout identity): manifest first, the rest in byte order. Paths are ASCII. */
export function writeArchive(files: ReadonlyMap<string, Uint8Array>, deflate: Deflate): Bytes {
  const entries = [...files].map(([path, data]) => entryOf(path, data, deflate)).sort(inOrder);
  const localSize = entries.reduce((sum, entry) => sum + LOCAL_BYTES + entry.name.length + entry.body.length, 0);
  const directorySize = entries.reduce((sum, entry) => sum + DIRECTORY_BYTES + entry.name.length, 0);
  const archive = new Uint8Array(localSize + directorySize + END_BYTES);
  const view = viewOf(archive);
  let at = 0;
  let directoryAt = localSize;
  for (const entry of entries) {
    view.setUint32(at, LOCAL_SIGNATURE, true);
    writeFields(view, at + 4, entry);
    archive.set(entry.name, at + LOCAL_BYTES);
    archive.set(entry.body, at + LOCAL_BYTES + entry.name.length);

    view.setUint32(directoryAt, DIRECTORY_SIGNATURE, true);
    view.setUint16(directoryAt + 4, ZIP_VERSION, true);
    writeFields(view, directoryAt + 6, entry);
    view.setUint32(directoryAt + 42, at, true);
    archive.set(entry.name, directoryAt + DIRECTORY_BYTES);

    at += LOCAL_BYTES + entry.name.length + entry.body.length;
    directoryAt += DIRECTORY_BYTES + entry.name.length;
  }
  view.setUint32(directoryAt, END_SIGNATURE, true);
  view.setUint16(directoryAt + 8, entries.length, true);
  view.setUint16(directoryAt + 10, entries.length, true);
  view.setUint32(directoryAt + 12, directorySize, true);
  view.setUint32(directoryAt + 16, localSize, true);
  return archive;
}

interface NewEntry {
  readonly path: string;
  readonly name: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly size: number;
  readonly body: Uint8Array;
}

/** Deflated when that is smaller, else stored. */
function entryOf(path: string, data: Uint8Array, deflate: Deflate): NewEntry {
  const deflated = data.length === 0 ? data : deflate(data);
  const isSmaller = deflated.length < data.length;
  return {
    path,
    name: new TextEncoder().encode(path),
    method: isSmaller ? DEFLATED : STORED,
    crc: crc32(data),
    size: data.length,
    body: isSmaller ? deflated : data,
  };
}

function inOrder(a: NewEntry, b: NewEntry): number {
  if (a.path === MANIFEST_PATH || b.path === MANIFEST_PATH) return a.path === MANIFEST_PATH ? -1 : 1;
  return compareBytes(a.name, b.name);
}

/** The ten fields that both records share, from "version needed" to "extra length" (which stays 0). */
function writeFields(view: DataView, at: number, entry: NewEntry): void {
  view.setUint16(at, ZIP_VERSION, true);
  view.setUint16(at + 4, entry.method, true);
  view.setUint16(at + 6, DOS_TIME, true);
  view.setUint16(at + 8, DOS_DATE, true);
  view.setUint32(at + 10, entry.crc, true);
  view.setUint32(at + 14, entry.body.length, true);
  view.setUint32(at + 18, entry.size, true);
  view.setUint16(at + 22, entry.name.length, true);
}
