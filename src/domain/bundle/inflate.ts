import { Code, ROOT_BITS } from "./huffman.ts";

export type DeflateReason =
  | "deflate_invalid"
  | "deflate_truncated"
  | "deflate_trailing"
  | "deflate_padding"
  | "deflate_empty_block"
  | "deflate_overrun"
  | "deflate_underrun";

export type Inflated =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly held: "deflate_padding" | "deflate_empty_block" | null }
  | { readonly ok: false; readonly reason: DeflateReason };

/**
 * Deflate (RFC 1951) with one reading: the stream ends exactly at the end of `input` and gives exactly `size` bytes; code
 * sets are complete; unused bits are zero; only the last block may be empty. The last two rules are profile findings and
 * come back as `held`; everything else refuses. Work is linear in input + output, memory is the output.
 */
export function inflateStrict(input: Uint8Array, size: number): Inflated {
  const stream = new Stream(input, size);
  const reason = stream.run();
  return reason === null ? { ok: true, bytes: stream.output, held: stream.held } : { ok: false, reason };
}

const LENGTH_BASE = new Uint16Array([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
const LENGTH_EXTRA = new Uint8Array([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
const DISTANCE_BASE = new Uint16Array([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
]);
const DISTANCE_EXTRA = new Uint8Array([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]);
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;
const ROOT_MASK = (1 << ROOT_BITS) - 1;

const FIXED = fixedCodes();

class Stream {
  readonly output: Uint8Array;
  held: "deflate_padding" | "deflate_empty_block" | null = null;
  readonly #input: Uint8Array;
  #in = 0;
  #out = 0;
  /** Bits not yet used, lowest first. Beyond the input they are zero and `#isPastEnd` says so. */
  #buffer = 0;
  #bits = 0;
  readonly #literals = new Code(288);
  readonly #distances = new Code(32);
  readonly #lengths = new Uint8Array(320);

  constructor(input: Uint8Array, size: number) {
    this.#input = input;
    this.output = new Uint8Array(size);
  }

  run(): DeflateReason | null {
    let isLast = false;
    while (!isLast) {
      const start = this.#out;
      isLast = this.#take(1) === 1;
      const fault = this.#block(this.#take(2));
      if (this.#isPastEnd()) return "deflate_truncated";
      if (fault !== null) return fault;
      if (this.#out === start && !isLast) this.held ??= "deflate_empty_block";
    }
    const unused = this.#bits & 7;
    if ((this.#buffer & ((1 << unused) - 1)) !== 0) this.held ??= "deflate_padding";
    if (this.#in - (this.#bits >>> 3) !== this.#input.length) return "deflate_trailing";
    return this.#out === this.output.length ? null : "deflate_underrun";
  }

  #block(type: number): DeflateReason | null {
    if (type === 0) return this.#stored();
    if (type === 1) return this.#coded(FIXED.literals, FIXED.distances);
    if (type === 2) return this.#readCodes() ? this.#coded(this.#literals, this.#distances) : "deflate_invalid";
    return "deflate_invalid";
  }

  #stored(): DeflateReason | null {
    if (this.#take(this.#bits & 7) !== 0) this.held ??= "deflate_padding";
    const length = this.#take(16);
    if ((length ^ 0xffff) !== this.#take(16)) return "deflate_invalid";
    this.#in -= this.#bits >>> 3;
    this.#bits = 0;
    this.#buffer = 0;
    const end = this.#in + length;
    if (end > this.#input.length) return "deflate_truncated";
    if (this.#out + length > this.output.length) return "deflate_overrun";
    this.output.set(this.#input.subarray(this.#in, end), this.#out);
    this.#in = end;
    this.#out += length;
    return null;
  }

  /** The code sets of a dynamic block; false when they are over- or under-subscribed or say what cannot be. */
  #readCodes(): boolean {
    const lengths = this.#lengths;
    const literalCount = this.#take(5) + 257;
    const distanceCount = this.#take(5) + 1;
    const lengthCount = this.#take(4) + 4;
    if (literalCount > 286 || distanceCount > 30) return false;
    lengths.fill(0);
    for (let i = 0; i < lengthCount; i++) lengths[LENGTH_ORDER[i] as number] = this.#take(3);
    if (this.#literals.build(lengths, 0, 19) !== 0) return false;
    const total = literalCount + distanceCount;
    const coded = new Uint8Array(total);
    for (let at = 0; at < total; ) {
      const symbol = this.#symbol(this.#literals);
      if (symbol < 0 || this.#isPastEnd()) return false;
      if (symbol < 16) {
        coded[at++] = symbol;
        continue;
      }
      if (symbol === 16 && at === 0) return false;
      const value = symbol === 16 ? (coded[at - 1] as number) : 0;
      const repeat = symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (at + repeat > total) return false;
      coded.fill(value, at, at + repeat);
      at += repeat;
    }
    if (coded[END_OF_BLOCK] === 0 || this.#literals.build(coded, 0, literalCount) !== 0) return false;
    const left = this.#distances.build(coded, literalCount, distanceCount);
    return left === 0 || (left > 0 && isLoneOrNone(this.#distances));
  }

  #symbol(code: Code): number {
    this.#fill();
    const entry = (code.root[this.#buffer & ROOT_MASK] as number) || code.walk(this.#buffer);
    if (entry === 0) return -1;
    const length = entry & 15;
    this.#buffer >>>= length;
    this.#bits -= length;
    return entry >>> 4;
  }

  /** Everything lives in locals here: this loop is where the time goes. */
  #coded(literals: Code, distances: Code): DeflateReason | null {
    const input = this.#input;
    const output = this.output;
    const inputEnd = input.length;
    const outputEnd = output.length;
    const literalRoot = literals.root;
    const distanceRoot = distances.root;
    let at = this.#in;
    let out = this.#out;
    let buffer = this.#buffer;
    let bits = this.#bits;
    let fault: DeflateReason | null = null;

    for (;;) {
      while (bits < 24) {
        buffer |= (at < inputEnd ? (input[at] as number) : 0) << bits;
        at++;
        bits += 8;
      }
      let entry = (literalRoot[buffer & ROOT_MASK] as number) || literals.walk(buffer);
      if (entry === 0) {
        fault = "deflate_invalid";
        break;
      }
      let used = entry & 15;
      buffer >>>= used;
      bits -= used;
      const symbol = entry >>> 4;
      if (symbol < END_OF_BLOCK) {
        if (out === outputEnd) {
          fault = "deflate_overrun";
          break;
        }
        output[out++] = symbol;
        // A literal took at most 15 of at least 24 bits.
        if (at - (bits >>> 3) > inputEnd) break;
        continue;
      }
      if (symbol === END_OF_BLOCK || at - (bits >>> 3) > inputEnd) break;
      if (symbol > 285) {
        fault = "deflate_invalid";
        break;
      }
      used = LENGTH_EXTRA[symbol - 257] as number;
      const length = (LENGTH_BASE[symbol - 257] as number) + (buffer & ((1 << used) - 1));
      buffer >>>= used;
      bits -= used;
      while (bits < 24) {
        buffer |= (at < inputEnd ? (input[at] as number) : 0) << bits;
        at++;
        bits += 8;
      }
      entry = (distanceRoot[buffer & ROOT_MASK] as number) || distances.walk(buffer);
      if (entry === 0 || entry >>> 4 > 29) {
        fault = "deflate_invalid";
        break;
      }
      used = entry & 15;
      buffer >>>= used;
      bits -= used;
      while (bits < 16) {
        buffer |= (at < inputEnd ? (input[at] as number) : 0) << bits;
        at++;
        bits += 8;
      }
      used = DISTANCE_EXTRA[entry >>> 4] as number;
      const distance = (DISTANCE_BASE[entry >>> 4] as number) + (buffer & ((1 << used) - 1));
      buffer >>>= used;
      bits -= used;
      if (at - (bits >>> 3) > inputEnd) break;
      if (distance > out) {
        fault = "deflate_invalid";
        break;
      }
      const end = out + length;
      if (end > outputEnd) {
        fault = "deflate_overrun";
        break;
      }
      for (let from = out - distance; out < end; ) output[out++] = output[from++] as number;
    }
    this.#in = at;
    this.#out = out;
    this.#buffer = buffer;
    this.#bits = bits;
    return fault;
  }

  /** At most 16 bits. */
  #take(count: number): number {
    this.#fill();
    const value = this.#buffer & ((1 << count) - 1);
    this.#buffer >>>= count;
    this.#bits -= count;
    return value;
  }

  #fill(): void {
    while (this.#bits < 24) {
      this.#buffer |= (this.#input[this.#in] ?? 0) << this.#bits;
      this.#in++;
      this.#bits += 8;
    }
  }

  /** Whether more bits were used than the input has. */
  #isPastEnd(): boolean {
    return this.#in - (this.#bits >>> 3) > this.#input.length;
  }
}

/** RFC 1951 §3.2.7: one distance code of one bit, or none at all, although that leaves code space unused. */
function isLoneOrNone(code: Code): boolean {
  const used = code.count.reduce((sum, count) => sum + count, 0);
  return used === 0 || (used === 1 && code.count[1] === 1);
}

function fixedCodes(): { readonly literals: Code; readonly distances: Code } {
  const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
  const literals = new Code(288);
  literals.build(lengths, 0, 288);
  const distances = new Code(32);
  distances.build(new Uint8Array(32).fill(5), 0, 32);
  return { literals, distances };
}
