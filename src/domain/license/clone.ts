import { DAY, HOUR, MINUTE } from "../time.ts";
import { type Activation, isLive } from "./license.ts";

/** What the holder of a refused copy may choose (README, Copies). */
export const CHOICES = ["move", "temporary", "separate"] as const;
export type Choice = (typeof CHOICES)[number];

/** A row is handed from copy to copy this often in `MOVE_WINDOW`, by choice or by itself. */
export const MAX_MOVES = 3;
export const MOVE_WINDOW = 30 * DAY;
/** How long a copy runs without a seat of its own, once. */
export const TEMPORARY_SECONDS = 14 * DAY;
/** A holder silent for longer was probably restored from a snapshot: its place moves by itself. */
export const SILENT_SECONDS = HOUR;
/** The previous lease presented within this time is a lost reply, not a copy. */
export const LOST_REPLY_SECONDS = 10 * MINUTE;

export function isSilent(activation: Pick<Activation, "lastSeenAt">, now: number): boolean {
  return activation.lastSeenAt <= now - SILENT_SECONDS;
}

/** Who asks, judged against the row it was taken for. */
export type Standing =
  /** The device itself, or one whose row is free. */
  | "holder"
  /** Somebody else on the same hardware whose row is over: a device of its own. */
  | "stranger"
  /** A copy of a holder that fell silent: the row moves. */
  | "successor"
  /** A copy of a holder that is alive. */
  | "copy"
  /** The row has a key, and none was shown. */
  | "keyless";

/** A device that activates and was matched to `activation` by key, hardware or components. */
export function judgeStanding(
  activation: Activation,
  device: { readonly jkt: string | null; readonly origin: string | null },
  now: number,
): Standing {
  if (activation.deviceJkt !== null && device.jkt === null) return "keyless";
  const isForeignKey = activation.deviceJkt !== null && activation.deviceJkt !== device.jkt;
  if (!isLive(activation, now)) return isForeignKey ? "stranger" : "holder";
  const isElsewhere = activation.origin !== null && device.origin !== null && activation.origin !== device.origin;
  if (!isForeignKey && !isElsewhere) return "holder";
  if (!isSilent(activation, now)) return "copy";
  return isForeignKey ? "successor" : "holder";
}

/** A lease presented for renewal: the one in force, the one before whose successor got lost, or a copy's. */
export function judgeJti(
  activation: Pick<Activation, "jti" | "previousJti" | "leaseIat" | "releasedAt" | "leaseUntil" | "lastSeenAt">,
  presented: string,
  now: number,
): "current" | "lost_reply" | "successor" | "copy" {
  if (presented === activation.jti) return "current";
  const isRecent = activation.leaseIat > now - LOST_REPLY_SECONDS && isLive(activation, now);
  if (presented === activation.previousJti && isRecent) return "lost_reply";
  return isSilent(activation, now) ? "successor" : "copy";
}
