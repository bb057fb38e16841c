/** What the sweeps of licenses need of the world. */
export interface LicenseSweepPorts {
  readonly licenseSweeper: LicenseSweeper;
}

/** Time decides, sweeps only tell: each event once for the end it is about, with its webhook, in one transaction. */
export interface LicenseSweeper {
  /** `license.expiring` for ends within `within` seconds; answers the licenses that were told of. */
  tellExpiring(now: number, within: number, op: string, limit: number): Promise<readonly string[]>;
  /** `license.expired` and `trial.expired`. */
  tellExpired(now: number, op: string, limit: number): Promise<readonly string[]>;
  /** `activation.lapsed`; answers the licenses. */
  tellLapsed(now: number, op: string, limit: number): Promise<readonly string[]>;
  /** Licenses with a plan change whose day has come. */
  dueChanges(now: number, limit: number): Promise<readonly string[]>;
  /** Batches after 7 d, stored replies after their day, counters after 13 months. */
  prune(now: number): Promise<void>;
}
