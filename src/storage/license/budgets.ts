import { DurableObject } from "cloudflare:workers";
import type { Budget, Budgets } from "../../market/license/budget-ports.ts";

/** What one address or instance has spent. A window begins with the first thing counted and is forgotten when it ends. */
export class BudgetMeter extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS spent (name TEXT PRIMARY KEY, until INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID",
    );
  }

  async spend({ name, limit, windowSeconds }: Budget, now: number): Promise<number | null> {
    const [row] = this.#sql
      .exec<{ until: number; used: number }>("SELECT until, used FROM spent WHERE name = ? AND until > ?", name, now)
      .toArray();
    if (row !== undefined && row.used >= limit) return row.until - now;
    const until = row?.until ?? now + windowSeconds;
    this.#sql.exec(
      `INSERT INTO spent (name, until, used) VALUES (?1, ?2, ?3)
       ON CONFLICT (name) DO UPDATE SET until = excluded.until, used = excluded.used`,
      name,
      until,
      (row?.used ?? 0) + 1,
    );
    // Nothing is kept about an address that went away.
    if (row === undefined) await this.ctx.storage.setAlarm(Date.now() + 2 * windowSeconds * 1000);
    return null;
  }

  override async alarm(): Promise<void> {
    this.#sql.exec("DELETE FROM spent");
  }
}

export interface RateLimiters {
  readonly validate: RateLimit;
  readonly malformed: RateLimit;
}

/** Budgets this isolate knows to be used up, until when: whoever goes on asking costs no more calls. */
const usedUp = new Map<string, number>();
const MAX_USED_UP = 10_000;

export function createBudgets(namespace: () => DurableObjectNamespace<BudgetMeter>, rates: RateLimiters): Budgets {
  return {
    async spend(subject, budget, now) {
      const name = `${subject} ${budget.name}`;
      const known = usedUp.get(name) ?? 0;
      if (known > now) return known - now;
      const wait = await namespace().get(namespace().idFromName(subject)).spend(budget, now);
      if (wait === null) return null;
      if (usedUp.size >= MAX_USED_UP) usedUp.clear();
      usedUp.set(name, now + wait);
      return wait;
    },
    async isWithinRate(rate, subject) {
      return (await rates[rate].limit({ key: subject })).success;
    },
  };
}
