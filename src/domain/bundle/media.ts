import { crc32 } from "./crc32.ts";
import { LIMITS } from "./limits.ts";
import { type BundleProblem, problem } from "./problem.ts";
import { viewOf } from "./records.ts";

/** What walking a picture from its first byte to its end marker found. */
export type Walk =
  | { readonly ok: true; readonly width: number; readonly height: number }
  | { readonly ok: false; readonly code: "image_invalid" | "image_trailing"; readonly detail: string };

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const MAX_PNG_PIXELS = 0x7fffffff;

/** Every chunk with its CRC, `IHDR` first, at least one `IDAT`, `IEND` last and nothing after it. */
export function walkPng(bytes: Uint8Array): Walk {
  if (!PNG_SIGNATURE.every((byte, index) => bytes[index] === byte)) return invalid("no PNG signature");
  const view = viewOf(bytes);
  let at = PNG_SIGNATURE.length;
  let size: { readonly width: number; readonly height: number } | null = null;
  let hasData = false;
  while (at + 12 <= bytes.length) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (end > bytes.length || !/^[A-Za-z]{4}$/.test(type)) return invalid(`broken chunk at ${at}`);
    if ((size === null) !== (type === "IHDR")) return invalid("IHDR must be first and single");
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) return invalid(`CRC of ${type}`);
    if (type === "IHDR") {
      if (length !== 13) return invalid("IHDR has 13 bytes");
      size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
      if (size.width < 1 || size.height < 1 || Math.max(size.width, size.height) > MAX_PNG_PIXELS) {
        return invalid("impossible dimensions");
      }
    }
    if (type === "IDAT") hasData = true;
    if (type === "IEND") {
      if (size === null || !hasData || length !== 0) return invalid("no picture");
      return end === bytes.length ? { ok: true, ...size } : trailing(bytes.length - end);
    }
    at = end;
  }
  return invalid("no IEND");
}

/** Every segment and scan, one frame header, `EOI` last and nothing after it. */
export function walkJpeg(bytes: Uint8Array): Walk {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return invalid("no JPEG signature");
  const view = viewOf(bytes);
  let at = 2;
  let size: { readonly width: number; readonly height: number } | null = null;
  let hasScan = false;
  while (at + 2 <= bytes.length) {
    if (bytes[at] !== 0xff) return invalid(`no marker at ${at}`);
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) {
      if (size === null || !hasScan) return invalid("no picture");
      return at + 2 === bytes.length ? { ok: true, ...size } : trailing(bytes.length - at - 2);
    }
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8)) return invalid(`marker 0x${marker.toString(16)}`);
    const length = at + 4 <= bytes.length ? view.getUint16(at + 2) : 0;
    if (length < 2 || at + 2 + length > bytes.length) return invalid(`broken segment at ${at}`);
    if (isFrame(marker)) {
      if (length < 8 || size !== null) return invalid("one frame header of 8 bytes or more");
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
      if (size.width < 1 || size.height < 1) return invalid("impossible dimensions");
    }
    at += 2 + length;
    if (marker === 0xda) {
      hasScan = true;
      at = afterScan(bytes, at);
    }
  }
  return invalid("no end of image");
}

/** RIFF whose length is the file's, chunk by chunk. */
export function walkWebp(bytes: Uint8Array): Walk {
  const text = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 20 || text(0) !== "RIFF" || text(8) !== "WEBP") return invalid("no WebP signature");
  const view = viewOf(bytes);
  const end = 8 + view.getUint32(4, true);
  if (end < bytes.length) return trailing(bytes.length - end);
  let at = 12;
  let hasPicture = false;
  while (at + 8 <= bytes.length) {
    if (/^(?:VP8 |VP8L|ANMF)$/.test(text(at))) hasPicture = true;
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length & 1);
  }
  return at === end && end === bytes.length && hasPicture
    ? { ok: true, width: 0, height: 0 }
    : invalid("broken chunks");
}

/** The size a listing picture must have; null when it has it. */
export function pictureSizeProblem(path: string, role: string, walk: Walk): BundleProblem | null {
  if (!walk.ok) return null;
  const { width, height } = walk;
  if (role === "icon") {
    const isFit = width === height && width >= LIMITS.minIconPixels && width <= LIMITS.maxIconPixels;
    return isFit ? null : problem("image_size", `${width}×${height}; an icon is square, 128 to 1024`, { path });
  }
  if (role !== "screenshot") return null;
  const isFit =
    width >= LIMITS.minScreenshotWidthPixels &&
    height >= LIMITS.minScreenshotHeightPixels &&
    width <= LIMITS.maxScreenshotWidthPixels &&
    height <= LIMITS.maxScreenshotHeightPixels;
  return isFit ? null : problem("image_size", `${width}×${height}; 640×360 to 3840×2160`, { path });
}

/** C0–CF without DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** The next marker that is neither a stuffed zero nor a restart. */
function afterScan(bytes: Uint8Array, start: number): number {
  for (let at = start; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1] as number;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

function invalid(detail: string): Walk {
  return { ok: false, code: "image_invalid", detail };
}

function trailing(count: number): Walk {
  return { ok: false, code: "image_trailing", detail: `${count} bytes after the end marker` };
}
