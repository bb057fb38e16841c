import { parseLicenseKey } from "./key.ts";

/** An address as it may be shown or logged: a license key in it (host calls 12 and 13) becomes `[key]`. */
export function redactPath(path: string): string {
  return path
    .split("/")
    .map((segment) => (isKeyLike(segment) ? "[key]" : segment))
    .join("/");
}

function isKeyLike(segment: string): boolean {
  // Mistyped keys are one character away from good ones, so the look of one is enough.
  return /^rbsm[_ -]/i.test(segment) || parseLicenseKey(segment) !== null;
}
