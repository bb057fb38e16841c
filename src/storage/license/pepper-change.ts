import type { LicenseRef, LicenseStore } from "../../market/license/ports.ts";

const HASH_LENGTH = 64;
/** Keys an isolate remembers having moved, so that each costs one write at most. */
const REMEMBERED = 10_000;
const moved = new Set<string>();

/**
 * The store during a change of the pepper: a key that was found by both of its hashes moves to the new one after the
 * reply. With one pepper nothing is wrapped.
 */
export function movingKeys(store: LicenseStore, db: D1Database, defer: (work: Promise<unknown>) => void): LicenseStore {
  function follow<T>(ref: LicenseRef, found: T): T {
    if (found !== null && "keyHash" in ref && ref.keyHash.length > HASH_LENGTH && !moved.has(ref.keyHash)) {
      if (moved.size >= REMEMBERED) moved.clear();
      moved.add(ref.keyHash);
      defer(moveKey(db, ref.keyHash.slice(HASH_LENGTH), ref.keyHash.slice(0, HASH_LENGTH)));
    }
    return found;
  }
  return {
    ...store,
    find: async (ref, device, now) => follow(ref, await store.find(ref, device, now)),
    findForActivation: async (ref, device, asked, idempotency, now) =>
      follow(ref, await store.findForActivation(ref, device, asked, idempotency, now)),
    async findWithInstance(apiKey, keyHash, device, now) {
      const read = await store.findWithInstance(apiKey, keyHash, device, now);
      if (read !== null) follow({ keyHash }, read.facts);
      return read;
    },
  };
}

/** One guarded write; a second time it finds nothing. */
async function moveKey(db: D1Database, from: string, to: string): Promise<void> {
  await db
    .prepare("UPDATE license_keys SET key_hash = ?2, pepper_v = 2 WHERE key_hash = ?1 AND pepper_v = 1")
    .bind(from, to)
    .run();
}
