import { DurableObject } from "cloudflare:workers";
import { callRefused } from "../../domain/execution/call-refused.ts";
import type { CallReply } from "../../domain/execution/job.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { FileAct, InstallationObject, Rate, StorageAct } from "../../market/execution/capability-ports.ts";
import type { PluginStorage } from "../../market/execution/ports.ts";
import { createFileShelf } from "./files.ts";
import { createRateMeter } from "./rate-meter.ts";
import { createValues } from "./values.ts";

const MAX_SENT = 100;

/**
 * What one installation of a plugin keeps: its values and files, its counters, the notifications it sent. Named by the
 * activation and by nothing a plugin says, so no key can reach another installation. Arguments were checked by the caller.
 */
export class InstallationStorage extends DurableObject<Env> implements InstallationObject {
  #parts = this.#open();

  async spend(rate: Rate): Promise<number | null> {
    return this.#parts.meter.spend(rate, Date.now());
  }

  async perform(rate: Rate, act: StorageAct, maxBytes: number | null): Promise<CallReply> {
    return this.#refusal(rate) ?? this.#parts.values.perform(act, maxBytes);
  }

  async performFile(rate: Rate, act: FileAct, maxBytes: number | null): Promise<CallReply> {
    const { files, secret } = this.#parts;
    const refusal = this.#refusal(rate);
    if (refusal !== null) return refusal;
    switch (act.act) {
      case "put": {
        const room = maxBytes === null ? null : maxBytes - this.ctx.storage.sql.databaseSize - files.used();
        return files.put(act, room);
      }
      case "get":
        return files.get(act.key);
      case "delete":
        return files.remove(act.key);
      case "list":
        return files.list(act, await secret);
    }
  }

  async noteSent(message: JsonObject): Promise<void> {
    const { sql } = this.ctx.storage;
    sql.exec("INSERT INTO sent (message) VALUES (?)", JSON.stringify(message));
    sql.exec("DELETE FROM sent WHERE id <= (SELECT MAX(id) FROM sent) - ?", MAX_SENT);
  }

  async sent(): Promise<readonly JsonObject[]> {
    const { sql } = this.ctx.storage;
    const rows = sql.exec<{ message: string }>("SELECT message FROM sent ORDER BY id DESC").toArray();
    return rows.map(({ message }) => JSON.parse(message) as JsonObject);
  }

  /** Bytes before rows: a crash in between leaves rows that name nothing, and erasing goes on with the next call. */
  async erase(): Promise<void> {
    await this.#parts.files.erase();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#parts = this.#open();
  }

  override async alarm(): Promise<void> {
    const next = await this.#parts.files.sweep(Date.now());
    if (next !== null) await this.ctx.storage.setAlarm(next);
  }

  #refusal(rate: Rate): CallReply | null {
    const retryAfter = this.#parts.meter.spend(rate, Date.now());
    if (retryAfter === null) return null;
    return callRefused("rate_limited", `Rate limit exceeded for ${rate.method}`, retryAfter);
  }

  #open() {
    const { storage } = this.ctx;
    const secret = openCursorSecret(storage.sql);
    storage.sql.exec("CREATE TABLE IF NOT EXISTS sent (id INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL)");
    const files = createFileShelf({ storage, bucket: this.env.BUNDLES, folder: this.ctx.id.toString() });
    return {
      meter: createRateMeter(storage.sql),
      values: createValues({ storage, secret, fileBytes: files.used }),
      files,
      secret,
    };
  }
}

function openCursorSecret(sql: SqlStorage): Promise<CryptoKey> {
  sql.exec("CREATE TABLE IF NOT EXISTS cursor_secret (id INTEGER PRIMARY KEY CHECK (id = 1), secret BLOB NOT NULL)");
  const fresh = crypto.getRandomValues(new Uint8Array(32));
  sql.exec("INSERT INTO cursor_secret (id, secret) VALUES (1, ?) ON CONFLICT DO NOTHING", fresh);
  const { secret } = sql.exec<{ secret: ArrayBuffer }>("SELECT secret FROM cursor_secret").one();
  return crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** Of the Worker's own exports: no binding names the class, no caller but this can reach it. */
export function createPluginStorage(namespace: DurableObjectNamespace<InstallationStorage>): PluginStorage {
  return { of: (activationId) => namespace.getByName(activationId) as unknown as InstallationObject };
}
