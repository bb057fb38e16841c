import type { RevocationWatch } from "../../market/license/device-ports.ts";

const FRESH_SECONDS = 30;
const MOST_ENTRIES = 20_000;

/**
 * One isolate's copy of who was touched by which entry. A ping that it answers costs no database call; where it cannot be
 * sure (its oldest entry is younger than what is asked about) it says no, and the ping goes the long way.
 */
export function createRevocationWatch(db: D1Database): RevocationWatch {
  let touched = new Map<string, number>();
  let coveredSince: number | null = null;
  let newest = 0;
  let readAt = Number.NEGATIVE_INFINITY;

  async function renew(now: number): Promise<void> {
    const { results } = await db
      .prepare("SELECT epoch, kind, subject FROM revocations WHERE epoch > ?1 ORDER BY epoch DESC LIMIT ?2")
      .bind(newest, MOST_ENTRIES)
      .all<{ epoch: number; kind: string; subject: string }>();
    const isCut = results.length === MOST_ENTRIES;
    if (isCut || touched.size + results.length > MOST_ENTRIES) touched = new Map();
    if (isCut || coveredSince === null || touched.size === 0)
      coveredSince = isCut ? (results.at(-1)?.epoch ?? newest) : (coveredSince ?? 0);
    for (const { epoch, kind, subject } of results.reverse()) {
      touched.set(`${kind}:${subject}`, epoch);
      newest = Math.max(newest, epoch);
    }
    readAt = now;
  }

  return {
    async isUntouched(licenseId, activationId, since, now) {
      if (now < readAt || now - readAt >= FRESH_SECONDS) await renew(now);
      if (coveredSince === null || since < coveredSince) return false;
      const last = Math.max(touched.get(`lic:${licenseId}`) ?? 0, touched.get(`act:${activationId}`) ?? 0);
      return last <= since;
    },
  };
}
