import { decodeBase64url, encodeBase64url, encodeUtf8 } from "../../../domain/bytes.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import { HostRefusal } from "./host-refusal.ts";

const MAX_PAGE = 100;
/** A page stays below what one call may answer. */
const MAX_PAGE_BYTES = 196_608;

/** The storage of one installation, with the limits of the real one. Arguments were checked before. */
export interface MemoryStorage {
  call(method: "storage.get" | "storage.set" | "storage.delete" | "storage.list", args: JsonObject): Json;
  /** Everything kept, as plain data. */
  contents(): { readonly [key: string]: Json };
}

/** Empty storage with a quota in bytes. */
export function createMemoryStorage(quotaBytes = 10 * 1024 * 1024): MemoryStorage {
  const kept = new Map<string, string>();

  function set(key: string, value: Json): void {
    const text = JSON.stringify(value);
    const others = [...kept].filter(([name]) => name !== key);
    const used = others.reduce((sum, [name, other]) => sum + bytes(name) + bytes(other), 0);
    if (used + bytes(key) + bytes(text) > quotaBytes) {
      throw new HostRefusal("quota_exceeded", "Storage quota exceeded");
    }
    kept.set(key, text);
  }

  return {
    contents: () => Object.fromEntries([...kept].map(([key, text]) => [key, JSON.parse(text) as Json])),
    call(method, args) {
      const key = String(args.key);
      switch (method) {
        case "storage.list":
          return list(kept, args);
        case "storage.get":
          return JSON.parse(kept.get(key) ?? "null") as Json;
        case "storage.delete":
          kept.delete(key);
          return null;
        case "storage.set":
          set(key, args.value ?? null);
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
