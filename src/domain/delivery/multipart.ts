import { encodeUtf8 } from "../bytes.ts";
import type { Part } from "./ranges.ts";

/** One answer of several ranges (RFC 9110 §14.6): what stands before each part, and at the end. */
export interface MultipartFrame {
  readonly contentType: string;
  /** Header lines of each part, in the order of the parts. */
  readonly heads: readonly Uint8Array[];
  readonly tail: Uint8Array;
  /** Bytes of the whole answer. */
  readonly length: number;
}

/**
 * `boundary` is chance of this one answer: whoever writes a bundle cannot put it into the bundle, so no part ends before
 * its end for a reader that looks for boundaries only.
 */
export function frameParts(parts: readonly Part[], size: number, mediaType: string, boundary: string): MultipartFrame {
  const heads = parts.map(({ offset, length }, index) =>
    encodeUtf8(
      `${index === 0 ? "" : "\r\n"}--${boundary}\r\ncontent-type: ${mediaType}\r\ncontent-range: bytes ${offset}-${offset + length - 1}/${size}\r\n\r\n`,
    ),
  );
  const tail = encodeUtf8(`\r\n--${boundary}--\r\n`);
  const length =
    heads.reduce((sum, head) => sum + head.length, 0) + parts.reduce((sum, part) => sum + part.length, 0) + tail.length;
  return { contentType: `multipart/byteranges; boundary=${boundary}`, heads, tail, length };
}
