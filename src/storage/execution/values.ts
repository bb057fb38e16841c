import { callRefused } from "../../domain/execution/call-refused.ts";
import type { CallReply } from "../../domain/execution/job.ts";
import { canonicalize } from "../../domain/json/canonical.ts";
import type { Json } from "../../domain/json/json.ts";
import type { StorageAct } from "../../market/execution/capability-ports.ts";
import { cursorFor, keyAfter } from "./storage-cursor.ts";

/** A page of `list` stays below what one capability call may answer. */
const MAX_PAGE_BYTES = 196_608;

/** What the values need of the object they stand in. */
export interface ValuesGround {
  readonly storage: DurableObjectStorage;
  readonly secret: Promise<CryptoKey>;
  /** Bytes that files of the same installation take of the quota. */
  fileBytes(): number;
}

/** The key-value store of one installation. Nothing is awaited between reading and writing, so each act is one transaction. */
export function createValues({ storage, secret, fileBytes }: ValuesGround) {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");

  async function perform(act: StorageAct, maxBytes: number | null): Promise<CallReply> {
    switch (act.act) {
      case "get":
        return { ok: true, value: get(act.key) };
      case "getMany":
        return getMany(act.keys);
      case "set":
        return write([act], maxBytes, null);
      case "setMany":
        return write(act.entries, maxBytes, null);
      case "compareAndSet":
        if (canonicalize(get(act.key)) !== canonicalize(act.expected)) return { ok: true, value: false };
        return write([act], maxBytes, true);
      case "increment":
        return increment(act.key, act.by, maxBytes);
      case "delete":
        sql.exec("DELETE FROM entries WHERE key = ?", act.key);
        return { ok: true, value: null };
      case "list":
        return list(act.prefix, act.limit, act.cursor);
    }
  }

  function get(key: string): Json {
    const [row] = sql.exec<{ value: string }>("SELECT value FROM entries WHERE key = ?", key).toArray();
    return row === undefined ? null : (JSON.parse(row.value) as Json);
  }

  function getMany(keys: readonly string[]): CallReply {
    const values: Json[] = [];
    let bytes = 0;
    for (const key of keys) {
      const value = get(key);
      bytes += JSON.stringify(value).length;
      if (bytes > MAX_PAGE_BYTES)
        return callRefused("invalid_arguments", "These values are larger than 192 KiB together; ask for fewer");
      values.push(value);
    }
    return { ok: true, value: values };
  }

  function increment(key: string, by: number, maxBytes: number | null): CallReply {
    const kept = get(key) ?? 0;
    const sum = typeof kept === "number" ? kept + by : Number.NaN;
    if (!Number.isSafeInteger(sum))
      return callRefused(
        "invalid_arguments",
        "What is kept under this key is no whole number, or would leave its range",
      );
    return write([{ key, value: sum }], maxBytes, sum);
  }

  /** Written, measured, and taken back when the object outgrew its quota; making it smaller is always allowed. */
  function write(
    entries: readonly { readonly key: string; readonly value: Json }[],
    maxBytes: number | null,
    answer: Json,
  ): CallReply {
    const before = sql.databaseSize;
    try {
      storage.transactionSync(() => {
        for (const { key, value } of entries)
          sql.exec(
            "INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key,
            JSON.stringify(value),
          );
        const after = sql.databaseSize;
        if (maxBytes !== null && after > before && after + fileBytes() > maxBytes) throw QUOTA;
      });
    } catch (error) {
      if (error === QUOTA) return callRefused("quota_exceeded", "Storage quota exceeded");
      throw error;
    }
    return { ok: true, value: answer };
  }

  async function list(prefix: string, limit: number, cursor: string | undefined): Promise<CallReply> {
    const after = cursor === undefined ? "" : await keyAfter(await secret, prefix, cursor);
    if (after === null) return callRefused("invalid_arguments", "This cursor was not made by this list");
    const rows = sql.exec<{ key: string; value: string }>(
      `SELECT key, value FROM entries WHERE key > ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2 ORDER BY key LIMIT ?3`,
      after,
      prefix,
      limit + 1,
    );
    const items: { key: string; value: Json }[] = [];
    let bytes = 0;
    for (const { key, value } of rows) {
      bytes += key.length + value.length;
      if (items.length === limit || (items.length > 0 && bytes > MAX_PAGE_BYTES)) {
        const last = items.at(-1)?.key ?? "";
        return { ok: true, value: { items, cursor: await cursorFor(await secret, prefix, last) } };
      }
      items.push({ key, value: JSON.parse(value) as Json });
    }
    return { ok: true, value: { items } };
  }

  return { perform };
}

const QUOTA = new Error("quota");
