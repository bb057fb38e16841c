import { DurableObject } from "cloudflare:workers";
import type { CallCode, CallReply } from "../../domain/execution/job.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import type { InstallationObject, PluginStorage, Rate, StorageAct } from "../../market/execution/ports.ts";
import { createRateMeter } from "./rate-meter.ts";
import { cursorFor, keyAfter } from "./storage-cursor.ts";

/** A page of `list` stays below what one capability call may answer. */
const MAX_PAGE_BYTES = 196_608;
const MAX_SENT = 100;

/**
 * What one installation of a plugin keeps: its values, its counters, the notifications it sent. Named by the activation
 * and by nothing a plugin says, so no key can reach another installation. Arguments were checked by the caller.
 */
export class InstallationStorage extends DurableObject<Env> implements InstallationObject {
  readonly #sql = this.ctx.storage.sql;
  readonly #meter = createRateMeter(this.#sql);
  readonly #secret: Promise<CryptoKey>;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS sent (id INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL);
       CREATE TABLE IF NOT EXISTS cursor_secret (id INTEGER PRIMARY KEY CHECK (id = 1), secret BLOB NOT NULL);`,
    );
    const fresh = crypto.getRandomValues(new Uint8Array(32));
    this.#sql.exec("INSERT INTO cursor_secret (id, secret) VALUES (1, ?) ON CONFLICT DO NOTHING", fresh);
    const { secret } = this.#sql.exec<{ secret: ArrayBuffer }>("SELECT secret FROM cursor_secret").one();
    this.#secret = crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }

  async spend(rate: Rate): Promise<number | null> {
    return this.#meter.spend(rate, Date.now());
  }

  async perform(rate: Rate, act: StorageAct, maxBytes: number | null): Promise<CallReply> {
    const retryAfter = this.#meter.spend(rate, Date.now());
    if (retryAfter !== null)
      return {
        ok: false,
        error: { code: "rate_limited", message: `Rate limit exceeded for ${rate.method}`, retryAfter },
      };
    switch (act.act) {
      case "get":
        return { ok: true, value: this.#get(act.key) };
      case "set":
        return this.#set(act.key, act.value, maxBytes);
      case "delete":
        this.#sql.exec("DELETE FROM entries WHERE key = ?", act.key);
        return { ok: true, value: null };
      case "list":
        return this.#list(act.prefix, act.limit, act.cursor);
    }
  }

  async noteSent(message: JsonObject): Promise<void> {
    this.#sql.exec("INSERT INTO sent (message) VALUES (?)", JSON.stringify(message));
    this.#sql.exec("DELETE FROM sent WHERE id <= (SELECT MAX(id) FROM sent) - ?", MAX_SENT);
  }

  async sent(): Promise<readonly JsonObject[]> {
    const rows = this.#sql.exec<{ message: string }>("SELECT message FROM sent ORDER BY id DESC").toArray();
    return rows.map(({ message }) => JSON.parse(message) as JsonObject);
  }

  #get(key: string): Json {
    const [row] = this.#sql.exec<{ value: string }>("SELECT value FROM entries WHERE key = ?", key).toArray();
    return row === undefined ? null : (JSON.parse(row.value) as Json);
  }

  /** Written, measured, and taken back when the object outgrew its quota; making it smaller is always allowed. */
  #set(key: string, value: Json, maxBytes: number | null): CallReply {
    const before = this.#sql.databaseSize;
    try {
      this.ctx.storage.transactionSync(() => {
        this.#sql.exec(
          "INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
          key,
          JSON.stringify(value),
        );
        const after = this.#sql.databaseSize;
        if (maxBytes !== null && after > maxBytes && after > before) throw QUOTA;
      });
    } catch (error) {
      if (error === QUOTA) return refused("quota_exceeded", "Storage quota exceeded");
      throw error;
    }
    return { ok: true, value: null };
  }

  async #list(prefix: string, limit: number, cursor: string | undefined): Promise<CallReply> {
    const after = cursor === undefined ? "" : await keyAfter(await this.#secret, prefix, cursor);
    if (after === null) return refused("invalid_arguments", "This cursor was not made by this list");
    const rows = this.#sql.exec<{ key: string; value: string }>(
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
        return { ok: true, value: { items, cursor: await cursorFor(await this.#secret, prefix, last) } };
      }
      items.push({ key, value: JSON.parse(value) as Json });
    }
    return { ok: true, value: { items } };
  }
}

const QUOTA = new Error("quota");

function refused(code: CallCode, message: string): CallReply {
  return { ok: false, error: { code, message } };
}

/** Of the Worker's own exports: no binding names the class, no caller but this can reach it. */
export function createPluginStorage(namespace: DurableObjectNamespace<InstallationStorage>): PluginStorage {
  return { of: (activationId) => namespace.getByName(activationId) as unknown as InstallationObject };
}
