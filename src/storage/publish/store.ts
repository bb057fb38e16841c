import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { ReleaseStore } from "../../market/publish/ports.ts";
import { type publisherKeys, publishers } from "../account/schema.ts";
import type { SqlRow } from "../sql-row.ts";
import { blockedAmong, claimScan, dueReleases, insertCheck, settleScan } from "./checks.ts";
import { publishRelease, rejectRelease } from "./decide.ts";
import { readDeskQueue, readReleaseFacts } from "./facts.ts";
import { insertRelease, readIntake, signRelease } from "./intake.ts";

/** Releases on D1. Every move is one guarded statement; what belongs together is one batch. */
export function releasesOnD1(db: D1Database): ReleaseStore {
  return {
    async publisher(handle) {
      const row = await drizzle(db).select().from(publishers).where(eq(publishers.handle, handle)).get();
      return row === undefined ? null : { id: String(row.id), handle: row.handle };
    },
    async key(keyId) {
      const row = await db
        .prepare(
          `SELECT publisher_id, public_key, state,
             (SELECT json_group_object(p.name, c.from_sequence) FROM key_cuts c JOIN plugins p ON p.id = c.plugin_id
              WHERE c.key_id = publisher_keys.key_id) AS cuts
           FROM publisher_keys WHERE key_id = ?`,
        )
        .bind(keyId)
        .first<
          Pick<SqlRow<typeof publisherKeys>, "publisher_id" | "public_key" | "state"> & { readonly cuts: string }
        >();
      return row === null
        ? null
        : {
            publisherId: String(row.publisher_id),
            publicKey: row.public_key,
            state: row.state,
            cuts: JSON.parse(row.cuts) as Record<string, number>,
          };
    },
    intake: (name, version, publisherId, at) => readIntake(db, name, version, publisherId, at),
    stage: (release, at) => insertRelease(db, release, at),
    attachStatement: (releaseId, statement, actor, at) => signRelease(db, releaseId, statement, actor, at),
    claimForChecks: (releaseId, at) => claimScan(db, releaseId, at),
    blockedDigests: (sha256s) => blockedAmong(db, sha256s),
    appendCheck: (releaseId, name, attempt, outcome, at) => insertCheck(db, releaseId, name, attempt, outcome, at),
    async noteReproducible(releaseId, verdict) {
      await db.prepare("UPDATE releases SET reproducible = ? WHERE id = ?").bind(verdict, Number(releaseId)).run();
    },
    settleChecks: (releaseId, nextCheckAt, at) => settleScan(db, releaseId, nextCheckAt, at),
    due: (at) => dueReleases(db, at),
    show: (releaseId) => readReleaseFacts(db, releaseId),
    deskQueue: (limit) => readDeskQueue(db, limit),
    forDecision: (releaseId) => readReleaseFacts(db, releaseId),
    publish: (facts, publication, at) => publishRelease(db, facts, publication, at),
    reject: (releaseId, sha256, reason, deciderId, at) => rejectRelease(db, releaseId, sha256, reason, deciderId, at),
  };
}
