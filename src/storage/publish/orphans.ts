import { DAY, HOUR } from "../../domain/time.ts";
import type { OrphanStore } from "../../market/publish/ports.ts";

const PREFIX = "b/sha256/";
const PAGE = 500;

/** Bundles that an upload stored and no row ever named, because the upload ended between the two. */
export function orphansOn(db: D1Database, bucket: R2Bucket): OrphanStore {
  return {
    async sweep(at) {
      let deleted = 0;
      let cursor: string | undefined;
      do {
        const page = await bucket.list({ prefix: PREFIX, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
        const old = page.objects.filter((object) => object.uploaded.getTime() / 1000 < at - DAY);
        deleted += await sweepPage(
          db,
          bucket,
          old.map((object) => object.key),
          at,
        );
        cursor = page.truncated ? page.cursor : undefined;
      } while (cursor !== undefined);
      return deleted;
    },
  };
}

/** Marked at a first look, deleted at a second one an hour later: an upload in between names it and saves it. */
async function sweepPage(db: D1Database, bucket: R2Bucket, keys: readonly string[], at: number): Promise<number> {
  const named = `SELECT 1 FROM releases r WHERE r.sha256 = substr(key, ${PREFIX.length + 1})`;
  const [, , ripe] = await db.batch<{ key: string }>([
    db.prepare(`DELETE FROM orphans WHERE EXISTS (${named})`),
    db
      .prepare(
        `INSERT INTO orphans (key, marked_at) SELECT value AS key, ? FROM json_each(?)
         WHERE NOT EXISTS (SELECT 1 FROM releases r WHERE r.sha256 = substr(value, ${PREFIX.length + 1}))
         ON CONFLICT DO NOTHING`,
      )
      .bind(at, JSON.stringify(keys)),
    db.prepare("DELETE FROM orphans WHERE marked_at <= ? RETURNING key").bind(at - HOUR),
  ]);
  const doomed = (ripe?.results ?? []).map((row) => row.key);
  if (doomed.length > 0) await bucket.delete(doomed);
  return doomed.length;
}
