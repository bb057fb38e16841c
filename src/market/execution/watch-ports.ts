import type { WatchedEntity, WatchedRow } from "../../domain/execution/derive.ts";

/** What deriving events needs of the world. Times are Unix seconds. */
export interface WatchPorts {
  readonly watches: WatchStore;
}

/** Which instances are looked at, and what was seen of their rows. */
export interface WatchStore {
  /** Takes instances that can be called and were not looked at since `before`; nobody else gets them. */
  take(before: number, limit: number, now: number): Promise<readonly string[]>;
  seen(instanceId: string, entity: WatchedEntity, ids: readonly number[]): Promise<readonly WatchedRow[]>;
  see(instanceId: string, entity: WatchedEntity, rows: readonly WatchedRow[]): Promise<void>;
  /** The instance posts such events by itself: nothing is derived for it any more. */
  tellsItself(instanceId: string): Promise<void>;
  isToldByInstance(instanceId: string): Promise<boolean>;
}
