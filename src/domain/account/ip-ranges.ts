import { parseIp } from "./ip.ts";

/** Is the address inside one of the CIDR ranges (`203.0.113.0/24`, `2001:db8::/32`, or a single address)? */
export function isInRanges(address: string, ranges: readonly string[]): boolean {
  const ip = parseIp(address);
  return ip !== null && ranges.some((range) => isInRange(ip, range));
}

/** An address, or a network in CIDR form without bits beyond its length: `10.0.0.0/8`, never `10.0.0.1/8`. */
export function isRange(text: string): boolean {
  const [base = "", length, ...rest] = text.split("/");
  const ip = parseIp(base);
  if (ip === null || rest.length > 0 || (length !== undefined && !/^(?:0|[1-9][0-9]{0,2})$/.test(length))) return false;
  const bits = length === undefined ? ip.length * 8 : Number(length);
  return bits <= ip.length * 8 && ip.every((byte, i) => (byte & maskOf(bits, i)) === byte);
}

/** Is every address of `range` inside one of `ranges`? Both are ranges (`isRange`). */
export function isWithinRanges(range: string, ranges: readonly string[]): boolean {
  const [base = "", length] = range.split("/");
  const ip = parseIp(base);
  if (ip === null) return false;
  const bits = length === undefined ? ip.length * 8 : Number(length);
  return ranges.some((outer) => {
    const outerLength = outer.split("/")[1];
    return isInRange(ip, outer) && (outerLength === undefined ? ip.length * 8 : Number(outerLength)) <= bits;
  });
}

function isInRange(ip: readonly number[], range: string): boolean {
  const [base = "", length] = range.split("/");
  const network = parseIp(base);
  if (network === null || network.length !== ip.length) return false;
  const bits = length === undefined ? ip.length * 8 : Number(length);
  if (!Number.isInteger(bits) || bits < 0 || bits > ip.length * 8) return false;
  return ip.every((byte, i) => {
    const mask = maskOf(bits, i);
    return (byte & mask) === ((network[i] as number) & mask);
  });
}

/** The bits of byte `i` that a prefix of `bits` fixes. */
function maskOf(bits: number, i: number): number {
  return (0xff << (8 - Math.min(8, Math.max(0, bits - 8 * i)))) & 0xff;
}
