/** A set over the choices of one plugin: bit 0 is “not installed”, bit n the n-th candidate, newest first. */
export type Bits = Uint32Array;

const WORD = 32;
export const ABSENT = 0;

export function none(size: number): Bits {
  return new Uint32Array(Math.ceil(size / WORD));
}

export function all(size: number): Bits {
  const bits = none(size).fill(0xffffffff);
  const rest = size % WORD;
  if (rest > 0) bits[bits.length - 1] = 2 ** rest - 1;
  return bits;
}

export function add(bits: Bits, bit: number): void {
  bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

export function has(bits: Bits, bit: number): boolean {
  return (((bits[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
}

export function only(size: number, bit: number): Bits {
  const bits = none(size);
  add(bits, bit);
  return bits;
}

export function without(a: Bits, b: Bits): Bits {
  return a.map((word, index) => word & ~(b[index] ?? 0));
}

export function both(a: Bits, b: Bits): Bits {
  return a.map((word, index) => word & (b[index] ?? 0));
}

export function either(a: Bits, b: Bits): Bits {
  return a.map((word, index) => word | (b[index] ?? 0));
}

export function isWithin(a: Bits, b: Bits): boolean {
  for (let index = 0; index < a.length; index++) if (((a[index] ?? 0) & ~(b[index] ?? 0)) !== 0) return false;
  return true;
}

export function isApart(a: Bits, b: Bits): boolean {
  for (let index = 0; index < a.length; index++) if (((a[index] ?? 0) & (b[index] ?? 0)) !== 0) return false;
  return true;
}

export function isEmpty(bits: Bits): boolean {
  return bits.every((word) => word === 0);
}

/** Ascending, so the newest candidate first. */
export function members(bits: Bits): readonly number[] {
  const found: number[] = [];
  bits.forEach((word, index) => {
    for (let left = word; left !== 0; left &= left - 1) found.push(index * WORD + (31 - Math.clz32(left & -left)));
  });
  return found;
}

export function isSingle(bits: Bits): boolean {
  let seen = false;
  for (const word of bits) {
    if (word === 0) continue;
    if (seen || (word & (word - 1)) !== 0) return false;
    seen = true;
  }
  return seen;
}
