import { canonicalize } from "../../../domain/json/canonical.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import { HostRefusal } from "./host-refusal.ts";

const MAX_KEY_BYTES = 256;
const MAX_VALUE_BYTES = 64 * 1024;
const MAX_PAGE = 100;

/** The storage of one installation, with the limits of the real one. */
export interface MemoryStorage {
  call(method: "storage.get" | "storage.set" | "storage.delete" | "storage.list", args: JsonObject): Json;
  /** Everything kept, as plain data. */
  contents(): { readonly [key: string]: Json };
}

export function createMemoryStorage(quotaBytes = 10 * 1024 * 1024): MemoryStorage {
  const kept = new Map<string, string>();
  const used = () => [...kept].reduce((sum, [key, text]) => sum + bytes(key) + bytes(text), 0);

  return {
    contents: () => Object.fromEntries([...kept].map(([key, text]) => [key, JSON.parse(text) as Json])),
    call(method, args) {
      if (method === "storage.list") return list(kept, args);
      const key = keyOf(args.key);
      const text = kept.get(key);
      if (method === "storage.get") return text === undefined ? null : (JSON.parse(text) as Json);
      if (method === "storage.delete") {
        kept.delete(key);
        return null;
      }
      const value = canonicalize(args.value ?? null);
      if (bytes(value) > MAX_VALUE_BYTES) throw new HostRefusal("invalid_arguments", "value is larger than 64 KiB");
      const freed = text === undefined ? 0 : bytes(key) + bytes(text);
      if (used() - freed + bytes(key) + bytes(value) > quotaBytes) {
        throw new HostRefusal("quota_exceeded", "Storage quota exceeded");
      }
      kept.set(key, value);
      return null;
    },
  };
}

function list(kept: ReadonlyMap<string, string>, args: JsonObject): Json {
  const prefix = typeof args.prefix === "string" ? args.prefix : "";
  const after = typeof args.cursor === "string" ? args.cursor : "";
  const limit = Math.min(
    typeof args.limit === "number" && args.limit > 0 ? Math.floor(args.limit) : MAX_PAGE,
    MAX_PAGE,
  );
  const keys = [...kept.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const items = keys.slice(0, limit).map((key) => ({ key, value: JSON.parse(kept.get(key) ?? "null") as Json }));
  const last = items.at(-1);
  return keys.length > limit && last !== undefined ? { items, cursor: last.key } : { items };
}

function keyOf(value: Json | undefined): string {
  if (typeof value !== "string" || value === "" || hasControl(value) || bytes(value) > MAX_KEY_BYTES) {
    throw new HostRefusal("invalid_arguments", "key must be 1 to 256 bytes without control characters");
  }
  return value;
}

function hasControl(text: string): boolean {
  return [...text].some((char) => char < " " || char === "\u007f");
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
