import { ok, type Result, refuse } from "../result.ts";
import { parseIp } from "./ip.ts";

export type AddressFault =
  | "not_a_url"
  | "not_https"
  | "credentials"
  | "fragment"
  | "name_without_dot"
  | "private_address"
  | "private_name"
  | "rebinding_name";

const MAX_URL_LENGTH = 2_048;

/**
 * May the marketplace send requests to this address? Answers the parsed URL, or why not. `localOrigins` is the launcher's
 * exact list for the demo. What a public name resolves to is not seen here (README, Addresses).
 */
export function checkAddress(text: string, localOrigins: readonly string[]): Result<URL, AddressFault> {
  const url = text.length <= MAX_URL_LENGTH ? parse(text) : null;
  if (url === null) return refuse("not_a_url");
  if (url.username !== "" || url.password !== "") return refuse("credentials");
  if (url.hash !== "") return refuse("fragment");
  if (localOrigins.includes(url.origin)) return ok(url);
  if (url.protocol !== "https:") return refuse("not_https");
  const fault = hostFault(url.hostname);
  return fault === null ? ok(url) : refuse(fault);
}

/** URL parsing already turned `0x7f.1`, `2130706433`, `127.1` and full-width digits into `127.0.0.1`. */
function hostFault(hostname: string): AddressFault | null {
  const name = hostname.replace(/\.+$/, "");
  const ip = parseIp(name.replace(/^\[|\]$/g, ""));
  if (ip !== null) return isPublic(ip) ? null : "private_address";
  if (name.startsWith("[")) return "private_address";
  if (!name.includes(".")) return "name_without_dot";
  if (endsWithAny(name, PRIVATE_SUFFIXES)) return "private_name";
  if (endsWithAny(name, REBINDING_SUFFIXES)) return "rebinding_name";
  return null;
}

function isPublic(ip: readonly number[]): boolean {
  return ip.length === 4 ? isPublicV4(ip) : isPublicV6(ip);
}

function isPublicV4(ip: readonly number[]): boolean {
  return !V4_BLOCKS.some(([base, bits]) => hasPrefix(ip, base, bits));
}

/** Only 2000::/3 is public; inside it the tunnels and special blocks are refused, whatever they carry. */
function isPublicV6(ip: readonly number[]): boolean {
  return hasPrefix(ip, [0x20], 3) && !V6_BLOCKS.some(([base, bits]) => hasPrefix(ip, base, bits));
}

function hasPrefix(ip: readonly number[], base: readonly number[], bits: number): boolean {
  for (let i = 0; i * 8 < bits; i++) {
    const mask = (0xff << Math.max(0, 8 - (bits - i * 8))) & 0xff;
    if (((ip[i] as number) & mask) !== ((base[i] ?? 0) & mask)) return false;
  }
  return true;
}

function endsWithAny(name: string, suffixes: readonly string[]): boolean {
  return suffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** RFC 6890 and friends: this network, private, CGNAT, loopback, link-local, protocol, documentation, 6to4 relay, benchmark, multicast, reserved. */
const V4_BLOCKS: readonly (readonly [readonly number[], number])[] = [
  [[0], 8],
  [[10], 8],
  [[100, 64], 10],
  [[127], 8],
  [[169, 254], 16],
  [[172, 16], 12],
  [[192, 0, 0], 24],
  [[192, 0, 2], 24],
  [[192, 88, 99], 24],
  [[192, 168], 16],
  [[198, 18], 15],
  [[198, 51, 100], 24],
  [[203, 0, 113], 24],
  [[224], 4],
  [[240], 4],
];

/** Teredo, ORCHID, benchmarking, documentation, 6to4. Mapped, NAT64, unique-local and link-local lie outside 2000::/3. */
const V6_BLOCKS: readonly (readonly [readonly number[], number])[] = [
  [[0x20, 0x01, 0x00], 23],
  [[0x20, 0x01, 0x0d, 0xb8], 32],
  [[0x20, 0x02], 16],
  [[0x3f, 0xff], 20],
];

/** Names that only mean something inside somebody's network (RFC 6761, RFC 8375, RFC 9476 and common practice). */
const PRIVATE_SUFFIXES: readonly string[] = [
  "localhost",
  "local",
  "localdomain",
  "internal",
  "intranet",
  "lan",
  "home",
  "corp",
  "private",
  "home.arpa",
  "arpa",
  "test",
  "invalid",
  "onion",
  "alt",
];

/** Public services whose names resolve to whatever address stands in the name, loopback included. */
const REBINDING_SUFFIXES: readonly string[] = [
  "nip.io",
  "sslip.io",
  "xip.io",
  "localtest.me",
  "lvh.me",
  "vcap.me",
  "lacolhost.com",
  "localho.st",
  "local.gd",
  "traefik.me",
  "rbndr.us",
  "1u.ms",
  "rebind.it",
  "rebind.network",
  "backname.io",
  "ip.addr.tools",
];
