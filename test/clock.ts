import { afterEach, vi } from "vitest";

/** Saturday, 2026-12-05 12:00:00 UTC, in Unix seconds. */
export const NOON = 1_796_472_000;

/**
 * The settable clock of worker tests. The Worker under test lives in the isolate of its test, and its clock port reads
 * `Date.now()`: setting the isolate's date sets the marketplace's clock, the timestamps that test instances sign and
 * everything the test itself reads; timers stay real, and the Worker knows of no back door. SQLite's `unixepoch()` is not
 * moved, so tests compare with `nowSeconds()`. Every test starts at real time again.
 *
 * `setClock(NOON)`, `passTime(DAY)`, `nowSeconds()`.
 */
export function setClock(unixSeconds: number): void {
  vi.setSystemTime(unixSeconds * 1000);
}

/** Moves the clock by seconds: forward, or back where negative. A clock that runs stands still from then on. */
export function passTime(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000);
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

afterEach(() => {
  vi.useRealTimers();
});
