import { isoTime } from "../time.ts";
import { type CodeClass, classOf, type LicenseCode } from "./codes.ts";
import { type Activation, endOf, isLive, type License } from "./license.ts";
import { deriveState } from "./states.ts";

/** What the right is wanted for. Members left out are not judged. */
export interface Use {
  /** The host asks for state before product; everybody else gets product first. */
  readonly order: "standard" | "host";
  readonly pluginId: string;
  /** Another product's key is PRODUCT_MISMATCH to its owner and NOT_FOUND to all others. */
  readonly isOwner: boolean;
  /** null when the license was named by its id. */
  readonly key: { readonly state: "current" | "overlap" | "retired"; readonly validUntil: number | null } | null;
  readonly isInstanceSuspended: boolean;
  readonly isPluginSuspended: boolean;
  /** Lower-case hardware id; undefined: no device asks. */
  readonly hardwareId?: string | null;
  /** The asking device's row; null: none. Left out by those who are about to take a seat. */
  readonly activation?: Activation | null;
  /** The build asked about; null: not a published one. */
  readonly build?: Build | null;
  /** Why a build that once was published is none any more: `yanked`, `blocked`. */
  readonly withdrawn?: string | undefined;
  /** The newest build a fallback covers; said where a newer one is refused. */
  readonly newestEntitled?: string | null;
  readonly missingEntitlements?: readonly string[];
}

export interface Build {
  readonly version: string;
  readonly releasedAt: number;
}

export interface Verdict {
  readonly code: LicenseCode;
  readonly class: CodeClass;
  /** What §5 lets the code carry; JSON-ready. */
  readonly facts: { readonly [name: string]: string | number | readonly string[] };
}

/**
 * What the license says about a use at `now` (Unix seconds): the first hit of the answer precedence (README, States).
 * Seats are not counted here; only the statement that takes one can.
 */
export function judge(license: License, use: Use, now: number): Verdict {
  const standing = [() => judgeState(license, use, now), () => judgeProduct(license, use)];
  if (use.order === "standard") standing.reverse();
  for (const step of standing) {
    const verdict = step();
    if (verdict !== null) return verdict;
  }
  return judgeDevice(license, use, now) ?? judgeBuild(license, use, now) ?? judgeStanding(license, now);
}

/** Row 4. */
function judgeProduct(license: License, use: Use): Verdict | null {
  if (license.pluginId === use.pluginId) return null;
  return say(use.isOwner ? "PRODUCT_MISMATCH" : "NOT_FOUND");
}

/** Rows 5–7. */
function judgeState(license: License, use: Use, now: number): Verdict | null {
  if (use.isInstanceSuspended) return say("INSTANCE_SUSPENDED");
  const state = deriveState(license, now);
  const reason = license.stateReason === null ? {} : { reason: license.stateReason };
  if (state === "revoked") return say("REVOKED", reason);
  if (state === "suspended") return say("SUSPENDED", reason);
  if (use.isPluginSuspended) return say("PLUGIN_SUSPENDED");
  if (isRetired(use.key, now)) return say("KEY_RETIRED");
  if (state === "pending") return say("PAYMENT_REQUIRED");
  if (state === "scheduled") return say("NOT_YET_VALID", { startsAt: isoTime(license.startsAt) });
  if (state === "expired" && !(license.fallback && use.build)) {
    const end = endOf(license);
    const code = license.type === "trial" ? "TRIAL_EXPIRED" : "EXPIRED";
    return say(code, end === null ? {} : { endedAt: isoTime(end) });
  }
  return null;
}

function isRetired(key: Use["key"], now: number): boolean {
  if (key === null || key.state === "current") return false;
  return key.state === "retired" || (key.validUntil !== null && key.validUntil <= now);
}

/** Rows 8–10. */
function judgeDevice(license: License, use: Use, now: number): Verdict | null {
  const { activation } = use;
  if (activation?.releaseReason === "evicted" && activation.releasedAt !== null) return say("SEAT_EVICTED");
  if (use.hardwareId !== undefined && license.hardwareId !== null && license.hardwareId !== use.hardwareId)
    return say("DEVICE_MISMATCH");
  if (activation === undefined) return null;
  if (activation === null || activation.releasedAt !== null) return say("ACTIVATION_REQUIRED");
  if (!isLive(activation, now)) return say("LEASE_LAPSED");
  return null;
}

/** Rows 11–12. */
function judgeBuild(license: License, use: Use, now: number): Verdict | null {
  if (use.build === null) return say("BUILD_MISMATCH", { why: use.withdrawn ?? "not a published version" });
  if (use.build && deriveState(license, now) === "expired" && use.build.releasedAt > (license.fallbackUntil ?? 0))
    return say("VERSION_NOT_ENTITLED", use.newestEntitled ? { newestEntitled: use.newestEntitled } : {});
  if (use.missingEntitlements && use.missingEntitlements.length > 0)
    return say("ENTITLEMENT_MISSING", { missing: use.missingEntitlements });
  return null;
}

/** Row 15. */
function judgeStanding(license: License, now: number): Verdict {
  const end = endOf(license);
  const ends = end === null ? {} : { endsAt: isoTime(end) };
  switch (deriveState(license, now)) {
    case "expired":
      return say("FALLBACK");
    case "past_due":
      return say("PAST_DUE_GRACE", {
        graceUntil: isoTime(license.graceUntil as number),
        daysLeft: Math.ceil(((license.graceUntil as number) - now) / 86_400),
      });
    case "trialing":
      return say("TRIAL_ACTIVE", ends);
    default:
      return say("VALID", ends);
  }
}

function say(code: LicenseCode, facts: Verdict["facts"] = {}): Verdict {
  return { code, class: classOf(code), facts };
}
