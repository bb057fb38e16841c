import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

export interface Downloader {
  /** Address as the platform saw it; never a header the client can write. */
  readonly address: string;
  readonly agent: string;
  /** `Rbsm-Purpose`, as sent. */
  readonly purpose: string;
  /** A browser fetched it in case somebody wants it. */
  readonly isPrefetch: boolean;
  /** Two letters, as the platform saw it; absent where it does not say. */
  readonly country?: string | undefined;
}

/** ISO 3166-1 leaves it to whoever needs a country that is none. */
const UNKNOWN = "XX";
const PURPOSES = ["install", "update", "ci", "mirror"] as const;

/** Counts one delivery that began at byte 0. A client is counted once a day and release; its address is never stored. */
export function countDownload(
  world: Pick<World, "deliveries" | "clock" | "background">,
  releaseId: string,
  downloader: Downloader,
): void {
  const purpose = PURPOSES.find((known) => known === downloader.purpose) ?? "unknown";
  // Mirrors fetch everything, prefetching browsers what nobody may ever ask for: neither says anything about use.
  if (purpose === "mirror" || downloader.isPrefetch) return;
  const day = isoTime(unixSeconds(world.clock.now())).slice(0, 10);
  const client = `${networkOf(downloader.address)}\n${downloader.agent}`;
  const country = /^[A-Z]{2}$/.test(downloader.country ?? "") ? (downloader.country ?? UNKNOWN) : UNKNOWN;
  world.background.defer(world.deliveries.count({ releaseId, day, purpose, client, country }));
}

/** /24 of IPv4, /48 of IPv6: people behind one router are one client. */
export function networkOf(address: string): string {
  if (address.includes(".")) return address.split(".").slice(0, 3).join(".");
  return address.split(":").slice(0, 3).join(":");
}
