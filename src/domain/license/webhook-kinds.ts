import type { Json, JsonObject } from "../json/json.ts";
import { isoTime } from "../time.ts";
import type { LicenseEvent } from "./audit.ts";

/** What subscribers can ask for; whoever names none hears everything, without a gap in the sequence (README, Webhooks). */
export const LICENSE_EVENT_KINDS = [
  "license.created",
  "license.updated",
  "license.revoked",
  "license.suspended",
  "license.reactivated",
  "license.expiring",
  "license.expired",
  "license.renewed",
  "license.upgraded",
  "license.downgraded",
  "license.transferred",
  "license.bound",
  "license.unbound",
  "license.key_rotated",
  "license.key_issued",
  "license.oversubscribed",
  "trial.started",
  "trial.converted",
  "trial.expired",
  "activation.granted",
  "activation.released",
  "activation.evicted",
  "activation.revived",
  "activation.lapsed",
  "activation.drifted",
  "activation.cloned",
  "activation.moved",
  "activation.paused",
  "activation.resumed",
  "seat.limit_reached",
  "quota.threshold",
] as const;

/** The exact text that is signed and sent to a subscriber. No key, no hash: what changed, and where the license stands now. */
export function renderLicenseEvent(id: string, event: LicenseEvent, license: JsonObject | null): string {
  const body: Json = {
    id,
    type: event.kind,
    createdAt: isoTime(event.at),
    sequence: event.seq,
    licenseId: event.licenseId,
    ...(event.activationId === null ? {} : { activationId: event.activationId }),
    data: event.data,
    ...(license === null ? {} : { license }),
  };
  return JSON.stringify(body);
}

/** What a subscriber's signature covers: replays are told by id and by a timestamp older than five minutes. */
export function signedContent(id: string, timestamp: number, body: string): string {
  return `${id}.${timestamp}.${body}`;
}
