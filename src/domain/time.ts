/** Clocks speak Unix milliseconds; rows and signed documents speak Unix seconds. */
export function unixSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** ISO 8601 UTC with milliseconds, as the host writes dates. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** `YYYY-MM-DDTHH:MM:SSZ`, the form of signed documents. */
export function signedTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;
