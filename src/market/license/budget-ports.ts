/** What the limits against abuse need of the world. */
export interface BudgetPorts {
  readonly budgets: Budgets;
}

export interface Budget {
  /** `misses`, `malformed`, …: counted apart. */
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

/**
 * Counters that cost no database. `spend` counts exactly, in an object of the subject, and is for what is rare and must be
 * right; `isWithinRate` is the platform's own limiter: approximate, per location, without a round trip, for hot paths.
 */
export interface Budgets {
  /** null: it was counted. Else the seconds until the window ends; then nothing was counted. */
  spend(subject: string, budget: Budget, now: number): Promise<number | null>;
  isWithinRate(rate: RateName, subject: string): Promise<boolean>;
}

/** Per minute; the numbers stand in wrangler.toml, because the platform reads them there. */
export const RATES = { validate: 60, malformed: 300 } as const;
export type RateName = keyof typeof RATES;
