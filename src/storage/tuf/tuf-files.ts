import type { Bytes } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { FileMeta, Root, Signed, Targets } from "../../domain/tuf/metadata.ts";
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

/** The highest version of an offline document that was ever stored, as it was accepted; null before the first. */
export async function readNewestDocument(
  bucket: R2Bucket,
  kind: "root" | "targets",
): Promise<{ readonly signed: Root | Targets; readonly file: FileMeta } | null> {
  let newest = 0;
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix: METADATA, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key } of page.objects) {
      const [, version, name] = /^([1-9][0-9]*)\.([a-z]+)\.json$/.exec(key.slice(METADATA.length)) ?? [];
      if (name === kind) newest = Math.max(newest, Number(version));
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  const bytes = newest === 0 ? null : await readKey(bucket, metadataKey(`${newest}.${kind}.json`));
  if (bytes === null) return null;
  const { signed } = JSON.parse(new TextDecoder().decode(bytes)) as Signed<Root | Targets>;
  return { signed, file: { version: newest, length: bytes.length, hashes: { sha256: await sha256Hex(bytes) } } };
}

export async function deleteKeys(bucket: R2Bucket, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += PER_DELETE) await bucket.delete(keys.slice(at, at + PER_DELETE));
}
