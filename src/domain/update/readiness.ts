import semver from "semver";
import { isRange } from "../release/version.ts";
import { DAY } from "../time.ts";
import type { ConfirmedAdvisory, InstalledPlugin, UpdateDocument, UpdateRelease } from "./document.ts";
import {
  ALL,
  basisPointsAt,
  COOLDOWN,
  defaultRollout,
  type Rollout,
  rolloutBucket,
  SECURITY_STEPS,
  servedAt,
} from "./rollout.ts";

export type HoldReason = "cooldown" | "rollout" | "paused" | "halted";

/** Whether an automatic update may take a release now, and by which numbers. */
export interface Readiness {
  readonly hold: { readonly why: HoldReason; readonly until: number | null } | null;
  /** The advisory that this update mends. */
  readonly fixes: ConfirmedAdvisory | null;
  readonly basisPoints: number;
  readonly bucket: number;
}

/** README, Cooldown and rollout. The same for everybody who knows the signed index. */
export async function readinessOf(
  { name, advisories }: UpdateDocument,
  release: UpdateRelease,
  installed: InstalledPlugin,
  instanceId: string,
  now: number,
): Promise<Readiness> {
  const fixes = fixedBy(advisories, installed.version, release.version);
  const rollout = rolloutFor(release, fixes);
  const bucket = await rolloutBucket(name, release.version, instanceId);
  const about = { fixes, basisPoints: basisPointsAt(rollout, now), bucket };
  const held = (why: HoldReason, until: number | null): Readiness => ({ ...about, hold: { why, until } });
  if (rollout.state !== "active") return held(rollout.state, null);
  const cooled =
    fixes !== null
      ? rollout.startsAt
      : Math.max(release.publishedAt + COOLDOWN, release.publishedAt + installed.cooldownDays * DAY);
  if (now < cooled) return held("cooldown", cooled);
  if (bucket < about.basisPoints) return { ...about, hold: null };
  const until = servedAt(rollout, bucket);
  return held("rollout", until === null ? null : Math.max(until, cooled));
}

/** The oldest confirmed advisory that hits the installed version and not the release. */
export function fixedBy(
  advisories: readonly ConfirmedAdvisory[],
  installed: string,
  release: string,
): ConfirmedAdvisory | null {
  const mended = advisories.filter(({ affected }) => isAffected(affected, installed) && !isAffected(affected, release));
  return mended.sort((a, b) => a.confirmedAt - b.confirmedAt || (a.id < b.id ? -1 : 1))[0] ?? null;
}

/** Pre-releases count by plain precedence: a flaw does not care for npm's rule. */
export function isAffected(range: string, version: string): boolean {
  return isRange(range) && semver.satisfies(version, range, { includePrerelease: true });
}

/** A confirmed fix has a plan of its own; a pause or a halt stops that, too. */
function rolloutFor(release: UpdateRelease, fixes: ConfirmedAdvisory | null): Rollout {
  const plan = release.rollout ?? defaultRollout(release.publishedAt);
  if (fixes === null) return plan;
  return {
    state: plan.state,
    startsAt: Math.max(fixes.confirmedAt, release.publishedAt),
    steps: SECURITY_STEPS,
    least: Math.min(plan.least, ALL),
  };
}
