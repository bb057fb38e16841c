import type { Bytes } from "../../domain/bytes.ts";
import { consistentPath } from "../../domain/tuf/target-path.ts";

const METADATA = "tuf/m/";
const TARGETS = "tuf/t/";
const PER_DELETE = 1000;

export function metadataKey(name: string): string {
  return METADATA + name;
}

export function targetKey(path: string, sha256: string): string {
  return TARGETS + consistentPath(path, sha256);
}

export async function readKey(bucket: R2Bucket, key: string): Promise<Bytes | null> {
  const object = await bucket.get(key);
  return object === null ? null : new Uint8Array(await object.arrayBuffer());
}

export async function deleteKeys(bucket: R2Bucket, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += PER_DELETE) await bucket.delete(keys.slice(at, at + PER_DELETE));
}
