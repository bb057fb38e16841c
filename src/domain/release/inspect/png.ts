import { unzlibSync } from "fflate";
import { concatBytes } from "../../bytes.ts";

/** A decoded picture: one byte of brightness for each pixel, seen on white. */
export interface Gray {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Above this nothing is decoded: a picture may not be a bomb. */
const MAX_PIXELS = 16_777_216;

/** The picture of a PNG that the strict reader accepted; `undecodable` where its data is none, null where it is too large or interlaced. */
export function decodePng(bytes: Uint8Array): Gray | "undecodable" | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, color, interlace] = [bytes[24] ?? 0, bytes[25] ?? 0, bytes[28] ?? 0];
  const channels = CHANNELS[color];
  if (channels === undefined) return "undecodable";
  if (width * height > MAX_PIXELS || interlace !== 0) return null;
  const stride = Math.ceil((width * channels * depth) / 8);
  const raw = inflate(chunksOf(bytes, "IDAT"), (stride + 1) * height);
  if (raw === null) return "undecodable";
  const lines = unfilter(raw, stride, height, Math.max(1, (channels * depth) >> 3));
  if (lines === null) return "undecodable";
  const palette = concatBytes(...chunksOf(bytes, "PLTE"));
  const alphas = concatBytes(...chunksOf(bytes, "tRNS"));
  const pixels = new Uint8Array(width * height);
  const sample = (x: number, y: number, channel: number) => sampleAt(lines, stride, depth, x * channels + channel, y);
  const scale = color === 3 ? 1 : 255 / ((1 << Math.min(depth, 8)) - 1);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const first = sample(x, y, 0) * scale;
      let [r, g, b, a] = [first, first, first, 255];
      if (color === 3) {
        [r, g, b] = [0, 1, 2].map((i) => palette[first * 3 + i] ?? 0) as [number, number, number];
        a = alphas[first] ?? 255;
      } else if (channels >= 3) [g, b] = [sample(x, y, 1) * scale, sample(x, y, 2) * scale];
      if (color === 4 || color === 6) a = sample(x, y, channels - 1) * scale;
      const gray = 0.299 * r + 0.587 * g + 0.114 * b;
      pixels[y * width + x] = Math.round((gray * a + 255 * (255 - a)) / 255);
    }
  return { width, height, pixels };
}

/** Does the data of a PNG that the strict reader accepted unpack to the picture its header announces? */
export function decodesPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const channels = CHANNELS[bytes[25] ?? 0];
  if (channels === undefined) return false;
  // Interlaced pictures have a few bytes more, and giants are not unpacked to look.
  if (bytes[28] !== 0 || width * height > MAX_PIXELS) return true;
  const stride = Math.ceil((width * channels * (bytes[24] ?? 8)) / 8);
  return inflate(chunksOf(bytes, "IDAT"), (stride + 1) * height) !== null;
}

/** Sixteen hex digits that stay nearly the same when a picture is scaled, recoloured a little or saved again (dHash). */
export function pictureHash({ width, height, pixels }: Gray): string {
  const cell = (column: number, row: number): number => {
    const [x0, x1] = [
      Math.floor((column * width) / 9),
      Math.max(Math.floor(((column + 1) * width) / 9), Math.floor((column * width) / 9) + 1),
    ];
    const [y0, y1] = [
      Math.floor((row * height) / 8),
      Math.max(Math.floor(((row + 1) * height) / 8), Math.floor((row * height) / 8) + 1),
    ];
    let sum = 0;
    for (let y = y0; y < y1; y++)
      for (let x = x0; x < x1; x++) sum += pixels[Math.min(y, height - 1) * width + Math.min(x, width - 1)] ?? 255;
    return sum / ((x1 - x0) * (y1 - y0));
  };
  let hash = "";
  for (let row = 0; row < 8; row++) {
    let byte = 0;
    for (let column = 0; column < 8; column++)
      byte = (byte << 1) | (cell(column, row) > cell(column + 1, row) + 1 ? 1 : 0);
    hash += byte.toString(16).padStart(2, "0");
  }
  return hash;
}

function chunksOf(bytes: Uint8Array, type: string): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === type)
      found.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return found;
}

/** Exactly so many bytes, or null. */
function inflate(parts: readonly Uint8Array[], length: number): Uint8Array | null {
  try {
    const raw = unzlibSync(concatBytes(...parts), { out: new Uint8Array(length) });
    return raw.length === length ? raw : null;
  } catch {
    return null;
  }
}

/** PNG specification, 9.2. */
function unfilter(raw: Uint8Array, stride: number, height: number, pixel: number): Uint8Array | null {
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0;
    if (filter > 4) return null;
    for (let x = 0; x < stride; x++) {
      const left = x >= pixel ? (out[y * stride + x - pixel] ?? 0) : 0;
      const up = y > 0 ? (out[(y - 1) * stride + x] ?? 0) : 0;
      const corner = y > 0 && x >= pixel ? (out[(y - 1) * stride + x - pixel] ?? 0) : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[y * stride + x] = ((raw[y * (stride + 1) + 1 + x] ?? 0) + guess) & 255;
    }
  }
  return out;
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** Of sixteen bits the upper eight. */
function sampleAt(lines: Uint8Array, stride: number, depth: number, index: number, y: number): number {
  if (depth === 8) return lines[y * stride + index] ?? 0;
  if (depth === 16) return lines[y * stride + index * 2] ?? 0;
  const byte = lines[y * stride + ((index * depth) >> 3)] ?? 0;
  return (byte >> (8 - depth - ((index * depth) & 7))) & ((1 << depth) - 1);
}
