import { parse } from "tldts";

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476 and ICANN's private-use name. */
const RESERVED: readonly string[] = [
  "alt",
  "arpa",
  "example",
  "example.com",
  "example.net",
  "example.org",
  "internal",
  "invalid",
  "local",
  "localhost",
  "onion",
  "test",
];

/**
 * A host a plugin may talk to: a lower-case A-label name of at least two labels under a delegated public suffix, or `*.`
 * before one that is not itself a public suffix (`*.co.uk`, `*.github.io` would be everybody). Never an address.
 */
export function isEgressHost(host: string): boolean {
  const isWildcard = host.startsWith("*.");
  const name = isWildcard ? host.slice(2) : host;
  const labels = name.split(".");
  if (name.length > 253 || labels.length < 2 || !labels.every((label) => LABEL.test(label))) return false;
  if (RESERVED.some((reserved) => name === reserved || name.endsWith(`.${reserved}`))) return false;
  const facts = parse(name, { allowPrivateDomains: isWildcard });
  const isDelegated = facts.isIcann === true || facts.isPrivate === true;
  return facts.isIp !== true && isDelegated && facts.domain !== null;
}
