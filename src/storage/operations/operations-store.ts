import type { Waiting } from "../../domain/operations/judge-status.ts";
import { MINUTE } from "../../domain/time.ts";
import type { OperationsStore } from "../../market/operations/ports.ts";

/** Who can make the edge cache forget a bundle. */
export interface BundlePurger {
  purge(sha256: string): Promise<boolean>;
}

const SWEPT = "operations:swept";
const PURGED = "operations:purged";
/** A key that never is: asking for it proves that the bucket answers. */
const ABSENT_KEY = "status/probe";
/** Instances that called within the day are alive. */
const ALIVE_SECONDS = 24 * 60 * MINUTE;
const PURGED_AT_ONCE = 100;

/** The marketplace's look at itself, on D1 and R2. */
export function operationsOn(db: D1Database, bucket: R2Bucket, purger: () => BundlePurger): OperationsStore {
  const readMark = (name: string) =>
    db.prepare("SELECT mark FROM sweep_marks WHERE name = ?").bind(name).first<string>("mark");
  const writeMark = (name: string, mark: string) =>
    db
      .prepare("INSERT INTO sweep_marks (name, mark) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET mark = ?2")
      .bind(name, mark)
      .run();
  return {
    async database(at) {
      const { results, meta } = await db
        .prepare(
          `SELECT (SELECT coalesce(sum(count), 0) FROM catalogue_counts) AS plugins,
             (SELECT count(DISTINCT instance_id) FROM activations WHERE last_seen_at > ?) AS instances`,
        )
        .bind(at - ALIVE_SECONDS)
        .run<{ plugins: number; instances: number }>();
      return {
        bytes: meta.size_after,
        plugins: results[0]?.plugins ?? 0,
        instancesAlive: results[0]?.instances ?? 0,
      };
    },
    async bucket() {
      await bucket.head(ABSENT_KEY);
      return true;
    },
    async backlog() {
      const [releases, executions, webhooks, mails] = (
        await db.batch<{ count: number; oldest: number | null }>([
          db.prepare(
            "SELECT count(*) AS count, min(created_at) AS oldest FROM releases WHERE state IN ('staged', 'scanning')",
          ),
          db.prepare(
            "SELECT count(*) AS count, min(created_at) AS oldest FROM executions WHERE outcome IN ('queued', 'running')",
          ),
          db.prepare(
            `SELECT sum(n) AS count, min(t) AS oldest FROM (
               SELECT count(*) AS n, min(not_before) AS t FROM webhook_outbox WHERE state IN ('queued', 'sending')
               UNION ALL SELECT count(*), min(not_before) FROM license_outbox WHERE state IN ('queued', 'sending')
               UNION ALL SELECT count(*), min(not_before) FROM hook_deliveries WHERE state IN ('queued', 'sending'))`,
          ),
          db.prepare("SELECT count(*) AS count, NULL AS oldest FROM mails"),
        ])
      ).map(({ results }): Waiting => ({ count: results[0]?.count ?? 0, oldestAt: results[0]?.oldest ?? null }));
      const none: Waiting = { count: 0, oldestAt: null };
      return {
        releases: releases ?? none,
        executions: executions ?? none,
        webhooks: webhooks ?? none,
        mails: mails ?? none,
      };
    },
    async lastSweep() {
      const mark = await readMark(SWEPT);
      return mark === null ? null : Number(mark);
    },
    async markSweep(at) {
      await writeMark(SWEPT, String(at));
    },
    async newlyBlocked() {
      const before = Number((await readMark(PURGED)) ?? 0);
      const { results } = await db
        .prepare("SELECT id, kind, data FROM changes WHERE id > ? ORDER BY id LIMIT 1000")
        .bind(before)
        .all<{ id: number; kind: string; data: string }>();
      const last = results.at(-1)?.id;
      if (last !== undefined) await writeMark(PURGED, String(last));
      const digests = results
        .filter(({ kind }) => kind === "release.blocked")
        .map(({ data }) => (JSON.parse(data) as { sha256?: string }).sha256 ?? "");
      return digests.filter((digest) => /^[0-9a-f]{64}$/.test(digest)).slice(0, PURGED_AT_ONCE);
    },
    purge: (sha256) => purger().purge(sha256),
  };
}
