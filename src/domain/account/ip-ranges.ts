import { parseIp } from "./ip.ts";

/** Is the address inside one of the CIDR ranges (`203.0.113.0/24`, `2001:db8::/32`, or a single address)? */
export function isInRanges(address: string, ranges: readonly string[]): boolean {
  const ip = parseIp(address);
  return ip !== null && ranges.some((range) => isInRange(ip, range));
}

function isInRange(ip: readonly number[], range: string): boolean {
  const [base = "", length] = range.split("/");
  const network = parseIp(base);
  if (network === null || network.length !== ip.length) return false;
  const bits = length === undefined ? ip.length * 8 : Number(length);
  if (!Number.isInteger(bits) || bits < 0 || bits > ip.length * 8) return false;
  return ip.every((byte, i) => {
    const mask = (0xff << (8 - Math.min(8, Math.max(0, bits - 8 * i)))) & 0xff;
    return (byte & mask) === ((network[i] as number) & mask);
  });
}
