import { DAY, HOUR } from "../../domain/time.ts";
import type { OrphanStore } from "../../market/publish/ports.ts";

/** Where stored bytes are named: prefix → the SQL that finds who names `digest`. */
const NAMED = {
  "b/sha256/": (digest: string) => `SELECT 1 FROM releases r WHERE r.sha256 = ${digest}`,
  "s/sha256/": (digest: string) => `SELECT 1 FROM sealed_bundles s WHERE s.sha256 = ${digest}`,
  "h/sha256/": (digest: string) => `SELECT 1 FROM host_containers c WHERE c.sha256 = ${digest}`,
} as const;
type Prefix = keyof typeof NAMED;
const PREFIXES = Object.keys(NAMED) as Prefix[];
const PAGE = 500;

/** Bundles that an upload stored and no row ever named, because the upload ended between the two. */
export function orphansOn(db: D1Database, bucket: R2Bucket): OrphanStore {
  return {
    async sweep(at) {
      const deleted = await Promise.all(PREFIXES.map((prefix) => sweepPrefix(db, bucket, prefix, at)));
      return deleted.reduce((sum, count) => sum + count, 0);
    },
  };
}

async function sweepPrefix(db: D1Database, bucket: R2Bucket, prefix: Prefix, at: number): Promise<number> {
  let deleted = 0;
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    const old = page.objects.filter((object) => object.uploaded.getTime() / 1000 < at - DAY);
    deleted += await sweepPage(
      db,
      bucket,
      prefix,
      old.map((object) => object.key),
      at,
    );
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return deleted;
}

/** Marked at a first look, deleted at a second one an hour later: an upload in between names it and saves it. */
async function sweepPage(
  db: D1Database,
  bucket: R2Bucket,
  prefix: Prefix,
  keys: readonly string[],
  at: number,
): Promise<number> {
  const named = (column: string) => NAMED[prefix](`substr(${column}, ${prefix.length + 1})`);
  const own = `key LIKE '${prefix}%'`;
  const [, , ripe] = await db.batch<{ key: string }>([
    db.prepare(`DELETE FROM orphans WHERE ${own} AND EXISTS (${named("key")})`),
    db
      .prepare(
        `INSERT INTO orphans (key, marked_at) SELECT value AS key, ? FROM json_each(?)
         WHERE NOT EXISTS (${named("value")})
         ON CONFLICT DO NOTHING`,
      )
      .bind(at, JSON.stringify(keys)),
    db.prepare(`DELETE FROM orphans WHERE ${own} AND marked_at <= ? RETURNING key`).bind(at - HOUR),
  ]);
  const doomed = (ripe?.results ?? []).map((row) => row.key);
  if (doomed.length > 0) await bucket.delete(doomed);
  return doomed.length;
}
