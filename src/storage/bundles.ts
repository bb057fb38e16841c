import type { BundleStore, StoredKind } from "../market/publish/ports.ts";

const PREFIX = {
  bundle: "b/sha256/",
  module: "m/sha256/",
  sealed: "s/sha256/",
  container: "h/sha256/",
} as const satisfies Record<StoredKind, string>;
const MEDIA_TYPE = {
  bundle: "application/vnd.rbsm+zip",
  module: "text/javascript",
  sealed: "application/vnd.rbsm.sealed",
  container: "application/octet-stream",
} as const satisfies Record<StoredKind, string>;

/** R2 as a content-addressed store: a key is a digest, written once, checked by R2 against the bytes it receives. */
export function bundlesOnR2(bucket: R2Bucket): BundleStore {
  return {
    async putOnce(kind, sha256, bytes) {
      const key = PREFIX[kind] + sha256;
      const written = await bucket.put(key, bytes, {
        onlyIf: new Headers({ "if-none-match": "*" }),
        sha256,
        httpMetadata: {
          contentType: MEDIA_TYPE[kind],
          cacheControl: "public, max-age=31536000, immutable, no-transform",
        },
      });
      if (written !== null) return "created";
      // Somebody was faster, or R2 lost its answer to an earlier try: go on only with exactly these bytes.
      const present = await bucket.head(key);
      if (present === null) throw new Error(`R2 neither wrote nor has ${key}`);
      if (present.size !== bytes.length) throw new Error(`R2 holds other bytes under ${key}`);
      return "exists";
    },
    async get(kind, sha256) {
      const object = await bucket.get(PREFIX[kind] + sha256);
      return object === null ? null : new Uint8Array(await object.arrayBuffer());
    },
    async range(sha256, offset, length) {
      if (length === 0) return new Uint8Array();
      const object = await bucket.get(PREFIX.bundle + sha256, { range: { offset, length } });
      return object === null ? null : new Uint8Array(await object.arrayBuffer());
    },
    async size(sha256) {
      return (await bucket.head(PREFIX.bundle + sha256))?.size ?? null;
    },
    async erase(kind, sha256) {
      await bucket.delete(PREFIX[kind] + sha256);
    },
  };
}
