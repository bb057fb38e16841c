import { isLive } from "../../domain/license/license.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { isoTime } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { Role } from "./access.ts";
import type { LicenseFacts } from "./ports.ts";
import { installationStatus } from "./present-installation.ts";

const MOST_CANDIDATES = 10;

/** Every seat is taken: how many there are, and to the owner which ones could be taken over, the longest silent first. */
export async function seatLimit(
  world: Pick<World, "licenses">,
  { license, liveSeats }: Pick<LicenseFacts, "license" | "liveSeats">,
  role: Role | null,
  seatUser: string,
  now: number,
): Promise<Problem<Reason>> {
  const isOwner = role === "instance" || role === "owner";
  const cap = license.seatCap ?? -1;
  if (!isOwner && license.seatScope === "license")
    return { reason: "SEAT_LIMIT", facts: { used: Math.max(liveSeats, cap), cap } };
  const seatKey = license.seatScope === "user" ? seatUser : "";
  const rows = (await world.licenses.installationsOfLicense(license.id)).filter(
    ({ activation }) => activation.seatClass === "paid" && activation.seatKey === seatKey && isLive(activation, now),
  );
  const facts = { used: rows.length, cap };
  if (!isOwner) return { reason: "SEAT_LIMIT", facts };
  const candidates = rows
    .sort((a, b) => a.activation.lastSeenAt - b.activation.lastSeenAt)
    .slice(0, MOST_CANDIDATES)
    .map(({ activation }) => ({
      installationId: activation.installationId,
      activationId: activation.id,
      ...(activation.label === null ? {} : { label: activation.label }),
      status: installationStatus(activation, now),
      lastHeartbeat: isoTime(activation.lastSeenAt),
    }));
  return { reason: "SEAT_LIMIT", facts: { ...facts, candidates } };
}
