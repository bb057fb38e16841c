import type { ChangeFeed } from "../../market/catalogue/feed-ports.ts";

/** Readmes and manifests of first publications make some changes large. */
const MAX_PAGE_CHARS = 1_000_000;
/** Read at once; a page of large changes is cut short. */
const AT_ONCE = 100;

interface FeedRow {
  readonly id: number;
  readonly at: number;
  readonly kind: string;
  readonly subject: string;
  readonly data: string;
}

/** The change feed on D1: `feed` is written by triggers, in the transaction of the fact itself. */
export function createChangeFeed(db: D1Database): ChangeFeed {
  return {
    async after(sequence, limit) {
      const rows: FeedRow[] = [];
      let chars = 0;
      for (let cursor = sequence; ; cursor = rows.at(-1)?.id ?? cursor) {
        const { results } = await db
          .prepare("SELECT id, at, kind, subject, data FROM feed WHERE id > ? ORDER BY id LIMIT ?")
          .bind(cursor, AT_ONCE)
          .all<FeedRow>();
        for (const row of results) {
          if (rows.length >= limit || (rows.length > 0 && chars + row.data.length > MAX_PAGE_CHARS))
            return { changes: rows.map(readChange), hasMore: true };
          rows.push(row);
          chars += row.data.length;
        }
        if (results.length < AT_ONCE) return { changes: rows.map(readChange), hasMore: false };
      }
    },
  };
}

function readChange({ id, at, kind, subject, data }: FeedRow) {
  return { sequence: id, at, kind, subject, data: JSON.parse(data) as Record<string, unknown> };
}
