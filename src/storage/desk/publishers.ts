import type { DeskReads, PublisherRow, PublisherSheet } from "../../market/desk/ports.ts";
import { containing } from "./like.ts";

interface StoredPublisher {
  readonly id: number;
  readonly handle: string;
  readonly display_name: string;
  readonly verified_domain: string | null;
  readonly plugins: number;
  readonly members: number;
  readonly created_at: number;
}
interface StoredMember {
  readonly name: string;
  readonly email: string | null;
  readonly role: string;
}
interface StoredPlugin {
  readonly id: number;
  readonly name: string;
  readonly display_name: string;
  readonly state: PublisherSheet["list"][number]["state"];
  readonly version: string | null;
}
interface StoredKey {
  readonly key_id: string;
  readonly state: PublisherSheet["keys"][number]["state"];
  readonly created_at: number;
}

const ROW = `SELECT b.id, b.handle, b.display_name, b.verified_domain, b.created_at,
  (SELECT COUNT(*) FROM plugins p WHERE p.publisher_id = b.id) AS plugins,
  (SELECT COUNT(*) FROM publisher_members m WHERE m.publisher_id = b.id) AS members FROM publishers b`;
const MOST = 500;

export function readPublishers(db: D1Database): Pick<DeskReads, "publishers" | "publisher"> {
  return {
    async publishers(query, limit) {
      const { results } = await db
        .prepare(
          `${ROW} WHERE b.handle LIKE ?1 ESCAPE '\\' OR b.display_name LIKE ?1 ESCAPE '\\' ORDER BY b.handle LIMIT ?2`,
        )
        .bind(containing(query), limit)
        .all<StoredPublisher>();
      return results.map(rowOf);
    },

    async publisher(handle) {
      const of = "publisher_id = (SELECT id FROM publishers WHERE handle = ?1)";
      const [rows, people, plugins, keys] = await db.batch<StoredPublisher & StoredMember & StoredPlugin & StoredKey>([
        db.prepare(`${ROW} WHERE b.handle = ?1`).bind(handle),
        db
          .prepare(
            `SELECT c.name, c.email, m.role FROM publisher_members m JOIN accounts c ON c.id = m.account_id
             WHERE m.${of} ORDER BY m.created_at LIMIT ${MOST}`,
          )
          .bind(handle),
        db
          .prepare(
            `SELECT p.id, p.name, p.display_name, p.state, r.version FROM plugins p
             LEFT JOIN releases r ON r.id = p.latest_release_id WHERE p.${of} ORDER BY p.name LIMIT ${MOST}`,
          )
          .bind(handle),
        db
          .prepare(
            `SELECT key_id, state, created_at FROM publisher_keys WHERE ${of} ORDER BY created_at DESC LIMIT ${MOST}`,
          )
          .bind(handle),
      ]);
      const row = rows?.results[0];
      if (row === undefined) return null;
      return {
        ...rowOf(row),
        publisherId: String(row.id),
        people: (people?.results ?? []).map(({ name, email, role }) => ({ name, email, role })),
        list: (plugins?.results ?? []).map(({ id, name, display_name, state, version }) => ({
          pluginId: String(id),
          name,
          displayName: display_name,
          state,
          version,
        })),
        keys: (keys?.results ?? []).map(({ key_id, state, created_at }) => ({
          keyId: key_id,
          state,
          createdAt: created_at,
        })),
      };
    },
  };
}

function rowOf(row: StoredPublisher): PublisherRow {
  const { handle, display_name, verified_domain, plugins, members, created_at } = row;
  return { handle, displayName: display_name, domain: verified_domain, plugins, members, createdAt: created_at };
}
