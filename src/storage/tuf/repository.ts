import type { TufRepository } from "../../market/tuf/ports.ts";
import { metadataKey, readKey, targetKey } from "./tuf-files.ts";
import type { TufWriter } from "./tuf-writer.ts";

/** Reading goes straight to the files, writing to the one object that may. */
export function createTufRepository(
  bucket: R2Bucket,
  namespace: () => DurableObjectNamespace<TufWriter>,
): TufRepository {
  // Stub types of the platform do not end on recursive JSON; what travels is plain data.
  const writer = () => namespace().get(namespace().idFromName("tuf")) as unknown as Pick<TufWriter, "write" | "accept">;
  return {
    metadata: (name) => readKey(bucket, metadataKey(name)),
    target: (path, sha256) => readKey(bucket, targetKey(path, sha256)),
    write: () => writer().write(),
    accept: (kind, bytes) => writer().accept(kind, bytes),
  };
}
