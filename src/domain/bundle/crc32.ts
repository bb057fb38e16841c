/** Bytes per step. */
const SLICES = 16;
/** Slicing by sixteen: row k advances a byte that lies k places before the end of a step. One array, rows of 256. */
const TABLE = makeTable();

/** CRC-32 of ISO 3309 (polynomial 0xEDB88320, reflected), as an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stepsEnd = bytes.length - (bytes.length % SLICES);
  const t = TABLE;
  let crc = -1;
  let at = 0;
  for (; at < stepsEnd; at += SLICES) {
    const a = crc ^ view.getInt32(at, true);
    const b = view.getInt32(at + 4, true);
    const c = view.getInt32(at + 8, true);
    const d = view.getInt32(at + 12, true);
    crc =
      (t[3840 | (a & 255)] as number) ^
      (t[3584 | ((a >>> 8) & 255)] as number) ^
      (t[3328 | ((a >>> 16) & 255)] as number) ^
      (t[3072 | (a >>> 24)] as number) ^
      (t[2816 | (b & 255)] as number) ^
      (t[2560 | ((b >>> 8) & 255)] as number) ^
      (t[2304 | ((b >>> 16) & 255)] as number) ^
      (t[2048 | (b >>> 24)] as number) ^
      (t[1792 | (c & 255)] as number) ^
      (t[1536 | ((c >>> 8) & 255)] as number) ^
      (t[1280 | ((c >>> 16) & 255)] as number) ^
      (t[1024 | (c >>> 24)] as number) ^
      (t[768 | (d & 255)] as number) ^
      (t[512 | ((d >>> 8) & 255)] as number) ^
      (t[256 | ((d >>> 16) & 255)] as number) ^
      (t[d >>> 24] as number);
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ (t[(crc ^ (bytes[at] as number)) & 255] as number);
  return ~crc >>> 0;
}

function makeTable(): Int32Array {
  const table = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at++) {
    const before = table[at - 256] as number;
    table[at] = (before >>> 8) ^ (table[before & 255] as number);
  }
  return table;
}
