import { encodeHex } from "../../../domain/bytes.ts";
import type { CallReply } from "../../../domain/execution/job.ts";
import type { Method } from "../../../domain/execution/methods.ts";
import { MAX_FILE_BYTES } from "../../../domain/execution/storage-rules.ts";
import type { JsonObject } from "../../../domain/json/json.ts";
import type { FileInfo } from "../../context.ts";
import { HostRefusal } from "./host-refusal.ts";

export type FileMethod = Extract<Method, `files.${string}`>;

/** The files of one installation, with the limits of the real ones. Arguments were checked before. */
export interface MemoryFiles {
  call(method: FileMethod, args: JsonObject, bytes: Uint8Array | undefined): Promise<CallReply>;
  /** Bytes taken of the quota. */
  used(): number;
  contents(): readonly FileInfo[];
}

/** No files yet; `room` says how many bytes the installation has left. */
export function createMemoryFiles(room: () => number, clock: { now(): number }): MemoryFiles {
  const kept = new Map<string, FileInfo & { readonly bytes: Uint8Array }>();

  async function put(key: string, contentType: string, bytes: Uint8Array | undefined): Promise<CallReply> {
    if (bytes === undefined || bytes.length > MAX_FILE_BYTES)
      throw new HostRefusal("invalid_arguments", "bytes: a Uint8Array of at most 4 MiB");
    if (bytes.length - (kept.get(key)?.size ?? 0) > room())
      throw new HostRefusal("quota_exceeded", "Storage quota exceeded");
    const copy = new Uint8Array(bytes);
    const sha256 = encodeHex(new Uint8Array(await crypto.subtle.digest("SHA-256", copy)));
    const updatedAt = new Date(clock.now()).toISOString();
    kept.set(key, { key, size: copy.length, contentType, sha256, updatedAt, bytes: copy });
    return { ok: true, value: shown(kept.get(key)) };
  }

  function list({ prefix = "", limit = 100, cursor = "" }: { prefix?: string; limit?: number; cursor?: string }) {
    const keys = [...kept.keys()].filter((key) => key.startsWith(prefix) && key > cursor).sort();
    const items = keys.slice(0, limit).map((key) => shown(kept.get(key)));
    return keys.length > limit ? { items, cursor: keys[limit - 1] ?? "" } : { items };
  }

  return {
    used: () => [...kept.values()].reduce((sum, { size }) => sum + size, 0),
    contents: () => [...kept.values()].map(({ bytes: _, ...info }) => info),
    async call(method, args, bytes) {
      const key = String(args.key);
      const file = kept.get(key);
      switch (method) {
        case "files.put":
          return put(key, String(args.contentType), bytes);
        case "files.get":
          return file === undefined
            ? { ok: true, value: null }
            : { ok: true, value: shown(file), bytes: new Uint8Array(file.bytes) };
        case "files.list":
          return { ok: true, value: list(args) };
        case "files.delete":
          kept.delete(key);
          return { ok: true, value: null };
      }
    },
  };
}

function shown(file: (FileInfo & { readonly bytes: Uint8Array }) | undefined): JsonObject {
  if (file === undefined) return {};
  const { bytes: _, ...info } = file;
  return { ...info };
}
