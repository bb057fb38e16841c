import type { Environment } from "./license.ts";

/** Declared, else read off the origin: a loopback, private or reserved-for-testing host is development. */
export function environmentOf(declared: Environment | undefined, origin: string | undefined): Environment {
  if (declared !== undefined) return declared;
  return origin !== undefined && isDevelopmentOrigin(origin) ? "development" : "production";
}

function isDevelopmentOrigin(origin: string): boolean {
  let host: string;
  try {
    host = new URL(origin).hostname;
  } catch {
    return false;
  }
  if (/(?:^|\.)(?:localhost|local|test)$/.test(host) || host === "[::1]") return true;
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(host)) return false;
  const [first = 0, second = 0] = host.split(".").map(Number);
  return (
    first === 127 ||
    first === 10 ||
    (first === 192 && second === 168) ||
    (first === 172 && second >= 16 && second <= 31)
  );
}
