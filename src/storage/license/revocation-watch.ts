import type { RevocationWatch } from "../../market/license/device-ports.ts";

/** Plugins off the shelves and instances without rights are few; the comparisons let an index find them. */
const STOPPED = `SELECT 'plugin' AS kind, plugin_id AS id FROM plugin_suspensions WHERE plugin_id > 0
  UNION ALL SELECT 'instance', id FROM instances WHERE state = 'suspended' AND id > 0
  UNION ALL SELECT 'instance', i.id FROM accounts a JOIN instances i ON i.account_id = a.id WHERE a.state = 'suspended' AND a.id > 0`;
const FRESH_SECONDS = 30;
const MOST_ENTRIES = 20_000;

interface Entry {
  readonly kind: string;
  readonly epoch: number;
  readonly subject: string;
  readonly id: number;
}

/**
 * One isolate's copy of who was touched by which entry. A ping that it answers costs no database call; where it cannot be
 * sure (its oldest entry is younger than what is asked about) it says no, and the ping goes the long way.
 */
export function createRevocationWatch(db: D1Database): RevocationWatch {
  let stopped: ReadonlySet<string> = new Set();
  let touched = new Map<string, number>();
  let coveredSince: number | null = null;
  let newest = 0;
  let readAt = Number.NEGATIVE_INFINITY;

  async function renew(now: number): Promise<void> {
    const [listed, off] = await db.batch<Entry>([
      db
        .prepare("SELECT epoch, kind, subject FROM revocations WHERE epoch > ?1 ORDER BY epoch DESC LIMIT ?2")
        .bind(newest, MOST_ENTRIES),
      db.prepare(STOPPED),
    ]);
    const results = listed?.results ?? [];
    stopped = new Set((off?.results ?? []).map(({ kind, id }) => `${kind}:${id}`));
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
    async isUntouched({ licenseId, activationId, pluginId, instanceId }, since, now) {
      if (now < readAt || now - readAt >= FRESH_SECONDS) await renew(now);
      if (coveredSince === null || since < coveredSince) return false;
      if (stopped.has(`plugin:${pluginId}`) || stopped.has(`instance:${instanceId}`)) return false;
      const last = Math.max(touched.get(`lic:${licenseId}`) ?? 0, touched.get(`act:${activationId}`) ?? 0);
      return last <= since;
    },
  };
}
