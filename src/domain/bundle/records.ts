/** Signatures and sizes of the three records (APPNOTE 4.3), and what each says. */
export const LOCAL_SIGNATURE = 0x04034b50;
export const DIRECTORY_SIGNATURE = 0x02014b50;
export const END_SIGNATURE = 0x06054b50;
export const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
export const DIGITAL_SIGNATURE = 0x05054b50;
export const EXTRA_DATA_SIGNATURE = 0x08064b50;
export const LOCAL_BYTES = 30;
export const DIRECTORY_BYTES = 46;
export const END_BYTES = 22;
export const ZIP64_LOCATOR_BYTES = 20;

/** Values of every bundle (README, Fixed fields). */
export const ZIP_VERSION = 20;
export const DOS_TIME = 0x0000;
/** 1980-01-01. */
export const DOS_DATE = 0x0021;
export const STORED = 0;
export const DEFLATED = 8;

/** A directory record whose form has been checked. Offsets count from the start of the file. */
export interface DirectoryRecord {
  readonly flags: number;
  readonly needed: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly name: Uint8Array;
  /** For messages and comparison with the manifest: ASCII as it is, other bytes escaped. */
  readonly path: string;
  readonly offset: number;
}

/** The same entry once its local header was read too. */
export interface Entry extends DirectoryRecord {
  readonly dataOffset: number;
}

/** Every reading of the archive goes through here; offsets are checked by the caller. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function showName(name: Uint8Array): string {
  let text = "";
  for (const byte of name) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
    text += isPlain ? String.fromCharCode(byte) : byte === 0x5c ? "\\\\" : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
}
