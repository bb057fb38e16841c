/** A place in a text: both count from 1; columns count Unicode scalar values. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The offset of the first byte that is not part of well-formed UTF-8 (Unicode Table 3-7), or -1. */
export function invalidUtf8At(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

/** Where `offset` lies, given that everything before it is well-formed UTF-8. */
export function placeOfByte(bytes: Uint8Array, offset: number): Place {
  let line = 1;
  let column = 1;
  for (let i = 0; i < offset; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x0a) {
      line++;
      column = 1;
    } else if ((byte & 0xc0) !== 0x80) column++;
  }
  return { line, column };
}

/** Where the UTF-16 index `index` lies. */
export function placeOfIndex(text: string, index: number): Place {
  let line = 1;
  let column = 1;
  for (let i = 0; i < index; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x0a) {
      line++;
      column = 1;
    } else if ((unit & 0xfc00) !== 0xdc00) column++;
  }
  return { line, column };
}

export function startsWithBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** Bytes that are known to be well-formed. */
export function decodeValidUtf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** 1–4, or 0 for overlong forms, surrogates, values above U+10FFFF and anything cut short. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  if (first < 0xe0) return isContinuation(second) ? 2 : 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high || !isContinuation(bytes[at + 2] ?? 0)) return 0;
  if (first < 0xf0) return 3;
  return isContinuation(bytes[at + 3] ?? 0) ? 4 : 0;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
