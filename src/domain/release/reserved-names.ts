import { skeletonOf } from "./inspect/look-alike.ts";

/** Words nobody can call a plugin: ours, the host's, and those that mean something to machines. */
const RESERVED = [
  "rising-bsm",
  "rising-bsm-marketplace",
  "rbsm",
  "marketplace",
  "official",
  "admin",
  "administrator",
  "operator",
  "support",
  "security",
  "system",
  "core",
  "host",
  "license",
  "licenses",
  "billing",
  "payment",
  "payments",
  "login",
  "logout",
  "account",
  "accounts",
  "settings",
  "plugin",
  "plugins",
  "api",
  "www",
  "localhost",
  "constructor",
  "prototype",
  "undefined",
  "null",
] as const;

/** Names that people take for somebody well known: a proven domain of that name lets its owner have them. */
const VENDORS = [
  "amazon",
  "apple",
  "cloudflare",
  "datev",
  "docusign",
  "dropbox",
  "facebook",
  "github",
  "google",
  "hubspot",
  "klarna",
  "linkedin",
  "mailchimp",
  "microsoft",
  "outlook",
  "paypal",
  "salesforce",
  "shopify",
  "slack",
  "stripe",
  "twilio",
  "whatsapp",
  "xero",
  "zapier",
  "zoom",
] as const;

const RESERVED_SKELETONS = new Set(RESERVED.map(skeletonOf));

export function isReservedName(name: string): boolean {
  return RESERVED_SKELETONS.has(skeletonOf(name)) || skeletonOf(name).startsWith(skeletonOf("rising-bsm"));
}

/** The vendor a name begins or ends with as a word of its own, unless the publisher proved a domain of that name. */
export function vendorIn(name: string, provenDomain: string | null): string | null {
  const words = name.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const vendor = VENDORS.find((one) => words.some((word) => skeletonOf(word) === skeletonOf(one)));
  if (vendor === undefined) return null;
  return provenDomain?.split(".").includes(vendor) ? null : vendor;
}
