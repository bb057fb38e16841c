/** Codes up to this length are found by one look-up; longer ones are rare and walked bit by bit. */
export const ROOT_BITS = 10;
const ROOT_SIZE = 1 << ROOT_BITS;
const MAX_BITS = 15;

/**
 * One canonical Huffman code (RFC 1951 §3.2.2). Building costs a bounded number of steps whatever the lengths are, so
 * that many small blocks with long codes cannot make reading slower than linear.
 */
export class Code {
  /** Low bits of the input → `symbol << 4 | length`; 0 = longer than the root or no code. */
  readonly root = new Uint16Array(ROOT_SIZE);
  /** Symbols in order of their codes. */
  readonly symbols: Uint16Array;
  /** How many codes have each length. */
  readonly count = new Uint16Array(MAX_BITS + 1);

  constructor(maxSymbols: number) {
    this.symbols = new Uint16Array(maxSymbols);
  }

  /** The unused part of the code space: 0 = complete, negative = over-subscribed. */
  build(lengths: Uint8Array, from: number, size: number): number {
    const { count, symbols, root } = this;
    count.fill(0);
    for (let i = 0; i < size; i++) (count[lengths[from + i] as number] as number)++;
    count[0] = 0;
    const next = new Uint16Array(MAX_BITS + 2);
    const offset = new Uint16Array(MAX_BITS + 2);
    let left = 1;
    for (let length = 1; length <= MAX_BITS; length++) {
      left = (left << 1) - (count[length] as number);
      if (left < 0) return left;
      next[length + 1] = ((next[length] as number) + (count[length] as number)) << 1;
      offset[length + 1] = (offset[length] as number) + (count[length] as number);
    }
    root.fill(0);
    for (let symbol = 0; symbol < size; symbol++) {
      const length = lengths[from + symbol] as number;
      if (length === 0) continue;
      symbols[offset[length] as number] = symbol;
      (offset[length] as number)++;
      const code = next[length] as number;
      (next[length] as number)++;
      if (length > ROOT_BITS) continue;
      const entry = (symbol << 4) | length;
      const step = 1 << length;
      for (let at = reverse(code, length); at < ROOT_SIZE; at += step) root[at] = entry;
    }
    return left;
  }

  /** The entry of a code longer than the root; 0 when the bits are no code. */
  walk(bits: number): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      code |= (bits >>> (length - 1)) & 1;
      const count = this.count[length] as number;
      if (code - first < count) return ((this.symbols[index + code - first] as number) << 4) | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return 0;
  }
}

function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= ((code >>> bit) & 1) << (length - 1 - bit);
  return reversed;
}
