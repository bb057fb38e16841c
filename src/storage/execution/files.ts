import { encodeHex } from "../../domain/bytes.ts";
import { callRefused } from "../../domain/execution/call-refused.ts";
import type { CallReply } from "../../domain/execution/job.ts";
import { MAX_FILES } from "../../domain/execution/storage-rules.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { FileAct } from "../../market/execution/capability-ports.ts";
import { cursorFor, keyAfter } from "./storage-cursor.ts";

/** A blob that no file names after this long was left by a crash. */
const ORPHAN_AFTER_MS = 600_000;
const SWEEP_LIMIT = 500;
/** Cursors of files are none of values. */
const CURSOR_SCOPE = "\u0000files\u0000";

type FileRow = { key: string; blob: string; size: number; sha256: string; content_type: string; updated_at: number };

/** What the shelf needs of the object it stands in. */
export interface ShelfGround {
  readonly storage: DurableObjectStorage;
  readonly bucket: R2Bucket;
  /** Of this object alone: nothing a plugin says is part of a key in R2. */
  readonly folder: string;
}

/**
 * Files of one installation: rows here, bytes in R2 under names that are used once. A blob is written down before it is
 * put and struck out when a file names it, so whatever a crash leaves is found and removed by the alarm; a row never
 * names bytes that are not there.
 */
export function createFileShelf({ storage, bucket, folder }: ShelfGround) {
  const { sql } = storage;
  sql.exec(
    `CREATE TABLE IF NOT EXISTS files (key TEXT PRIMARY KEY, blob TEXT NOT NULL, size INTEGER NOT NULL,
       sha256 TEXT NOT NULL, content_type TEXT NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;
     CREATE TABLE IF NOT EXISTS loose_blobs (blob TEXT PRIMARY KEY, size INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;`,
  );
  const nameOf = (blob: string) => `f/${folder}/${blob}`;

  /** Bytes of files, and of those on their way. */
  function used(): number {
    return sql
      .exec<{ used: number }>(
        `SELECT (SELECT COALESCE(SUM(size), 0) FROM files) + (SELECT COALESCE(SUM(size), 0) FROM loose_blobs) AS used`,
      )
      .one().used;
  }

  async function put(act: FileAct & { act: "put" }, room: number | null): Promise<CallReply> {
    const { key, contentType, bytes } = act;
    const before = rowOf(key);
    if (room !== null && bytes.length - (before?.size ?? 0) > room)
      return callRefused("quota_exceeded", "Storage quota exceeded");
    if (before === undefined && sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM files").one().n >= MAX_FILES)
      return callRefused("quota_exceeded", `At most ${MAX_FILES} files`);
    const blob = crypto.randomUUID();
    sql.exec("INSERT INTO loose_blobs (blob, size, at) VALUES (?, ?, ?)", blob, bytes.length, Date.now());
    await beWoken();
    const sha256 = encodeHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
    await bucket.put(nameOf(blob), bytes, { sha256, httpMetadata: { contentType } });
    const replaced = storage.transactionSync(() => {
      const old = rowOf(key);
      // The alarm came first: the bytes are gone or about to be.
      if (sql.exec("DELETE FROM loose_blobs WHERE blob = ? RETURNING blob", blob).toArray().length === 0) return null;
      sql.exec(
        `INSERT INTO files (key, blob, size, sha256, content_type, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (key) DO UPDATE SET blob = excluded.blob, size = excluded.size, sha256 = excluded.sha256,
           content_type = excluded.content_type, updated_at = excluded.updated_at`,
        key,
        blob,
        bytes.length,
        sha256,
        contentType,
        unixSeconds(Date.now()),
      );
      if (old !== undefined) doom(old.blob);
      return { old };
    });
    if (replaced === null) return callRefused("host_unavailable", "The file could not be kept; try again");
    if (replaced.old !== undefined) await burn(replaced.old.blob);
    return { ok: true, value: shown(rowOf(key)) };
  }

  async function get(key: string): Promise<CallReply> {
    const row = rowOf(key);
    const object = row === undefined ? null : await bucket.get(nameOf(row.blob));
    if (row === undefined || object === null) return { ok: true, value: null };
    return { ok: true, value: shown(row), bytes: new Uint8Array(await object.arrayBuffer()) };
  }

  async function remove(key: string): Promise<CallReply> {
    const row = rowOf(key);
    if (row === undefined) return { ok: true, value: null };
    await beWoken();
    storage.transactionSync(() => {
      sql.exec("DELETE FROM files WHERE key = ?", key);
      doom(row.blob);
    });
    await burn(row.blob);
    return { ok: true, value: null };
  }

  async function list(act: FileAct & { act: "list" }, secret: CryptoKey): Promise<CallReply> {
    const { prefix, limit, cursor } = act;
    const scope = CURSOR_SCOPE + prefix;
    const after = cursor === undefined ? "" : await keyAfter(secret, scope, cursor);
    if (after === null) return callRefused("invalid_arguments", "This cursor was not made by this list");
    const rows = sql
      .exec<FileRow>(
        "SELECT * FROM files WHERE key > ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2 ORDER BY key LIMIT ?3",
        after,
        prefix,
        limit + 1,
      )
      .toArray();
    const items = rows.slice(0, limit).map(shown);
    if (rows.length <= limit) return { ok: true, value: { items } };
    return { ok: true, value: { items, cursor: await cursorFor(secret, scope, rows[limit - 1]?.key ?? "") } };
  }

  /** Removes what crashes left. Answers when to come again, or null. */
  async function sweep(now: number): Promise<number | null> {
    const old = sql
      .exec<{ blob: string }>(
        `SELECT blob FROM loose_blobs WHERE at <= ? ORDER BY at LIMIT ${SWEEP_LIMIT}`,
        now - ORPHAN_AFTER_MS,
      )
      .toArray();
    for (const { blob } of old) await burn(blob);
    const [next] = sql.exec<{ at: number }>("SELECT at FROM loose_blobs ORDER BY at LIMIT 1").toArray();
    return next === undefined ? null : Math.max(next.at + ORPHAN_AFTER_MS, now + 1000);
  }

  /** Every blob of the installation, named or not. */
  async function erase(): Promise<void> {
    for (;;) {
      const { objects, truncated } = await bucket.list({ prefix: nameOf("") });
      if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key));
      if (!truncated) return;
    }
  }

  async function beWoken(): Promise<void> {
    if ((await storage.getAlarm()) === null) await storage.setAlarm(Date.now() + ORPHAN_AFTER_MS);
  }

  /** Its bytes do not count any more, and are removed now or by the alarm. */
  function doom(blob: string): void {
    sql.exec("INSERT INTO loose_blobs (blob, size, at) VALUES (?, 0, ?) ON CONFLICT DO NOTHING", blob, Date.now());
  }

  async function burn(blob: string): Promise<void> {
    await bucket.delete(nameOf(blob));
    sql.exec("DELETE FROM loose_blobs WHERE blob = ?", blob);
  }

  function rowOf(key: string): FileRow | undefined {
    return sql.exec<FileRow>("SELECT * FROM files WHERE key = ?", key).toArray()[0];
  }

  function shown(row: FileRow | undefined): JsonObject {
    if (row === undefined) return {};
    const { key, size, sha256, content_type, updated_at } = row;
    return { key, size, contentType: content_type, sha256, updatedAt: isoTime(updated_at) };
  }

  return { used, put, get, remove, list, sweep, erase };
}
