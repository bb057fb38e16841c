import type { Environment } from "./license.ts";

/** Declared, else read off the origin: a loopback, private or reserved-for-testing host is development. */
export function environmentOf(declared: Environment | undefined, origin: string | undefined): Environment {
  if (declared !== undefined) return declared;
  return origin !== undefined && isDevelopmentOrigin(origin) ? "development" : "production";
}

function isDevelopmentOrigin(origin: string): boolean {
  const host = hostOf(origin);
  if (host === null) return false;
  if (/(?:^|\.)(?:localhost|local|test)$/.test(host)) return true;
  // fc00::/7 and fe80::/10; a browser's URL writes IPv6 in brackets and its shortest form.
  if (/^\[(?:::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/.test(host)) return true;
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(host)) return false;
  const [first = 0, second = 0] = host.split(".").map(Number);
  return (
    first === 127 ||
    first === 10 ||
    (first === 169 && second === 254) ||
    (first === 192 && second === 168) ||
    (first === 172 && second >= 16 && second <= 31)
  );
}

/** `localhost:3000` is a host, too, though it parses as an address of the scheme `localhost`. */
function hostOf(origin: string): string | null {
  try {
    return new URL(origin.includes("://") ? origin : `http://${origin}`).hostname;
  } catch {
    return null;
  }
}
