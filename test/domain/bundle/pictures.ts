import { zlibSync } from "fflate";
import { crc32 } from "../../../src/domain/bundle/crc32.ts";
import { concatBytes, encodeUtf8 } from "../../../src/domain/bytes.ts";

/** A black PNG. */
export function png(width: number, height: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 1;
  const rows = new Uint8Array((Math.ceil(width / 8) + 1) * height);
  return concatBytes(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngChunk("IHDR", header),
    pngChunk("IDAT", zlibSync(rows)),
    pngChunk("IEND", new Uint8Array()),
  );
}

export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = concatBytes(encodeUtf8(type), data);
  const numbers = new DataView(new ArrayBuffer(8));
  numbers.setUint32(0, data.length);
  numbers.setUint32(4, crc32(body));
  const bytes = new Uint8Array(numbers.buffer);
  return concatBytes(bytes.subarray(0, 4), body, bytes.subarray(4));
}

/** The segments of a JPEG with a scan of nothing; enough to be walked. */
export function jpeg(width: number, height: number): Uint8Array {
  return Uint8Array.from(
    [
      [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0x4a, 0x46],
      [0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0],
      [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xd9],
    ].flat(),
  );
}

export function webp(): Uint8Array {
  const bytes = new Uint8Array(24);
  bytes.set(encodeUtf8("RIFF"), 0);
  bytes.set(encodeUtf8("WEBPVP8L"), 8);
  new DataView(bytes.buffer).setUint32(4, 16, true);
  new DataView(bytes.buffer).setUint32(16, 4, true);
  return bytes;
}

export function woff2(): Uint8Array {
  const bytes = new Uint8Array(48);
  bytes.set(encodeUtf8("wOF2"), 0);
  new DataView(bytes.buffer).setUint32(8, bytes.length);
  return bytes;
}
