import { DurableObject } from "cloudflare:workers";

const WINDOW_MS = 60_000;

/**
 * Requests of one installation that left in the current minute. A Durable Object, because a plugin's isolate, this
 * Worker and its process may be replaced at any time and the budget must not start anew with them. It keeps two numbers
 * and nothing else.
 */
export class EgressMeter extends DurableObject {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never);
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS spent (id INTEGER PRIMARY KEY CHECK (id = 1), minute INTEGER NOT NULL, used INTEGER NOT NULL)",
    );
  }

  /** Counts one request; answers the seconds to wait when the minute is used up. A refused request is not counted. */
  async spend(perMinute: number): Promise<number | null> {
    const now = Date.now();
    const minute = Math.floor(now / WINDOW_MS);
    const counted = this.#sql
      .exec(
        `INSERT INTO spent (id, minute, used) SELECT 1, ?1, 1 WHERE ?2 > 0
         ON CONFLICT (id) DO UPDATE SET used = iif(minute = ?1, used + 1, 1), minute = ?1
           WHERE minute <> ?1 OR used < ?2 RETURNING used`,
        minute,
        perMinute,
      )
      .toArray();
    return counted.length === 1 ? null : Math.ceil(((minute + 1) * WINDOW_MS - now) / 1000);
  }
}
