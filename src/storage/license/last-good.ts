import { DurableObject } from "cloudflare:workers";
import type { GoodAnswer, HostQuestion, LastGoodStore } from "../../market/license/last-good-ports.ts";

const MAX_ANSWERS = 10_000;

/**
 * The last good answers of one instance's host. A Durable Object, because it must answer while the database does not, must
 * survive the isolate, and must forget at once when a right is taken: caches at the edge cannot be told to everywhere.
 */
export class LastGood extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS answers (question TEXT PRIMARY KEY, license TEXT NOT NULL, until INTEGER NOT NULL,
         good TEXT NOT NULL) WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS forgotten (license TEXT PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID;
       CREATE INDEX IF NOT EXISTS answers_license ON answers (license);
       CREATE INDEX IF NOT EXISTS answers_until ON answers (until);`,
    );
  }

  async keep(question: string, good: GoodAnswer): Promise<void> {
    const [forgotten] = this.#sql
      .exec<{ epoch: number }>("SELECT epoch FROM forgotten WHERE license = ?", good.licenseId)
      .toArray();
    if (this.#sql.exec("SELECT 1 FROM forgotten WHERE license = ?", EVERYTHING).toArray().length > 0) return;
    // Judged before the right was taken, arrived after.
    if (forgotten !== undefined && good.epoch < forgotten.epoch) return;
    this.#sql.exec(
      `INSERT INTO answers (question, license, until, good) VALUES (?, ?, ?, ?)
       ON CONFLICT (question) DO UPDATE SET license = excluded.license, until = excluded.until, good = excluded.good`,
      question,
      good.licenseId,
      good.until,
      JSON.stringify(good),
    );
    this.#sql.exec(
      "DELETE FROM answers WHERE question IN (SELECT question FROM answers ORDER BY until DESC LIMIT -1 OFFSET ?)",
      MAX_ANSWERS,
    );
  }

  async find(question: string, now: number): Promise<GoodAnswer | null> {
    this.#sql.exec("DELETE FROM answers WHERE until <= ?", now);
    const [row] = this.#sql.exec<{ good: string }>("SELECT good FROM answers WHERE question = ?", question).toArray();
    return row === undefined ? null : (JSON.parse(row.good) as GoodAnswer);
  }

  async forget(licenseId: string, epoch: number): Promise<void> {
    this.#sql.exec(
      `INSERT INTO forgotten (license, epoch) VALUES (?, ?)
       ON CONFLICT (license) DO UPDATE SET epoch = MAX(epoch, excluded.epoch)`,
      licenseId,
      epoch,
    );
    this.#sql.exec("DELETE FROM answers WHERE license = ?", licenseId);
  }

  async holdBack(isHeld: boolean): Promise<void> {
    if (!isHeld) {
      this.#sql.exec("DELETE FROM forgotten WHERE license = ?", EVERYTHING);
      return;
    }
    this.#sql.exec("INSERT INTO forgotten (license, epoch) VALUES (?, 0) ON CONFLICT DO NOTHING", EVERYTHING);
    this.#sql.exec("DELETE FROM answers");
  }
}

/** Stands for all licenses of the instance. */
const EVERYTHING = "*";

/** What this isolate handed over a while ago is not handed over again: a host that asks every minute writes every half hour. */
const lately = new Map<string, number>();
const KEPT_AGAIN_MS = 1_800_000;
const MAX_LATELY = 10_000;

/** One object per API key: that is all a caller says of itself that needs no database to read. */
export function createLastGood(namespace: () => DurableObjectNamespace<LastGood>, db: D1Database): LastGoodStore {
  const of = (apiKey: string) => namespace().get(namespace().idFromName(apiKey));
  return {
    async keep(apiKey, question, good) {
      const name = `${apiKey} ${textOf(question)} ${good.epoch}`;
      const at = Date.now();
      if ((lately.get(name) ?? 0) > at - KEPT_AGAIN_MS) return;
      if (lately.size >= MAX_LATELY) lately.clear();
      lately.set(name, at);
      await of(apiKey).keep(textOf(question), good);
    },
    find: (apiKey, question, now) => of(apiKey).find(textOf(question), now),
    async holdBack(apiKey, isHeld) {
      // An answer kept lately may have to be kept again once the instance goes on.
      for (const name of lately.keys()) if (name.startsWith(`${apiKey} `)) lately.delete(name);
      await of(apiKey).holdBack(isHeld);
    },
    async forgetLicense(instanceId, licenseId, epoch) {
      const apiKey = await db
        .prepare("SELECT api_key FROM instances WHERE id = ?1")
        .bind(Number(instanceId))
        .first<string>("api_key");
      if (apiKey !== null) await of(apiKey).forget(licenseId, epoch);
    },
  };
}

function textOf({ keyHash, pluginId, hardwareId }: HostQuestion): string {
  return JSON.stringify([keyHash, pluginId, hardwareId]);
}
