import { decodeBase64url, encodeBase64url, encodeUtf8 } from "../../../domain/bytes.ts";
import type { Method } from "../../../domain/execution/methods.ts";
import { canonicalize } from "../../../domain/json/canonical.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import { HostRefusal } from "./host-refusal.ts";

const MAX_PAGE = 100;
/** A page stays below what one call may answer. */
const MAX_PAGE_BYTES = 196_608;

export type StorageMethod = Extract<Method, `storage.${string}`>;

/** The storage of one installation, with the limits of the real one. Arguments were checked before. */
export interface MemoryStorage {
  call(method: StorageMethod, args: JsonObject): Json;
  /** Bytes taken of the quota by values. */
  used(): number;
  readonly quotaBytes: number;
  /** Everything kept, as plain data. */
  contents(): { readonly [key: string]: Json };
}

/** Empty storage with a quota in bytes; `fileBytes` are what files of the same installation take of it. */
export function createMemoryStorage(quotaBytes = 10 * 1024 * 1024, fileBytes: () => number = () => 0): MemoryStorage {
  const kept = new Map<string, string>();
  const sizeOf = (entries: Iterable<readonly [string, string]>) =>
    [...entries].reduce((sum, [name, text]) => sum + bytes(name) + bytes(text), 0);

  /** All or none. */
  function set(entries: readonly { readonly key: string; readonly value: Json }[]): void {
    const after = new Map(kept);
    for (const { key, value } of entries) after.set(key, JSON.stringify(value));
    if (sizeOf(after) > sizeOf(kept) && sizeOf(after) + fileBytes() > quotaBytes) {
      throw new HostRefusal("quota_exceeded", "Storage quota exceeded");
    }
    for (const [key, text] of after) kept.set(key, text);
  }

  const get = (key: string): Json => JSON.parse(kept.get(key) ?? "null") as Json;

  function increment(key: string, by: number): number {
    const before = get(key) ?? 0;
    const sum = typeof before === "number" ? before + by : Number.NaN;
    if (!Number.isSafeInteger(sum))
      throw new HostRefusal(
        "invalid_arguments",
        "What is kept under this key is no whole number, or would leave its range",
      );
    set([{ key, value: sum }]);
    return sum;
  }

  return {
    quotaBytes,
    used: () => sizeOf(kept),
    contents: () => Object.fromEntries([...kept].map(([key, text]) => [key, JSON.parse(text) as Json])),
    call(method, args) {
      const key = String(args.key);
      switch (method) {
        case "storage.list":
          return list(kept, args);
        case "storage.get":
          return get(key);
        case "storage.getMany":
          return (args.keys as readonly string[]).map(get);
        case "storage.setMany":
          set(args.entries as readonly { readonly key: string; readonly value: Json }[]);
          return null;
        case "storage.compareAndSet":
          if (canonicalize(get(key)) !== canonicalize(args.expected ?? null)) return false;
          set([{ key, value: args.value ?? null }]);
          return true;
        case "storage.increment":
          return increment(key, typeof args.by === "number" ? args.by : 1);
        case "storage.delete":
          kept.delete(key);
          return null;
        case "storage.set":
          set([{ key, value: args.value ?? null }]);
          return null;
      }
    },
  };
}

function list(kept: ReadonlyMap<string, string>, args: JsonObject): Json {
  const { prefix = "", limit = MAX_PAGE, cursor } = args as { prefix?: string; limit?: number; cursor?: string };
  const after = cursor === undefined ? "" : keyAfter(cursor);
  const keys = [...kept.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const items: { key: string; value: Json }[] = [];
  let size = 0;
  for (const key of keys.slice(0, limit)) {
    const text = kept.get(key) ?? "null";
    size += bytes(key) + bytes(text);
    if (size > MAX_PAGE_BYTES && items.length > 0) break;
    items.push({ key, value: JSON.parse(text) as Json });
  }
  const last = items.at(-1);
  const isMore = keys.length > items.length && last !== undefined;
  return isMore ? { items, cursor: encodeBase64url(encodeUtf8(last.key)) } : { items };
}

/** Cursors come from a page before; anything else is refused. */
function keyAfter(cursor: string): string {
  const key = decodeBase64url(cursor);
  if (key === null || key.length === 0) throw new HostRefusal("invalid_arguments", "cursor: not one of this storage");
  return new TextDecoder().decode(key);
}

function bytes(text: string): number {
  return encodeUtf8(text).length;
}
